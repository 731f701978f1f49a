/** A room that is deleted in Rocket.Chat: people on Matrix are told, and all of ours leave. */
import type { Portal } from '../../../src/bridge/portals/Portal';
import type { MatrixUserId } from '../../../src/ids/types';
import type { Process } from '../../support/fakes/processes.mts';
import { moment, worldOfProcesses } from '../../support/fakes/processes.mts';

const CAROL = '@carol:elsewhere.test' as MatrixUserId;
const TOLD = expect.stringContaining('This room was deleted in Rocket.Chat');

async function setUp(kind: 'c' | 'd' = 'c') {
    const w = worldOfProcesses();
    const [alice, bob] = ['alice', 'bob'].map((name) => w.rocketchat.addUser(name));
    w.homeserver.addPerson(CAROL, 'Carol C');
    const first = w.start();
    const { bridge } = first;
    let room = w.rocketchat.addRoom('c', 'room', [alice, bob]);
    if (kind === 'c') {
        await bridge.rooms.bridge(room, alice);
    } else {
        await bridge.rooms.direct(alice, [CAROL]);
        room = [...w.rocketchat.rooms.values()].find((one) => one.kind === 'd')!;
    }
    const matrixRoom = [...w.homeserver.rooms.values()][0];
    matrixRoom.members.set(CAROL, 'join');
    for (const writer of kind === 'c' ? [alice, bob] : [alice]) {
        await bridge.outbound.messagePosted(w.write(room, writer, `from ${writer.username}`));
    }
    await w.settled(first);
    let n = 0;
    const carolSays = (process: Process, body: string): Promise<void> => {
        const event = w.homeserver.write(matrixRoom, CAROL, 'm.room.message', { msgtype: 'm.text', body }, { origin_server_ts: w.clock.now() });
        return process.bridge.handleTransaction(String((n += 1)), [event], []);
    };
    const inIt = (): string[] => [...matrixRoom.members].filter(([, membership]) => membership === 'join').map(([id]) => id);
    const texts = (): unknown[] => matrixRoom.timeline.filter(({ type }) => type === 'm.room.message').map(({ content }) => content.body);
    const portals = (): Portal[] => w.rocketchat.store.documents.filter(({ keys }) => keys.some(({ id }) => id === 'portal')).map(({ document }) => JSON.parse(document));
    return { ...w, alice, bob, first, bridge, room, matrixRoom, carolSays, inIt, texts, portals };
}

test.each(['c', 'd'] as const)('of kind %s', async (kind) => {
    const w = await setUp(kind);
    w.rocketchat.deleteRoom(w.room.id);
    await w.bridge.outbound.roomDeleted(w.room.id);
    await w.settled(w.first);
    expect([w.inIt(), w.portals(), w.homeserver.aliases.size]).toEqual([[CAROL], [], 0]);
    expect(w.texts().slice(kind === 'c' ? 2 : 1)).toEqual([TOLD]);
    expect(w.matrixRoom.timeline.filter(({ type }) => type === 'm.room.redaction')).toEqual([]);
    // What comes from there now is for nobody.
    await w.carolSays(w.first, 'hello?');
    expect((await w.bridge.counts()).deadLetters).toEqual({ in: 0, out: 0 });
});

test('a new room may have its name', async () => {
    const w = await setUp();
    w.rocketchat.deleteRoom(w.room.id);
    await w.bridge.outbound.roomDeleted(w.room.id);
    await w.settled(w.first);
    const portal = await w.bridge.rooms.bridge(w.rocketchat.addRoom('c', 'room', [w.alice]), w.alice);
    expect(portal.alias).toBe('#rc_room:hs.test');
});

test.each(['c', 'd'] as const)('when nobody said so (kind %s), the first event for it ends it, and none becomes a dead letter', async (kind) => {
    const w = await setUp(kind);
    w.rocketchat.deleteRoom(w.room.id);
    await w.carolSays(w.first, 'hello?');
    await w.carolSays(w.first, 'anybody?');
    await w.settled(w.first);
    await moment();
    await w.settled(w.first);
    expect([w.inIt(), w.portals()]).toEqual([[CAROL], []]);
    expect(w.texts().filter((text) => String(text).includes('was deleted'))).toHaveLength(1);
    expect((await w.bridge.counts()).deadLetters).toEqual({ in: 0, out: 0 });
});

test('while the app is off: found afterwards', async () => {
    const w = await setUp();
    await moment(40);
    w.bridge.rest();
    await w.bridge.settle();
    w.first.kill();
    w.rocketchat.deleteRoom(w.room.id);
    w.clock.pass(60_000);
    const second = w.start();
    await second.bridge.begin();
    await second.bridge.outbound.catchUp();
    await w.settled(second);
    expect([w.inIt(), w.portals(), w.texts()[2]]).toEqual([[CAROL], [], TOLD]);
});

test('while the homeserver is away, and by a process that dies of it: done by the next one', async () => {
    const w = await setUp();
    const speak = w.silence('leave');
    w.rocketchat.deleteRoom(w.room.id);
    await w.bridge.outbound.roomDeleted(w.room.id);
    await moment(60);
    w.first.kill();
    speak();
    expect(w.portals()).toHaveLength(1);
    const second = w.start();
    await second.bridge.resume();
    await w.settled(second);
    expect([w.inIt(), w.portals()]).toEqual([[CAROL], []]);
    expect(w.texts().filter((text) => String(text).includes('was deleted'))).toHaveLength(1);
});

test('a single wrong answer of the server ends nothing', async () => {
    const w = await setUp();
    const { room } = w.rocketchat;
    let wrong = 1;
    w.rocketchat.room = async (id) => ((wrong -= 1) < 0 ? room.call(w.rocketchat, id) : undefined);
    w.rocketchat.messages.clear();
    await w.bridge.outbound.roomDeleted(w.room.id);
    await w.settled(w.first);
    expect([w.portals().length, w.inIt()]).toEqual([1, expect.arrayContaining(['@rc_alice:hs.test', '@rocketchat:hs.test'])]);
});

test('a second instance that holds the portal still takes nothing from a new room of that name', async () => {
    const w = await setUp();
    const second = w.start();
    await w.carolSays(second, 'known to both');
    w.rocketchat.deleteRoom(w.room.id);
    await w.bridge.outbound.roomDeleted(w.room.id);
    await w.settled(w.first);
    const portal = await w.bridge.rooms.bridge(w.rocketchat.addRoom('c', 'room', [w.alice]), w.alice);
    await w.carolSays(second, 'hello?');
    await w.settled(second);
    await moment();
    await w.settled(second);
    expect(w.homeserver.aliases).toEqual(new Map([['#rc_room:hs.test', portal.matrixRoomId]]));
    expect((await second.bridge.counts()).deadLetters).toEqual({ in: 0, out: 0 });
});

test('what still waits for Matrix then goes nowhere', async () => {
    const w = await setUp();
    const speak = w.silence('send');
    await w.bridge.outbound.messagePosted(w.write(w.room, w.alice, 'stuck'));
    const late = w.write(w.room, w.bob, 'late');
    await w.bridge.outbound.messagePosted(late);
    await moment();
    w.rocketchat.deleteRoom(w.room.id);
    await w.bridge.outbound.roomDeleted(w.room.id);
    speak();
    w.first.kill();
    const second = w.start();
    await second.bridge.resume();
    await second.bridge.outbound.messagePosted(late);
    await w.settled(second);
    expect([w.inIt(), w.texts()]).toEqual([[CAROL], ['from alice', 'from bob', TOLD]]);
});
