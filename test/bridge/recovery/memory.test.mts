/** A homeserver that is away for long, and very many messages. */
import { moment, worldOfProcesses } from '../../support/fakes/processes.mts';

async function setUp() {
    const w = worldOfProcesses();
    const alice = w.rocketchat.addUser('alice');
    const first = w.start();
    const room = await w.bridged(first, alice, w.rocketchat.addRoom('c', 'general', [alice]));
    await first.bridge.outbound.messagePosted(w.write(room.room, alice, 'begin'));
    await w.settled(first);
    return { ...w, ...room, alice, first };
}

const numbers = (count: number): string[] => [...Array(count).keys()].map((n) => `m${n}`);

test('of what waits only some hundred are held, and all arrive in order, once', async () => {
    const w = await setUp();
    let release = (): void => undefined;
    const { send } = w.homeserver;
    const held = new Promise<void>((resolve) => { release = resolve; });
    w.homeserver.send = async (event) => held.then(() => send.call(w.homeserver, event));
    const messages = numbers(700).map((text) => w.write(w.room, w.alice, text));
    for (const [n, message] of messages.entries()) {
        await w.first.bridge.outbound.messagePosted(message);
        if (n === 500) {
            const gone = messages[450];
            w.rocketchat.messages.delete(gone.id);
            await w.first.bridge.outbound.messageDeleted(gone, w.alice);
            messages[10].reactions = { ':tada:': ['alice'] };
            await w.first.bridge.outbound.reacted(messages[10], w.alice, ':tada:', true);
        }
    }
    await moment();
    expect((await w.first.bridge.counts()).waiting).toBeLessThan(310);
    release();
    await moment();
    // People go on writing while the rest is read.
    await w.first.bridge.outbound.messagePosted(w.write(w.room, w.alice, 'last'));
    await w.settled(w.first);
    const expected = ['begin', ...numbers(700).filter((text) => text !== 'm450'), 'last'];
    expect(w.texts()).toEqual(expected);
    expect(w.ofType('m.reaction')).toHaveLength(1);
    expect(w.rocketchat.store.documents.filter(({ document }) => document.includes('"is":"intent"'))).toEqual([]);
}, 30_000);

test('however many were written while the app was off', async () => {
    const w = await setUp();
    await moment(40);
    w.first.kill();
    w.clock.pass(60_000);
    numbers(2_300).forEach((text) => w.write(w.room, w.alice, text));
    const second = w.start();
    await second.bridge.begin();
    await second.bridge.outbound.catchUp();
    await w.settled(second);
    expect(w.texts()).toEqual(['begin', ...numbers(2_300)]);
}, 60_000);

test('a crash in the middle of the rest loses and doubles nothing', async () => {
    const w = await setUp();
    const speak = w.silence('send');
    for (const text of numbers(600)) {
        await w.first.bridge.outbound.messagePosted(w.write(w.room, w.alice, text));
    }
    await moment();
    w.first.kill();
    speak();
    const second = w.start();
    void second.bridge.resume();
    while (w.texts().length < 200) {
        await moment(5);
    }
    second.kill();
    w.homeserver.transactions.clear();
    const third = w.start();
    await third.bridge.resume();
    await w.settled(third);
    expect(w.texts()).toEqual(['begin', ...numbers(600)]);
}, 30_000);

test('what cannot be compared now, for the database is away, is compared later', async () => {
    const w = await setUp();
    await moment(40);
    w.first.kill();
    w.clock.pass(60_000);
    w.write(w.room, w.alice, 'nobody heard this');
    const { recentMessages } = w.rocketchat;
    w.rocketchat.recentMessages = async () => { throw new Error('the database is away'); };
    const second = w.start();
    await second.bridge.begin();
    await moment(40);
    w.rocketchat.recentMessages = recentMessages;
    await second.bridge.outbound.messagePosted(w.write(w.room, w.alice, 'later'));
    await moment(60);
    await w.settled(second);
    expect(w.texts().sort()).toEqual(['begin', 'later', 'nobody heard this']);
});
