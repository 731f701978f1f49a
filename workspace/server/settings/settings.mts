import type { Collections } from '../../store/collections.mts';
import type { ISetting, Settings } from '../contract.mts';
import { MeteorError } from '../contract.mts';
import { objectId } from '../lib/ids.mts';
import { defaultSettings, type DefaultSetting } from './defaults.mts';

/**
 * The settings: documents of `rocketchat_settings`, with all values in memory as the server has them
 * (apps/meteor/server/settings/lib/CachedSettings.ts).
 * @param siteUrl value of `Site_Url`; follows the process at every start, since the port may change
 */
export async function createSettings(collections: Collections, siteUrl: string): Promise<Settings> {
    const stored = new Map((await collections.settings.findAsync({})).map((setting) => [setting._id, setting]));
    const uniqueId = (stored.get('uniqueID')?.value as string | undefined) ?? objectId();
    let sorter = 0;
    for (const setting of defaultSettings(siteUrl, uniqueId)) {
        sorter++;
        if (stored.has(setting.id)) continue;
        stored.set(setting.id, await collections.settings.insertAsync(document(setting, sorter)));
    }

    const set = async (id: string, value: unknown): Promise<void> => {
        const setting = stored.get(id);
        if (!setting) throw new MeteorError('error-invalid-setting', `Invalid setting: ${id}`);
        const changes = { value: value as ISetting['value'], _updatedAt: new Date(), valueSource: 'customValue' };
        await collections.settings.updateAsync({ _id: id }, { $set: changes });
        stored.set(id, { ...setting, ...changes } as ISetting);
    };
    if (stored.get('Site_Url')?.value !== siteUrl) await set('Site_Url', siteUrl);

    return {
        get: <T,>(id: string) => stored.get(id)?.value as T,
        find: async (id) => stored.get(id) ?? null,
        all: async () => [...stored.values()],
        set,
    };
}

function document(setting: DefaultSetting, sorter: number): ISetting {
    const now = new Date();
    return {
        _id: setting.id,
        value: setting.value,
        packageValue: setting.value,
        valueSource: 'packageValue',
        type: setting.type,
        group: setting.group,
        public: setting.public,
        hidden: setting.hidden,
        secret: setting.secret,
        ...(setting.values && { values: setting.values }),
        blocked: false,
        requiredOnWizard: false,
        env: false,
        autocomplete: true,
        sorter,
        i18nLabel: setting.id,
        i18nDescription: `${setting.id}_Description`,
        ts: now,
        createdAt: now,
        _updatedAt: now,
    } as unknown as ISetting;
}
