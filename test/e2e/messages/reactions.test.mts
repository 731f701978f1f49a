/** Reactions and pins, both ways. */
import sharp from 'sharp';
import { eventually, unique } from '../../support/eventually.mts';
import { useBridgedRoom } from '../../support/bridgedRoom.mts';
import { setting } from '../../support/apps/app.mts';
import type { MatrixEvent } from '../../support/clients/matrix.mts';
import type { RcMessage } from '../../support/clients/rocketchat.mts';

const room = useBridgedRoom('reactions');
const annotation = (event: string, key: string, more: object = {}) => ({ 'm.relates_to': { rel_type: 'm.annotation', event_id: event, key }, ...more });
const emoji = ({ reactions }: RcMessage): string[] => Object.keys(reactions ?? {}).sort();
const reactionsTo = async (event: string): Promise<MatrixEvent[]> =>
    (await room().carol.events(room().roomId)).filter(({ type, content }) => type === 'm.reaction' && content['m.relates_to']?.event_id === event);

/** A tone, a flag, a sequence with joiners, a keycap, one with and one without a text form. */
const pairs = [['👍🏽', ':thumbsup_tone3:'], ['🇩🇪', ':flag_de:'], ['👩‍💻', ':woman_technologist:'], ['1️⃣', ':one:'], ['❤️', ':heart:'], ['🎉', ':tada:'], ['🏳️‍🌈', ':rainbow_flag:']];

describe('reactions', () => {
    test('of the whole of Unicode come in', async () => {
        const { message, event } = await room().fromAlice();
        for (const [key] of pairs) await room().carol.send(room().roomId, 'm.reaction', annotation(event.event_id, key));
        const seen = await room().alice.waitForMessage(room().channel, (one) => one._id === message._id && emoji(one).length === pairs.length);
        const puppet = Object.values(seen.reactions ?? {})[0].usernames;
        expect(seen.reactions).toEqual(Object.fromEntries(emoji(seen).map((name) => [name, { usernames: puppet }])));
        expect((await room().stack.admin.user(puppet[0]))?.name).toBe('Carol Danvers');
    });

    test('of the whole of Unicode go out, in the form that other clients use', async () => {
        const { eventId, message } = await room().fromCarol();
        for (const [, name] of pairs) await room().alice.react(message, name);
        const sent = await eventually(async () => {
            const events = await reactionsTo(eventId);
            return events.length === pairs.length && events;
        }, { what: 'all reactions' });
        expect(sent.map(({ content }) => content['m.relates_to'].key).sort()).toEqual(pairs.map(([key]) => key).sort());
        expect(new Set(sent.map(({ sender }) => sender))).toEqual(new Set([room().stack.ghostOf(room().alice)]));
    });

    test('that this server has not are said in words, and go with the reaction', async () => {
        const { message, event } = await room().fromAlice();
        for (const [key, shown, more] of [['LGTM', 'LGTM', {}], ['mxc://example.org/x', ':blobby:', { shortcode: ':blobby:' }], [':none_such:', ':none_such:', {}]] as const) {
            const { eventId, message: said } = await room().fromCarol(annotation(event.event_id, key, more), 'm.reaction');
            expect(said.msg).toBe(`[ ](${await room().linkOf(message)}) Carol Danvers reacted with ${shown}`);
            expect(said.attachments[0].text).toBe(message.msg);
            await room().carol.redact(room().roomId, eventId);
            await eventually(async () => !(await room().alice.messages(room().channel)).some((one) => one._id === said._id && !one.t), { what: 'the words to go' });
        }
    });

    test('of this server\'s own emoji go by their names, both ways', async () => {
        const { alice, carol, roomId, stack } = room();
        const name = unique('blobby').replace(/\W/g, '_');
        const form = new FormData();
        form.append('emoji', new Blob([new Uint8Array(await sharp({ create: { width: 32, height: 32, channels: 3, background: 'teal' } }).png().toBuffer())], { type: 'image/png' }), 'blobby.png');
        form.append('name', name);
        form.append('aliases', '');
        await stack.admin.post('v1/emoji-custom.create', form);
        const { eventId, message } = await room().fromCarol();
        await alice.react(message, `:${name}:`);
        const sent = await eventually(async () => (await reactionsTo(eventId))[0], { what: 'the reaction' });
        expect(sent.content['m.relates_to'].key).toBe(`:${name}:`);
        // Clients with packs of pictures send the picture, and its name beside it.
        await carol.send(roomId, 'm.reaction', annotation(eventId, 'mxc://example.org/blobby', { shortcode: name }));
        await alice.waitForMessage(room().channel, (one) => one._id === message._id && one.reactions?.[`:${name}:`]?.usernames.length === 2);
        await alice.react(message, `:${name}:`, false);
        await eventually(async () => !(await reactionsTo(eventId)).some(({ event_id: id }) => id === sent.event_id), { what: 'the reaction to go' });
    });

    test('one of several is taken back, both ways', async () => {
        const { message, event } = await room().fromAlice();
        const [first] = [await room().carol.send(room().roomId, 'm.reaction', annotation(event.event_id, '🎉')), await room().carol.send(room().roomId, 'm.reaction', annotation(event.event_id, '🚀'))];
        await room().alice.waitForMessage(room().channel, (one) => one._id === message._id && emoji(one).length === 2);
        await room().carol.redact(room().roomId, first);
        await room().alice.waitForMessage(room().channel, (one) => one._id === message._id && emoji(one).join() === ':rocket:');
        // The same one as Carol, who still has hers.
        await room().alice.react(message, ':rocket:');
        await room().alice.react(message, ':eyes:');
        await eventually(async () => (await reactionsTo(event.event_id)).filter(({ sender }) => sender !== room().carol.userId).length === 2, { what: 'the reactions of Alice' });
        await room().alice.react(message, ':rocket:', false);
        const left = await eventually(async () => {
            const events = await reactionsTo(event.event_id);
            return events.filter(({ sender }) => sender !== room().carol.userId).length === 1 && events;
        }, { what: 'one reaction to go' });
        expect(left.map(({ content }) => content['m.relates_to'].key).sort()).toEqual(['👀', '🚀']);
    });

    test('of one emoji under two names are one on Matrix', async () => {
        const { eventId, message } = await room().fromCarol();
        await room().alice.react(message, ':thumbsup:');
        await room().alice.react(message, ':+1:');
        await room().alice.react(message, ':rocket:');
        const sent = await eventually(async () => {
            const events = await reactionsTo(eventId);
            return events.length > 1 && events;
        }, { what: 'the last reaction' });
        expect(sent).toHaveLength(2);
        expect(await room().alice.message(message._id)).toHaveProperty(['reactions', ':thumbsup:']);
    });
});

describe('pins', () => {
    const pinned = async (): Promise<string[]> => (await room().carol.state(room().roomId, 'm.room.pinned_events'))?.pinned ?? [];

    test('of Rocket.Chat are pins on Matrix, of own messages and of others', async () => {
        const [own, others] = [await room().fromAlice(), await room().fromCarol()];
        for (const { _id } of [own.message, others.message]) await room().alice.post('v1/chat.pinMessage', { messageId: _id });
        await eventually(async () => (await pinned()).join() === [own.event.event_id, others.eventId].join(), { what: 'both pins' });
        await room().alice.post('v1/chat.unPinMessage', { messageId: own.message._id });
        await eventually(async () => (await pinned()).join() === others.eventId, { what: 'one pin less' });
        const said = (await room().carol.events(room().roomId)).filter(({ type, content }) => type === 'm.room.message' && /pinned/i.test(content.body ?? ''));
        expect(said).toEqual([]);
        const echoed = (await room().alice.messages(room().channel)).filter(({ t, msg }) => !t && msg.includes('📌'));
        expect(echoed).toEqual([]);
    });

    test('of a moderator on Matrix are told, with a quote', async () => {
        const { alice, carol, stack } = room();
        const name = unique('hers');
        const own = await carol.createRoom({ preset: 'private_chat', name, invite: [stack.ghostOf(alice)] });
        const channel = await alice.waitForRoom((one) => one.fname === name || one.name === name);
        const eventId = await carol.sendText(own, 'pin me');
        await alice.waitForMessage(channel, 'pin me');
        await carol.sendState(own, 'm.room.pinned_events', { pinned: [eventId] });
        const note = await alice.waitForMessage(channel, '📌');
        expect(note).toMatchObject({ msg: expect.stringContaining('_pinned this message on Matrix_'), attachments: [expect.objectContaining({ text: 'pin me' })] });
        await carol.sendState(own, 'm.room.pinned_events', { pinned: [] });
        await alice.waitForMessage(channel, '_unpinned this message on Matrix_');
    });

    test('of a moderator on Matrix are pins with a workspace token, and do not come back', async () => {
        const { stack, alice, carol } = room();
        const helper = await stack.rocketchatUser('helper');
        const { token } = await helper.post('v1/users.generatePersonalAccessToken', { tokenName: 'bridge' });
        await stack.app.change({ [setting.workspaceUser]: helper.userId, [setting.workspaceToken]: token });
        try {
            const name = unique('theirs');
            const own = await carol.createRoom({
                preset: 'private_chat', name, invite: [stack.ghostOf(alice), stack.ghostOf(helper)],
                power_level_content_override: { events: { 'm.room.pinned_events': 0 } },
            });
            const channel = await helper.waitForRoom((one) => one.fname === name || one.name === name);
            const events: string[] = [];
            for (const text of ['pin me', 'me too']) {
                events.push(await carol.sendText(own, text));
                await helper.waitForMessage(channel, text);
            }
            await stack.admin.post('v1/permissions.update', { permissions: [{ _id: 'pin-message', roles: ['admin', 'owner', 'moderator', 'user'] }] });
            const wait = (text: string, isPinned: boolean) => helper.waitForMessage(channel, (one) => one.msg === text && Boolean(one.pinned) === isPinned);
            await carol.sendState(own, 'm.room.pinned_events', { pinned: events });
            await Promise.all([wait('pin me', true), wait('me too', true)]);
            await carol.sendState(own, 'm.room.pinned_events', { pinned: events.slice(1) });
            await wait('pin me', false);
            await helper.post('v1/chat.unPinMessage', { messageId: (await wait('me too', true))._id });
            await eventually(async () => (await carol.state(own, 'm.room.pinned_events'))?.pinned.length === 0, { what: 'what the person unpinned' });
            expect((await carol.events(own)).filter(({ type }) => type === 'm.room.pinned_events').map(({ sender }) => sender === carol.userId)).toEqual([true, true, false]);
            expect((await helper.messages(channel)).filter(({ msg }) => msg.includes('📌'))).toEqual([]);
            expect(await stack.admin.run(await stack.admin.createRoom('c', unique('status')), '/matrix status')).toContain(`pinned by @${helper.username}`);
        } finally {
            await stack.app.change({ [setting.workspaceUser]: '', [setting.workspaceToken]: '' });
        }
    });

    test('where nobody of Rocket.Chat may pin, the person is told', async () => {
        const { alice, carol, stack } = room();
        await alice.listen();
        const name = unique('hers');
        const own = await carol.createRoom({ preset: 'private_chat', name, invite: [stack.ghostOf(alice)] });
        const channel = await alice.waitForRoom((one) => one.fname === name || one.name === name);
        const message = await alice.send(channel, 'my pin');
        await carol.waitForEvent(own, 'my pin');
        await stack.admin.post('v1/permissions.update', { permissions: [{ _id: 'pin-message', roles: ['admin', 'owner', 'moderator', 'user'] }] });
        await alice.post('v1/chat.pinMessage', { messageId: message._id });
        await eventually(() => alice.whispersIn(channel).some((text) => text.includes('was not pinned or unpinned on Matrix')), { what: 'the note' });
    });
});
