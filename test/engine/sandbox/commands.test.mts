/**
 * Slash commands and UIKit. Server: `server/lib/apps/bridges/commands.ts`, `app/utils/server/slashCommand.ts`,
 * `lib/utils/parseParameters.ts`, `ee/server/apps/communication/uikit.ts`; engine: `server/managers/AppSlashCommandManager.js`.
 */
import { unique } from '../../support/eventually.mts';
import { Probe } from '../../support/apps/probeApp.mts';
import { RocketChat } from '../../support/clients/rocketchat.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

const provide = (name: string, more = ''): string => `
    await configuration.slashCommands.provideSlashCommand({ command: '${name}', i18nParamsExample: 'params', i18nDescription: 'description', providesPreview: false, ${more}
        executor: async (context, read, modify, http, persistence) => {
            app.note('command', { sender: context.getSender().username, room: context.getRoom().id, args: context.getArguments(),
                threadId: context.getThreadId(), triggerId: context.getTriggerId(), usernames: await context.getRoom().usernames });
            if (context.getArguments()[0] === 'throw') throw new Error('the executor broke');
        } });`;
const guarded = (code: string): string => `try { ${code} } catch (error) { app.note('refused', { name: error.name, message: error.message }); }`;

describe('slash commands of apps', () => {
    const running = useWorkspace();
    let probe: Probe;
    let roomId: string;

    beforeAll(async () => {
        const { admin } = running();
        probe = await Probe.install(admin, { scripts: { configure: provide('probing', "permission: 'no-such-permission',") } });
        roomId = (await admin.createRoom('c', unique('commands')))._id;
    });
    beforeEach(() => probe.forget());

    const run = (params: string, more: object = {}) => running().admin.request('POST', 'v1/commands.run', { command: 'probing', roomId, params, ...more });

    test('the texts get the app\'s prefix', async () => {
        const { command } = await running().admin.get('v1/commands.get', { command: 'probing' });
        expect(command).toMatchObject({ command: 'probing', params: `apps-${probe.id}-params`, description: `apps-${probe.id}-description`, clientOnly: false });
    });

    test('a name with capitals or spaces is listed without them, and then not found in the sandbox', async () => {
        await Probe.install(running().admin, { scripts: { configure: provide(' Shouting ') } });
        const answer = await running().admin.request('POST', 'v1/commands.run', { command: 'shouting', roomId, params: '' });
        expect(answer.body).toMatchObject({ success: false, error: expect.stringContaining('Slashcommand shouting not found') });
    });

    test.each([
        ['invite @a:b.org now', ['invite', '@a:b.org', 'now']],
        ['say "two words" \'and three more\'', ['say', 'two words', 'and three more']],
        ['  many   spaces\tand\nlines ', ['many', 'spaces', 'and', 'lines']],
        ['"say \\"hi\\" now"', ['say "hi" now']],
        ['"a""b"', ['a', 'b']],
        ['it\'s open', ["it's", 'open']],
        ['', []],
    ])('arguments of %j', async (params, args) => {
        expect((await run(params)).status).toBe(200);
        expect((await probe.event('command')).payload.args).toEqual(args);
    });

    test('the context has sender, room, thread and trigger', async () => {
        const { admin } = running();
        const thread = await admin.post('v1/chat.postMessage', { roomId, text: 'parent' });
        await run('x', { tmid: thread.message._id, triggerId: 'trigger-1' });
        expect((await probe.event('command')).payload).toMatchObject({
            sender: 'admin', room: roomId, threadId: thread.message._id, triggerId: 'trigger-1', usernames: ['admin'],
        });
    });

    test('the server does not check the command\'s permission', async () => {
        const username = unique('plain');
        await running().admin.createUser({ username, name: 'Plain', password: 'secret-enough' });
        const user = await RocketChat.login(running().admin.url, username, 'secret-enough');
        await user.post('v1/channels.join', { roomId });
        expect((await user.request('POST', 'v1/commands.run', { command: 'probing', roomId, params: '' })).status).toBe(200);
        expect((await probe.event('command')).payload.sender).toBe(username);
    });

    test('an error of the executor is thrown to the caller', async () => {
        const answer = await run('throw');
        expect(answer.status).toBe(400);
        expect(JSON.stringify(answer.body)).toContain('the executor broke');
    });

    test('a disabled app\'s command answers that the app is not enabled', async () => {
        await probe.setStatus('manually_disabled');
        expect(JSON.stringify((await run('x')).body)).toContain('App not enabled');
        await probe.setStatus('manually_enabled');
    });

    test.each([
        ['of the server itself', 'invite', 'CommandAlreadyExistsError'],
        ['of another app', 'probing', 'CommandHasAlreadyBeenTouchedError'],
    ])('a name %s is refused', async (_whose, name, error) => {
        const other = await Probe.install(running().admin, { scripts: { configure: guarded(provide(name)) } });
        const refused = (await other.events('refused'))[0];
        expect(refused.payload.message).toMatch(error === 'CommandAlreadyExistsError' ? /already exists in the system/ : /already been touched by another/);
    });

    test('a command without providesPreview ends the start of its app in an error', async () => {
        const other = await Probe.install(running().admin, { scripts: { configure: provide('incomplete').replace('providesPreview: false,', '') } });
        const { commands } = await running().admin.get('v1/commands.list', { count: 0 });
        expect(commands.map(({ command }: { command: string }) => command)).not.toContain('incomplete');
        expect((await running().admin.get(`apps/${other.id}/status`)).status).toBe('error_disabled');
    });
});

describe('UIKit', () => {
    const running = useWorkspace();
    let probe: Probe;
    let roomId: string;

    beforeAll(async () => {
        probe = await Probe.install(running().admin, {
            scripts: { configure: "await configuration.ui.registerButton({ actionId: 'bridge', labelI18n: 'label', context: 'roomAction' });" },
        });
        roomId = (await running().admin.createRoom('c', unique('uikit')))._id;
    });
    beforeEach(() => probe.forget());

    const interact = (body: object) => running().admin.request('POST', `apps/ui.interaction/${probe.id}`, body);

    test('a button of the app is listed, and pressing it arrives with room, user and trigger', async () => {
        const buttons = await running().admin.get('apps/actionButtons');
        expect(Object.values(buttons)).toContainEqual(expect.objectContaining({ actionId: 'bridge', appId: probe.id, context: 'roomAction' }));
        await interact({ type: 'actionButton', actionId: 'bridge', triggerId: 't1', rid: roomId, payload: { context: 'roomAction' } });
        expect((await probe.event('executeActionButtonHandler')).payload).toMatchObject({ actionId: 'bridge', triggerId: 't1', buttonContext: 'roomAction', user: { username: 'admin' }, room: { id: roomId } });
    });

    test('a block action carries its value, the room and the message', async () => {
        const { message } = await running().admin.post('v1/chat.postMessage', { roomId, text: 'with blocks' });
        await interact({
            type: 'blockAction', actionId: 'press', triggerId: 't2', rid: roomId, mid: message._id,
            payload: { blockId: 'b', value: 'v' }, container: { type: 'message', id: message._id },
        });
        expect((await probe.event('executeBlockActionHandler')).payload).toMatchObject({ actionId: 'press', blockId: 'b', value: 'v', room: { id: roomId }, message: { id: message._id } });
    });

    test('a view submission has no room, and the handler\'s answer is the HTTP answer', async () => {
        await probe.on('executeViewSubmitHandler', "return payload.getInteractionResponder().viewErrorResponse({ viewId: 'v', errors: { name: 'too short' } });");
        const answer = await interact({ type: 'viewSubmit', actionId: 'send', triggerId: 't3', rid: roomId, payload: { view: { id: 'v', state: { b: { name: 'x' } } } } });
        expect(answer.body).toMatchObject({ type: 'errors', errors: { name: 'too short' } });
        const { payload } = await probe.event('executeViewSubmitHandler');
        expect(payload.view).toMatchObject({ id: 'v', state: { b: { name: 'x' } } });
        expect(payload.room ?? null).toBeNull();
    });

    test('a surface that the app opens reaches the user\'s client', async () => {
        const opened = await probe.run(`
            const user = await read.getUserReader().getByUsername('admin');
            await modify.getUiController().openSurfaceView({ type: 'modal', id: 'm', title: { type: 'plain_text', text: 'T' }, blocks: [] }, { triggerId: 't4' }, user);
            return true;`);
        expect(opened).toBe(true);
    });

    test('without a login it is a 401', async () => {
        const response = await fetch(`${running().admin.url}/api/apps/ui.interaction/${probe.id}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"type":"viewClosed"}' });
        expect(response.status).toBe(401);
        expect(await response.json()).toEqual({ status: 'error', message: 'You must be logged in to do this.' });
    });
});
