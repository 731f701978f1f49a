import type { AppMetadataStorage, IAppStorageItem } from '@rocket.chat/apps-engine/server/storage';
import type { Collections } from '../../store/collections.mts';
import { escapeKeys, unescapeKeys } from '../../store/keys.mts';
import { objectId } from '../../store/objectId.mts';
import type { Engine } from '../load.mts';

/** Apps' records. Server: `ee/server/apps/storage/AppRealStorage.ts`. The `_id` is the hash in the URLs of private APIs. */
export function metadataStorage(engine: Engine, { apps }: Collections): AppMetadataStorage {
    const read = (document: Record<string, any> | null): IAppStorageItem | null => (document ? (unescapeKeys(document) as IAppStorageItem) : null);
    const set = async (_id: string, fields: Record<string, unknown>): Promise<boolean> => {
        const { numAffected } = await apps.updateAsync({ _id }, { $set: { ...fields, updatedAt: new Date() } }, {});
        return numAffected > 0;
    };
    const all = async (query: Record<string, unknown>): Promise<Map<string, IAppStorageItem>> =>
        new Map((await apps.findAsync(query)).map((document) => [document.id, read(document) as IAppStorageItem]));

    return new (class extends engine.storage.AppMetadataStorage {
        constructor() {
            super('embedded');
        }

        async create(item: IAppStorageItem): Promise<IAppStorageItem> {
            const taken = await apps.findOneAsync({ $or: [{ id: item.id }, { 'info.nameSlug': item.info.nameSlug }] });
            if (taken) throw new Error('App already exists.');
            item.createdAt = new Date();
            item.updatedAt = new Date();
            item._id = objectId();
            await apps.insertAsync(escapeKeys({ ...item }));
            return item;
        }

        async retrieveOne(id: string): Promise<IAppStorageItem | null> {
            return read(await apps.findOneAsync({ $or: [{ _id: id }, { id }] }));
        }

        retrieveAll(): Promise<Map<string, IAppStorageItem>> {
            return all({});
        }

        retrieveAllPrivate(): Promise<Map<string, IAppStorageItem>> {
            return all({ installationSource: 'private' });
        }

        async remove(id: string): Promise<{ success: boolean }> {
            await apps.removeAsync({ id }, {});
            return { success: true };
        }

        async updatePartialAndReturnDocument(
            item: Partial<IAppStorageItem>,
            { unsetPermissionsGranted = false }: { unsetPermissionsGranted?: boolean } = {},
        ): Promise<IAppStorageItem> {
            const { _id, permissionsGranted, ...rest } = item;
            const fields = escapeKeys({ ...rest, ...(permissionsGranted && !unsetPermissionsGranted && { permissionsGranted }), updatedAt: new Date() });
            const unset = unsetPermissionsGranted ? { $unset: { permissionsGranted: true } } : {};
            await apps.updateAsync(_id ? { _id } : { id: item.id }, { $set: fields, ...unset }, {});
            return (await this.retrieveOne(_id ?? (item.id as string))) as IAppStorageItem;
        }

        updateStatus(_id: string, status: IAppStorageItem['status']): Promise<boolean> {
            return set(_id, { status });
        }

        updateSetting(_id: string, setting: IAppStorageItem['settings'][string]): Promise<boolean> {
            return set(_id, { [`settings.${Object.keys(escapeKeys({ [setting.id]: 0 }))[0]}`]: escapeKeys(setting) });
        }

        updateAppInfo(_id: string, info: IAppStorageItem['info']): Promise<boolean> {
            return set(_id, { info: escapeKeys(info) });
        }

        updateMarketplaceInfo(_id: string, marketplaceInfo: NonNullable<IAppStorageItem['marketplaceInfo']>): Promise<boolean> {
            return set(_id, { marketplaceInfo: escapeKeys(marketplaceInfo) });
        }
    })();
}
