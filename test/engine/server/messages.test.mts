/**
 * Messages that an app sends, edits and deletes. Server: `server/lib/apps/bridges/messages.ts`, `server/meteor-methods/messages/sendMessage.ts`,
 * `server/lib/messages/{sendMessage,updateMessage,deleteMessage}.ts`, `server/lib/authorization/canSendMessage.ts`,
 * `server/services/messages/service.ts`.
 */
import { addMembers, createBot, createRoomAs, deleteAs, editAs, refusal, sendAs, type Bot } from '../../support/apps/appCalls.mts';
import { eventually, unique } from '../../support/eventually.mts';
import { Probe } from '../../support/apps/probeApp.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

jest.setTimeout(60_000);

describe('messages of an app', () => {
    const running = useWorkspace();
    let probe: Probe;
    let bot: Bot;
    let roomId: string;
    const setting = (id: string, value: unknown) => running().admin.post(`v1/settings/${id}`, { value });
    const send = (fields: Record<string, unknown>, sender = bot.id, room = roomId) => sendAs(probe, sender, room, fields);

    beforeAll(async () => {
        probe = await Probe.install(running().admin);
        bot = await createBot(probe, unique('sender'));
        roomId = await createRoomAs(probe, bot.id, { type: 'c', name: unique('messages'), members: [running().admin.username] });
    });

    describe('the sender', () => {
        test('may be any user of the workspace, and must see the room', async () => {
            const { admin } = running();
            const id = await send({ text: 'as the admin' }, admin.userId);
            expect((await admin.message(id)).u.username).toBe(admin.username);
            const stranger = await createBot(probe, unique('stranger'));
            const hidden = await createRoomAs(probe, bot.id, { type: 'p', name: unique('hidden') });
            expect(await refusal(send({ text: 'let me in' }, stranger.id, hidden))).toMatch('error-not-allowed');
        });

        test('of type app is not asked for access', async () => {
            const hidden = await createRoomAs(probe, bot.id, { type: 'p', name: unique('hidden') });
            const id = await probe.run(`
                const room = await read.getRoomReader().getById(args.hidden);
                return modify.getCreator().finish(modify.getCreator().startMessage({ room, text: 'from nowhere' }));`, { hidden });
            expect(await probe.run('return read.getMessageReader().getById(args.id)', { id })).toMatchObject({ text: 'from nowhere', sender: { type: 'app' } });
        });

        test('must not be muted, nor the room archived or read-only', async () => {
            const { admin } = running();
            const mine = await admin.createRoom('c', unique('strict'));
            const speaker = await createBot(probe, unique('speaker'));
            await addMembers(probe, mine._id, [speaker.username]);
            const say = () => refusal(send({ text: 'hello' }, speaker.id, mine._id));
            expect(await say()).toBe('no error');
            await admin.post('v1/rooms.muteUser', { roomId: mine._id, username: speaker.username });
            expect(await say()).toMatch('You_have_been_muted');
            await admin.post('v1/rooms.unmuteUser', { roomId: mine._id, username: speaker.username });
            await admin.post('v1/channels.setReadOnly', { roomId: mine._id, readOnly: true });
            expect(await say()).toMatch('the room is readonly');
            await admin.post('v1/channels.setReadOnly', { roomId: mine._id, readOnly: false });
            await admin.post('v1/channels.archive', { roomId: mine._id });
            expect(await say()).toMatch('room_is_archived');
        });
    });

    describe('the text', () => {
        test('must not be empty unless there are attachments', async () => {
            expect(await refusal(send({ text: ' ' }))).toMatch('Message cannot be empty [error-invalid-message]');
            expect(await send({ text: '', attachments: [{ text: 'attached' }] })).toMatch(/\w+/);
        });

        test('has at most 5000 characters', async () => {
            expect(await send({ text: 'x'.repeat(5000) })).toMatch(/\w+/);
            expect(await refusal(send({ text: 'x'.repeat(5001) }))).toMatch('error-message-size-exceeded');
        });

        test('loses its NUL characters', async () => {
            const id = await send({ text: 'a\0b' });
            expect((await running().admin.message(id)).msg).toBe('ab');
        });

        test('of a bot must not notify all', async () => {
            const member = await createBot(probe, unique('herald'));
            await addMembers(probe, roomId, [member.username]);
            const say = (text: string) => refusal(send({ text }, member.id));
            expect(await say('hey @all')).toMatch('Notify all in this room not allowed [error-action-not-allowed]');
            expect(await say('in code, too: ` @here`')).toMatch('error-action-not-allowed');
            expect(await say('hey\u00a0@here')).toMatch('error-action-not-allowed');
            expect(await say('mail@all.example.org, @alligator')).toBe('no error');
            expect(await send({ text: 'hey @all' }, running().admin.userId)).toMatch(/\w+/);
            // Owners of the room may, bots as well.
            expect(await send({ text: 'hey @all' })).toMatch(/\w+/);
        });

        test('is looked through for mentions and parsed', async () => {
            const { admin } = running();
            const message = await admin.message(await send({ text: `*hi* @${admin.username}, see #general` }));
            expect(message.mentions).toEqual([expect.objectContaining({ username: admin.username, type: 'user' })]);
            expect(message.channels).toEqual([expect.objectContaining({ _id: 'GENERAL', name: 'general' })]);
            expect(message.md[0]).toMatchObject({ type: 'PARAGRAPH', value: expect.arrayContaining([expect.objectContaining({ type: 'BOLD' })]) });
        });
    });

    test('the time may differ by ten seconds, up to a minute it becomes now, beyond that it is refused', async () => {
        const sent = async (ago: number) => {
            const ts = new Date(Date.now() - ago);
            const message = await running().admin.message(await send({ text: 'when', createdAt: ts.toISOString() }));
            return Math.abs(new Date(message.ts).getTime() - ts.getTime()) < 10;
        };
        expect(await sent(8_000)).toBe(true);
        expect(await sent(30_000)).toBe(false);
        expect(await refusal(send({ text: 'when', createdAt: new Date(Date.now() - 90_000).toISOString() }))).toMatch('error-message-ts-out-of-sync');
    });

    test('alias and picture need message-impersonate of the sender: bots have it, people have not', async () => {
        const message = await running().admin.message(await send({ text: 'hi', alias: 'Alice (Matrix)', avatarUrl: 'https://example.org/a.png' }));
        expect(message).toMatchObject({ alias: 'Alice (Matrix)', avatar: 'https://example.org/a.png' });
        expect(await refusal(send({ text: 'hi', alias: 'Somebody' }, running().admin.userId))).toMatch('Not enough permission');
    });

    test('custom fields are refused', async () => {
        expect(await refusal(send({ text: 'hi', customFields: { mxid: '$1' } }))).toMatch('Custom fields not enabled');
    });

    test('links of attachments are absolute or paths of files', async () => {
        const attach = (link: string) => refusal(send({ text: 'x', attachments: [{ title: { value: 'a', link } }] }));
        expect(await attach('https://example.org/x')).toBe('no error');
        expect(await attach('/file-upload/abc/name.png')).toBe('no error');
        expect(await attach('relative/path')).toMatch('Invalid href value provided');
        expect(await attach('javascript:alert(1)')).toMatch('Invalid href value provided');
    });

    test('a thread belongs to its root, and to the room of it', async () => {
        const { admin } = running();
        const root = await send({ text: 'root' });
        const reply = await send({ text: 'reply', threadId: root });
        const nested = await send({ text: 'reply to the reply', threadId: reply });
        expect((await admin.message(nested)).tmid).toBe(root);
        expect(await admin.message(root)).toMatchObject({ tcount: 2 });
        const elsewhere = await createRoomAs(probe, bot.id, { type: 'c', name: unique('elsewhere') });
        expect((await admin.message(await send({ text: 'strayed', threadId: root }, bot.id, elsewhere))).rid).toBe(roomId);
        await setting('Threads_enabled', false);
        expect(await refusal(send({ text: 'reply', threadId: root }))).toMatch('not-allowed [error-not-allowed]');
        await setting('Threads_enabled', true);
    });

    test('unmapped properties are merged at creation: the id, "also send to channel"', async () => {
        const { admin } = running();
        const chosen = unique('mx').replace(/\W/g, '');
        expect(await send({ text: 'with my id', _unmappedProperties_: { _id: chosen } })).toBe(chosen);
        expect(await refusal(send({ text: 'again', _unmappedProperties_: { _id: chosen } }))).toMatch('Cannot read properties of undefined');
        expect((await admin.message(chosen)).msg).toBe('with my id');
        const shown = await send({ text: 'shown', threadId: chosen, _unmappedProperties_: { tshow: true } });
        expect(await admin.message(shown)).toMatchObject({ tmid: chosen, tshow: true });
    });

    test('an id without a choice has 17 characters and is known to the app before its own call returns', async () => {
        expect(await send({ text: 'plain' })).toMatch(/^[0-9A-Za-z]{17}$/);
    });

    test('plain text into an encrypted room is refused', async () => {
        const { admin } = running();
        await setting('E2E_Enable', true);
        const room = await admin.createRoom('p', unique('secret'), [bot.username], { extraData: { encrypted: true } });
        expect(await refusal(send({ text: 'plain' }, bot.id, room._id))).toMatch('Not allowed to send un-encrypted messages in an encrypted room');
        await setting('E2E_Enable', false);
    });

    test('what fails is also shown to the sender alone', async () => {
        const { admin } = running();
        await admin.listen();
        await refusal(send({ text: 'hi', alias: 'Somebody' }, admin.userId));
        await eventually(() => admin.whispersIn({ _id: roomId, t: 'c' }).includes('Not enough permission'), { what: 'the note to the sender' });
    });

    test('an edit needs no right, is marked, and is told with the editor', async () => {
        const { admin } = running();
        const id = await send({ text: 'first' });
        await editAs(probe, admin.userId, id, 'second');
        const { payload } = await probe.event('IPostMessageUpdated', (message) => message.id === id);
        expect(payload).toMatchObject({ text: 'second', editor: { id: admin.userId }, sender: { id: bot.id } });
        expect(payload.editedAt).toBeInstanceOf(Date);
        expect(await admin.message(id)).toMatchObject({ msg: 'second', editedBy: { username: admin.username } });
    });

    test('a deletion needs no right and removes the message, but the first of a thread stays as a removed one', async () => {
        const { admin } = running();
        const gone = await send({ text: 'gone' });
        const root = await send({ text: 'root' });
        await send({ text: 'reply', threadId: root });
        await deleteAs(probe, admin.userId, gone);
        await deleteAs(probe, admin.userId, root);
        expect((await admin.request('GET', `v1/chat.getMessage?msgId=${gone}`)).status).toBe(400);
        expect(await admin.message(root)).toMatchObject({ t: 'rm', msg: '' });
        const { payload, context } = await probe.event('IPostMessageDeleted', (message) => message.id === gone);
        expect(payload).toMatchObject({ text: 'gone', sender: { id: bot.id } });
        expect(context).toMatchObject({ message: { id: gone }, user: { id: admin.userId } });
    });

    test('as the settings say a deleted message stays as a removed one, or hidden with its history', async () => {
        const { admin } = running();
        const shown = await send({ text: 'shown' });
        const hidden = await send({ text: 'hidden' });
        await setting('Message_ShowDeletedStatus', true);
        await deleteAs(probe, bot.id, shown);
        await setting('Message_ShowDeletedStatus', false);
        expect(await admin.message(shown)).toMatchObject({ t: 'rm', msg: '', editedBy: { username: bot.username } });
        await setting('Message_KeepHistory', true);
        await deleteAs(probe, bot.id, hidden);
        await setting('Message_KeepHistory', false);
        expect((await admin.messages({ _id: roomId, t: 'c' })).map(({ _id }) => _id)).not.toContain(hidden);
        expect(await probe.run('return read.getMessageReader().getById(args.hidden)', { hidden })).toMatchObject({ text: 'hidden', _unmappedProperties_: { _hidden: true } });
        expect(await refusal(editAs(probe, bot.id, shown, 'again'))).toMatch('Message editing not allowed [error-action-not-allowed]');
    });
});

describe('messages on a server that makes the ids itself', () => {
    const running = useWorkspace({ quirks: ['chosenMessageIds=false', 'chosenUserIds=false'] });

    test('neither a message nor a user gets the chosen id', async () => {
        const probe = await Probe.install(running().admin);
        const bot = await createBot(probe, unique('plain'));
        const roomId = await createRoomAs(probe, bot.id, { type: 'c', name: unique('plain') });
        expect(await sendAs(probe, bot.id, roomId, { text: 'x', _unmappedProperties_: { _id: 'chosen' } })).toMatch(/^[0-9A-Za-z]{17}$/);
        const userId = await probe.run(`
            const builder = modify.getCreator().startBotUser({ username: args.username, name: 'N', roles: ['bot'], isEnabled: true });
            builder.getUser().id = 'chosenUserId';
            return modify.getCreator().finish(builder);`, { username: unique('plain') });
        expect(userId).not.toBe('chosenUserId');
    });
});
