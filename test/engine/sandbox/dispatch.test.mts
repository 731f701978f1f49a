/**
 * How events reach an app. Server: `server/lib/apps/bridges/listeners.ts`, `server/lib/messages/sendMessage.ts`; engine:
 * `server/managers/AppListenerManager.js`, `server/ProxiedApp.js`.
 */
import { eventually, unique } from '../../support/eventually.mts';
import { postEvents, Probe } from '../../support/apps/probeApp.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

const pause = (ms: number): string => `await new Promise((resolve) => setTimeout(resolve, ${ms}));`;

describe('events', () => {
    const running = useWorkspace();
    let probe: Probe;
    let roomId: string;

    beforeAll(async () => {
        const { admin } = running();
        probe = await Probe.install(admin, { implements: [...postEvents, 'IPreMessageSentPrevent', 'IPreRoomUserJoined'] });
        roomId = (await admin.createRoom('c', unique('dispatch')))._id;
    });
    beforeEach(async () => {
        await probe.forget();
    });

    const send = (text: string) => running().admin.post('v1/chat.postMessage', { roomId, text });

    test('several run at once and nobody waits for a post event', async () => {
        await probe.on('IPostMessageSent', `app.memory.now = (app.memory.now ?? 0) + 1; while (!app.memory.goOn) ${pause(50)}`);
        await Promise.all([1, 2, 3, 4].map((number) => send(`at once ${number}`)));
        await eventually(async () => (await probe.run('return app.memory.now')) === 4, { what: 'all four handlers to be at work' });
        await probe.run('app.memory.goOn = true');
        await probe.on('IPostMessageSent', '');
    });

    test('the sender waits for a pre event, and its answer counts', async () => {
        await probe.on('IPreMessageSentPrevent', `${pause(400)} return payload.text === 'prevent me';`);
        const started = Date.now();
        await send('slowly');
        expect(Date.now() - started).toBeGreaterThan(390);
        await send('prevent me').catch(() => undefined);
        const texts = (await running().admin.get('v1/channels.messages', { roomId })).messages.map(({ msg }: { msg: string }) => msg);
        expect(texts).toContain('slowly');
        expect(texts).not.toContain('prevent me');
        await probe.on('IPreMessageSentPrevent', 'return false;');
    });

    test('an error in a handler is swallowed, of a pre event too', async () => {
        await probe.on('IPreMessageSentPrevent', "throw new Error('handler broke');");
        await probe.on('IPostMessageSent', "throw new Error('handler broke');");
        await send('goes through');
        await probe.event('IPostMessageSent', ({ text }) => text === 'goes through');
        const { messages } = await running().admin.get('v1/channels.messages', { roomId });
        expect(messages[0].msg).toBe('goes through');
        await probe.on('IPreMessageSentPrevent', 'return false;');
        await probe.on('IPostMessageSent', '');
    });

    test('only an exception of the engine\'s own kind refuses the action', async () => {
        const { admin } = running();
        const room = await admin.createRoom('c', unique('refused'));
        const username = unique('refused');
        await admin.createUser({ username, name: 'Refused', password: 'secret-enough' });
        const user = await admin.user(username);
        await probe.on('IPreRoomUserJoined', `
            const { UserNotAllowedException } = require('@rocket.chat/apps-engine/definition/exceptions');
            throw new UserNotAllowedException('not this one');`);
        const answer = await admin.request('POST', 'v1/channels.invite', { roomId: room._id, userId: user?._id });
        expect(answer.status).toBe(400);
        await probe.on('IPreRoomUserJoined', "throw new Error('any other');");
        expect((await admin.request('POST', 'v1/channels.invite', { roomId: room._id, userId: user?._id })).status).toBe(200);
        await probe.on('IPreRoomUserJoined', '');
    });

    test('the app hears its own message before the call that sent it returns', async () => {
        const order = await probe.run(`
            const room = await read.getRoomReader().getById(args.roomId);
            const sender = await read.getUserReader().getAppUser();
            app.memory.order = [];
            app.scripts.IPostMessageSent = "app.memory.order.push('event ' + payload.id);";
            const id = await modify.getCreator().finish(modify.getCreator().startMessage({ room, sender, text: 'my own' }));
            app.memory.order.push('returned ' + id);
            await new Promise((resolve) => setTimeout(resolve, 300));
            app.scripts.IPostMessageSent = '';
            return app.memory.order.map((step) => step.split(' ')[0]);`, { roomId });
        expect(order).toEqual(['event', 'returned']);
        const { payload } = await probe.event('IPostMessageSent', ({ text }) => text === 'my own');
        expect(payload.sender).toMatchObject({ username: probe.username, type: 'app', appId: probe.id });
    });
});
