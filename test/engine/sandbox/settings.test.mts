/**
 * Settings. Engine: `server/managers/AppSettingsManager.js`, `server/accessors/SettingUpdater.js`; server:
 * `server/lib/apps/bridges/settings.ts`.
 */
import { eventually } from '../../support/eventually.mts';
import { Probe } from '../../support/apps/probeApp.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

const provide = `
    for (const [id, packageValue] of [['name', 'from the package'], ['empty', ''], ['chosen', 'a']]) {
        await configuration.settings.provideSetting({ id, type: id === 'chosen' ? 'select' : 'string', packageValue, required: false, public: false, i18nLabel: id,
            ...(id === 'chosen' && { values: [{ key: 'a', i18nLabel: 'a' }] }) });
    }`;
const value = (id: string): string => `return read.getEnvironmentReader().getSettings().getValueById('${id}')`;

describe('an app\'s settings', () => {
    const running = useWorkspace();
    let probe: Probe;

    beforeAll(async () => {
        probe = await Probe.install(running().admin, { scripts: { configure: provide } });
    });

    const save = (id: string, newValue: unknown) => running().admin.post(`apps/${probe.id}/settings/${id}`, { setting: { id, value: newValue } });

    test('a value is the stored one, else the package\'s; an unknown id throws', async () => {
        expect(await probe.run(value('name'))).toBe('from the package');
        await save('name', 'from the admin');
        expect(await probe.run(value('name'))).toBe('from the admin');
        await save('name', '');
        expect(await probe.run(value('name'))).toBe('');
        await expect(probe.run(value('unknown'))).rejects.toThrow();
    });

    test('a change by an admin goes through onPreSettingUpdate, whose answer is stored, and then through onSettingUpdated', async () => {
        await probe.on('onPreSettingUpdate', "return { ...context.newSetting, value: context.newSetting.value + '!' };");
        await probe.forget();
        await save('name', 'loud');
        expect(await probe.run(value('name'))).toBe('loud!');
        const [before, after] = [await probe.event('onPreSettingUpdate'), await probe.event('onSettingUpdated')];
        expect(before.payload).toMatchObject({ oldSetting: { id: 'name' }, newSetting: { id: 'name', value: 'loud' } });
        expect(after.payload).toMatchObject({ id: 'name', value: 'loud!' });
        await probe.on('onPreSettingUpdate', 'return context.newSetting;');
    });

    test('a change by the app itself is not awaited and runs the same hooks', async () => {
        await probe.on('onSettingUpdated', 'app.memory.updated = setting.value; await new Promise((resolve) => setTimeout(resolve, 1500)); app.memory.hookDone = true;');
        await probe.forget();
        expect(await probe.run(`
            const updater = app.getAccessors().environmentWriter.getSettings();
            await updater.updateValue('name', 'by the app');
            return Boolean(app.memory.hookDone);`)).toBe(false);
        await probe.event('onPreSettingUpdate', ({ newSetting }) => newSetting.value === 'by the app');
        await probe.event('onSettingUpdated', (setting) => setting.value === 'by the app');
        expect(await probe.run(value('name'))).toBe('by the app');
        await probe.on('onSettingUpdated', '');
    });

    test('the options of a selection can be changed', async () => {
        await probe.run("await app.getAccessors().environmentWriter.getSettings().updateSelectOptions('chosen', [{ key: 'z', i18nLabel: 'z' }])");
        await eventually(async () => {
            const { settings } = await running().admin.get(`apps/${probe.id}/settings`);
            return settings.chosen.values[0].key === 'z';
        });
    });

    test('values outlive an update of the app', async () => {
        await save('name', 'kept');
        await probe.update({ version: '1.0.1' });
        expect(await probe.run(value('name'))).toBe('kept');
    });

    test('settings of the server are readable unless they are hidden or secret', async () => {
        const server = (id: string): string => `return read.getEnvironmentReader().getServerSettings().getValueById('${id}')`;
        expect(await probe.run(server('Site_Url'))).toContain('http://localhost:');
        expect(await probe.run(server('Message_MaxAllowedSize'))).toBe(5000);
        await expect(probe.run(server('uniqueID'))).rejects.toThrow('The setting "uniqueID" is not readable.');
        await expect(probe.run(server('No_Such_Setting'))).rejects.toThrow('The setting "No_Such_Setting" is not readable.');
        await expect(probe.run('return read.getEnvironmentReader().getServerSettings().getAll()')).rejects.toThrow();
    });
});
