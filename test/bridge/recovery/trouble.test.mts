/** Trouble on one of the two sides that is no outage: what stays for ever, and what is over in a moment. */
import { BridgeError } from '../../../src/errors/BridgeError';
import { failure } from '../../support/fakes/FakeHomeserver.mts';
import { moment, worldOfProcesses } from '../../support/fakes/processes.mts';

async function setUp() {
    const w = worldOfProcesses();
    const alice = w.rocketchat.addUser('alice');
    const first = w.start();
    const bridged = await w.bridged(first, alice, w.rocketchat.addRoom('c', 'general', [alice]));
    return { ...w, ...bridged, alice, first };
}

const databaseAway = (): BridgeError => new BridgeError({ code: 'rocketchat.failed', userMessage: 'no', retriable: true, certain: false, detail: 'not primary' });

test('a room that the homeserver cannot read for ever holds up its messages for minutes at most, and is asked for more and more seldom', async () => {
    const w = await setUp();
    await w.first.bridge.outbound.messagePosted(w.write(w.room, w.alice, 'before'));
    await w.settled(w.first);
    await moment(40);
    w.first.kill();
    const read = w.homeserver.messages.bind(w.homeserver);
    w.homeserver.messages = async (room, options) => {
        if (room !== w.portal.matrixRoomId) {
            return read(room, options);
        }
        w.homeserver.calls.push('messages');
        throw failure(500);
    };
    // Time runs on while the test looks only now and then: the time of the arrival itself counts.
    let arrivedAt = Infinity;
    const send = w.homeserver.send.bind(w.homeserver);
    w.homeserver.send = async (event) => {
        arrivedAt = event.content.body === 'after' ? w.clock.now() : arrivedAt;
        return send(event);
    };
    w.write(w.room, w.alice, 'while off');
    const second = w.start();
    const other = await w.bridged(second, w.alice, w.rocketchat.addRoom('c', 'other', [w.alice]));
    const from = w.clock.now();
    await second.bridge.outbound.messagePosted(w.write(w.room, w.alice, 'after'));
    while (!w.texts().includes('after') && w.clock.now() - from < 3_600_000) {
        // All else goes on: it is not the whole homeserver that has trouble.
        void second.bridge.outbound.messagePosted(w.write(other.room, w.alice, 'elsewhere'));
        await w.clock.sleep(5_000);
    }
    const asked = w.homeserver.calls.filter((call) => call === 'messages').length;
    second.kill();
    expect(w.texts()).toContain('after');
    expect(arrivedAt - from).toBeLessThan(480_000);
    expect(asked).toBeLessThan(25);
});

test.each(['its records', 'its settings'])('a server that cannot read %s for a moment costs no message, and nobody is told of a failure', async (what) => {
    const w = await setUp();
    const unbridged = w.rocketchat.addRoom('c', 'unbridged', [w.alice]);
    await w.settled(w.first);
    w.first.kill();
    const second = w.start();
    let failures = 0;
    const failing = <T extends unknown[], R>(call: (...args: T) => Promise<R>, concerns: (args: T) => boolean) => async (...args: T): Promise<R> => {
        if (concerns(args) && failures > 0) {
            failures -= 1;
            throw databaseAway();
        }
        return call(...args);
    };
    const { store } = w.rocketchat;
    if (what === 'its records') {
        store.read = failing(store.read.bind(store), (keys) => keys.some(({ id }) => id === 'portal')) as typeof store.read;
    } else {
        w.rocketchat.siteUrl = failing(w.rocketchat.siteUrl.bind(w.rocketchat), () => true);
    }
    for (const [room, text] of [[unbridged, 'elsewhere'], [w.room, 'here']] as const) {
        failures = 2;
        await second.bridge.outbound.messagePosted(w.write(room, w.alice, text));
        await w.settled(second);
    }
    expect(failures).toBe(0);
    expect(w.texts()).toEqual(['here']);
    expect(w.rocketchat.whispers).toEqual([]);
    expect(await second.bridge.deadLetters.all()).toEqual([]);
});

test('the time off is not forgotten when its looking through could not be noted', async () => {
    const w = await setUp();
    await w.first.bridge.beat();
    await w.settled(w.first);
    w.clock.pass(600_000);
    w.first.kill();
    w.write(w.room, w.alice, 'while off');
    const second = w.start();
    const { store } = w.rocketchat;
    const put = store.put.bind(store);
    store.put = async (document, ...keys) => {
        if (keys.some(({ id }) => id === 'outbound-sweep')) {
            throw databaseAway();
        }
        return put(document, ...keys);
    };
    await second.bridge.outbound.catchUp().catch(() => undefined);
    store.put = put;
    await second.bridge.outbound.catchUp();
    await w.settled(second);
    expect(w.texts()).toEqual(['while off']);
});

test('a new name of a room leaves no moment in which the room is not bridged', async () => {
    const w = await setUp();
    const { store } = w.rocketchat;
    const remove = store.remove.bind(store);
    const missing: boolean[] = [];
    store.remove = async (...keys) => {
        await remove(...keys);
        missing.push((await store.read({ model: 'room', id: w.room.id }, { model: 'misc', id: 'portal' })).length === 0);
    };
    await w.first.bridge.outbound.systemMessage(w.write(w.room, w.alice, 'renamed', { systemType: 'r' }));
    await w.settled(w.first);
    expect(w.ofType('m.room.name')).toHaveLength(1);
    expect(missing).not.toContain(true);
});

test('of two edits whose events come in the wrong order the newer one stays', async () => {
    const w = await setUp();
    const message = w.write(w.room, w.alice, 'one');
    await w.first.bridge.outbound.messagePosted(message);
    await w.settled(w.first);
    const at = w.clock.now();
    await w.first.bridge.outbound.messageEdited({ ...message, text: 'three', editor: w.alice, editedAt: at + 200 });
    await w.first.bridge.outbound.messageEdited({ ...message, text: 'two', editor: w.alice, editedAt: at + 100 });
    await w.settled(w.first);
    expect(w.texts()).toEqual(['one', ' * three']);
});

test('a database that is away for minutes, so that no letter can be stored either, costs nothing: it is done when it is back', async () => {
    const w = await setUp();
    const earlier = w.write(w.room, w.alice, 'earlier');
    await w.first.bridge.outbound.messagePosted(earlier);
    await w.settled(w.first);
    const { store } = w.rocketchat;
    const backAt = w.clock.now() + 300_000;
    for (const [thing, names] of [[store, ['read', 'readOne', 'add', 'put', 'remove']], [w.rocketchat, ['siteUrl', 'message', 'room', 'recentMessages']]] as const) {
        for (const name of names) {
            const calls = thing as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
            const call = calls[name].bind(thing);
            calls[name] = async (...args) => {
                if (w.clock.now() < backAt) {
                    throw databaseAway();
                }
                return call(...args);
            };
        }
    }
    await w.first.bridge.outbound.messagePosted(w.write(w.room, w.alice, 'meanwhile'));
    Object.assign(earlier, { text: 'changed', editor: w.alice, editedAt: w.clock.now() });
    await w.first.bridge.outbound.messageEdited(earlier);
    await w.clock.sleep(600_000);
    await w.settled(w.first);
    expect(w.texts()).toEqual(['earlier', 'meanwhile', ' * changed']);
    expect(w.rocketchat.whispers).toEqual([]);
    expect(await w.first.bridge.deadLetters.all()).toEqual([]);
});
