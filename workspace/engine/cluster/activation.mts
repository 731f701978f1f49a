import type { AppStatus } from '@rocket.chat/apps-engine/definition/AppStatus';
import type { ISetting } from '@rocket.chat/apps-engine/definition/settings';
import type { AppActivationBridge, AppDetailChangesBridge } from '@rocket.chat/apps-engine/server/bridges';
import type { ProxiedApp } from '@rocket.chat/apps-engine/server/ProxiedApp';
import type { Domain } from '../../server/contract.mts';
import type { Cluster } from './Cluster.mts';
import type { BridgeHost } from '../load.mts';

/**
 * Tells the other instances. Installing and updating are told by the REST routes, not here (as on the server since its
 * change 29180). Server: `app/apps/server/bridges/activation.ts`, `ee/server/apps/communication/websockets.ts`.
 */
export function activationBridge({ collections: { users } }: Domain, { engine, instance }: BridgeHost, cluster: Cluster): AppActivationBridge {
    return new (class extends engine.bridges.AppActivationBridge {
        async appAdded(): Promise<void> {}

        async appUpdated(): Promise<void> {}

        async appRemoved(app: ProxiedApp): Promise<void> {
            cluster.broadcast(instance, (other) => other.appRemoved(app.getID()));
        }

        /** All users of the app go on- or offline with it: `Users.updateStatusByAppId`. */
        async appStatusChanged(app: ProxiedApp, status: AppStatus): Promise<void> {
            const userStatus = ['auto_enabled', 'manually_enabled'].includes(status) ? 'online' : 'offline';
            await users.updateAsync({ appId: app.getID(), status: { $ne: userStatus } } as object, { $set: { status: userStatus } }, { multi: true });
            if (cluster.isRepetition(instance, app.getID(), status)) return;
            cluster.broadcast(instance, (other) => other.appStatusChanged(app.getID(), status));
        }

        async actionsChanged(): Promise<void> {}
    })();
}

/** Server: `app/apps/server/bridges/details.ts`. */
export function detailChangesBridge({ engine, instance }: BridgeHost, cluster: Cluster): AppDetailChangesBridge {
    return new (class extends engine.bridges.AppDetailChangesBridge {
        onAppSettingsChange(appId: string, setting: ISetting): void {
            cluster.broadcast(instance, (other) => other.appSettingChanged(appId, setting));
        }
    })();
}
