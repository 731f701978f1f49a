/** What happens in Rocket.Chat while the app is off, found without anybody having to write again. */
import type { MatrixUserId } from '../../../src/ids/types';
import { failure } from '../../support/fakes/FakeHomeserver.mts';
import { until } from '../../support/fakes/FakeClock.mts';
import type { Process } from '../../support/fakes/processes.mts';
import { moment, worldOfProcesses } from '../../support/fakes/processes.mts';

async function setUp(rooms: number) {
    const w = worldOfProcesses();
    const alice = w.rocketchat.addUser('alice');
    const bob = w.rocketchat.addUser('bob');
    const first = w.start();
    const portals = [];
    for (let n = 0; n < rooms; n += 1) {
        portals.push(await w.bridged(first, alice, w.rocketchat.addRoom('c', `room${n}`, [alice, bob])));
    }
    const begin = async (process: Process): Promise<void> => {
        await process.bridge.begin();
        await process.bridge.outbound.catchUp();
        await w.settled(process);
    };
    const off = async (process: Process, ms = 600_000): Promise<void> => {
        await w.settled(process);
        await moment(40);
        process.bridge.rest();
        await process.bridge.settle();
        w.clock.pass(ms);
    };
    return { ...w, alice, bob, first, portals, begin, off };
}

test('messages, edits, deletions and reactions of a time off, in order, in active rooms and in silent ones', async () => {
    const w = await setUp(3);
    const [active, alsoActive, silent] = w.portals;
    const toEdit = w.write(active.room, w.bob, 'to edit');
    const toDelete = w.write(active.room, w.bob, 'to delete');
    const kept = w.write(alsoActive.room, w.bob, 'kept');
    kept.reactions = { ':tada:': ['bob'] };
    for (const message of [toEdit, toDelete, kept]) {
        await w.first.bridge.outbound.messagePosted(message);
    }
    await w.first.bridge.outbound.reacted(kept, w.bob, ':tada:', true);
    await w.off(w.first);
    const missed = ['one', 'two', 'three'].map((text) => w.write(active.room, w.alice, text));
    Object.assign(toEdit, { text: 'edited', editor: w.bob, editedAt: w.clock.now() });
    w.rocketchat.messages.delete(toDelete.id);
    kept.reactions = { ':heart:': ['alice'] };
    w.write(silent.room, w.bob, 'here, too');
    w.first.kill();
    const second = w.start();
    await w.begin(second);
    expect(active.texts()).toEqual(['to edit', 'to delete', ' * edited', ...missed.map(({ text }) => text)]);
    expect(active.ofType('m.room.redaction').map(({ redacts }) => redacts)).toEqual([active.timeline[1].event_id]);
    expect(alsoActive.ofType('m.reaction').map(({ sender, content }) => [sender, (content['m.relates_to'] as { key: string }).key])).toEqual([['@rc_bob:hs.test', '🎉'], ['@rc_alice:hs.test', '❤️']]);
    expect(alsoActive.ofType('m.room.redaction')).toHaveLength(1);
    expect(silent.texts()).toEqual(['here, too']);
    // Once more, by a process that knows nothing and a homeserver that has forgotten: nothing doubles.
    const events = w.portals.map(({ timeline }) => timeline.length);
    await w.off(second);
    second.kill();
    w.homeserver.transactions.clear();
    await w.begin(w.start());
    expect(w.portals.map(({ timeline }) => timeline.length)).toEqual(events);
});

test('a deletion is found also where somebody writes before the room is looked at', async () => {
    const w = await setUp(1);
    const [{ room, texts, ofType }] = w.portals;
    const gone = w.write(room, w.bob, 'gone');
    await w.first.bridge.outbound.messagePosted(gone);
    await w.off(w.first);
    w.rocketchat.messages.delete(gone.id);
    w.first.kill();
    const second = w.start();
    await second.bridge.outbound.messagePosted(w.write(room, w.bob, 'at once'));
    await w.begin(second);
    expect([texts(), ofType('m.room.redaction').length]).toEqual([['gone', 'at once'], 1]);
});

test('a deletion is found also after a time off of days, in which nobody wrote', async () => {
    const w = await setUp(1);
    const [{ room, ofType }] = w.portals;
    const written = ['kept', 'gone', 'kept as well'].map((text) => w.write(room, w.bob, text));
    for (const message of written) {
        await w.first.bridge.outbound.messagePosted(message);
    }
    await w.settled(w.first);
    Object.assign(written[1], { text: 'gone, and changed before', editor: w.bob, editedAt: w.clock.now() });
    await w.first.bridge.outbound.messageEdited(written[1]);
    await w.off(w.first, 3 * 86_400_000);
    w.rocketchat.messages.delete(written[1].id);
    w.first.kill();
    await w.begin(w.start());
    // With its edit, which holds its text.
    expect(ofType('m.room.redaction')).toHaveLength(2);
});

test('a deletion and a reaction of a time off that are refused become letters, and arrive when they are tried again', async () => {
    const w = await setUp(1);
    const [{ room, ofType }] = w.portals;
    const [kept, gone, last] = ['kept', 'gone', 'last'].map((text) => w.write(room, w.bob, text));
    for (const message of [kept, gone, last]) {
        await w.first.bridge.outbound.messagePosted(message);
    }
    await w.off(w.first);
    w.rocketchat.messages.delete(gone.id);
    kept.reactions = { ':tada:': ['alice'] };
    w.first.kill();
    const second = w.start();
    w.homeserver.faults.redact = [failure(400, 'M_UNKNOWN')];
    w.homeserver.faults.send = [failure(400, 'M_UNKNOWN')];
    await w.begin(second);
    const { deadLetters, retries } = second.bridge;
    expect((await deadLetters.all()).map(({ what }) => what)).toEqual([`the deletion of message ${gone.id}`, `the reaction :tada: to message ${kept.id}`]);
    expect(await retries.retry(await deadLetters.all(), 1e9)).toEqual({ through: 2, failed: 0, waiting: 0 });
    expect([ofType('m.room.redaction').length, ofType('m.reaction').length, await deadLetters.all()]).toEqual([1, 1, []]);
});

test('what somebody wrote who has left the room since is deleted as well', async () => {
    const w = await setUp(1);
    const [{ room, portal, ofType }] = w.portals;
    const written = ['kept', 'gone', 'last'].map((text) => w.write(room, w.bob, text));
    for (const message of written) {
        await w.first.bridge.outbound.messagePosted(message);
    }
    await w.settled(w.first);
    w.homeserver.rooms.get(portal.matrixRoomId)!.members.set('@rc_bob:hs.test' as MatrixUserId, 'leave');
    await w.off(w.first);
    w.rocketchat.messages.delete(written[1].id);
    w.first.kill();
    await w.begin(w.start());
    expect(ofType('m.room.redaction')).toHaveLength(1);
});

test('what a deleted user wrote is not taken for deleted', async () => {
    const w = await setUp(1);
    const [{ room, ofType }] = w.portals;
    const kept = w.write(room, w.bob, 'kept');
    await w.first.bridge.outbound.messagePosted(kept);
    await w.off(w.first);
    w.first.kill();
    // Such a message cannot be read: the engine leaves out what has no sender.
    w.rocketchat.messages.delete(kept.id);
    w.rocketchat.users.delete(w.bob.id);
    await w.begin(w.start());
    expect(ofType('m.room.redaction')).toEqual([]);
});

test('an import brings old messages: they survive a crash, and the next look is not one into the past', async () => {
    const w = await setUp(1);
    const [{ room, texts }] = w.portals;
    await w.first.bridge.outbound.messagePosted(w.write(room, w.bob, 'today'));
    await w.settled(w.first);
    const speak = w.silence('send');
    await w.first.bridge.outbound.messagePosted(w.write(room, w.bob, 'years ago', { ts: w.clock.now() - 1e11 }));
    await moment();
    w.first.kill();
    speak();
    const second = w.start();
    await second.bridge.resume();
    await w.settled(second);
    expect(texts()).toEqual(['today', 'years ago']);
    await moment(40);
    const progress = w.rocketchat.store.documents.map(({ document }) => JSON.parse(document)).filter(({ is }) => is === 'progress');
    expect(progress).toEqual([expect.objectContaining({ roomId: room.id })]);
    expect(progress[0].doneUntil).toBeGreaterThan(w.clock.now() - 3_600_000);
});

test('off and on in the same process', async () => {
    const w = await setUp(1);
    const [{ room, texts }] = w.portals;
    await w.begin(w.first);
    await w.first.bridge.outbound.messagePosted(w.write(room, w.bob, 'before'));
    await w.off(w.first);
    w.write(room, w.bob, 'meanwhile');
    w.first.bridge.doubt();
    await w.begin(w.first);
    expect(texts()).toEqual(['before', 'meanwhile']);
    await w.first.bridge.outbound.messagePosted(w.write(room, w.bob, 'after'));
    await w.settled(w.first);
    expect(texts()).toEqual(['before', 'meanwhile', 'after']);
});

test('a sandbox that is killed and restarted at once misses nothing in between', async () => {
    const w = await setUp(2);
    const [one, other] = w.portals;
    await w.first.bridge.outbound.messagePosted(w.write(one.room, w.bob, 'before'));
    await w.settled(w.first);
    await w.first.bridge.beat();
    w.first.kill();
    w.write(one.room, w.bob, 'nobody heard this');
    w.write(other.room, w.bob, 'nor this');
    await w.begin(w.start());
    expect([one.texts(), other.texts()]).toEqual([['before', 'nobody heard this'], ['nor this']]);
});

test('without a time off no room is looked at; two looks at once are one', async () => {
    const w = await setUp(3);
    for (const { room } of w.portals) {
        await w.first.bridge.outbound.messagePosted(w.write(room, w.bob, 'hello'));
    }
    await w.off(w.first);
    w.first.kill();
    const second = w.start();
    const read = (): number => w.rocketchat.recent;
    await Promise.all([w.begin(second), second.bridge.upkeep(), second.bridge.upkeep()]);
    const once = read();
    expect(once).toBeLessThanOrEqual(2 * w.portals.length);
    w.homeserver.calls.length = 0;
    await second.bridge.upkeep();
    await second.bridge.outbound.catchUp();
    await w.settled(second);
    expect([read(), w.homeserver.calls]).toEqual([once, []]);
});

test('silent rooms that were not reached are reached by the next process', async () => {
    const w = await setUp(40);
    await w.off(w.first);
    for (const { room } of w.portals) {
        w.write(room, w.bob, 'meanwhile');
    }
    w.first.kill();
    const second = w.start();
    const reached = (): number => w.portals.filter(({ texts }) => texts().length).length;
    void second.bridge.begin();
    await until(() => reached() > 2);
    second.kill();
    expect(reached()).toBeLessThan(w.portals.length);
    await w.begin(w.start());
    expect(w.portals.map(({ texts }) => texts())).toEqual(w.portals.map(() => ['meanwhile']));
});

test('what was written before the room was bridged stays here, what a clock that goes wrong has dated arrives', async () => {
    const w = await setUp(0);
    const room = w.rocketchat.addRoom('c', 'late', [w.alice, w.bob]);
    w.write(room, w.bob, 'private');
    w.clock.pass(1_000);
    const { texts, portal } = await w.bridged(w.first, w.alice, room);
    w.clock.pass(60_000);
    await w.first.bridge.outbound.messagePosted(w.write(room, w.bob, 'from the future', { ts: w.clock.now() + 10_000 }));
    await w.off(w.first, 0);
    // The server takes the client's time when it is off by ten seconds at most.
    w.write(room, w.alice, 'from the past', { ts: w.clock.now() - 10_000 });
    w.first.kill();
    await w.begin(w.start());
    expect(texts()).toEqual(['from the future', 'from the past']);
    expect(portal.bridgedAt).toBeLessThan(w.clock.now());
});
