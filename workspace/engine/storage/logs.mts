import type { ILoggerStorageEntry } from '@rocket.chat/apps-engine/server/logging';
import type { AppLogStorage, IAppLogStorageFindOptions } from '@rocket.chat/apps-engine/server/storage';
import type { Collections } from '../../store/collections.mts';
import { escapeKeys, unescapeKeys } from '../../store/keys.mts';
import type { Engine } from '../load.mts';

/** The server drops logs after 30 days; here, where all lies in memory, the newest ones stay. */
const kept = 5_000;

/** Apps' logs: one document for each call. Server: `ee/server/apps/storage/AppRealLogStorage.ts`. */
export function logStorage(engine: Engine, { appsLogs }: Collections, instanceId: string): AppLogStorage {
    let sincePruned = 0;
    const prune = async (): Promise<void> => {
        sincePruned = 0;
        const [oldest] = await appsLogs.findAsync({}).sort({ _createdAt: -1 }).skip(kept).limit(1);
        if (oldest) await appsLogs.removeAsync({ _createdAt: { $lte: oldest._createdAt } }, { multi: true });
    };

    return new (class extends engine.storage.AppLogStorage {
        constructor() {
            super('embedded');
        }

        async findPaginated(query: Record<string, any>, options: IAppLogStorageFindOptions = {}): Promise<{ logs: ILoggerStorageEntry[]; total: number }> {
            let cursor = appsLogs.findAsync(query).sort(options.sort ?? { _createdAt: -1 });
            if (options.skip) cursor = cursor.skip(options.skip);
            if (options.limit) cursor = cursor.limit(options.limit);
            const [logs, total] = await Promise.all([cursor, appsLogs.countAsync(query)]);
            return { logs: logs.map((entry) => unescapeKeys(entry) as ILoggerStorageEntry), total };
        }

        async storeEntries(entry: ILoggerStorageEntry): Promise<ILoggerStorageEntry> {
            entry.instanceId = instanceId;
            const stored = await appsLogs.insertAsync(escapeKeys({ ...entry, _updatedAt: new Date() }));
            if (++sincePruned >= 1_000) await prune();
            return stored as unknown as ILoggerStorageEntry;
        }

        async getEntriesFor(appId: string): Promise<ILoggerStorageEntry[]> {
            return (await this.findPaginated({ appId })).logs;
        }

        async removeEntriesFor(appId: string): Promise<void> {
            await appsLogs.removeAsync({ appId }, { multi: true });
        }
    })();
}
