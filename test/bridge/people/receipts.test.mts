/** Read receipts of ghosts: who writes has read. */
import type { MatrixEvent } from '../../../src/matrix/Homeserver';
import { turns } from '../../support/fakes/FakeClock.mts';
import { failure } from '../../support/fakes/FakeHomeserver.mts';
import { bridgedRoom } from '../../support/fakes/bridgedRoom.mts';

const ALICE = '@rc_alice:hs.test';

async function bridged() {
    const w = await bridgedRoom();
    const { alice, room, matrixRoom } = w;
    let pushed = matrixRoom.timeline.length;
    /** As the homeserver: hands over whatever is new in the room, our own events, too. */
    const push = async (): Promise<void> => {
        const events = matrixRoom.timeline.slice(pushed);
        pushed = matrixRoom.timeline.length;
        await w.bridge.handleTransaction(`t${pushed}`, events, []);
    };
    const remote = async (body: string): Promise<MatrixEvent> => {
        const event = w.carolSays(body);
        await push();
        return event;
    };
    const local = async (sender = alice): Promise<void> => {
        await w.bridge.outbound.messagePosted(w.rocketchat.write(room, sender, 'written'));
        await w.quiet();
        await push();
    };
    const settled = (): Promise<void> => turns(30);
    return { ...w, remote, local, settled };
}

test('who writes has read what stood before, and it is said once', async () => {
    const w = await bridged();
    await w.remote('one');
    const last = await w.remote('two');
    await w.local();
    await w.local();
    await w.settled();
    await w.local();
    await w.settled();
    expect(w.homeserver.receipts).toEqual([`${ALICE} ${last.event_id}`]);
    const next = await w.remote('three');
    await w.local();
    await w.settled();
    expect(w.homeserver.receipts).toEqual([`${ALICE} ${last.event_id}`, `${ALICE} ${next.event_id}`]);
});

test('where nobody of Matrix wrote nothing is asked of the homeserver', async () => {
    const w = await bridged();
    await w.local();
    await w.local(w.bob);
    await w.settled();
    expect(w.homeserver.calls).not.toContain('readReceipt');
});

test('a burst of several people is one request after the other, seconds apart, in the background', async () => {
    const w = await bridged();
    const { event_id: id } = await w.remote('hello');
    w.clock.slept.length = 0;
    await w.local();
    await w.local(w.bob);
    await w.settled();
    expect(w.homeserver.receipts).toEqual([`${ALICE} ${id}`, `@rc_bob:hs.test ${id}`]);
    expect(w.clock.slept.filter((ms) => ms === 4_000)).toHaveLength(2);
});

test('what came after the writing is not read', async () => {
    const w = await bridged();
    const before = await w.remote('before');
    const { sleep } = w.clock;
    let go = (): void => undefined;
    w.clock.sleep = (ms) => (ms === 4_000 ? new Promise((resolve) => { go = resolve; }) : sleep.call(w.clock, ms));
    await w.local();
    await w.remote('after');
    go();
    await w.settled();
    expect(w.homeserver.receipts).toEqual([`${ALICE} ${before.event_id}`]);
});

test('a refusal disturbs nobody', async () => {
    const w = await bridged();
    await w.remote('hello');
    w.homeserver.faults.readReceipt = [failure(403, 'M_FORBIDDEN')];
    await w.local();
    await w.settled();
    expect(w.rocketchat.whispers).toEqual([]);
});
