import { Bridge } from '../../../src/bridge/Bridge';
import { turns } from '../../support/fakes/FakeClock.mts';
import { bridgedRoom } from '../../support/fakes/bridgedRoom.mts';

async function bridged() {
    const w = await bridgedRoom();
    let time = w.clock.now();
    const write = (text: string) => w.rocketchat.write(w.room, w.alice, text, { ts: (time += 100) });
    const settle = async (bridge: Bridge): Promise<void> => {
        for (let calm = 0; calm < 5; calm = (await bridge.counts()).waiting ? 0 : calm + 1) {
            await turns(5);
        }
        await bridge.settle();
    };
    /** The process dies with all it has in memory; the homeserver forgets its transactions, too. */
    const restarted = async (): Promise<Bridge> => {
        w.homeserver.transactions.clear();
        const bridge = new Bridge(w.context);
        await bridge.resume();
        return bridge;
    };
    /** A dead process sends nothing any more. */
    const die = (): (() => void) => {
        const { send } = w.homeserver;
        w.homeserver.send = () => new Promise(() => undefined);
        return () => { w.homeserver.send = send; };
    };
    return { ...w, texts: w.textsOnMatrix, write, settle, restarted, die };
}

test('what a crash left is finished, in order, once', async () => {
    const w = await bridged();
    await w.bridge.outbound.messagePosted(w.write('arrived'));
    await w.settle(w.bridge);
    const revive = w.die();
    for (const text of ['lost 1', 'lost 2', 'lost 3']) {
        await w.bridge.outbound.messagePosted(w.write(text));
    }
    await turns(10);
    revive();
    await w.settle(await w.restarted());
    expect(w.texts()).toEqual(['arrived', 'lost 1', 'lost 2', 'lost 3']);
});

test('what had arrived though no record of it was stored is not sent again, and can be edited', async () => {
    const w = await bridged();
    w.rocketchat.store.add = async () => { throw new Error('the database is away'); };
    const message = w.write('arrived');
    await w.bridge.outbound.messagePosted(message);
    await w.settle(w.bridge);
    delete (w.rocketchat.store as { add?: unknown }).add;
    w.rocketchat.store.documents.push({
        keys: [{ model: 'room', id: w.room.id }, { model: 'misc', id: 'outbound' }, { model: 'misc', id: 'outbound-open' }],
        document: JSON.stringify({ roomId: w.room.id, doneUntil: message.ts - 1, openSince: message.ts }),
    });
    const bridge = await w.restarted();
    await w.settle(bridge);
    expect(w.texts()).toEqual(['arrived']);
    await bridge.outbound.messageEdited({ ...message, text: 'edited', editor: w.alice, editedAt: message.ts + 50 });
    await w.settle(bridge);
    expect(w.texts()).toEqual(['arrived', ' * edited']);
});

test('what was written, edited and deleted while the app was away is brought over when the room wakes', async () => {
    const w = await bridged();
    const first = w.write('will be edited');
    const second = w.write('will be deleted');
    await w.bridge.outbound.messagePosted(first);
    await w.bridge.outbound.messagePosted(second);
    await w.settle(w.bridge);
    await turns(20);
    const missed = w.write('missed');
    Object.assign(first, { text: 'edited', editor: w.alice, editedAt: missed.ts + 10 });
    w.rocketchat.messages.delete(second.id);
    const bridge = await w.restarted();
    expect(w.texts()).toEqual(['will be edited', 'will be deleted']);
    await bridge.outbound.messagePosted(w.write('after'));
    await w.settle(bridge);
    expect(w.texts()).toEqual(expect.arrayContaining(['will be edited', 'will be deleted', ' * edited', 'missed', 'after']));
    expect(w.texts().indexOf('missed')).toBeLessThan(w.texts().indexOf('after'));
    expect(w.matrixRoom.timeline.filter((event) => event.type === 'm.room.redaction')).toHaveLength(1);
});

test('a quiet start touches no room', async () => {
    const w = await bridged();
    await w.bridge.outbound.messagePosted(w.write('one'));
    await w.settle(w.bridge);
    await turns(20);
    [w.homeserver.calls, w.rocketchat.calls, w.rocketchat.store.calls].forEach((calls) => { calls.length = 0; });
    await w.restarted();
    expect([...w.homeserver.calls, ...w.rocketchat.calls]).toEqual([]);
    expect(w.rocketchat.store.calls.filter((call) => !/inbound|process/.test(call))).toEqual(['read outbound-open']);
});
