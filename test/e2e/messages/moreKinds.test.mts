/** Places, polls, programs, long and late messages, system messages, encrypted and unknown ones, typing and reading, both ways. */
import { randomBytes } from 'node:crypto';
import { setting } from '../../support/apps/app.mts';
import { eventually, unique } from '../../support/eventually.mts';
import { downloadFile } from '../../support/files.mts';
import type { Matrix, MatrixEvent } from '../../support/clients/matrix.mts';
import { downloadMedia } from '../../support/media.mts';
import { Realtime } from '../../support/clients/realtime.mts';
import type { RcMessage, RcRoom, RocketChat } from '../../support/clients/rocketchat.mts';
import { testWithOwnServers, useStack } from '../../support/servers/stack.mts';

const here = useStack();
let alice: RocketChat;
let carol: Matrix;
let channel: RcRoom;
let roomId: string;

const bridgedRoom = async (stem: string): Promise<{ room: RcRoom; id: string }> => {
    const room = await alice.createRoom('c', unique(stem));
    await alice.run(room, '/matrix bridge');
    return { room, id: await carol.join(`#rc_${room.name}:${here().serverName}`) };
};

beforeAll(async () => {
    alice = await here().rocketchatUser('alice', { name: 'Alice Liddell' });
    carol = await here().matrixUser('carol', 'Carol Danvers');
    ({ room: channel, id: roomId } = await bridgedRoom('more'));
}, 60_000);

const texts = async (room = channel): Promise<string[]> => (await alice.messages(room)).filter(({ t }) => !t).map(({ msg }) => msg);
const bodies = async (id = roomId): Promise<string[]> => (await carol.events(id)).filter(({ type }) => type === 'm.room.message').map(({ content }) => content.body);

describe('from Rocket.Chat', () => {
    test('a place is one, with a link to a map', async () => {
        await alice.send(channel, 'meet here', { location: { type: 'Point', coordinates: [13.4, 52.5] } });
        const { content } = await carol.waitForEvent(roomId, 'meet here');
        expect(content).toMatchObject({ msgtype: 'm.location', geo_uri: 'geo:52.5,13.4' });
        expect(content.body).toBe('meet here\n📍 https://www.openstreetmap.org/?mlat=52.5&mlon=13.4#map=16/52.5/13.4');
    });

    test('what a program says is a notice', async () => {
        const call = { msg: 'method', id: '1', method: 'sendMessage', params: [{ rid: channel._id, msg: 'built by a program', bot: { i: 'story' } }] };
        await alice.post('v1/method.call/sendMessage', { message: JSON.stringify(call) });
        expect((await carol.waitForEvent(roomId, 'built by a program')).content.msgtype).toBe('m.notice');
    });

    test('the time of a message is its own, of an edit its own', async () => {
        const message = await alice.send(channel, 'what time');
        expect((await carol.waitForEvent(roomId, 'what time')).origin_server_ts).toBe(Date.parse(message.ts as unknown as string));
        await alice.edit(message, 'what time is it');
        const { editedAt } = await alice.message(message._id) as RcMessage & { editedAt: string };
        const edit = await carol.waitForEvent(roomId, ({ content }) => content['m.new_content']?.body === 'what time is it');
        expect(edit.origin_server_ts).toBe(Date.parse(editedAt));
    });

    testWithOwnServers('a text that does not fit into an event is followed by the whole of it', async () => {
        await here().admin.post('v1/settings/Message_MaxAllowedSize', { value: 100_000 });
        const text = `begin ${'word '.repeat(15_000)}end`;
        await alice.send(channel, text);
        const { content } = await carol.waitForEvent(roomId, ({ content: file }) => file.filename === 'message.txt');
        expect((await downloadMedia(carol, content.url)).content.toString()).toBe(text);
        expect((await bodies()).some((body) => body.startsWith('begin') && body.endsWith('[…]'))).toBe(true);
        await here().admin.post('v1/settings/Message_MaxAllowedSize', { value: 5_000 });
    });
});

testWithOwnServers('who writes encrypted in Rocket.Chat is told that it does not arrive, once', async () => {
    const room = await alice.createRoom('p', unique('sealed'));
    await alice.run(room, '/matrix bridge');
    await alice.run(room, `/matrix invite ${carol.userId}`);
    const id = await carol.waitForInvite();
    await carol.join(id);
    await here().admin.post('v1/settings/E2E_Enable', { value: true });
    await alice.listen();
    await alice.post('v1/rooms.saveRoomSettings', { rid: room._id, encrypted: true });
    for (const n of [1, 2]) await alice.send(room, `cipher ${n}`, { t: 'e2e', content: { algorithm: 'rc.v1.aes-sha2', ciphertext: `text ${n}` } });
    await carol.waitForEvent(id, ({ content }) => content.msgtype === 'm.notice' && String(content.body).includes('end-to-end encryption in Rocket.Chat'));
    await eventually(() => alice.whispersIn(room).some((text) => text.includes('switch encryption off')), { what: 'the note to the writer' });
    expect(alice.whispersIn(room).filter((text) => text.includes('encrypted'))).toHaveLength(1);
    expect((await bodies(id)).filter((body) => body.includes('end-to-end encryption in Rocket.Chat'))).toHaveLength(1);
    await here().admin.post('v1/settings/E2E_Enable', { value: false });
});

describe('from Matrix', () => {
    test.each([
        ['org.matrix.msc3381.poll.start', 'org.matrix.msc3381.poll.response', 'org.matrix.msc3381.poll.end'],
        ['m.poll.start', 'm.poll.response', 'm.poll.end'],
    ])('a poll is a text with its options, and its results answer it (%s)', async (start, response, end) => {
        const question = unique('Lunch');
        const stable = start.startsWith('m.');
        const content = stable
            ? { 'm.poll': { question: { 'm.text': [{ body: question }] }, kind: 'm.disclosed', max_selections: 1, answers: [{ 'm.id': 'a', 'm.text': [{ body: 'Pizza' }] }, { 'm.id': 'b', 'm.text': [{ body: 'Soup' }] }] } }
            : { [start]: { question: { body: question }, kind: 'org.matrix.msc3381.poll.disclosed', max_selections: 1, answers: [{ id: 'a', body: 'Pizza' }, { id: 'b', body: 'Soup' }] } };
        const poll = await carol.send(roomId, start, content);
        const { _id } = await alice.waitForMessage(channel, `📊 ${question}\n1. Pizza\n2. Soup`);
        const about = { 'm.relates_to': { rel_type: 'm.reference', event_id: poll } };
        const vote = (id: string) => (stable ? { ...about, 'm.selections': [id] } : { ...about, [response]: { answers: [id] } });
        const dave = await here().matrixUser('dave');
        await dave.join(roomId);
        await carol.send(roomId, response, vote('a'));
        await carol.send(roomId, response, vote('b'));
        await dave.send(roomId, response, vote('b'));
        await dave.send(roomId, end, { ...about, body: 'not mine to close' });
        await carol.send(roomId, end, { ...about, body: 'The poll was closed.' });
        const results = await alice.waitForMessage(channel, `📊 ${question} (closed)`);
        expect(results.msg).toMatch(/\n1\. Pizza: 0\n2\. Soup: 2$/);
        expect(results.msg).toContain(`?msg=${_id}`);
        expect((await texts()).filter((text) => text.includes(question) && !text.includes('Votes are given'))).toHaveLength(1);
    });

    test('a very long text is its beginning with the whole as a file; a change of the setting counts at once', async () => {
        const text = `start ${'word '.repeat(8_000)}end`;
        await carol.sendText(roomId, text);
        const message = await alice.waitForMessage(channel, ({ msg }) => msg.startsWith('start ') && msg.endsWith('[…]'));
        expect((await downloadFile(alice, message.attachments[0].title_link)).toString()).toBe(text);
    });

    testWithOwnServers('the server\'s limit can change at any time, and an edit of a long text leaves nothing over', async () => {
        const { room, id } = await bridgedRoom('limits');
        await carol.sendText(id, 'warm');
        await alice.waitForMessage(room, 'warm');
        await here().admin.post('v1/settings/Message_MaxAllowedSize', { value: 400 });
        const lines = (count: number, word: string) => Array.from({ length: count }, (_, index) => `${word} ${index}`).join('\n');
        const event = await carol.sendText(id, lines(100, 'line'));
        await alice.waitForMessage(room, 'line 99');
        const shown = async () => (await texts(room)).filter((text) => /^(line|other) /.test(text)).join('\n');
        expect((await shown()).split('\n').sort()).toEqual(lines(100, 'line').split('\n').sort());
        const newer = lines(50, 'other');
        await carol.sendText(id, `* ${newer}`, { 'm.new_content': { msgtype: 'm.text', body: newer }, 'm.relates_to': { rel_type: 'm.replace', event_id: event } });
        await eventually(async () => (await shown()).split('\n').sort().join() === newer.split('\n').sort().join(), { what: 'the edited text alone' });
        await here().admin.post('v1/settings/Message_MaxAllowedSize', { value: 5_000 });
    });

    test('a message that comes late says when it was written', async () => {
        const written = Date.now() - 3 * 3_600_000;
        const event = { type: 'm.room.message', room_id: roomId, event_id: `$${randomBytes(32).toString('base64url')}`, sender: carol.userId, origin_server_ts: written, content: { msgtype: 'm.text', body: 'from the backlog' } };
        const response = await fetch(await here().app.endpoint(`_matrix/app/v1/transactions/${unique('late')}`), {
            method: 'PUT',
            headers: { 'Content-Type': 'application/json', 'Authorization': `Bearer ${await here().app.setting(setting.hsToken)}` },
            body: JSON.stringify({ events: [event] }),
        });
        expect(response.status).toBe(200);
        const { msg } = await alice.waitForMessage(channel, 'from the backlog');
        expect(msg).toBe(`🕒 ${new Date(written).toISOString().slice(0, 16).replace('T', ' ')} UTC: from the backlog`);
    });

    test('unknown kinds are readable; talk between programs is not shown', async () => {
        await carol.send(roomId, 'm.call.candidates', { call_id: 'x', candidates: [], version: '1' });
        await carol.send(roomId, 'org.example.wave', { 'm.text': [{ body: 'waves a flag' }] });
        await carol.send(roomId, 'org.example.code', { code: 7 });
        await alice.waitForMessage(channel, 'waves a flag');
        await alice.waitForMessage(channel, 'sent something that can be seen only on Matrix (org.example.code)');
        expect((await texts()).join()).not.toContain('candidates');
    });

    test('a notice is answered by nobody', async () => {
        const before = (await bodies()).length;
        await carol.send(roomId, 'm.room.message', { msgtype: 'm.notice', body: 'I am a program' });
        await alice.waitForMessage(channel, 'ℹ️ I am a program');
        await carol.sendText(roomId, 'after the notice');
        await alice.waitForMessage(channel, 'after the notice');
        expect((await bodies()).length).toBe(before + 2);
    });

    test('of an encrypted room both sides are told once', async () => {
        const { room, id } = await bridgedRoom('secrets');
        for (const n of [1, 2, 3]) await carol.send(id, 'm.room.encrypted', { algorithm: 'm.megolm.v1.aes-sha2', ciphertext: `text ${n}`, session_id: 's', sender_key: 'k', device_id: 'D' });
        await carol.sendText(id, 'in clear');
        await alice.waitForMessage(room, 'in clear');
        expect(await texts(room)).toEqual([expect.stringMatching(/^🔒 .*use a room without encryption/), 'in clear']);
        const notices = (await carol.events(id)).filter(({ content }) => content.msgtype === 'm.notice');
        expect(notices.map(({ content }) => content.body)).toEqual([expect.stringContaining('cannot read end-to-end encrypted messages')]);
    });
});

test('joins, leaves, names, topics and roles are state, and never texts twice', async () => {
    const { room, id } = await bridgedRoom('states');
    const [dave, bob] = [await here().matrixUser('dave'), await here().rocketchatUser('bob')];
    await alice.post('v1/channels.setTopic', { roomId: room._id, topic: 'about much' });
    await alice.invite(room, bob.userId);
    await alice.post('v1/channels.addModerator', { roomId: room._id, userId: bob.userId });
    await bob.leave(room);
    await alice.post('v1/channels.rename', { roomId: room._id, name: `${room.name}-new` });
    await dave.join(id);
    await dave.leave(id);
    await carol.sendText(id, 'last word');
    await alice.waitForMessage(room, 'last word');
    await alice.send(room, 'last reply');
    await carol.waitForEvent(id, 'last reply');
    expect((await carol.state(id, 'm.room.topic'))?.topic).toBe('about much');
    expect((await carol.state(id, 'm.room.name'))?.name).toBe(`${room.name}-new`);
    await carol.waitForMembership(id, here().ghostOf(bob), 'leave');
    expect(await bodies(id)).toEqual(['last word', 'last reply']);
    expect(await texts(room)).toEqual(['last word', 'last reply']);
});

describe('typing and reading', () => {
    test('who types on Matrix is shown typing, and no more when they stop', async () => {
        const seen: unknown[][] = [];
        const realtime = await Realtime.open(alice.url, alice.token);
        await realtime.follow('stream-notify-room', `${channel._id}/user-activity`, (...args: unknown[]) => seen.push(args));
        const typing = (on: boolean) => carol.request('PUT', `v3/rooms/${encodeURIComponent(roomId)}/typing/${encodeURIComponent(carol.userId)}`, on ? { typing: true, timeout: 30_000 } : { typing: false });
        const { u } = await alice.waitForMessage(channel, 'after the notice');
        await typing(true);
        if (here().homeserver.kind === 'dendrite') {
            // It pushes nothing but events of rooms.
            await carol.sendText(roomId, 'said without a sign before');
            await alice.waitForMessage(channel, 'said without a sign before');
            expect(seen.filter(([, activities]) => (activities as string[]).length)).toEqual([]);
            realtime.close();
            return;
        }
        const is = (on: boolean) => eventually(() => seen.some(([name, activities]) => name === u.username && (activities as string[]).length === (on ? 1 : 0)), { what: `typing ${on}` });
        await is(true);
        await typing(false);
        await is(false);
        realtime.close();
    });

    test('the read receipt of a ghost moves when its user writes', async () => {
        const last = await carol.sendText(roomId, 'have you read this?');
        await alice.waitForMessage(channel, 'have you read this?');
        await alice.send(channel, 'I have');
        await carol.waitForEvent(roomId, 'I have');
        const read = async (): Promise<string | undefined> => {
            const filter = JSON.stringify({ room: { rooms: [roomId], timeline: { limit: 1, not_types: [unique('unlike')] } } });
            const sync = await carol.request('GET', 'v3/sync', undefined, { filter, timeout: 0 });
            const receipts = sync.rooms?.join?.[roomId]?.ephemeral.events.find(({ type }: MatrixEvent) => type === 'm.receipt')?.content ?? {};
            return Object.keys(receipts).find((event) => receipts[event]['m.read']?.[here().ghostOf(alice)]);
        };
        await eventually(async () => (await read()) === last, { what: 'the read receipt of the ghost' });
    });
});
