import type { AppManager as Manager } from '@rocket.chat/apps-engine/server/AppManager';
import type { Domain } from '../../server/contract.mts';
import type { Cluster } from './Cluster.mts';
import type { BridgeHost } from '../load.mts';

/**
 * Repeats on this instance what another one did to the apps. Server: `server/services/apps-engine/service.ts`,
 * `ee/server/apps/communication/websockets.ts`.
 */
export function joinCluster(cluster: Cluster, { engine, instance, manager }: BridgeHost, { runOnInstance }: Domain): void {
    const here = <T,>(action: (apps: Manager) => Promise<T>): Promise<void> => runOnInstance(instance, async () => void (await action(manager())));
    const stored = async (apps: Manager, appId: string) => {
        const item = await apps.getStorage().retrieveOne(appId);
        return item && { item, zip: await apps['appSourceStorage'].fetch(item) };
    };

    cluster.join(instance, {
        appAdded: (appId) => here(async (apps) => {
            if (!apps.getOneById(appId)) await apps.addLocal(appId);
        }),
        appUpdated: (appId) => here(async (apps) => {
            const found = await stored(apps, appId);
            if (!found) return;
            if (engine.AppStatusUtils.isEnabled(found.item.status)) await apps.updateAndStartupLocal(found.item, found.zip);
            else await apps.updateAndInitializeLocal(found.item, found.zip);
        }),
        appRemoved: (appId) => here(async (apps) => {
            if (apps.getOneById(appId)) await apps.removeLocal(appId);
        }),
        appStatusChanged: (appId, status) => here(async (apps) => {
            const app = apps.getOneById(appId);
            if (!app || (await app.getStatus()) === status) return;
            cluster.expectStatus(instance, appId, status);
            if (engine.AppStatusUtils.isEnabled(status)) await apps.enable(appId);
            else if (engine.AppStatusUtils.isDisabled(status)) await apps.disable(appId, status, true);
        }),
        appSettingChanged: (appId, setting) => here(async (apps) => {
            const known = apps.getOneById(appId)?.getStorageItem().settings[setting.id];
            if (known && JSON.stringify(known.value) !== JSON.stringify(setting.value)) await apps.getSettingsManager().updateAppSetting(appId, setting);
        }),
    });
}
