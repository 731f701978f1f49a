/** Messages of Rocket.Chat that are more than text, on their way to Matrix. */
import { Bridge } from '../../src/bridge/Bridge';
import type { RcMessage, RcUser } from '../../src/rocketchat/RocketChat';
import { bridgedRoom } from '../support/fakes/bridgedRoom.mts';

async function bridged() {
    const w = await bridgedRoom();
    const post = async (text: string, more: Partial<RcMessage> = {}, sender: RcUser = w.alice) => {
        const message = w.rocketchat.write(w.room, sender, text, more);
        await w.bridge.outbound.messagePosted(message);
        await w.quiet();
        return message;
    };
    const sent = () => w.messagesOnMatrix().map(({ content }) => content);
    return { ...w, post, sent };
}

test('a place is one, in its thread, with a link to a map', async () => {
    const w = await bridged();
    const root = await w.post('root');
    await w.post('here', { unmapped: { location: { type: 'Point', coordinates: [13.4, 52.5] } }, threadId: root.id });
    expect(w.sent()[1]).toMatchObject({
        'msgtype': 'm.location', 'geo_uri': 'geo:52.5,13.4', 'body': expect.stringMatching(/^here\n📍 https:\/\/www\.openstreetmap\.org\//), 'm.relates_to': { rel_type: 'm.thread' },
    });
    expect(w.sent()[1].external_url).toContain('?msg=');
});

test.each<[string, Partial<RcUser>, Partial<RcMessage>]>([['a bot', { type: 'bot' }, {}], ['an app', { type: 'app' }, {}], ['an integration', {}, { unmapped: { bot: { i: 'hook' } } }]])('what %s says is a notice', async (_name, user, message) => {
    const w = await bridged();
    await w.post('build done', message, w.rocketchat.addUser('builder', user));
    expect(w.sent()).toMatchObject([{ msgtype: 'm.notice', body: 'build done' }]);
});

test('blocks of an app are text', async () => {
    const w = await bridged();
    await w.post('', { blocks: [{ type: 'section', text: { type: 'mrkdwn', text: '*Lunch?*' } }] });
    expect(w.sent()).toMatchObject([{ body: '*Lunch?*', formatted_body: '<strong>Lunch?</strong>' }]);
});

test('a message of which nothing can be shown says so', async () => {
    const w = await bridged();
    await w.post('', { attachments: [{ color: '#f00' }] });
    expect(w.sent()).toMatchObject([{ msgtype: 'm.text', body: '(empty message)' }]);
});

describe('a room that was encrypted in Rocket.Chat', () => {
    async function encrypted() {
        const w = await bridged();
        const bob = w.rocketchat.addUser('bob');
        const system = (systemType: string, sender = w.alice) => w.bridge.outbound.systemMessage(w.rocketchat.write(w.room, sender, '', { systemType, ts: w.clock.now() }));
        return { ...w, bob, system };
    }

    test('each writer is told once, and Matrix once, also after a restart', async () => {
        const w = await encrypted();
        await w.system('room_e2e_enabled');
        await w.system('e2e');
        await w.system('e2e', w.bob);
        const again = new Bridge(w.context);
        await again.outbound.systemMessage(w.rocketchat.write(w.room, w.bob, '', { systemType: 'e2e' }));
        expect(w.rocketchat.whispers.map(({ userId }) => userId)).toEqual([w.alice.id, w.bob.id]);
        expect(w.rocketchat.whispers[0].text).toMatch(/end-to-end encrypted.*switch encryption off/);
        expect(w.sent()).toMatchObject([{ msgtype: 'm.notice', body: expect.stringContaining('end-to-end encryption in Rocket.Chat') }]);
    });

    test('switched off and on again it is told again', async () => {
        const w = await encrypted();
        await w.system('room_e2e_enabled');
        await w.system('room_e2e_disabled');
        w.clock.pass(1000);
        await w.system('room_e2e_enabled');
        expect(w.rocketchat.whispers).toHaveLength(2);
        expect(w.sent()).toHaveLength(2);
    });
});

test('the file with the whole of a text follows its edits', async () => {
    const w = await bridged();
    const message = await w.post('short');
    const edit = async (text: string, editedAt: number) => {
        await w.bridge.outbound.messageEdited({ ...message, text, editedAt, editor: w.alice });
        await w.quiet();
    };
    const now = w.clock.now();
    await edit('long '.repeat(20_000), now + 1);
    await edit('longer '.repeat(20_000), now + 2);
    const files = w.homeserver.rooms.get(w.portal.matrixRoomId)!.timeline.filter(({ content }) => content.msgtype === 'm.file');
    expect(files.map(({ content }) => content['m.relates_to'])).toEqual([undefined, { rel_type: 'm.replace', event_id: files[0].event_id }]);
    const { url } = files[1].content['m.new_content'] as { url: never };
    expect(w.homeserver.media.get(url)!.content.toString().trim()).toBe('longer '.repeat(20_000).trim());
    await edit('short again', now + 3);
    const { timeline } = w.homeserver.rooms.get(w.portal.matrixRoomId)!;
    const redacted = () => timeline.filter(({ type }) => type === 'm.room.redaction').map(({ redacts }) => redacts);
    expect(redacted()).toEqual([files[0].event_id]);
    await edit('short still', now + 4);
    await edit('long anew '.repeat(20_000), now + 5);
    await edit('longer anew '.repeat(20_000), now + 6);
    const anew = timeline.filter(({ content }) => content.msgtype === 'm.file').slice(2);
    expect(anew.map(({ content }) => content['m.relates_to'])).toEqual([undefined, { rel_type: 'm.replace', event_id: anew[0].event_id }]);
    await edit('short at last', now + 7);
    expect(redacted()).toEqual([files[0].event_id, anew[0].event_id]);
});

test('a caption that does not fit into an event is followed by the whole of it', async () => {
    const w = await bridged();
    w.rocketchat.uploads.set('f', Buffer.from('x'));
    await w.post('word '.repeat(20_000), { files: [{ id: 'f', name: 'a.txt', type: 'text/plain', size: 1, isThumbnail: false }] });
    expect(w.sent().map(({ filename }) => filename)).toEqual(['a.txt', 'message.txt']);
});
