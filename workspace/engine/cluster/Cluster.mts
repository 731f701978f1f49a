import type { AppStatus } from '@rocket.chat/apps-engine/definition/AppStatus';
import type { ISetting } from '@rocket.chat/apps-engine/definition/settings';

/** What an instance does when another one says that something changed (server: `server/services/apps-engine/service.ts`). */
export interface ClusterMember {
    appAdded(appId: string): Promise<void>;
    appUpdated(appId: string): Promise<void>;
    appRemoved(appId: string): Promise<void>;
    appStatusChanged(appId: string, status: AppStatus): Promise<void>;
    appSettingChanged(appId: string, setting: ISetting): Promise<void>;
}

/** The broker between the instances of one workspace. Nobody waits for a broadcast, but each instance takes them in order. */
export class Cluster {
    private readonly members = new Map<number, ClusterMember>();
    private readonly queues = new Map<number, Promise<void>>();

    private readonly received = new Map<string, AppStatus>();

    /** Notes that an instance is about to take over a status, so that it does not tell the others of it once more. */
    expectStatus(instance: number, appId: string, status: AppStatus): void {
        this.received.set(`${instance} ${appId}`, status);
    }

    /** @returns whether the status is one that the instance took over; asked once for each change */
    isRepetition(instance: number, appId: string, status: AppStatus): boolean {
        const key = `${instance} ${appId}`;
        return this.received.get(key) === status && this.received.delete(key);
    }

    join(instance: number, member: ClusterMember): void {
        this.members.set(instance, member);
    }

    broadcast(from: number, tell: (member: ClusterMember) => Promise<void>): void {
        for (const [instance, member] of this.members) {
            if (instance === from) continue;
            const after = (this.queues.get(instance) ?? Promise.resolve()).then(() => tell(member));
            this.queues.set(instance, after.catch((error) => console.error(`Instance ${instance}: a broadcast failed:`, error)));
        }
    }
}
