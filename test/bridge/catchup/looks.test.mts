/** Several ghosts look, and the homeserver fails at one of them. */
import type { MatrixUserId } from '../../../src/ids/types';
import { turns } from '../../support/fakes/FakeClock.mts';
import { failure, type FakeMatrixRoom } from '../../support/fakes/FakeHomeserver.mts';
import { bridgedRoom, CAROL } from '../../support/fakes/bridgedRoom.mts';

const settled = (): Promise<void> => turns(60);

/** Alice and Bob are in a room of Carol's each. */
async function setUp(look: 'all' | 'redactions', looksAlready = true) {
    const w = await bridgedRoom();
    const rooms: FakeMatrixRoom[] = [];
    for (const ghost of ['@rc_alice:hs.test', '@rc_bob:hs.test'] as MatrixUserId[]) {
        const room = w.homeserver.addRoom(CAROL);
        rooms.push(room);
        room.members.set(ghost, 'invite');
        await w.push(w.homeserver.write(room, CAROL, 'm.room.member', { membership: 'invite' }, { state_key: ghost }));
    }
    const say = (room: FakeMatrixRoom, body: string) => w.homeserver.write(room, CAROL, 'm.room.message', { msgtype: 'm.text', body }, { origin_server_ts: w.clock.now() });
    const secrets = rooms.map((room) => say(room, 'secret'));
    await w.push(...secrets);
    const reads = async (): Promise<void> => {
        await w.bridge.reading[look]().catch(() => undefined);
        await settled();
    };
    await (looksAlready && reads());
    await (looksAlready && reads());
    const texts = (): string[] => [...w.rocketchat.rooms.values()].slice(1).flatMap(({ id }) => w.rocketchat.inRoom(id).map(({ text }) => text));
    expect(texts()).toEqual(['secret', 'secret']);
    return { ...w, rooms, say, secrets, reads, texts };
}

const none = undefined as unknown as Error;

test.each([[[failure(503)]], [[none, failure(503)]], [[failure(503), failure(503)]]])('what the others see is taken, and what that one did not see at the next look (%#)', async (faults) => {
    const w = await setUp('redactions');
    w.rooms.forEach((room, at) => w.homeserver.write(room, CAROL, 'm.room.redaction', {}, { redacts: w.secrets[at].event_id }));
    w.homeserver.faults.news = [...faults];
    await w.reads();
    expect(w.texts()).toHaveLength(faults.filter(Boolean).length);
    await w.reads();
    expect(w.texts()).toEqual([]);
});

test('the same of messages, while pushes have stopped', async () => {
    const w = await setUp('all');
    w.rooms.forEach((room, at) => w.say(room, `new ${at}`));
    w.homeserver.faults.news = [none, failure(503)];
    await w.reads();
    await w.reads();
    expect(w.texts().sort()).toEqual(['new 0', 'new 1', 'secret', 'secret']);
});

test('a room is read from where the bridge was also when the first look has failed at another one', async () => {
    const w = await setUp('all', false);
    w.rooms.forEach((room, at) => w.say(room, `new ${at}`));
    // Who begins to look: the bot, which is refused, then one ghost, then the other.
    w.homeserver.faults.news = [none, none, failure(503)];
    await w.reads();
    await w.reads();
    expect(w.texts().sort()).toEqual(['new 0', 'new 1', 'secret', 'secret']);
});
