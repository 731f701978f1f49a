import type { AppSourceStorage, IAppStorageItem } from '@rocket.chat/apps-engine/server/storage';
import type { Collections } from '../../store/collections.mts';
import type { Engine } from '../load.mts';

/** Apps' packages. Server: `ee/server/apps/storage/AppGridFSSourceStorage.ts`. */
export function sourceStorage(engine: Engine, { appsSources }: Collections): AppSourceStorage {
    return new (class extends engine.storage.AppSourceStorage {
        async store(item: IAppStorageItem, zip: Buffer): Promise<string> {
            await appsSources.updateAsync({ _id: item.id }, { _id: item.id, content: zip.toString('base64') }, { upsert: true });
            return `GridFS:/${item.id}`;
        }

        async fetch(item: IAppStorageItem): Promise<Buffer> {
            const source = await appsSources.findOneAsync({ _id: item.id });
            if (!source) throw new Error(`The package of the app ${item.id} is not stored.`);
            return Buffer.from(source.content, 'base64');
        }

        update(item: IAppStorageItem, zip: Buffer): Promise<string> {
            return this.store(item, zip);
        }

        async remove(item: IAppStorageItem): Promise<void> {
            await appsSources.removeAsync({ _id: item.id }, {});
        }
    })();
}
