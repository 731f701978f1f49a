/** A process that dies between the files of one message. */
import { Bridge } from '../../../src/bridge/Bridge';
import { turns } from '../../support/fakes/FakeClock.mts';
import { bridgedRoom } from '../../support/fakes/bridgedRoom.mts';

async function diedAfterTheFirst() {
    const w = await bridgedRoom();
    const { timeline } = w.matrixRoom;
    const files = ['a.txt', 'b.txt', 'c.txt'].map((name) => {
        w.rocketchat.uploads.set(name, Buffer.from(name));
        return { id: name, name, type: 'text/plain', size: name.length, isThumbnail: false };
    });
    const { send } = w.homeserver;
    let sends = 0;
    w.homeserver.send = (event) => ((sends += 1) === 1 ? send.call(w.homeserver, event) : new Promise(() => undefined));
    const message = w.rocketchat.write(w.room, w.alice, '', { files, ts: w.clock.now() + 100 });
    await w.bridge.outbound.messagePosted(message);
    await turns(30);
    await w.bridge.settle();
    w.homeserver.send = send;
    w.homeserver.transactions.clear();
    const restart = async (): Promise<void> => {
        const bridge = new Bridge(w.context);
        await bridge.resume();
        for (let calm = 0; calm < 5; calm = (await bridge.counts()).waiting ? 0 : calm + 1) {
            await turns(5);
        }
        await bridge.settle();
    };
    const shown = (): unknown[] => w.messagesOnMatrix().map(({ content }) => content.filename);
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
