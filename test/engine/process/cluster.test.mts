/**
 * Two instances on one database. Server: `server/services/apps-engine/service.ts`, `ee/server/apps/communication/websockets.ts`;
 * engine: `server/bridges/AppActivationBridge.js`.
 */
import { eventually, sleep, unique } from '../../support/eventually.mts';
import { Probe } from '../../support/apps/probeApp.mts';
import type { RocketChat } from '../../support/clients/rocketchat.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

describe('two instances', () => {
    const running = useWorkspace({ instances: 2 });
    let second: RocketChat;
    let probe: Probe;
    let roomId: string;

    beforeAll(async () => {
        second = await running().workspace.login(1);
        probe = await Probe.install(running().admin, {
            scripts: {
                configure: `
                    await configuration.settings.provideSetting({ id: 'shared', type: 'string', packageValue: 'a', required: false, public: false, i18nLabel: 'shared' });
                    await configuration.scheduler.registerProcessors([{ id: 'job', processor: async () => app.note('job') }]);`,
            },
        });
        await answering();
        roomId = (await running().admin.createRoom('c', unique('cluster')))._id;
    });
    afterAll(() => second.close());

    const answering = () => eventually(() => probe.run('return true', {}, second.url).catch(() => undefined), { what: 'an answer of the second instance' });
    const seenBy = async (url: string, event: string, fits: (payload: any) => boolean): Promise<number> =>
        (await probe.events(event, url)).filter(({ payload }) => fits(payload)).length;

    test('an installation reaches the other one: each has a sandbox of its own, memory is not shared, storage is', async () => {
        expect(await running().workspace.denoPids()).toHaveLength(2);
        await probe.run("app.memory.mine = 'first'; await persistence.create({ shared: true });");
        expect(await probe.run('return app.memory.mine', {}, second.url)).toBeUndefined();
        expect((await second.get('apps/installed')).apps.map(({ id }: { id: string }) => id)).toContain(probe.id);
        expect((await probe.events('onInstall', second.url))).toHaveLength(0);
        expect((await probe.events('onEnable', second.url))).toHaveLength(1);
    });

    test('an event runs where the action happened, only there', async () => {
        await second.post('v1/chat.postMessage', { roomId, text: 'on the second' });
        await running().admin.post('v1/chat.postMessage', { roomId, text: 'on the first' });
        await eventually(async () => (await seenBy(second.url, 'IPostMessageSent', ({ text }) => text === 'on the second')) === 1);
        await eventually(async () => (await seenBy(running().admin.url, 'IPostMessageSent', ({ text }) => text === 'on the first')) === 1);
        expect(await seenBy(running().admin.url, 'IPostMessageSent', ({ text }) => text === 'on the second')).toBe(0);
        expect(await seenBy(second.url, 'IPostMessageSent', ({ text }) => text === 'on the first')).toBe(0);
    });

    test('what an app does runs on the instance of its sandbox', async () => {
        await probe.run(`
            const room = await read.getRoomReader().getById(args.roomId);
            await modify.getCreator().finish(modify.getCreator().startMessage({ room, sender: await read.getUserReader().getAppUser(), text: 'by the second' }));`, { roomId }, second.url);
        await eventually(async () => (await seenBy(second.url, 'IPostMessageSent', ({ text }) => text === 'by the second')) === 1);
        expect(await seenBy(running().admin.url, 'IPostMessageSent', ({ text }) => text === 'by the second')).toBe(0);
    });

    test('a change of presence is told on both', async () => {
        await running().admin.post('v1/users.setStatus', { status: 'busy', message: 'in a cluster' });
        const told = ({ user }: any): boolean => user?.username === 'admin';
        await eventually(async () => (await seenBy(running().admin.url, 'IPostUserStatusChanged', told)) > 0);
        await eventually(async () => (await seenBy(second.url, 'IPostUserStatusChanged', told)) > 0);
    });

    test('a changed setting runs the hooks on both, once each', async () => {
        await running().admin.post(`apps/${probe.id}/settings/shared`, { setting: { id: 'shared', value: 'b' } });
        await eventually(async () => (await seenBy(second.url, 'onSettingUpdated', ({ value }) => value === 'b')) === 1);
        await sleep(500);
        expect(await seenBy(running().admin.url, 'onSettingUpdated', ({ value }) => value === 'b')).toBe(1);
        expect(await probe.run("return read.getEnvironmentReader().getSettings().getValueById('shared')", {}, second.url)).toBe('b');
    });

    test('a job runs on one of them', async () => {
        await probe.run("await modify.getScheduler().scheduleOnce({ id: 'job', when: new Date(Date.now() + 6500) })", {}, second.url);
        const runs = async (): Promise<number> => (await probe.events('job')).length + (await probe.events('job', second.url)).length;
        await eventually(async () => (await runs()) > 0);
        await sleep(1_000);
        expect(await runs()).toBe(1);
    }, 30_000);

    test('status and updates are repeated on the other one', async () => {
        const status = async (): Promise<string> => (await second.get(`apps/${probe.id}/status`)).status;
        await probe.setStatus('manually_disabled');
        await eventually(async () => (await status()).endsWith('disabled'), { what: 'the second instance to be disabled' });
        await probe.setStatus('manually_enabled');
        await answering();
        await probe.update({ version: '1.1.0' });
        // A question for the status that the old process did not answer any more is lost: ask again.
        const version = () => Promise.race([second.get(`apps/${probe.id}`).then(({ app }) => app.version), sleep(1_000)]);
        await eventually(async () => (await version()) === '1.1.0', { what: 'the update of the second instance' });
        await answering();
        expect(await running().workspace.denoPids()).toHaveLength(2);
    }, 40_000);

    test('removing ends both sandboxes', async () => {
        await probe.remove();
        await eventually(async () => (await running().workspace.denoPids()).length === 0);
        expect((await second.get('apps/installed')).apps).toEqual([]);
    });
});
