import { messageIdOf } from '../../src/ids/messages';
import { puppetIdOf } from '../../src/ids/puppets';
import type { MatrixEventId, MatrixUserId } from '../../src/ids/types';
import { BridgeError } from '../../src/errors/BridgeError';
import { turns, until } from '../support/fakes/FakeClock.mts';
import { bridgedRoom, CAROL } from '../support/fakes/bridgedRoom.mts';

const retriable = (): BridgeError => new BridgeError({ code: 'rocketchat.failed', userMessage: 'x', retriable: true, certain: false });

async function bridged(kind: 'c' | 'p' = 'c') {
    const w = await bridgedRoom({ kind });
    const say = (body: string, more = {}, ts = w.clock.now()) => w.carolSays(body, more, { origin_server_ts: ts });
    return { ...w, say, texts: w.textsInRocketChat };
}

describe('text from Matrix', () => {
    test('a message is posted by the puppet of its writer, under an id made of the event', async () => {
        const w = await bridged();
        const event = w.say('hello');
        await w.push(event);
        const message = w.rocketchat.messages.get(messageIdOf(event.event_id))!;
        expect(message).toMatchObject({ text: 'hello', sender: { id: puppetIdOf(CAROL), username: 'carol-elsewhere.test', name: 'Carol C', type: 'bot', roles: ['bot'] } });
        expect(w.rocketchat.rooms.get(w.room.id)!.members.has(puppetIdOf(CAROL))).toBe(true);
    });

    test('a warm message costs no request and one call of the engine', async () => {
        const w = await bridged();
        await w.push(w.say('first'));
        w.homeserver.calls.length = 0;
        w.rocketchat.calls.length = 0;
        w.rocketchat.store.calls.length = 0;
        await w.push(w.say('second'));
        expect(w.homeserver.calls).toEqual([]);
        expect([...w.rocketchat.calls, ...w.rocketchat.store.calls]).toEqual(['post']);
    });

    test('a local user of the same name is never taken for the person', async () => {
        const w = await bridged();
        const local = w.rocketchat.addUser('carol-elsewhere.test', { name: 'Carol C' });
        await w.push(w.say('hi'));
        const [message] = w.rocketchat.inRoom(w.room.id);
        expect(message.sender.id).not.toBe(local.id);
        expect(message.sender.username).toMatch(/^carol-elsewhere\.test-[0-9a-f]{6}$/);
    });

    test('the same event in two transactions, also after a restart, is one message', async () => {
        const w = await bridged();
        const event = w.say('once');
        await Promise.all([w.push(event), w.push(event)]);
        await w.push(event);
        w.bridge.settingsChanged();
        expect(w.texts()).toEqual(['once']);
        const restarted = new (await import('../../src/bridge/Bridge')).Bridge(w.context);
        await restarted.handleTransaction('1', [event], []);
        expect(w.texts()).toEqual(['once']);
    });

    test('order holds in a room', async () => {
        const w = await bridged();
        await w.push(...[...Array(30).keys()].map((n) => w.say(`m${n}`)));
        expect(w.texts()).toEqual([...Array(30).keys()].map((n) => `m${n}`));
    });

    test.each(['@rc_alice:hs.test', '@rocketchat:hs.test'])('what %s says is our own and not taken', async (sender) => {
        const w = await bridged();
        await w.push(w.homeserver.write(w.matrixRoom, sender as MatrixUserId, 'm.room.message', { msgtype: 'm.text', body: 'echo' }));
        expect(w.texts()).toEqual([]);
    });

    test('a new display name shows as alias', async () => {
        const w = await bridged();
        await w.push(w.say('one'), w.homeserver.write(w.matrixRoom, CAROL, 'm.room.member', { membership: 'join', displayname: 'Carolina' }, { state_key: CAROL }), w.say('two'));
        expect(w.rocketchat.inRoom(w.room.id).map((message) => message.alias)).toEqual([undefined, 'Carolina']);
    });

    test('a server that makes its ids itself works as well', async () => {
        const w = await bridged();
        w.rocketchat.honoursIds = false;
        const event = w.say('draft');
        await w.push(event);
        await w.push(w.say('* final', { 'm.new_content': { msgtype: 'm.text', body: 'final' }, 'm.relates_to': { rel_type: 'm.replace', event_id: event.event_id } }));
        expect(w.texts()).toEqual(['final']);
    });
});

test('a server that makes its ids itself gets nothing twice, also after a restart', async () => {
    const w = await bridged();
    w.rocketchat.honoursIds = false;
    const event = w.say('once');
    await w.push(event);
    await w.quiet();
    const restarted = new (await import('../../src/bridge/Bridge')).Bridge(w.context);
    await restarted.handleTransaction('1', [event, w.say('next')], []);
    expect(w.texts()).toEqual(['once', 'next']);
});

describe('strangers', () => {
    const broken: unknown[] = [
        null, 17, 'text', [], {}, { type: 'm.room.message' }, { type: {}, room_id: [], sender: 1 },
        { type: 'm.room.message', room_id: '!r', event_id: '$e1', sender: 'nobody', content: {} },
        { type: 'm.room.message', room_id: '!r', event_id: '$e2', sender: CAROL, content: 'text' },
        { type: '__proto__', room_id: '!r', event_id: '$e3', sender: CAROL, content: {} },
        { type: 'constructor', room_id: '!r', event_id: '$e4', sender: CAROL, content: { toString: 1 } },
    ];
    const contents: unknown[] = [{}, { body: 7 }, { msgtype: {}, body: [] }, { msgtype: 'm.image', url: {}, info: 7, body: 'x' }, { body: '', msgtype: 'm.text' }, { 'm.relates_to': [] }, { 'm.relates_to': { rel_type: 'm.replace', event_id: 7 } }];

    test('broken events do not keep the good ones away', async () => {
        const w = await bridged();
        const strange = contents.map((content) => w.homeserver.write(w.matrixRoom, CAROL, 'm.room.message', content as never));
        const others = ['m.reaction', 'm.room.redaction', 'm.room.member', 'm.room.name', 'm.room.topic', 'm.sticker', 'x.unknown']
            .flatMap((type) => contents.map((content) => w.homeserver.write(w.matrixRoom, CAROL, type, content as never, { state_key: '' })));
        await w.bridge.handleTransaction('1', [...broken, ...strange, ...others, w.say('good')], [null, 7, { type: 'm.typing' }, { type: 'm.typing', room_id: w.matrixRoom.id, content: { user_ids: [1, {}] } }]);
        expect(w.texts()).toContain('good');
    });

    test('an edit of another\'s message is left out', async () => {
        const w = await bridged();
        const event = w.say('mine');
        const mallory = w.homeserver.addPerson('@mallory:evil.test');
        const edit = w.homeserver.write(w.matrixRoom, mallory, 'm.room.message', { body: '* x', 'm.new_content': { msgtype: 'm.text', body: 'x' }, 'm.relates_to': { rel_type: 'm.replace', event_id: event.event_id } });
        await w.push(event, edit);
        expect(w.texts()).toEqual(['mine']);
    });

    test('nothing of another room can be redacted, edited or quoted', async () => {
        const w = await bridged();
        const secret = w.rocketchat.addRoom('p', 'secret', [w.alice]);
        const id = `$${'s'.repeat(43)}` as MatrixEventId;
        w.rocketchat.write(secret, w.alice, 'secret text', { id: messageIdOf(id) });
        await w.push(
            w.homeserver.write(w.matrixRoom, CAROL, 'm.room.redaction', {}, { redacts: id }),
            w.say('quote', { 'm.relates_to': { 'm.in_reply_to': { event_id: id } } }),
            w.homeserver.write(w.matrixRoom, CAROL, 'm.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id: id, key: '👍' } }),
        );
        expect(w.rocketchat.inRoom(secret.id)).toHaveLength(1);
        expect(w.rocketchat.inRoom(secret.id)[0].reactions).toEqual({});
        expect(w.texts().join()).not.toContain('msg=');
    });
});

describe('failures of the workspace', () => {
    test('one that passes delays the message only', async () => {
        const w = await bridged();
        w.rocketchat.faults.post = [retriable(), retriable()];
        await w.push(w.say('late'));
        expect(w.texts()).toEqual(['late']);
    });

    test('a poison event is left behind after its tries', async () => {
        const w = await bridged();
        w.rocketchat.faults.post = Array(99).fill(retriable());
        const event = w.say('poison');
        await w.push(event);
        await until(async () => (await w.bridge.deadLetters.all()).length);
        w.rocketchat.faults.post = [];
        await w.push(event, w.say('next', {}, w.clock.now()));
        expect(w.texts()).toEqual(['next']);
        const [letter, ...others] = await w.bridge.deadLetters.all();
        expect(others).toEqual([]);
        expect(letter).toMatchObject({ direction: 'in', room: w.matrixRoom.id, what: `the event ${event.event_id} (m.room.message)`, reason: 'x', certain: false });
        expect(JSON.parse((await w.bridge.deadLetters.payload(letter))!)).toMatchObject({ event_id: event.event_id, content: { body: 'poison' } });
        expect((await w.bridge.counts()).deadLetters).toEqual({ in: 1, out: 0 });
        await w.bridge.deadLetters.remove(letter);
        expect(await w.bridge.deadLetters.all()).toEqual([]);
    });
});

describe('changes from Matrix', () => {
    test('edit, reaction, its removal, deletion', async () => {
        const w = await bridged();
        const event = w.say('tpyo');
        const id = messageIdOf(event.event_id);
        const reaction = w.homeserver.write(w.matrixRoom, CAROL, 'm.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id: event.event_id, key: ':parrot:' } });
        await w.push(event, w.say('* typo', { 'm.new_content': { msgtype: 'm.text', body: 'typo' }, 'm.relates_to': { rel_type: 'm.replace', event_id: event.event_id } }), reaction);
        expect(w.rocketchat.messages.get(id)).toMatchObject({ text: 'typo', reactions: { ':parrot:': ['carol-elsewhere.test'] } });
        await w.push(w.homeserver.write(w.matrixRoom, CAROL, 'm.room.redaction', {}, { redacts: reaction.event_id }));
        expect(w.rocketchat.messages.get(id)!.reactions[':parrot:']).toEqual([]);
        await w.push(w.homeserver.write(w.matrixRoom, CAROL, 'm.room.redaction', {}, { redacts: event.event_id }));
        expect(w.rocketchat.messages.has(id)).toBe(false);
    });

    test('a reply and a thread find the message of a local user', async () => {
        const w = await bridged();
        const message = w.rocketchat.write(w.room, w.alice, 'question');
        await w.bridge.outbound.messagePosted(message);
        await w.quiet();
        const asked = w.matrixRoom.timeline[0].event_id;
        const thread = w.say('in thread', { 'm.relates_to': { rel_type: 'm.thread', event_id: asked, is_falling_back: true, 'm.in_reply_to': { event_id: asked } } });
        await w.push(w.say('answer', { 'm.relates_to': { 'm.in_reply_to': { event_id: asked } } }), thread);
        expect(w.texts()[1]).toBe(`[ ](https://chat.test/channel/general?msg=${message.id}) answer`);
        expect(w.rocketchat.messages.get(messageIdOf(thread.event_id))!.threadId).toBe(message.id);
    });

    test('where threads are switched off an answer in one quotes what it begins with', async () => {
        const w = await bridged();
        w.rocketchat.settings.Threads_enabled = false;
        const root = w.rocketchat.write(w.room, w.alice, 'question');
        const within = w.rocketchat.write(w.room, w.alice, 'of before', { threadId: root.id });
        await w.bridge.outbound.messagePosted(root);
        await w.bridge.outbound.messagePosted(within);
        await w.quiet();
        const [asked, inside] = w.matrixRoom.timeline.map(({ event_id: id }) => id);
        const thread = { rel_type: 'm.thread', event_id: asked, is_falling_back: true, 'm.in_reply_to': { event_id: asked } };
        await w.push(w.say('in thread', { 'm.relates_to': thread }));
        await w.push(w.homeserver.write(w.matrixRoom, CAROL, 'm.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id: inside, key: 'no emoji' } }));
        expect(w.texts().slice(-2)).toEqual([
            `[ ](https://chat.test/channel/general?msg=${root.id}) in thread`,
            expect.stringContaining(`msg=${within.id}`),
        ]);
        expect((await w.bridge.counts()).deadLetters.in).toBe(0);
    });

    test('joins and leaves are members', async () => {
        const w = await bridged();
        const member = (membership: string) => w.homeserver.write(w.matrixRoom, CAROL, 'm.room.member', { membership }, { state_key: CAROL });
        await w.push(member('join'));
        expect(w.rocketchat.rooms.get(w.room.id)!.members.has(puppetIdOf(CAROL))).toBe(true);
        await w.push(member('leave'));
        expect(w.rocketchat.rooms.get(w.room.id)!.members.has(puppetIdOf(CAROL))).toBe(false);
    });

    test('a local user who is put out on Matrix is put out here', async () => {
        const w = await bridged();
        await w.push(w.homeserver.write(w.matrixRoom, CAROL, 'm.room.member', { membership: 'ban' }, { state_key: '@rc_alice:hs.test' }));
        expect(w.rocketchat.rooms.get(w.room.id)!.members.has(w.alice.id)).toBe(false);
    });

    test('typing shows and ends', async () => {
        const w = await bridged();
        await w.push(w.say('hi'));
        const typing = (ids: string[]) => w.bridge.handleTransaction('t', [], [{ type: 'm.typing', room_id: w.matrixRoom.id, content: { user_ids: ids } }]);
        await typing([CAROL, '@rc_alice:hs.test']);
        await until(() => w.rocketchat.typingShown.length > 0);
        await typing([]);
        await until(() => w.rocketchat.typingShown.some(({ on }) => !on));
        await turns(5);
        const shown = w.rocketchat.typingShown.filter((one, index, all) => one.on !== all[index - 1]?.on);
        expect(shown).toEqual([
            { roomId: w.room.id, name: 'carol-elsewhere.test', on: true },
            { roomId: w.room.id, name: 'carol-elsewhere.test', on: false },
        ]);
    });

    test('typing goes on as long as somebody types, and ends when nothing more is heard of them', async () => {
        const w = await bridged();
        await w.push(w.say('hi'));
        const slept = w.clock.slept.length;
        await w.bridge.handleTransaction('t', [], [{ type: 'm.typing', room_id: w.matrixRoom.id, content: { user_ids: [CAROL] } }]);
        await until(() => w.rocketchat.typingShown.length >= 13);
        await turns(50);
        expect(new Set(w.clock.slept.slice(slept))).toContain(10_000);
        expect(w.rocketchat.typingShown.every(({ on, name }) => on && name === 'carol-elsewhere.test')).toBe(true);
        expect(w.rocketchat.typingShown).toHaveLength(13);
    });
});
