/** The life of an app. Engine: `server/AppManager.js`, `server/runtime/deno/*`; server: `ee/server/apps/communication/rest.ts`. */
import { kill } from 'node:process';
import { eventually, sleep } from '../../support/eventually.mts';
import { Probe } from '../../support/apps/probeApp.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

const own = (events: { event: string }[]): string[] =>
    events.map(({ event }) => event).filter((event) => event.startsWith('on') || event === 'extendConfiguration' || event.startsWith('endpoints'));

describe('the life of an app', () => {
    const running = useWorkspace();
    const statusOf = async (probe: Probe): Promise<string> => (await running().admin.get(`apps/${probe.id}/status`)).status;

    test('onInstall comes before extendConfiguration, onEnable after it; endpoints answer only after onEnable', async () => {
        const url = `${running().admin.url}/api/apps/public/`;
        const probe = await Probe.install(running().admin, {
            scripts: { onEnable: `app.note('endpoints: ' + (await app.getAccessors().http.get('${url}' + app.getID() + '/events')).statusCode); return true;` },
        });
        expect(own(await probe.events())).toEqual(['onInstall', 'extendConfiguration', 'onEnable', 'endpoints: 404']);
        expect((await probe.events('onInstall'))[0].payload.user).toMatchObject({ username: 'admin' });
        expect(await statusOf(probe)).toBe('manually_enabled');
    });

    test.each(['onInstall', 'configure'])('an error in %s is swallowed: the app is enabled all the same', async (step) => {
        const probe = await Probe.install(running().admin, { scripts: { [step]: "throw new Error('broken step');" } });
        expect(await statusOf(probe)).toBe('manually_enabled');
    });

    test('an app that says no in onEnable stays installed and disabled', async () => {
        const probe = await Probe.install(running().admin, { scripts: { onEnable: 'return false;' } });
        expect((await statusOf(probe)).endsWith('disabled')).toBe(true);
        await expect(probe.events()).rejects.toThrow();
    });

    test('disabling keeps the process, its memory and timers, and the slash commands; endpoints answer 404', async () => {
        const { admin } = running();
        const probe = await Probe.install(admin, {
            scripts: {
                configure: `try {
                    await configuration.slashCommands.provideSlashCommand({ command: 'staying', i18nParamsExample: '', i18nDescription: '', providesPreview: false, executor: async () => undefined });
                } catch (error) { app.note('refused', error.message); }`,
            },
        });
        await probe.run("app.memory.ticks = 0; setInterval(() => app.memory.ticks++, 100); app.memory.kept = 'yes';");
        await probe.setStatus('manually_disabled');
        expect((await fetch(`${admin.url}/api/apps/public/${probe.id}/events`)).status).toBe(404);
        expect((await admin.get('v1/commands.list', { count: 0 })).commands.map(({ command }: { command: string }) => command)).toContain('staying');
        await sleep(1_500);
        await probe.setStatus('manually_enabled');
        expect(await probe.run('return [app.memory.kept, app.memory.ticks > 3]')).toEqual(['yes', true]);
        const events = await probe.events();
        expect(own(events).slice(-3)).toEqual(['onDisable', 'extendConfiguration', 'onEnable']);
        expect(events.find(({ event }) => event === 'refused')?.payload).toMatch(/staying.*already exists/i);
    });

    test('an error after the command was refused loses what comes after it: re-enabled, but without endpoints', async () => {
        const { admin } = running();
        const probe = await Probe.install(admin, {
            scripts: {
                configure: `
                    await configuration.slashCommands.provideSlashCommand({ command: 'first', i18nParamsExample: '', i18nDescription: '', providesPreview: false, executor: async () => undefined });
                    await configuration.api.provideApi({ visibility: 0, security: 0, endpoints: [{ path: 'after', get: async () => ({ status: 200 }) }] });`,
            },
        });
        const after = async (): Promise<number> => (await fetch(`${admin.url}/api/apps/public/${probe.id}/after`)).status;
        expect(await after()).toBe(200);
        await probe.setStatus('manually_disabled');
        await probe.setStatus('manually_enabled');
        expect(await after()).toBe(404);
        expect(await statusOf(probe)).toBe('manually_enabled');
    });

    test('an update is a new process; onUpdate comes last; hash, data and app user stay', async () => {
        const probe = await Probe.install(running().admin);
        await probe.run("app.memory.old = true; await persistence.create({ kept: 1 });");
        const userId = await probe.run('return (await read.getUserReader().getAppUser()).id');
        const pids = await running().workspace.denoPids();
        await probe.update({ version: '2.0.0' });
        expect(own(await probe.events())).toEqual(['extendConfiguration', 'onEnable', 'onUpdate']);
        expect((await probe.events('onUpdate'))[0].payload).toMatchObject({ oldAppVersion: '1.0.0', user: { username: 'admin' } });
        expect(await probe.run('return app.memory.old')).toBeUndefined();
        expect(await probe.run('return (await read.getUserReader().getAppUser()).id')).toBe(userId);
        const after = await running().workspace.denoPids();
        expect(after.filter((pid) => !pids.includes(pid))).toHaveLength(1);
        expect(after).toHaveLength(pids.length);
    });

    test('removing purges the app\'s data and its user, ends its process and leaves its bots', async () => {
        const { admin, workspace } = running();
        const first = await Probe.install(admin, { slug: 'removed' });
        await first.run(`
            const { RocketChatAssociationRecord, RocketChatAssociationModel } = require('@rocket.chat/apps-engine/definition/metadata');
            await persistence.createWithAssociation({ a: 1 }, new RocketChatAssociationRecord(RocketChatAssociationModel.MISC, 'k'));
            const bot = modify.getCreator().startBotUser({ username: 'left-behind', name: 'Left', roles: ['bot'], isEnabled: true, appId: app.getID() });
            await modify.getCreator().finish(bot);`);
        const hash = (await first.apis())[0];
        const processes = (await workspace.denoPids()).length;
        await first.remove();
        expect(await workspace.denoPids()).toHaveLength(processes - 1);
        expect(await admin.user('removed.bot')).toBeUndefined();
        expect(await admin.user('left-behind')).toMatchObject({ username: 'left-behind' });
        const second = await Probe.install(admin, { id: first.id, slug: 'removed' });
        expect((await second.apis())[0]).not.toBe(hash);
        expect(await second.run(`
            const { RocketChatAssociationRecord, RocketChatAssociationModel } = require('@rocket.chat/apps-engine/definition/metadata');
            return read.getPersistenceReader().readByAssociation(new RocketChatAssociationRecord(RocketChatAssociationModel.MISC, 'k'));`)).toEqual([]);
    });

    test('an app of the same id, or of the same name, is refused', async () => {
        const { admin } = running();
        const probe = await Probe.install(admin, { slug: 'only-one' });
        await expect(Probe.install(admin, { id: probe.id, slug: 'another-name' })).rejects.toThrow();
        await expect(Probe.install(admin, { slug: 'only-one' })).rejects.toThrow();
        expect(await probe.run('return 1')).toBe(1);
    });

    test('a sandbox that is killed comes back enabled, without its memory; calls in flight are lost', async () => {
        const { workspace, admin } = running();
        const before = await workspace.denoPids();
        const probe = await Probe.install(admin);
        const [pid] = (await workspace.denoPids()).filter((one) => !before.includes(one));
        await probe.run('app.memory.kept = true');
        let answered = false;
        const begin = Date.now();
        void probe.run('await new Promise((resolve) => setTimeout(resolve, 5000));').then(() => { answered = true; }, () => undefined);
        await sleep(200);
        kill(pid, 'SIGKILL');
        // A call that is sent before the new process is up is lost, too: ask again.
        const ask = () => probe.run("return app.memory.kept ? 'old' : 'fresh'").catch(() => undefined);
        const fresh = await eventually(() => Promise.race([ask(), sleep(1_000)]), { timeout: 40_000 });
        expect(fresh).toBe('fresh');
        expect(own(await probe.events())).toEqual(['extendConfiguration', 'onEnable']);
        await sleep(Math.max(0, begin + 6_500 - Date.now()));
        expect(answered).toBe(false);
    }, 60_000);
});
