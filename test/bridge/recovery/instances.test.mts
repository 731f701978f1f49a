/** A person writes at one instance of the server, and what happens to the message is heard by another one. */
import { alive, moment, worldOfProcesses } from '../../support/fakes/processes.mts';

async function setUp() {
    const w = worldOfProcesses();
    const alice = w.rocketchat.addUser('alice');
    const bob = w.rocketchat.addUser('bob');
    const one = w.start();
    const other = w.start();
    const room = await w.bridged(one, alice, w.rocketchat.addRoom('c', 'general', [alice, bob]));
    await one.bridge.outbound.messagePosted(w.write(room.room, alice, 'begin'));
    await w.settled(one);
    alive(w.clock, one.bridge, other.bridge);
    // Both have compared the room.
    await other.bridge.outbound.messagePosted(w.write(room.room, bob, 'begin, too'));
    await w.clock.sleep(120_000);
    await w.settled(other);
    /** The homeserver takes its time with what is sent, until the function that is returned is called. */
    const slow = (): (() => void) => {
        const send = w.homeserver.send.bind(w.homeserver);
        let go = (): void => undefined;
        const going = new Promise<void>((resolve) => { go = resolve; });
        w.homeserver.send = async (event) => {
            await going;
            return send(event);
        };
        return go;
    };
    const both = async (): Promise<void> => {
        await w.clock.sleep(30_000);
        await w.settled(one);
        await w.settled(other);
    };
    return { ...w, ...room, alice, bob, one, other, slow, both };
}

test.each(['under way', 'just sent'])('a message that is %s at one is deleted at another: it does not stay', async (when) => {
    const w = await setUp();
    const go = w.slow();
    const message = w.write(w.room, w.alice, 'regretted');
    await w.one.bridge.outbound.messagePosted(message);
    await moment();
    if (when === 'just sent') {
        w.clock.stop();
        go();
        await moment();
    }
    w.rocketchat.messages.delete(message.id);
    await w.other.bridge.outbound.messageDeleted(message, w.bob);
    w.clock.run();
    await moment();
    go();
    await w.both();
    const [sent] = w.ofType('m.room.message').filter(({ content }) => content.body === 'regretted');
    expect(w.ofType('m.room.redaction').map(({ redacts }) => redacts)).toEqual(sent ? [sent.event_id] : []);
});

test.each(['under way', 'just sent'])('a message that is %s at one is edited at another: the edit arrives', async (when) => {
    const w = await setUp();
    const go = w.slow();
    const message = w.write(w.room, w.alice, 'frist');
    await w.one.bridge.outbound.messagePosted({ ...message });
    await moment();
    if (when === 'just sent') {
        w.clock.stop();
        go();
        await moment();
    }
    Object.assign(message, { text: 'first', editor: w.alice, editedAt: w.clock.now() + 1 });
    await w.other.bridge.outbound.messageEdited({ ...message });
    w.clock.run();
    await moment();
    go();
    await w.both();
    expect(w.texts().slice(2)).toEqual(['frist', ' * first']);
});

test.each(['under way', 'just sent'])('a message that is %s at one is reacted to at another: both arrive, once', async (when) => {
    const w = await setUp();
    const go = w.slow();
    const message = w.write(w.room, w.alice, 'nice');
    await w.one.bridge.outbound.messagePosted({ ...message });
    await moment();
    if (when === 'just sent') {
        w.clock.stop();
        go();
        await moment();
    }
    message.reactions = { ':tada:': ['bob'] };
    await w.other.bridge.outbound.reacted(message, w.bob, ':tada:', true);
    w.clock.run();
    await moment();
    go();
    await w.both();
    expect(w.texts()).toEqual(['begin', 'begin, too', 'nice']);
    expect(w.ofType('m.reaction')).toHaveLength(1);
});
