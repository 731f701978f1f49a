/** Transactions are answered when each event is handled or durably parked, whatever is slow, fails or dies. */
import { Bridge } from '../../../src/bridge/Bridge';
import { BridgeError } from '../../../src/errors/BridgeError';
import type { MatrixEvent } from '../../../src/matrix/Homeserver';
import type { PostMessage } from '../../../src/rocketchat/RocketChat';
import type { MatrixUserId } from '../../../src/ids/types';
import { turns, until } from '../../support/fakes/FakeClock.mts';
import { alive } from '../../support/fakes/processes.mts';
import { world } from '../../support/fakes/world.mts';

const CAROL = '@carol:elsewhere.test' as MatrixUserId;
const passing = (): BridgeError => new BridgeError({ code: 'rocketchat.failed', userMessage: 'x', retriable: true, certain: false });

/** Two bridged rooms, and posts that can be held up by their text. */
async function setUp() {
    const w = world();
    const alice = w.rocketchat.addUser('alice');
    w.homeserver.addPerson(CAROL, 'Carol C');
    const rooms = await Promise.all(['one', 'two'].map(async (name) => {
        const room = w.rocketchat.addRoom('c', name, [alice]);
        const matrixRoom = w.homeserver.rooms.get((await w.bridge.rooms.bridge(room, alice)).matrixRoomId)!;
        matrixRoom.members.set(CAROL, 'join');
        const say = (body: string) => w.homeserver.write(matrixRoom, CAROL, 'm.room.message', { msgtype: 'm.text', body });
        return { matrixRoom, say, texts: () => w.rocketchat.inRoom(room.id).map(({ text }) => text) };
    }));
    const held = { texts: /^slow/ as RegExp | undefined, waiting: [] as (() => void)[] };
    const post = w.rocketchat.post.bind(w.rocketchat);
    w.rocketchat.post = async (message: PostMessage) => {
        if (held.texts?.test(message.text)) {
            await new Promise<void>((resolve) => { held.waiting.push(resolve); });
        }
        return post(message);
    };
    const release = (): void => {
        held.texts = undefined;
        held.waiting.splice(0).forEach((go) => go());
    };
    let n = 0;
    const start = () => {
        const bridge = new Bridge(w.context);
        return { bridge, push: (...events: MatrixEvent[]): Promise<void> => bridge.handleTransaction(String((n += 1)), events, []) };
    };
    /** Milliseconds that something takes. */
    const took = async (work: Promise<unknown>): Promise<number> => {
        const from = w.clock.now();
        await work;
        return w.clock.now() - from;
    };
    const parked = (): number => w.rocketchat.store.documents.filter(({ keys }) => keys.some(({ id }) => id === 'inbound-parked')).length;
    await start().push(rooms[0].say('warm'), rooms[1].say('warm'));
    return { ...w, one: rooms[0], two: rooms[1], held, release, start, took, parked };
}

test('what is handled at once is not stored', async () => {
    const w = await setUp();
    const { push } = w.start();
    await push(w.one.say('a'));
    w.rocketchat.store.calls.length = 0;
    await push(w.one.say('b'));
    expect(w.rocketchat.store.calls).toEqual([]);
    expect(w.one.texts()).toEqual(['warm', 'a', 'b']);
});

test('whoever floods a room is not waited for: the first events of a room are, further ones and those of a busy room are parked', async () => {
    const w = await setUp();
    const { push } = w.start();
    const flood = Array.from({ length: 10 }, (_, index) => w.one.say(String(index)));
    expect(await w.took(push(...flood, w.one.say('slow'), w.two.say('a')))).toBeLessThan(100);
    expect(w.two.texts()).toEqual(['warm', 'a']);
    expect(await w.took(push(w.one.say('slow, too'), w.two.say('b')))).toBeLessThan(100);
    expect(w.two.texts()).toEqual(['warm', 'a', 'b']);
    expect(w.parked()).toBe(2);
    w.release();
    await until(() => w.parked() === 0);
    expect(w.one.texts().slice(-2)).toEqual(['slow', 'slow, too']);
});

test('a slow room holds up neither the answer nor the others, and keeps its order', async () => {
    const w = await setUp();
    const { bridge, push } = w.start();
    expect(await w.took(push(w.one.say('slow 1'), w.one.say('2'), w.two.say('a')))).toBeLessThan(5_000);
    expect(await w.took(push(w.one.say('3'), w.two.say('b')))).toBeLessThan(5_000);
    expect(w.one.texts()).toEqual(['warm']);
    expect(w.two.texts()).toEqual(['warm', 'a', 'b']);
    expect(w.parked()).toBe(2);
    expect(bridge.queue.look().rooms).toEqual([expect.objectContaining({ room: w.one.matrixRoom.id, direction: 'in', count: 3 })]);
    w.release();
    await until(() => w.parked() === 0);
    expect(w.one.texts()).toEqual(['warm', 'slow 1', '2', '3']);
    expect(bridge.queue.look().rooms).toEqual([]);
    expect(w.rocketchat.store.documents.filter(({ keys }) => keys.some(({ id }) => id.startsWith('inbound-parked')))).toEqual([]);
});

test('after a crash what was parked comes first, then what is pushed, nothing twice', async () => {
    const w = await setUp();
    const dead = w.start();
    const events = [w.one.say('quick'), w.one.say('slow 1'), w.one.say('2')];
    await dead.push(...events);
    await dead.push(w.one.say('3'), w.two.say('a'));
    // That process is no more: what it waits for never comes.
    w.held.waiting.length = 0;
    w.held.texts = undefined;
    const { push } = w.start();
    await Promise.all([push(w.one.say('4')), push(...events)]);
    await until(() => w.parked() === 0);
    expect(w.one.texts()).toEqual(['warm', 'quick', 'slow 1', '2', '3', '4']);
    expect(w.two.texts()).toEqual(['warm', 'a']);
});

describe('what another process has parked', () => {
    const twoProcesses = async () => {
        const w = await setUp();
        const [one, other] = [w.start(), w.start()];
        await one.push(w.two.say('a'));
        await other.push(w.one.say('slow'));
        return { ...w, ours: one, die: alive(w.clock, other.bridge) };
    };

    test('is left to it while it lives, and taken up when it is no more', async () => {
        const w = await twoProcesses();
        await w.ours.bridge.resume();
        await turns(30);
        expect(w.one.texts()).toEqual(['warm']);
        w.die();
        w.held.waiting.length = 0;
        w.held.texts = undefined;
        w.clock.pass(200_000);
        await w.ours.bridge.resume();
        await until(() => w.parked() === 0);
        expect(w.one.texts()).toEqual(['warm', 'slow']);
    });

    test('comes before newer events of its rooms, which wait for it', async () => {
        const w = await twoProcesses();
        await w.ours.bridge.resume();
        await w.ours.push(w.one.say('newer'), w.two.say('b'));
        expect(w.one.texts()).toEqual(['warm']);
        await until(() => w.two.texts().includes('b'));
        expect(w.two.texts()).toEqual(['warm', 'a', 'b']);
        w.release();
        await until(() => w.parked() === 0 && w.one.texts().includes('newer'));
        w.die();
        expect(w.one.texts()).toEqual(['warm', 'slow', 'newer']);
    });
});

test('what two processes have parked at the same time holds up neither, and nothing of it is left', async () => {
    const w = await setUp();
    const both = [w.start(), w.start()];
    for (const { push } of both) await push(w.two.say('a'));
    alive(w.clock, ...both.map(({ bridge }) => bridge));
    await Promise.all(both.map(({ bridge }) => bridge.resume()));
    const slow = w.one.say('slow');
    await Promise.all(both.map(({ push }) => push(slow, w.two.say('b'))));
    expect(w.parked()).toBe(2);
    // The one hears of what the other has parked while it waits, the other one afterwards.
    await both[0].push(w.one.say('newer 0'));
    w.release();
    await until(() => w.one.texts().length === 3);
    await both[1].push(w.one.say('newer 1'));
    await until(() => w.parked() === 0 && w.one.texts().length === 4);
    expect([w.one.texts(), w.parked()]).toEqual([['warm', 'slow', 'newer 0', 'newer 1'], 0]);
});

test('a repeated transaction joins the run in progress, also when it has grown, and is answered at once when it is parked', async () => {
    const w = await setUp();
    const { push } = w.start();
    const slow = w.one.say('slow');
    const first = push(slow);
    const again = push(slow, w.one.say('more'));
    await Promise.all([first, again]);
    expect(await w.took(push(slow))).toBe(0);
    w.release();
    await until(() => w.parked() === 0);
    expect(w.one.texts()).toEqual(['warm', 'slow', 'more']);
});

test('an event id that cannot even be made a text is left out like any other nonsense', async () => {
    const w = await setUp();
    const { push } = w.start();
    const hostile = { ...w.one.say('x'), event_id: { toString: 1, valueOf: 1 } } as unknown as MatrixEvent;
    await push(hostile, w.one.say('good'));
    expect(w.one.texts()).toEqual(['warm', 'good']);
});

test('when nothing can be stored the homeserver is told to come again', async () => {
    const w = await setUp();
    const { push } = w.start();
    const slow = w.one.say('slow');
    const add = w.rocketchat.store.add.bind(w.rocketchat.store);
    w.rocketchat.store.add = async () => { throw passing(); };
    await expect(push(slow)).rejects.toThrow('inbound.unfinished');
    w.rocketchat.store.add = add;
    w.release();
    await push(slow);
    expect(w.one.texts()).toEqual(['warm', 'slow']);
});

test('what could be stored in part only leaves nothing behind', async () => {
    const w = await setUp();
    const { push } = w.start();
    const add = w.rocketchat.store.add.bind(w.rocketchat.store);
    w.rocketchat.store.add = async (value, ...keys) => {
        if (keys.some(({ id }) => id === 'inbound-parked')) {
            throw passing();
        }
        return add(value, ...keys);
    };
    await expect(push(w.one.say('slow'))).rejects.toThrow('inbound.unfinished');
    expect(w.rocketchat.store.documents.filter(({ keys }) => keys.some(({ id }) => id.startsWith('inbound-parked')))).toEqual([]);
    w.release();
});

test.each(['add', 'read'] as const)('when the store hangs (%s) the homeserver is told so in time, and what was begun is joined later', async (call) => {
    const w = await setUp();
    const { push } = w.start();
    const slow = w.one.say('slow');
    const works = w.rocketchat.store[call].bind(w.rocketchat.store) as (...args: unknown[]) => Promise<never>;
    const hanging: (() => void)[] = [];
    w.rocketchat.store[call] = async (...args: unknown[]) => {
        await new Promise<void>((resolve) => { hanging.push(resolve); });
        return works(...args);
    };
    for (let tries = 0; tries < 2; tries += 1) {
        expect(await w.took(expect(push(slow)).rejects.toThrow('inbound.unfinished'))).toBeLessThanOrEqual(20_000);
    }
    w.rocketchat.store[call] = works as never;
    hanging.forEach((go) => go());
    w.release();
    await push(slow);
    await until(() => w.parked() === 0);
    expect(w.one.texts()).toEqual(['warm', 'slow']);
});

test('a flood into a room that stands still is stored, not kept in memory, and arrives in order', async () => {
    const w = await setUp();
    const { bridge, push } = w.start();
    const texts = [...Array(1_500).keys()].map((at) => (at ? `m${at}` : 'slow'));
    for (let at = 0; at < texts.length; at += 100) {
        await push(...texts.slice(at, at + 100).map((text) => w.one.say(text)));
    }
    await push(w.two.say('meanwhile'));
    expect(w.two.texts()).toEqual(['warm', 'meanwhile']);
    const { inMemory } = await bridge.counts();
    expect(inMemory).toBeLessThanOrEqual(600);
    expect(bridge.queue.look().rooms).toEqual([expect.objectContaining({ count: expect.any(Number) })]);
    w.release();
    await until(() => w.parked() === 0);
    expect(w.one.texts()).toEqual(['warm', ...texts]);
}, 20_000);

describe('an event that fails', () => {
    test('is tried again with pauses while Rocket.Chat is away, and nothing overtakes it', async () => {
        const w = await setUp();
        const { push } = w.start();
        w.rocketchat.faults.post = Array(12).fill(passing());
        await push(w.one.say('first'), w.one.say('second'));
        await until(() => w.one.texts().length === 3);
        expect(w.one.texts()).toEqual(['warm', expect.stringContaining('first'), expect.stringContaining('second')]);
        expect(Math.max(...w.clock.slept)).toBeGreaterThan(8_000);
    });

    test('does not hold up its room for as long as a server asks for', async () => {
        const w = await setUp();
        const { push } = w.start();
        w.rocketchat.faults.post = [new BridgeError({ code: 'matrix.limited', userMessage: 'x', retriable: true, certain: true, retryAfterMs: 1e12 })];
        await push(w.one.say('first'));
        await until(() => w.one.texts().length === 2);
        expect(Math.max(...w.clock.slept)).toBeLessThan(60_000);
    });

    test('is left behind soon when it alone fails', async () => {
        const w = await setUp();
        const { bridge, push } = w.start();
        const post = w.rocketchat.post;
        let tries = 0;
        w.rocketchat.post = async (message) => {
            if (message.text.endsWith('poison')) {
                tries += 1;
                throw passing();
            }
            return post(message);
        };
        w.held.texts = undefined;
        const run = push(w.one.say('poison'), w.one.say('next'));
        for (let at = 0; tries < 5; at += 1) {
            await push(w.two.say(`good ${at}`));
            await turns();
        }
        await run;
        await until(() => w.one.texts().length === 2);
        expect(w.one.texts()).toEqual(['warm', 'next']);
        expect(tries).toBeLessThan(12);
        expect(await bridge.deadLetters.all()).toHaveLength(1);
    });
});

test('a transaction of ten thousand events is answered, and all arrive in order', async () => {
    const w = await setUp();
    const { push } = w.start();
    const texts = [...Array(10_000).keys()].map((at) => (at ? `m${at}` : 'slow'));
    expect(await w.took(push(...texts.map((text) => w.one.say(text))))).toBeLessThan(5_000);
    w.release();
    await until(() => w.parked() === 0);
    expect(w.one.texts()).toEqual(['warm', ...texts]);
}, 60_000);
