import type { MatrixUserId } from '../../src/ids/types';
import type { BridgeError } from '../../src/errors/BridgeError';
import { failure as fail } from '../../src/errors/catalogue';
import { until } from '../support/fakes/FakeClock.mts';
import type { World } from '../support/fakes/world.mts';
import { bridgedRoom, CAROL } from '../support/fakes/bridgedRoom.mts';
import { world } from '../support/fakes/world.mts';


/** Counts how often a ghost looked into a room: after an outage the rooms are read as well, by the bot. */
function watched(): World & { looked: () => number; forget: () => void } {
    const w = world();
    const messages = w.homeserver.messages.bind(w.homeserver);
    let looks = 0;
    w.homeserver.messages = async (room, options: Parameters<typeof messages>[1] & { as?: MatrixUserId }) => {
        looks += options.as ? 1 : 0;
        return messages(room, options);
    };
    return { ...w, looked: () => looks, forget: () => { looks = 0; } };
}

async function bridged() {
    const w = await bridgedRoom({ in: watched() });
    const { bob, room, matrixRoom } = w;
    const texts = (): unknown[] => matrixRoom.timeline.filter(({ sender }) => sender !== CAROL).map(({ content }) => content.body);
    const say = async (text: string): Promise<void> => {
        await w.bridge.outbound.messagePosted(w.rocketchat.write(room, bob, text));
        await w.quiet();
    };
    const chatter = (count: number, origin_server_ts = w.clock.now()): void => {
        for (let at = 0; at < count; at += 1) {
            w.homeserver.write(matrixRoom, CAROL, 'm.room.message', { body: `chatter ${at}` }, { origin_server_ts });
        }
    };
    /**
     * The next send is done, but no answer comes; then the homeserver is started anew, which makes it forget its transactions.
     * @param then what happens in the room meanwhile
     */
    const loseAnswer = (then: () => void = () => undefined): void => {
        const send = w.homeserver.send.bind(w.homeserver);
        w.homeserver.send = async (event) => {
            w.homeserver.send = send;
            await send(event);
            w.homeserver.transactions.clear();
            then();
            throw fail('homeserver.timeout');
        };
    };
    await say('warm');
    w.homeserver.calls.length = 0;
    w.forget();
    return { ...w, texts, say, chatter, loseAnswer };
}

test('what was sent though no answer came is found, also when the room is busy', async () => {
    const w = await bridged();
    w.loseAnswer(() => w.chatter(450));
    await w.say('once');
    expect(w.texts()).toEqual(['warm', 'once']);
    expect(w.looked()).toBe(5);
});

test('a look that fails does not make a doubtful send a sure one', async () => {
    const w = await bridged();
    w.homeserver.faults.messages = [fail('homeserver.unreachable'), fail('homeserver.unreachable')];
    w.loseAnswer();
    await w.say('once');
    expect(w.texts()).toEqual(['warm', 'once']);
});

test('nor does a homeserver that gives no sign before the next try', async () => {
    const w = await bridged();
    const { whoami } = w.homeserver;
    w.homeserver.whoami = async () => {
        w.homeserver.whoami = whoami;
        throw fail('homeserver.unreachable');
    };
    w.loseAnswer();
    await w.say('once');
    expect(w.texts()).toEqual(['warm', 'once']);
    expect(w.homeserver.whoami).toBe(whoami);
});

test('what was not sent is looked for only as far as it can be', async () => {
    const w = await bridged();
    w.chatter(1_000);
    w.homeserver.faults.send = [fail('homeserver.connectionLost')];
    w.forget();
    await w.say('late');
    expect(w.texts()).toEqual(['warm', 'late']);
    // The last event of ours, which ends the search, is behind a thousand others.
    expect(w.looked()).toBe(11);
    w.homeserver.faults.send = [fail('homeserver.connectionLost')];
    w.forget();
    await w.say('later');
    expect(w.looked()).toBe(1);
});

test('where nothing of ours is known, the time of the others ends the search', async () => {
    const w = await bridgedRoom({ in: watched() });
    const { bob, room, matrixRoom } = w;
    for (let at = 0; at < 1_000; at += 1) {
        const age = at < 500 ? 3_600_000 : 1_000;
        w.homeserver.write(matrixRoom, CAROL, 'm.room.message', { body: 'chatter' }, { origin_server_ts: w.clock.now() - age });
    }
    w.homeserver.faults.send = [fail('homeserver.timeout')];
    await w.bridge.outbound.messagePosted(w.rocketchat.write(room, bob, 'first'));
    await w.quiet();
    expect(w.looked()).toBe(6);
});

test('a homeserver that may still be at work is given a moment', async () => {
    const w = await bridged();
    w.clock.slept.length = 0;
    w.loseAnswer();
    await w.say('once');
    expect(w.clock.slept).toContain(3_000);
});

test('a reaction has the time at which it was given, however long it had to wait', async () => {
    const w = await bridged();
    const givenAt = w.clock.now();
    const message = w.rocketchat.inRoom(w.room.id)[0];
    message.reactions = { ':tada:': ['alice'] };
    w.homeserver.faults.send = Array.from({ length: 20 }, () => fail('homeserver.unreachable'));
    await w.bridge.outbound.reacted(message, w.alice, ':tada:', true);
    await w.quiet();
    expect(w.clock.now() - givenAt).toBeGreaterThan(30_000);
    expect(w.matrixRoom.timeline.find(({ type }) => type === 'm.reaction')?.origin_server_ts).toBe(givenAt);
});

test.each<[string, BridgeError]>([
    ['is away', fail('homeserver.unreachable')],
    ['lets only so many be registered at once', fail('matrix.limited', { status: 429, retryAfterMs: 500 })],
])('who is mentioned first while the homeserver %s is mentioned all the same', async (_name, error) => {
    const w = await bridged();
    const dora = w.rocketchat.addUser('dora');
    w.homeserver.faults.register = Array.from({ length: 5 }, () => error);
    const mentions = [{ id: dora.id, username: 'dora', name: 'dora' }];
    await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, w.bob, 'ask @dora', { mentions }));
    await w.quiet();
    expect(w.matrixRoom.timeline.at(-1)?.content['m.mentions']).toEqual({ user_ids: ['@rc_dora:hs.test'] });
});

test('what is deleted while the homeserver is away goes with its edits: they hold its text, too', async () => {
    const w = await bridged();
    const message = w.rocketchat.inRoom(w.room.id)[0];
    Object.assign(message, { text: 'warm and wrong', editor: w.bob, editedAt: w.clock.now() });
    await w.bridge.outbound.messageEdited({ ...message });
    await w.quiet();
    w.rocketchat.messages.delete(message.id);
    w.homeserver.faults.relations = Array.from({ length: 5 }, () => fail('homeserver.unreachable'));
    await w.bridge.outbound.messageDeleted(message, w.bob);
    await w.quiet();
    const ours = w.matrixRoom.timeline.filter(({ type }) => type === 'm.room.message').map(({ event_id: id }) => id);
    expect(w.matrixRoom.timeline.filter(({ type }) => type === 'm.room.redaction').map(({ redacts }) => redacts)).toEqual(ours);
    expect(ours).toHaveLength(2);
});

test.each<[string, BridgeError]>([
    ['a proxy does not pass that on', fail('homeserver.notMatrix', { status: 404, certain: true })],
    ['that never gets an answer', fail('homeserver.timeout')],
])('a deletion does not wait for the edits where %s', async (_name, error) => {
    const w = await bridged();
    const message = w.rocketchat.inRoom(w.room.id)[0];
    w.homeserver.relations = async () => { throw error; };
    w.rocketchat.messages.delete(message.id);
    const from = w.clock.now();
    await w.bridge.outbound.messageDeleted({ ...message, editedAt: from }, w.bob);
    await w.quiet();
    expect(w.matrixRoom.timeline.filter(({ type }) => type === 'm.room.redaction')).toHaveLength(1);
    expect(w.clock.now() - from).toBeLessThan(600_000);
});

test('a sure failure costs no look', async () => {
    const w = await bridged();
    w.homeserver.faults.send = [fail('homeserver.unreachable'), fail('matrix.limited', { status: 429, retryAfterMs: 5 })];
    await w.say('sure');
    expect(w.homeserver.calls.filter((call) => call === 'send')).toHaveLength(3);
    expect(w.looked()).toBe(0);
});

test('a ghost that was brought in and may not send yet sends a moment later', async () => {
    const w = await bridged();
    const notIn = () => fail('matrix.forbidden', { status: 403, errcode: 'M_FORBIDDEN', detail: 'PUT …/send/…: 403 User @rc_bob:hs.test not in room !a (None)' });
    w.homeserver.faults.send = [notIn(), notIn()];
    await w.say('once');
    expect(w.texts()).toEqual(['warm', 'once']);
    expect(w.rocketchat.whispers).toEqual([]);
});

test('a ghost that could not be brought in because the homeserver went away is brought in by the next try', async () => {
    const w = await bridged();
    w.matrixRoom.members.set('@rc_bob:hs.test' as MatrixUserId, 'leave');
    w.homeserver.faults.join = [fail('homeserver.timeout'), fail('homeserver.unreachable')];
    await w.say('patient');
    expect(w.texts()).toEqual(['warm', 'patient']);
    expect(w.rocketchat.whispers).toEqual([]);
});

test.each<[string, BridgeError]>([
    ['a page of a firewall, 403', fail('homeserver.notMatrix', { status: 403, certain: true })],
    ['a page of a firewall, 406', fail('homeserver.notMatrix', { status: 406, certain: true })],
    ['a connection that is cut', fail('homeserver.connectionLost')],
    ['no answer', fail('homeserver.timeout')],
    ['an answer of the gateway, 504', fail('homeserver.unavailable', { status: 504 })],
])('a message that alone meets %s ends after some tries, also where nobody writes anywhere else', async (_name, error) => {
    const w = await bridged();
    const send = w.homeserver.send.bind(w.homeserver);
    w.homeserver.send = async (event) => {
        if (event.content.body === 'poison') {
            throw error;
        }
        return send(event);
    };
    const from = w.clock.now();
    for (const text of ['poison', 'behind it']) {
        await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, w.bob, text));
    }
    await until(() => w.texts().includes('behind it') || w.clock.now() - from > 7_200_000);
    expect(w.texts()).toEqual(['warm', 'behind it']);
    expect(w.rocketchat.whispers.map(({ text }) => text)).toEqual([expect.stringMatching(error.certain ? /“poison” was not delivered/ : /“poison” may not have been delivered/)]);
});

test.each(['upload', 'redact'] as const)('no room waits for ever for one %s without an answer, say of a large file on a slow line', async (call) => {
    const w = await bridged();
    w.homeserver[call] = async () => { throw fail('homeserver.timeout'); };
    const from = w.clock.now();
    if (call === 'upload') {
        const files = [{ id: 'film', name: 'film.mp4', type: 'video/mp4', size: 3, isThumbnail: false }];
        w.rocketchat.uploads.set('film', Buffer.from('mp4'));
        await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, w.bob, '', { files, attachments: [{ title: 'film.mp4', title_link: '/file-upload/film/film.mp4', type: 'file' }] }));
    } else {
        const message = w.rocketchat.inRoom(w.room.id)[0];
        w.rocketchat.messages.delete(message.id);
        await w.bridge.outbound.messageDeleted(message, w.bob);
    }
    await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, w.bob, 'behind it'));
    await until(() => w.texts().includes('behind it') || w.clock.now() - from > 7_200_000);
    expect(w.texts()).toEqual(['warm', 'behind it']);
    expect(w.rocketchat.whispers.map(({ text }) => text)).toEqual([expect.stringMatching(/may not have been (delivered|deleted)/)]);
});
