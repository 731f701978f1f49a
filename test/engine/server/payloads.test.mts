/**
 * What events carry, quotes and reactions. Server: `server/lib/apps/converters/messages.ts`, `app/apps/server/converters/convertMessageFiles.ts`,
 * `server/services/messages/hooks/BeforeSaveJumpToMessage.ts`, `server/lib/messaging/reactions/setReaction.ts`.
 */
import { createBot, createRoomAs, editAs, reactAs, refusal, sendAs, type Bot } from '../../support/apps/appCalls.mts';
import { sleep, unique } from '../../support/eventually.mts';
import { Probe } from '../../support/apps/probeApp.mts';
import type { RcRoom } from '../../support/clients/rocketchat.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

jest.setTimeout(60_000);

describe('payloads', () => {
    const running = useWorkspace();
    let probe: Probe;
    let bot: Bot;
    let room: RcRoom;

    beforeAll(async () => {
        const { admin } = running();
        probe = await Probe.install(admin);
        bot = await createBot(probe, unique('reader'));
        room = await admin.createRoom('c', unique('payloads'), [bot.username]);
    });
    beforeEach(() => probe.forget());

    const sent = async (text: string, extra: Record<string, unknown> = {}) => {
        const message = await running().admin.send(room, text, extra);
        return { message, payload: (await probe.event('IPostMessageSent', ({ id }) => id === message._id)).payload };
    };

    test('a message carries the whole room and the whole sender', async () => {
        const { admin } = running();
        const { payload, message } = await sent('hello');
        expect(payload).toMatchObject({
            id: message._id,
            text: 'hello',
            room: {
                id: room._id, type: 'c', slugifiedName: room.name, displayName: room.name, isReadOnly: false, isDefault: false, displaySystemMessages: true,
                creator: { id: admin.userId, username: admin.username },
            },
            sender: { id: admin.userId, username: admin.username, type: 'user', isEnabled: true, roles: ['admin'] },
        });
        expect(payload.createdAt).toBeInstanceOf(Date);
        expect(payload.sender.appId ?? null).toBeNull();
    });

    test('what the engine has no field for is in the unmapped properties', async () => {
        const { payload: root, message } = await sent(`see https://example.org/a @${bot.username} #general`);
        const { payload } = await sent('shown', { tmid: message._id, tshow: true });
        expect(root._unmappedProperties_).toMatchObject({
            md: [{ type: 'PARAGRAPH' }], urls: [{ url: 'https://example.org/a', meta: {} }], mentions: [{ _id: bot.id }], channels: [{ _id: 'GENERAL' }],
        });
        expect(payload).toMatchObject({ threadId: message._id, _unmappedProperties_: { tshow: true } });
        expect(payload._unmappedProperties_.msg).toBeUndefined();
    });

    test('a page of a room\'s messages has them raw: no room, the sender as stored, no system messages', async () => {
        await running().admin.send(room, 'on the page');
        await running().admin.post('v1/rooms.saveRoomSettings', { rid: room._id, roomTopic: unique('topic') });
        const messages = await probe.run('return read.getRoomReader().getMessages(args.id, { limit: 100, sort: { createdAt: "desc" } })', { id: room._id });
        expect(messages[0]).toMatchObject({ text: 'on the page', roomId: room._id, sender: { _id: running().admin.userId, username: running().admin.username } });
        expect(messages.filter((message: any) => message.type ?? null)).toEqual([]);
    });

    describe('quotes', () => {
        const link = async (messageId: string, place = room) => `${running().workspace.url.replace('127.0.0.1', 'localhost')}/channel/${place.name}?msg=${messageId}`;

        test('a leading link to a message becomes an attachment, built by the server', async () => {
            const { message } = await sent('original');
            const { payload } = await sent(`[ ](${await link(message._id)}) my answer`);
            expect(payload.text).toBe(`[ ](${await link(message._id)}) my answer`);
            expect(payload.attachments).toEqual([expect.objectContaining({
                text: 'original', timestampLink: await link(message._id), author: expect.objectContaining({ name: running().admin.username }),
            })]);
        });

        test('a quote of a quote is cut at the limit', async () => {
            const first = (await sent('one')).message;
            const second = (await sent(`[ ](${await link(first._id)}) two`)).message;
            const { message } = await sent(`[ ](${await link(second._id)}) three`);
            expect(message.attachments[0].attachments[0]).toMatchObject({ text: 'one' });
            expect(message.attachments[0].attachments[0].attachments).toBeUndefined();
        });

        test('neither for a room that the sender cannot see, nor without link parsing', async () => {
            const { admin } = running();
            const hidden = await admin.createRoom('p', unique('hidden'));
            const secret = await admin.send(hidden, 'secret');
            const quote = `[ ](${(await link(secret._id, hidden)).replace('/channel/', '/group/')}) look`;
            expect((await admin.message(await sendAs(probe, bot.id, room._id, { text: quote }))).attachments ?? []).toEqual([]);
            const { message } = await sent('plain');
            const unparsed = await sendAs(probe, bot.id, room._id, { text: `[ ](${await link(message._id)}) x`, parseUrls: false });
            expect((await admin.message(unparsed)).attachments ?? []).toEqual([]);
        });

        test('an edit builds the quotes anew', async () => {
            const { admin } = running();
            const one = (await sent('first original')).message;
            const two = (await sent('second original')).message;
            const { message } = await sent(`[ ](${await link(one._id)}) answer`);
            await admin.edit(message, `[ ](${await link(two._id)}) answer`);
            expect((await admin.message(message._id)).attachments.map(({ text }: any) => text)).toEqual(['second original']);
            await editAs(probe, bot.id, message._id, 'no quote any more');
            expect((await admin.message(message._id)).attachments ?? []).toEqual([]);
        });
    });

    describe('reactions', () => {
        const told = async (name: string, isReacted: boolean) =>
            (await probe.event('IPostMessageReacted', (context) => context.reaction === name && context.isReacted === isReacted)).payload;

        test('adding and removing is told with the user', async () => {
            const { message } = await sent('react to me');
            await reactAs(probe, bot.id, message._id, ':thumbsup:');
            expect(await told(':thumbsup:', true)).toMatchObject({ message: { id: message._id }, user: { id: bot.id } });
            expect((await running().admin.message(message._id)).reactions).toEqual({ ':thumbsup:': { usernames: [bot.username] } });
            await reactAs(probe, bot.id, message._id, ':thumbsup:', false);
            await told(':thumbsup:', false);
            expect((await running().admin.message(message._id)).reactions).toBeUndefined();
        });

        test('a name must be known to the server, and have its colons', async () => {
            const { message } = await sent('react to me');
            expect(await refusal(reactAs(probe, bot.id, message._id, ':no_such_emoji:'))).toMatch('Invalid emoji provided. [error-not-allowed]');
            expect(await refusal(reactAs(probe, bot.id, message._id, '👍'))).toMatch('Invalid reaction');
            expect(await refusal(reactAs(probe, bot.id, message._id, ':👍:'))).toMatch('Invalid emoji provided.');
        });

        test('doing what is done already changes and tells nothing', async () => {
            const { message } = await sent('react to me');
            await reactAs(probe, bot.id, message._id, ':tada:');
            await told(':tada:', true);
            await reactAs(probe, bot.id, message._id, ':tada:');
            await reactAs(probe, bot.id, message._id, ':heart:', false);
            await sleep(200);
            expect(await probe.events('IPostMessageReacted')).toHaveLength(1);
        });

        test('without access to the room there is no reacting', async () => {
            const { admin } = running();
            const hidden = await admin.createRoom('p', unique('hidden'));
            const secret = await admin.send(hidden, 'secret');
            expect(await refusal(reactAs(probe, bot.id, secret._id, ':heart:'))).toMatch('Not Authorized [not-authorized]');
        });
    });
});

describe('reactions on an older server', () => {
    const running = useWorkspace({ quirks: ['removeReactionAdds=true'] });

    test('removing from a message without any reaction adds one', async () => {
        const { admin } = running();
        const probe = await Probe.install(admin);
        const bot = await createBot(probe, unique('old'));
        const roomId = await createRoomAs(probe, bot.id, { type: 'c', name: unique('old') });
        const id = await sendAs(probe, bot.id, roomId, { text: 'react to me' });
        await reactAs(probe, bot.id, id, ':heart:', false);
        expect((await admin.message(id)).reactions).toEqual({ ':heart:': { usernames: [bot.username] } });
        await reactAs(probe, bot.id, id, ':tada:', false);
        expect((await admin.message(id)).reactions).toEqual({ ':heart:': { usernames: [bot.username] } });
    });
});
