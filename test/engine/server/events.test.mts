/**
 * Which action fires which event, with what. Server: the trigger sites (`server/lib/messages/{sendMessage,updateMessage,deleteMessage}.ts`,
 * `server/lib/messaging/reactions/setReaction.ts`, `server/lib/messages/pinMessage.ts`, `server/lib/users/*`) and
 * `server/lib/apps/bridges/listeners.ts`.
 */
import { addMembers, createBot, createRoomAs, deleteAs, editAs, reactAs, sendAs } from '../../support/apps/appCalls.mts';
import { eventually, sleep, unique } from '../../support/eventually.mts';
import { Probe, type Seen } from '../../support/apps/probeApp.mts';
import { RocketChat, type RcRoom } from '../../support/clients/rocketchat.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

jest.setTimeout(60_000);

describe('an app hears of its own actions', () => {
    const running = useWorkspace();
    let probe: Probe;

    beforeAll(async () => {
        probe = await Probe.install(running().admin);
    });
    beforeEach(() => probe.forget());

    /** Names of the events after an action, once they have come. */
    const eventsOf = async (count: number): Promise<string[]> => {
        await eventually(async () => (await probe.events()).length >= count, { what: () => `${count} events` });
        await sleep(150);
        return (await probe.events()).map(({ event }) => event).sort();
    };

    test('sending, editing, reacting, deleting: each is echoed, marked by the user\'s appId', async () => {
        const bot = await createBot(probe, unique('echo'));
        const roomId = await createRoomAs(probe, bot.id, { type: 'c', name: unique('echo') });
        const id = await sendAs(probe, bot.id, roomId, { text: 'one' });
        await editAs(probe, bot.id, id, 'two');
        await reactAs(probe, bot.id, id, ':tada:');
        await reactAs(probe, bot.id, id, ':tada:', false);
        await deleteAs(probe, bot.id, id);
        expect(await eventsOf(6)).toEqual([
            'IPostMessageDeleted', 'IPostMessageReacted', 'IPostMessageReacted', 'IPostMessageSent', 'IPostMessageUpdated', 'IPostRoomCreate',
        ]);
        const marks: Record<string, (seen: Seen) => any> = {
            IPostMessageSent: ({ payload }) => payload.sender,
            IPostMessageUpdated: ({ payload }) => payload.editor,
            IPostMessageReacted: ({ payload }) => payload.user,
            IPostMessageDeleted: ({ context }) => context.user,
            IPostRoomCreate: ({ payload }) => payload.creator,
        };
        for (const seen of await probe.events()) expect(marks[seen.event](seen)).toMatchObject({ id: bot.id, type: 'bot', appId: probe.id });
    });

    test('members that come and go are echoed, with their system messages', async () => {
        const owner = await createBot(probe, unique('echo'));
        const bot = await createBot(probe, unique('echo'));
        const roomId = await createRoomAs(probe, owner.id, { type: 'c', name: unique('echo') });
        await addMembers(probe, roomId, [bot.username]);
        await probe.run('await modify.getDeleter().removeUsersFromRoom(args.roomId, [args.username])', { roomId, username: bot.username });
        expect(await eventsOf(5)).toEqual([
            'IPostRoomCreate', 'IPostRoomUserJoined', 'IPostRoomUserLeave', 'IPostSystemMessageSent', 'IPostSystemMessageSent',
        ]);
    });

    test('making, changing and deleting its users is not told', async () => {
        const other = await Probe.install(running().admin);
        await other.forget();
        const bot = await createBot(other, unique('silent'));
        await other.run('await modify.getUpdater().getUserUpdater().updateCustomFields(await read.getUserReader().getById(args.id), { a: 1 })', { id: bot.id });
        await other.run('await modify.getDeleter().deleteUsers(app.getID(), "bot")');
        await sleep(300);
        expect(await other.events()).toEqual([]);
        await other.remove();
    });
});

describe('an app hears of what people do', () => {
    const running = useWorkspace();
    let probe: Probe;
    let room: RcRoom;

    beforeAll(async () => {
        probe = await Probe.install(running().admin);
        room = await running().admin.createRoom('c', unique('people'));
    });
    beforeEach(() => probe.forget());

    test.each([
        ['chat.pinMessage', 'IPostMessagePinned', { isPinned: true }],
        ['chat.starMessage', 'IPostMessageStarred', { isStarred: true }],
    ])('%s: %s', async (route, event, marks) => {
        const { admin } = running();
        const message = await admin.send(room, 'mark me');
        await admin.post(`v1/${route}`, { messageId: message._id });
        expect((await probe.event(event)).payload).toMatchObject({ message: { id: message._id }, user: { id: admin.userId }, ...marks });
    });

    test('following and reporting', async () => {
        const { admin } = running();
        const message = await admin.send(room, 'mark me');
        await admin.post('v1/chat.followMessage', { mid: message._id });
        expect((await probe.event('IPostMessageFollowed')).payload).toMatchObject({ user: { id: admin.userId }, isFollowed: true });
        await admin.post('v1/chat.reportMessage', { messageId: message._id, description: 'spam' });
        expect((await probe.event('IPostMessageReported')).payload).toMatchObject({ message: { id: message._id }, reason: 'spam' });
    });

    test('a thread\'s counters, a pin and a link preview are no edits', async () => {
        const { admin } = running();
        const root = await admin.send(room, 'root https://example.org');
        await admin.send(room, 'reply', { tmid: root._id });
        await admin.post('v1/chat.pinMessage', { messageId: root._id });
        await admin.react(root, 'heart');
        await probe.event('IPostMessageReacted');
        await sleep(200);
        expect(await probe.events('IPostMessageUpdated')).toEqual([]);
    });

    test('a user made, changed and deleted by an admin', async () => {
        const { admin } = running();
        const username = unique('life');
        const user = await admin.createUser({ username, name: 'First name', password: 'secret-enough' });
        expect((await probe.event('IPostUserCreated')).payload).toMatchObject({ user: { id: user._id, username }, performedBy: { id: admin.userId } });
        await admin.post('v1/users.update', { userId: user._id, data: { name: 'Second name' } });
        expect((await probe.event('IPostUserUpdated')).payload).toMatchObject({
            user: { id: user._id, name: 'Second name' }, previousData: { name: 'First name' }, performedBy: { id: admin.userId },
        });
        await admin.post('v1/users.delete', { userId: user._id });
        expect((await probe.event('IPostUserDeleted')).payload).toMatchObject({ user: { id: user._id }, performedBy: { id: admin.userId } });
    });

    test('a login, and the presence that a connection brings', async () => {
        const { admin, workspace } = running();
        const username = unique('present');
        const user = await admin.createUser({ username, name: 'Present', password: 'secret-enough' });
        const person = await RocketChat.login(workspace.url, username, 'secret-enough');
        expect((await probe.event('IPostUserLoggedIn', ({ id }) => id === user._id)).payload).toMatchObject({ username });
        await person.listen();
        const change = (status: string) => probe.event('IPostUserStatusChanged', (context) => context.user.id === user._id && context.currentStatus === status);
        expect((await change('online')).payload).toMatchObject({ previousStatus: 'offline' });
        person.close();
        expect((await change('offline')).payload).toMatchObject({ previousStatus: 'online' });
    });

    test('a room deleted with its messages tells of the room only', async () => {
        const { admin } = running();
        const doomed = await admin.createRoom('c', unique('doomed'));
        await admin.send(doomed, 'goes with it');
        await probe.event('IPostMessageSent', ({ text }) => text === 'goes with it');
        await probe.forget();
        await admin.post('v1/channels.delete', { roomId: doomed._id });
        await probe.event('IPostRoomDeleted');
        await sleep(200);
        expect((await probe.events()).map(({ event }) => event)).toEqual(['IPostRoomDeleted']);
    });
});

describe('an app steps in before', () => {
    const running = useWorkspace();
    beforeAll(async () => {
        await Probe.install(running().admin, {
            implements: ['IPreMessageSentModify', 'IPreMessageUpdatedModify', 'IPreMessageDeletePrevent', 'IPreRoomCreatePrevent', 'IPreRoomCreateModify'],
            scripts: {
                IPreMessageSentModify: `return payload.text === 'rude' ? args[0].setText('polite').addAttachment({ text: 'added' }).getMessage() : payload;`,
                IPreMessageUpdatedModify: `return payload.text === 'rude' ? args[0].setText('polite again').getMessage() : payload;`,
                IPreMessageDeletePrevent: `return payload.text === 'keep me';`,
                IPreRoomCreatePrevent: `return payload.slugifiedName.startsWith('forbidden');`,
                IPreRoomCreateModify: `return payload.slugifiedName.startsWith('private') ? args[0].setReadOnly(true).getRoom() : payload;`,
            },
        });
    });

    test('a message is stored as the app made it, and parsed after that', async () => {
        const { admin } = running();
        const room = await admin.createRoom('c', unique('modified'));
        const message = await admin.message((await admin.send(room, 'rude'))._id);
        expect(message).toMatchObject({ msg: 'polite', attachments: [{ text: 'added' }], md: [{ value: [{ value: 'polite' }] }] });
        await admin.edit(message, 'rude');
        expect(await admin.message(message._id)).toMatchObject({ msg: 'polite again', u: { username: admin.username } });
    });

    test('what it prevents does not happen', async () => {
        const { admin } = running();
        const room = await admin.createRoom('c', unique('kept'));
        const message = await admin.send(room, 'keep me');
        await expect(admin.deleteMessage(message)).rejects.toThrow('A Rocket.Chat App prevented the message deleting.');
        expect((await admin.message(message._id)).msg).toBe('keep me');
        await expect(admin.createRoom('c', unique('forbidden'))).rejects.toThrow('A Rocket.Chat App prevented the room creation.');
    });

    test('a room is made as the app wants it', async () => {
        expect(await running().admin.createRoom('c', unique('private'))).toMatchObject({ ro: true });
    });
});
