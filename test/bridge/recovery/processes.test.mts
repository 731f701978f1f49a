/** Several processes of the app on one store: what a living one does is left to it, what a dead one leaves is taken up. */
import { alive, moment, worldOfProcesses } from '../../support/fakes/processes.mts';

async function setUp() {
    const w = worldOfProcesses();
    const alice = w.rocketchat.addUser('alice');
    const one = w.start();
    const other = w.start();
    const room = await w.bridged(one, alice, w.rocketchat.addRoom('c', 'general', [alice]));
    await one.bridge.outbound.messagePosted(w.write(room.room, alice, 'begin'));
    await w.settled(one);
    const lives = (process: typeof one): (() => void) => alive(w.clock, process.bridge);
    return { ...w, ...room, alice, one, other, lives };
}

test('what a living process has under way is not touched by another', async () => {
    const w = await setUp();
    const stop = w.lives(w.one);
    const speak = w.silence('send');
    const message = w.write(w.room, w.alice, 'under way');
    await w.one.bridge.outbound.messagePosted(message);
    await moment();
    speak();
    w.homeserver.calls.length = 0;
    await w.other.bridge.upkeep();
    // It looks again some times, for a minute in all.
    await w.clock.sleep(25_000);
    expect(w.homeserver.calls.filter((call) => call === 'send')).toEqual([]);
    // Its own messages are brought over all the same.
    await w.other.bridge.outbound.messagePosted(w.write(w.room, w.alice, 'by the other'));
    await w.clock.sleep(25_000);
    expect(w.texts()).toEqual(['begin', 'by the other']);
    stop();
});

test('it is taken up also where the server never calls for it: its scheduler can be switched off, or have lost the job', async () => {
    const w = await setUp();
    const stop = w.lives(w.one);
    const speak = w.silence('send');
    await w.one.bridge.outbound.messagePosted(w.write(w.room, w.alice, 'left behind'));
    await moment();
    stop();
    w.one.kill();
    speak();
    w.clock.pass(200_000);
    await w.other.bridge.beat();
    await moment(60);
    await w.settled(w.other);
    expect(w.texts()).toEqual(['begin', 'left behind']);
});

test('what a process that never comes back has left is taken up by the survivor', async () => {
    const w = await setUp();
    const stop = w.lives(w.one);
    const speak = w.silence('send', 'redact');
    for (const text of ['one', 'two']) {
        await w.one.bridge.outbound.messagePosted(w.write(w.room, w.alice, text));
    }
    await moment();
    await w.other.bridge.upkeep();
    stop();
    w.one.kill();
    speak();
    w.clock.pass(20_000);
    await w.other.bridge.upkeep();
    await w.settled(w.other);
    expect(w.texts()).toEqual(['begin', 'one', 'two']);
    await moment(60);
    expect(w.rocketchat.store.documents.filter(({ document }) => document.includes('"is":"burst"'))).toEqual([]);
});

test('in a room in which a living one is never quiet what a dead one left is not put off for ever', async () => {
    const w = await setUp();
    const third = w.start();
    const stop = w.lives(w.other);
    const speak = w.silence('send');
    await third.bridge.outbound.messagePosted(w.write(w.room, w.alice, 'left behind'));
    await moment();
    third.kill();
    speak();
    const busy = w.write(w.room, w.alice, 'the living one');
    const { send } = w.homeserver;
    w.homeserver.send = async (event) => (event.content.body === 'the living one' ? new Promise(() => undefined) : send.call(w.homeserver, event));
    await w.other.bridge.outbound.messagePosted(busy);
    w.rocketchat.messages.delete(busy.id);
    await moment();
    await w.one.bridge.upkeep();
    await moment(100);
    await w.settled(w.one);
    stop();
    expect(w.texts()).toEqual(['begin', 'left behind']);
});

test('what nobody heard at one server is found though people at the other one went on writing in the room', async () => {
    const w = await setUp();
    const stop = w.lives(w.one);
    await w.other.bridge.beat();
    w.other.kill();
    w.write(w.room, w.alice, 'nobody heard this');
    w.clock.pass(3_600_000);
    await w.one.bridge.outbound.messagePosted(w.write(w.room, w.alice, 'at the first server'));
    await w.settled(w.one);
    await moment(60);
    const back = w.start();
    await back.bridge.begin();
    await back.bridge.outbound.catchUp();
    await w.settled(back);
    stop();
    expect(w.texts()).toEqual(['begin', 'at the first server', 'nobody heard this']);
});

test('two that take up the same at once double nothing on a homeserver that knows transactions', async () => {
    const w = await setUp();
    const speak = w.silence('send');
    await w.one.bridge.outbound.messagePosted(w.write(w.room, w.alice, 'once'));
    await moment();
    w.one.kill();
    speak();
    const third = w.start();
    await Promise.all([w.other.bridge.upkeep(), third.bridge.upkeep()]);
    await w.settled(w.other);
    await w.settled(third);
    expect(w.texts()).toEqual(['begin', 'once']);
});
