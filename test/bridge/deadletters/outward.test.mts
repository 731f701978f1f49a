import { Bridge } from '../../../src/bridge/Bridge';
import { MARK } from '../../../src/bridge/links/mark';
import type { MatrixUserId } from '../../../src/ids/types';
import { until } from '../../support/fakes/FakeClock.mts';
import { failure } from '../../support/fakes/FakeHomeserver.mts';
import { letterRoom } from '../../support/fakes/letterRoom.mts';

const forbidden = () => failure(403, 'M_FORBIDDEN');
const tooLarge = () => failure(413, 'M_TOO_LARGE');

test('a message that is refused becomes a letter, its writer is told once, and the next one goes on', async () => {
    const w = await letterRoom();
    w.homeserver.faults.send = [tooLarge()];
    const message = await w.say('too long');
    await w.say('fine');
    expect(w.texts()).toEqual(['fine']);
    const [letter, ...others] = await w.letters();
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ direction: 'out', room: w.room.id, what: `the message ${message.id}`, reason: 'M_TOO_LARGE', certain: true, failures: 1 });
    expect(JSON.parse((await w.bridge.deadLetters.payload(letter))!)).toEqual({ kind: 'message', room: w.room.id, message: message.id });
    expect(JSON.stringify(w.rocketchat.store.documents)).not.toContain('too long');
    expect(w.rocketchat.whispers.map(({ text }) => text)).toEqual([expect.stringMatching(/“too long” was not delivered on Matrix/)]);
});

test('a retry that fails again stays one letter with the new reason; one that succeeds takes it away, and the writer hears of it', async () => {
    const w = await letterRoom();
    w.homeserver.faults.send = [tooLarge(), failure(400, 'M_BAD_JSON')];
    const message = await w.say('again');
    const [before] = await w.letters();
    expect(await w.retry()).toEqual({ through: 0, failed: 1, waiting: 0 });
    expect(await w.letters()).toEqual([{ ...before, reason: 'M_BAD_JSON', failures: 2, lastAt: expect.any(Number) }]);
    expect(w.rocketchat.whispers).toHaveLength(1);

    message.text = 'again, as it is now';
    expect(await w.retry()).toEqual({ through: 1, failed: 0, waiting: 0 });
    expect(w.texts()).toEqual(['again, as it is now']);
    expect(await w.letters()).toEqual([]);
    expect(w.rocketchat.store.documents.filter(({ keys }) => keys.some(({ id }) => id.startsWith('dead-letter')))).toEqual([]);
    expect(w.rocketchat.whispers[1].text).toMatch(/was delivered to Matrix now/);
});

test('what had arrived though no answer told so is found by its mark, also by another process and a homeserver that has forgotten', async () => {
    const w = await letterRoom();
    const send = w.homeserver.send.bind(w.homeserver);
    w.homeserver.send = async (event) => {
        await send(event);
        throw failure(500);
    };
    const { messages } = w.homeserver;
    w.homeserver.messages = async () => { throw failure(500); };
    await w.say('once');
    expect(await w.letters()).toMatchObject([{ certain: false }]);
    expect(w.rocketchat.whispers[0].text).toContain('may not have been delivered');

    Object.assign(w.homeserver, { send, messages });
    w.homeserver.transactions.clear();
    for (let at = 0; at < 250; at += 1) {
        w.homeserver.write(w.matrixRoom, '@carol:elsewhere.test' as MatrixUserId, 'm.room.message', { body: 'chatter' });
    }
    expect(await w.retry(new Bridge(w.context))).toMatchObject({ through: 1 });
    expect(w.texts().filter((text) => text === 'once')).toHaveLength(1);
});

test('a message that is gone meanwhile needs no delivery', async () => {
    const w = await letterRoom();
    w.homeserver.faults.send = [tooLarge()];
    const message = await w.say('regretted');
    w.rocketchat.messages.delete(message.id);
    expect(await w.retry()).toMatchObject({ through: 1 });
    expect(w.texts()).toEqual([]);
});

test('edits, deletions, reactions, joins, leaves and topics become letters, and arrive when they are tried again', async () => {
    const w = await letterRoom();
    const message = await w.say('first');
    const other = await w.say('second');
    const carol = w.rocketchat.addUser('carol');
    w.homeserver.faults.send = [tooLarge(), tooLarge()];
    w.homeserver.faults.redact = Array(2).fill(failure(400, 'M_UNKNOWN'));
    w.homeserver.faults.join = [failure(400, 'M_UNKNOWN')];
    w.homeserver.faults.sendState = [failure(400, 'M_UNKNOWN')];

    Object.assign(message, { text: 'edited', editor: w.bob, editedAt: w.clock.now() });
    await w.bridge.outbound.messageEdited(message);
    await w.quiet();
    message.reactions[':tada:'] = ['alice'];
    await w.bridge.outbound.reacted(message, w.alice, ':tada:', true);
    w.rocketchat.messages.delete(other.id);
    await w.bridge.outbound.messageDeleted(other, w.bob);
    w.rocketchat.rooms.get(w.room.id)!.members.add(carol.id);
    await w.bridge.outbound.memberJoined(w.room.id, carol);
    await w.bridge.outbound.systemMessage(w.rocketchat.write(w.room, w.alice, 'On topic', { systemType: 'room_changed_topic' }));
    await w.quiet();

    expect((await w.letters()).map(({ what }) => what.replace(/ (message|user)\d+/g, ''))).toEqual([
        'the edit of message', 'the reaction :tada: to message', 'the deletion of message', 'the join of user', 'the change of the room told by message',
    ]);
    const verbs = w.rocketchat.whispers.map(({ text }) => /was not (.*) on Matrix/.exec(text)?.[1]).filter(Boolean);
    expect(verbs).toEqual(['changed', 'reacted to', 'deleted']);

    w.homeserver.faults.redact = [];
    expect(await w.retry()).toEqual({ through: 5, failed: 0, waiting: 0 });
    const after = w.matrixRoom.timeline;
    expect(after.find(({ type }) => type === 'm.reaction')?.content[MARK]).toMatchObject({ id: message.id });
    expect(after.filter(({ content }) => content['m.new_content'])).toHaveLength(1);
    expect(after.filter(({ type }) => type === 'm.room.redaction')).toHaveLength(1);
    expect(after.find(({ type }) => type === 'm.room.topic')?.content.topic).toBe('On topic');
    expect(w.matrixRoom.members.get('@rc_carol:hs.test' as MatrixUserId)).toBe('join');
    expect(await w.letters()).toEqual([]);
});

test('what the opposite has overtaken is not done any more', async () => {
    const w = await letterRoom();
    const message = await w.say('nice');
    const carol = w.rocketchat.addUser('carol');
    w.homeserver.faults.send = [tooLarge()];
    w.homeserver.faults.join = [failure(400, 'M_UNKNOWN')];
    message.reactions[':tada:'] = ['alice'];
    await w.bridge.outbound.reacted(message, w.alice, ':tada:', true);
    await w.bridge.outbound.memberJoined(w.room.id, carol);
    await w.quiet();
    expect(await w.letters()).toHaveLength(2);
    message.reactions[':tada:'] = [];
    expect(await w.retry()).toMatchObject({ through: 2 });
    expect(w.matrixRoom.timeline.map(({ type }) => type)).not.toContain('m.reaction');
    expect(w.matrixRoom.members.has('@rc_carol:hs.test' as MatrixUserId)).toBe(false);
});

test.each([
    ['topic', 'room_changed_topic', 'topic'],
    ['name', 'r', 'name'],
])('an older %s does not take the place of a newer one', async (_what, systemType, field) => {
    const w = await letterRoom();
    w.homeserver.faults.sendState = [failure(400, 'M_UNKNOWN')];
    for (const text of ['older', 'newer']) {
        w.clock.pass(10);
        await w.bridge.outbound.systemMessage(w.rocketchat.write(w.room, w.alice, text, { systemType, ts: w.clock.now() }));
        await w.quiet();
    }
    expect(await w.letters()).toHaveLength(1);
    expect(await w.retry()).toMatchObject({ through: 1 });
    expect(w.matrixRoom.timeline.filter(({ type }) => type === `m.room.${field}`).map(({ content }) => content[field])).toEqual(['newer']);
});

test('a deletion whose people are gone stays in the list and says so', async () => {
    const w = await letterRoom();
    const message = await w.say('first');
    w.homeserver.faults.redact = Array(2).fill(failure(400, 'M_UNKNOWN'));
    w.rocketchat.messages.delete(message.id);
    await w.bridge.outbound.messageDeleted(message, w.bob);
    await w.quiet();
    w.rocketchat.users.delete(w.bob.id);
    expect(await w.retry()).toMatchObject({ failed: 1 });
    expect(await w.letters()).toMatchObject([{ reason: expect.stringMatching(/not in Rocket.Chat any more/) }]);
});

test('a letter of a room that is no more bridged says so', async () => {
    const w = await letterRoom();
    w.homeserver.faults.send = [forbidden(), forbidden(), forbidden()];
    await w.say('lost');
    w.rocketchat.store.documents = w.rocketchat.store.documents.filter(({ keys }) => !keys.some(({ id }) => id === 'portal'));
    expect(await w.retry(new Bridge(w.context))).toMatchObject({ failed: 1 });
    expect(await w.letters()).toMatchObject([{ reason: 'The room is not bridged any more.' }]);
});

test('while the homeserver is away a retry waits, is not begun twice, and the letter goes when it is through', async () => {
    const w = await letterRoom();
    await w.say('warm');
    w.homeserver.faults.send = [tooLarge()];
    await w.say('patient');
    const { send } = w.homeserver;
    let up = (): void => undefined;
    const back = new Promise<void>((resolve) => { up = resolve; });
    let tries = 0;
    w.homeserver.send = async (event) => {
        tries += 1;
        await back;
        return send.call(w.homeserver, event);
    };
    const [letter] = await w.letters();
    expect(await w.bridge.retries.retry([letter], 10)).toEqual({ through: 0, failed: 0, waiting: 1 });
    expect(await w.bridge.retries.retry([letter], 10)).toEqual({ through: 0, failed: 0, waiting: 1 });
    expect(w.bridge.queue.look().rooms).toEqual([{ room: w.room.id, direction: 'out', count: 1, oldestAt: expect.any(Number) }]);
    up();
    await w.quiet();
    expect(tries).toBe(1);
    expect(w.texts()).toEqual(['warm', 'patient']);
    expect(await w.letters()).toEqual([]);
});

describe('the first message of a direct room that somebody opened with a person on Matrix', () => {
    const CAROL = '@carol:elsewhere.test' as MatrixUserId;
    async function opened() {
        const w = await letterRoom();
        w.homeserver.addPerson(CAROL, 'Carol');
        w.matrixRoom.members.set(CAROL, 'join');
        await w.bridge.handleTransaction('1', [w.homeserver.write(w.matrixRoom, CAROL, 'm.room.message', { msgtype: 'm.text', body: 'hi' })], []);
        const puppet = [...w.rocketchat.users.values()].find(({ isPuppet }) => isPuppet)!;
        const direct = w.rocketchat.addRoom('d', '', [w.bob, puppet]);
        const made = () => [...w.homeserver.rooms.values()].filter(({ options }) => options.isDirect);
        const write = async (text: string): Promise<void> => w.bridge.outbound.messagePosted(w.rocketchat.write(direct, w.bob, text));
        return { ...w, made, write };
    }

    test('waits for a homeserver that is away, and its writer is not told of a failure', async () => {
        const w = await opened();
        w.homeserver.faults.createRoom = Array(30).fill(failure(undefined, undefined, { certain: true }));
        await w.write('first');
        await w.write('second');
        await until(() => w.made()[0]?.timeline.length === 2);
        expect(w.made()).toHaveLength(1);
        expect(w.made()[0].timeline.map(({ content }) => content.body)).toEqual(['first', 'second']);
        expect(w.rocketchat.whispers).toEqual([]);
        expect(await w.letters()).toEqual([]);
    });

    test('becomes a letter when the room may have been made, and a retry makes one', async () => {
        const w = await opened();
        w.homeserver.faults.createRoom = [failure(undefined, undefined, { certain: false })];
        await w.write('first');
        await w.quiet();
        expect(w.made()).toHaveLength(0);
        expect(await w.letters()).toMatchObject([{ certain: false }]);
        expect(await w.retry()).toMatchObject({ through: 1 });
        expect(w.made()[0].timeline.map(({ content }) => content.body)).toEqual(['first']);
    });
});

test.each(['invite', 'kick'] as const)('where no answer came of an %s that was done, that is no failure', async (call) => {
    const w = await letterRoom();
    await w.say('warm');
    const [puppet] = await w.carolsPuppet();
    const carol = '@carol:elsewhere.test' as MatrixUserId;
    const done = call === 'invite' ? 'join' : 'leave';
    w.matrixRoom.members.set(carol, call === 'invite' ? 'leave' : 'join');
    let tries = 0;
    w.homeserver[call] = async () => {
        tries += 1;
        if (w.matrixRoom.members.get(carol) === done) {
            throw forbidden();
        }
        w.matrixRoom.members.set(carol, done);
        throw failure(undefined, undefined, { certain: false });
    };
    await (call === 'invite' ? w.bridge.outbound.memberJoined(w.room.id, puppet, w.alice) : w.bridge.outbound.memberLeft(w.room.id, puppet, w.alice));
    await w.say('next');
    expect([tries, await w.letters(), w.rocketchat.whispers]).toEqual([1, [], []]);
});
