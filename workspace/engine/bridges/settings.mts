import type { ISetting as AppSetting } from '@rocket.chat/apps-engine/definition/settings';
import type { ServerSettingBridge } from '@rocket.chat/apps-engine/server/bridges';
import type { Domain, ISetting } from '../../server/contract.mts';
import type { BridgeHost } from '../load.mts';

/** Server: `app/apps/server/converters/settings.js`. */
const types: Record<string, string> = {
    boolean: 'boolean', code: 'code', color: 'color', font: 'font', int: 'int', select: 'select', string: 'string', relativeUrl: 'string',
    password: 'password', multiSelect: 'multiSelect',
};

const convert = (setting: ISetting & Record<string, any>): AppSetting =>
    ({
        id: setting._id,
        type: types[setting.type] ?? setting.type,
        packageValue: setting.packageValue,
        values: setting.values,
        value: setting.value,
        public: setting.public,
        hidden: setting.hidden,
        group: setting.group,
        i18nLabel: setting.i18nLabel,
        i18nDescription: setting.i18nDescription,
        createdAt: setting.ts,
        updatedAt: setting._updatedAt,
    }) as unknown as AppSetting;

/** The server's settings as apps may see them. Server: `app/apps/server/bridges/settings.ts`. */
export function serverSettingBridge({ settings }: Domain, { engine, manager }: BridgeHost): ServerSettingBridge {
    const readable = async (id: string, appId: string): Promise<ISetting> => {
        const granted = manager().getPermissionsById(appId) as { name: string; hiddenSettings?: string[] }[];
        const shown = granted.find(({ name }) => name === 'server-setting.read')?.hiddenSettings?.includes(id);
        const setting = await settings.find(id);
        if (!setting || ((setting.secret || setting.hidden) && !shown)) throw new Error(`The setting "${id}" is not readable.`);
        return setting;
    };

    return new (class extends engine.bridges.ServerSettingBridge {
        async getAll(): Promise<AppSetting[]> {
            return (await settings.all()).filter(({ secret }) => !secret).map(convert);
        }

        async getOneById(id: string, appId: string): Promise<AppSetting> {
            return convert(await readable(id, appId));
        }

        async hideGroup(): Promise<void> {
            throw new Error('Method not implemented.');
        }

        async hideSetting(id: string, appId: string): Promise<void> {
            await readable(id, appId);
            throw new Error('Method not implemented.');
        }

        isReadableById(id: string, appId: string): Promise<boolean> {
            return readable(id, appId).then(() => true, () => false);
        }

        async updateOne(setting: AppSetting, appId: string): Promise<void> {
            const stored = await readable(setting.id, appId);
            if (stored.secret) throw new Error(`The setting "${setting.id}" is not readable.`);
            await settings.set(setting.id, setting.value);
        }

        async incrementValue(id: string, value: number, appId: string): Promise<void> {
            const stored = await readable(id, appId);
            await settings.set(id, Number(stored.value) + value);
        }
    })();
}
