/** Rooms that one of ours joins while rooms are read: what was written there before is not news. */
import type { FakeMatrixRoom } from '../../support/fakes/FakeHomeserver.mts';
import type { MatrixEvent } from '../../../src/matrix/Homeserver';
import type { MatrixUserId } from '../../../src/ids/types';
import { turns } from '../../support/fakes/FakeClock.mts';
import { bridgedRoom, CAROL } from '../../support/fakes/bridgedRoom.mts';

const [ALICE, BOB] = ['@rc_alice:hs.test', '@rc_bob:hs.test'] as MatrixUserId[];
const DAY_MS = 86_400_000;
const settled = (): Promise<void> => turns(60);

/** Alice's ghost looks. */
async function setUp(look: 'all' | 'redactions') {
    const w = await bridgedRoom();
    await w.push(w.carolSays('hi'));
    await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, w.alice, 'hello'));
    await w.quiet();
    const say = (room: FakeMatrixRoom, body: string, age = 0): MatrixEvent =>
        w.homeserver.write(room, CAROL, 'm.room.message', { msgtype: 'm.text', body }, { origin_server_ts: w.clock.now() - age });
    /** A room of Carol's in which much was written. */
    const oldRoom = (): FakeMatrixRoom => {
        const room = w.homeserver.addRoom(CAROL);
        [...Array(5).keys()].forEach((n) => say(room, `history ${n}`, DAY_MS));
        return room;
    };
    const invite = (room: FakeMatrixRoom, ghost: MatrixUserId): MatrixEvent => {
        room.members.set(ghost, 'invite');
        return w.homeserver.write(room, CAROL, 'm.room.member', { membership: 'invite' }, { state_key: ghost, origin_server_ts: w.clock.now() });
    };
    const reads = async (): Promise<void> => {
        await w.bridge.reading[look]();
        await settled();
    };
    const elsewhere = (): string[] => [...w.rocketchat.rooms.values()].slice(1).flatMap(({ id }) => w.rocketchat.inRoom(id).map(({ text }) => text));
    await reads();
    return { ...w, say, oldRoom, invite, reads, elsewhere };
}

test.each(['all', 'redactions'] as const)('history does not come when another one who looks joins a room that is seen already (%s)', async (look) => {
    const w = await setUp(look);
    const [one, other] = [w.oldRoom(), w.oldRoom()];
    await w.push(w.invite(one, ALICE));
    await w.push(w.invite(other, BOB));
    await w.reads();
    await w.reads();
    await w.push(w.invite(one, BOB));
    expect(one.members.get(BOB)).toBe('join');
    await w.reads();
    await w.reads();
    expect(w.elsewhere()).toEqual([]);
});

test('while pushes have stopped, what is written after an invite comes, and what was before does not', async () => {
    const w = await setUp('all');
    const old = w.oldRoom();
    w.invite(old, ALICE);
    await w.reads();
    expect(old.members.get(ALICE)).toBe('join');
    w.say(old, 'new');
    w.say(w.matrixRoom, 'in the room that was seen before');
    await w.reads();
    w.say(old, 'newer');
    await w.reads();
    expect(w.elsewhere()).toEqual(['new', 'newer']);
    expect(w.textsInRocketChat()).toEqual(['hi', 'hello', 'in the room that was seen before']);
});

test('while pushes have stopped, so much in a room without news for days that one answer does not hold it, comes whole', async () => {
    const w = await setUp('all');
    const old = w.oldRoom();
    w.invite(old, ALICE);
    await w.reads();
    await w.reads();
    w.clock.pass(4 * DAY_MS);
    await w.push(w.say(old, 'somewhere else there is news'));
    const texts = [...Array(130).keys()].map((n) => `burst ${n}`);
    texts.forEach((body) => w.say(w.matrixRoom, body));
    const { news } = w.homeserver;
    w.homeserver.news = async (options) => {
        const answer = await news.call(w.homeserver, options);
        const rooms = answer.rooms.map((room) => (room.events.length > 100 ? { ...room, events: room.events.slice(-100), limited: true } : room));
        return { ...answer, rooms };
    };
    await w.reads();
    expect(w.textsInRocketChat()).toEqual(['hi', 'hello', ...texts]);
});
