import { EchoRoom } from '../../../src/bridge/status/EchoRoom';
import type { MatrixUserId } from '../../../src/ids/types';
import { failure } from '../../support/fakes/FakeHomeserver.mts';
import { CAROL } from '../../support/fakes/bridgedRoom.mts';
import { watchedRoom } from '../../support/fakes/watchedRoom.mts';

test('while pushes come it asks for nothing', async () => {
    const w = await watchedRoom();
    const watchdog = w.dog();
    await w.push(w.say('hi'));
    w.homeserver.calls.length = 0;
    w.clock.pass(20_000);
    await watchdog.tick();
    expect(w.homeserver.calls).toEqual([]);
});

test('quiet is looked into by one event of its own, seldom when it lasts', async () => {
    const w = await watchedRoom();
    const watchdog = w.dog();
    await w.push(w.say('hi'));
    await watchdog.tick();
    w.clock.pass(31_000);
    await watchdog.tick();
    w.homeserver.calls.length = 0;
    for (let tick = 0; tick < 720; tick += 1) {
        w.clock.pass(5_000);
        await watchdog.tick();
    }
    const asked = w.homeserver.calls.filter((call) => call === 'sendState').length;
    expect(asked).toBeGreaterThan(11);
    expect(asked).toBeLessThan(50);
    expect(w.homeserver.calls.filter((call) => call === 'messages')).toEqual([]);
    expect(w.told).toEqual([]);
});

test('when pushes have stopped the admins are told once within a minute, rooms are read meanwhile, and nothing doubles when they come again', async () => {
    const w = await watchedRoom();
    const watchdog = w.dog();
    await w.push(w.say('before'));
    w.pushes.on = false;
    const stuck = w.say('stuck');
    const from = w.clock.now();
    while (!w.told.length && w.clock.now() - from < 60_000) {
        w.clock.pass(5_000);
        await watchdog.tick();
    }
    expect(w.told).toEqual([expect.stringMatching(/do not arrive[\s\S]*Bridge URL/)]);
    const later = w.say('later');
    w.clock.pass(5_000);
    await watchdog.tick();
    await w.settled();
    expect(w.texts()).toEqual(['before', 'stuck', 'later']);

    // A new process does not tell again.
    const next = w.dog();
    w.clock.pass(400_000);
    await next.tick();
    expect(w.told).toHaveLength(1);

    w.pushes.on = true;
    await w.push(stuck, later, w.say('after'));
    await w.settled();
    expect(w.texts()).toEqual(['before', 'stuck', 'later', 'after']);
    expect(w.told).toEqual([expect.anything(), expect.stringMatching(/arrive again/)]);
});

test('where what passes is pushed, quiet costs no event, and after a night of it a stall is told within a minute', async () => {
    const w = await watchedRoom();
    w.pushTyping();
    const watchdog = w.dog();
    await watchdog.tick();
    await w.push(w.say('hi'));
    w.homeserver.calls.length = 0;
    for (let tick = 0; tick < 720; tick += 1) {
        w.clock.pass(5_000);
        await watchdog.tick();
    }
    expect([...new Set(w.homeserver.calls)]).toEqual(['typing']);
    await w.settled();
    w.pushes.on = false;
    w.say('stuck');
    const from = w.clock.now();
    while (!w.told.length && w.clock.now() - from < 200_000) {
        w.clock.pass(5_000);
        await watchdog.tick();
    }
    expect(w.clock.now() - from).toBeLessThan(60_000);
    expect(w.texts()).toEqual(['hi', expect.stringContaining('stuck')]);
});

test('while it is stalled a quiet room costs nothing of its own: ghosts look at all of theirs at once', async () => {
    const w = await watchedRoom();
    w.pushTyping();
    const watchdog = w.dog();
    const alice = w.rocketchat.userByName('alice');
    await w.push(w.say('hi'));
    await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, (await alice)!, 'hello'));
    await w.quiet();
    await w.stall(watchdog);
    await watchdog.tick();
    w.homeserver.calls.length = 0;
    for (let tick = 0; tick < 4; tick += 1) {
        w.clock.pass(5_000);
        await watchdog.tick();
    }
    expect(w.homeserver.calls.filter((call) => call === 'news').length).toBe(4);
    expect(w.homeserver.calls.filter((call) => call === 'messages')).toEqual([]);
    w.say('news');
    await watchdog.tick();
    await w.settled();
    expect(w.texts().pop()).toContain('news');
});

test('while it is stalled an invite of one who looks makes a room, once', async () => {
    const w = await watchedRoom();
    w.pushTyping();
    const watchdog = w.dog();
    const alice = (await w.rocketchat.userByName('alice'))!;
    await w.push(w.say('hi'));
    await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, alice, 'hello'));
    await w.quiet();
    await w.stall(watchdog);
    await watchdog.tick();
    const ghost = '@rc_alice:hs.test' as MatrixUserId;
    const direct = w.homeserver.addRoom(CAROL);
    direct.members.set(ghost, 'invite');
    const invite = w.homeserver.write(direct, CAROL, 'm.room.member', { membership: 'invite', is_direct: true }, { state_key: ghost });
    for (let tick = 0; tick < 3; tick += 1) {
        w.clock.pass(5_000);
        await watchdog.tick();
        await w.settled();
    }
    const rooms = () => [...w.rocketchat.rooms.values()].filter(({ kind }) => kind === 'd');
    expect([direct.members.get(ghost), rooms().length]).toEqual(['join', 1]);
    const said = w.homeserver.write(direct, CAROL, 'm.room.message', { msgtype: 'm.text', body: 'tea?' }, { origin_server_ts: w.clock.now() });
    w.clock.pass(5_000);
    await watchdog.tick();
    await w.settled();
    expect(w.rocketchat.inRoom(rooms()[0].id).map(({ text }) => text)).toEqual(['tea?']);
    w.pushes.on = true;
    await w.push(invite, said);
    await w.settled();
    expect([rooms().length, w.rocketchat.inRoom(rooms()[0].id).length]).toEqual([1, 1]);
});

test('while it is stalled all rooms of one who looks are read back, in their order', async () => {
    const w = await watchedRoom();
    w.pushTyping();
    const watchdog = w.dog();
    const alice = (await w.rocketchat.userByName('alice'))!;
    const other = w.rocketchat.addRoom('c', 'other', [alice]);
    const otherRoom = w.homeserver.rooms.get((await w.bridge.rooms.bridge(other, alice)).matrixRoomId)!;
    otherRoom.members.set(CAROL, 'join');
    const say = (body: string) => w.homeserver.write(otherRoom, CAROL, 'm.room.message', { msgtype: 'm.text', body }, { origin_server_ts: w.clock.now() });
    await w.push(say('one'), w.say('hi'));
    w.pushes.on = false;
    say('two');
    await w.stall(watchdog);
    say('three');
    await watchdog.tick();
    await w.settled();
    expect(w.rocketchat.inRoom(other.id).map(({ text }) => text.replace(/^🕒.*: /u, ''))).toEqual(['one', 'two', 'three']);
});

test.each(['typing', 'sendState', 'ping'] as const)('a look that is cut short in its %s, because the app is switched off, leaves no suspicion', async (call) => {
    const w = await watchedRoom();
    w.pushes.on = false;
    const watchdog = w.dog();
    const original = w.homeserver[call].bind(w.homeserver) as (...args: unknown[]) => Promise<unknown>;
    let isOff = false;
    w.homeserver[call] = (async (...args: unknown[]) => {
        watchdog.off();
        isOff = true;
        return original(...args);
    }) as never;
    watchdog.on();
    for (let tries = 0; !isOff && tries < 100; tries += 1) {
        await w.settled();
    }
    await w.settled();
    expect(isOff).toBe(true);
    expect(await w.rocketchat.store.readOne({ model: 'misc', id: 'intake-suspect' })).toBeUndefined();
    expect(w.told).toEqual([]);
});

test('a process that dies again and again finds the stall with little time', async () => {
    const w = await watchedRoom();
    w.pushTyping();
    await w.push(w.say('before'));
    w.pushes.on = false;
    w.homeserver.ping = async () => ({ ok: false, reason: 'homeserver', detail: '' });
    await w.dog().tick();
    w.homeserver.ping = async () => ({ ok: true, durationMs: 1 });
    w.homeserver.calls.length = 0;
    await w.dog().tick();
    expect(w.homeserver.calls.filter((call) => call === 'sendState')).toHaveLength(1);
    expect(w.told).toHaveLength(1);
});

test('a homeserver that is away is no stalled push, nor one that cannot ping for a moment', async () => {
    const w = await watchedRoom();
    const watchdog = w.dog();
    w.pushes.on = false;
    w.homeserver.ping = async () => ({ ok: false, reason: 'bridge-unreachable', detail: '' });
    w.clock.pass(60_000);
    w.homeserver.faults.createRoom = [failure(undefined)];
    await watchdog.tick();
    await watchdog.tick();
    expect(w.told).toEqual([]);
    w.clock.pass(60_000);
    await watchdog.tick();
    expect(w.told).toHaveLength(1);
});

test.each([
    ['bridge-unreachable', 'Connection refused', /^(?![\s\S]*another "Bridge URL")[\s\S]*cannot reach the bridge under http:\/\/bridge\.test/],
    ['bridge-refused', 'HTTP 403 Forbidden', /^(?![\s\S]*another "Bridge URL")[\s\S]*old registration/],
    // What fails there may be the transaction that is stuck.
    ['bridge-refused', 'HTTP 500 Internal Server Error', /another "Bridge URL"/],
    ['bridge-timeout', '', /another "Bridge URL"/],
] as const)('where a ping does not get through either (%s, %s), the admins are told what it says', async (reason, detail, words) => {
    const w = await watchedRoom();
    w.homeserver.ping = async () => ({ ok: false, reason, detail });
    await w.stall(w.dog());
    expect(w.told).toEqual([expect.stringMatching(words)]);
});

test('a homeserver that pushes a long backlog first, or is slow, is no stalled push', async () => {
    const w = await watchedRoom();
    const watchdog = w.dog();
    w.pushes.on = false;
    w.homeserver.ping = async () => {
        await w.push(w.say('of the backlog'));
        return { ok: true, durationMs: 1 };
    };
    w.clock.pass(60_000);
    await watchdog.tick();
    expect(w.told).toEqual([]);
    expect(w.lines.join('\n')).not.toContain('pushes nothing');
});

test('an event that came back to another instance counts', async () => {
    const w = await watchedRoom();
    const watchdog = w.dog();
    const other = new EchoRoom(w.context);
    w.bridge.onOwnEvent((event) => other.heard(event));
    w.bridge.onPush = undefined;
    w.clock.pass(60_000);
    await watchdog.tick();
    w.clock.pass(60_000);
    await watchdog.tick();
    expect(w.told).toEqual([]);
});
