/** A process that dies between the files of one message. */
import { Bridge } from '../../../src/bridge/Bridge';
import { world } from '../../support/fakes/world.mts';

async function diedAfterTheFirst() {
    const w = world();
    const alice = w.rocketchat.addUser('alice');
    const room = w.rocketchat.addRoom('c', 'general', [alice]);
    const portal = await w.bridge.rooms.bridge(room, alice);
    const { timeline } = w.homeserver.rooms.get(portal.matrixRoomId)!;
    const files = ['a.txt', 'b.txt', 'c.txt'].map((name) => {
        w.rocketchat.uploads.set(name, Buffer.from(name));
        return { id: name, name, type: 'text/plain', size: name.length, isThumbnail: false };
    });
    const { send } = w.homeserver;
    let sends = 0;
    w.homeserver.send = (event) => ((sends += 1) === 1 ? send.call(w.homeserver, event) : new Promise(() => undefined));
    const message = w.rocketchat.write(room, alice, '', { files, ts: w.clock.now() + 100 });
    await w.bridge.outbound.messagePosted(message);
    await new Promise((resolve) => { setTimeout(resolve, 30); });
    await w.bridge.settle();
    w.homeserver.send = send;
    w.homeserver.transactions.clear();
    const restart = async (): Promise<void> => {
        const bridge = new Bridge(w.context);
        await bridge.resume();
        for (let calm = 0; calm < 5; calm = (await bridge.counts()).waiting ? 0 : calm + 1) {
            await new Promise((resolve) => { setTimeout(resolve, 5); });
        }
        await bridge.settle();
    };
    const shown = (): unknown[] => timeline.filter(({ type }) => type === 'm.room.message').map(({ content }) => content.filename);
    const redacted = (): unknown[] => timeline.filter(({ type }) => type === 'm.room.redaction').map(({ redacts }) => timeline.find((event) => event.event_id === redacts)?.content.filename);
    return { ...w, message, restart, shown, redacted };
}

test('the files that are missing are sent, and only they', async () => {
    const w = await diedAfterTheFirst();
    expect(w.shown()).toEqual(['a.txt']);
    await w.restart();
    expect(w.shown()).toEqual(['a.txt', 'b.txt', 'c.txt']);
    await w.restart();
    expect(w.shown()).toHaveLength(3);
});

test('of a message that was deleted meanwhile what had arrived is redacted', async () => {
    const w = await diedAfterTheFirst();
    w.rocketchat.messages.delete(w.message.id);
    w.rocketchat.write(w.rocketchat.rooms.get(w.message.roomId)!, w.message.sender, 'before', { ts: w.message.ts - 50 });
    await w.restart();
    expect(w.redacted()).toEqual(['a.txt']);
});
