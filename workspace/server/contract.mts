/**
 * What the parts of the development workspace know of each other.
 *
 * The workspace stands in for a real Rocket.Chat server, so the services below are named after the server's own
 * functions (`sendMessage`, `addUserToRoom`, …) and keep their rules. REST and realtime (the outer doors) and the
 * Apps-Engine's bridges (the inner door) call the same services: there is no second way to change data.
 */
import type { Collections } from '../store/collections.mts';
import type { AppEvents, Quirks, WorkspaceNotices } from './contract/common.mts';
import type { Messages, Rooms, Settings, Uploads, Users } from './contract/services.mts';

export type * from './contract/apps.mts';
export * from './contract/common.mts';
export type * from './contract/services.mts';

/** The domain: one per data directory, shared by the instances of a cluster. */
export interface Domain {
    readonly collections: Collections;
    readonly quirks: Quirks;
    readonly users: Users;
    readonly rooms: Rooms;
    readonly messages: Messages;
    readonly uploads: Uploads;
    readonly settings: Settings;
    /** Emits to every instance's realtime door. */
    notify<K extends keyof WorkspaceNotices>(notice: K, ...args: Parameters<WorkspaceNotices[K]>): void;
    on<K extends keyof WorkspaceNotices>(notice: K, listener: WorkspaceNotices[K]): () => void;
    /**
     * The apps of the instance on which the current action happens (an AsyncLocalStorage decides; without one the first
     * instance). Events of a user's action go only to that instance's apps, `presence` ones to all.
     */
    readonly apps: AppEvents;
    runOnInstance<T>(instance: number, action: () => Promise<T>): Promise<T>;
    attachApps(instance: number, apps: AppEvents): void;
}
