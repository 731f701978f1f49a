/** Direct rooms that have several rooms on Matrix: what concerns an older message goes where that message is. */
import type { MatrixUserId } from '../../../src/ids/types';
import { MARK } from '../../../src/bridge/links/mark';
import { CAROL } from '../../support/fakes/bridgedRoom.mts';
import { world } from '../../support/fakes/world.mts';

async function setUp() {
    const w = world();
    const alice = w.rocketchat.addUser('alice');
    w.homeserver.addPerson(CAROL, 'Carol');
    let transactions = 0;
    const push = (...events: unknown[]): Promise<void> => w.bridge.handleTransaction(String((transactions += 1)), events, []);
    const invite = async () => {
        const matrixRoom = w.homeserver.addRoom(CAROL);
        const ghost: MatrixUserId = await w.homeserver.register('rc_alice');
        matrixRoom.members.set(ghost, 'invite');
        await push(w.homeserver.write(matrixRoom, CAROL, 'm.room.member', { membership: 'invite', is_direct: true }, { state_key: ghost }));
        return matrixRoom;
    };
    const former = await invite();
    const [room] = w.rocketchat.rooms.values();
    const theirs = w.homeserver.write(former, CAROL, 'm.room.message', { msgtype: 'm.text', body: 'theirs' });
    await push(theirs);
    const own = w.rocketchat.write(room, alice, 'own');
    await w.bridge.outbound.messagePosted(own);
    await w.quiet();
    const newest = await invite();
    const count = newest.timeline.length;
    const ofOwn = former.timeline.find(({ content }) => content.body === 'own')!.event_id;
    const newInFormer = (type: string) => former.timeline.filter((event) => event.type === type);
    return { ...w, alice, room, former, newest, own, theirs, ofOwn, newInFormer, untouched: () => newest.timeline.length === count };
}

test('an edit', async () => {
    const w = await setUp();
    Object.assign(w.own, { text: 'changed', editor: w.alice, editedAt: w.clock.now() });
    await w.bridge.outbound.messageEdited(w.own);
    await w.quiet();
    expect(w.newInFormer('m.room.message').at(-1)?.content).toMatchObject({ 'body': ' * changed', 'm.relates_to': { event_id: w.ofOwn }, [MARK]: { kind: 'edit' } });
    expect(w.untouched()).toBe(true);
});

test('a deletion', async () => {
    const w = await setUp();
    w.rocketchat.messages.delete(w.own.id);
    await w.bridge.outbound.messageDeleted(w.own, w.alice);
    await w.quiet();
    expect(w.newInFormer('m.room.redaction').map(({ redacts }) => redacts)).toEqual([w.ofOwn]);
    expect(w.untouched()).toBe(true);
});

test('a reaction, and its end', async () => {
    const w = await setUp();
    const message = w.rocketchat.inRoom(w.room.id).find(({ text }) => text === 'theirs')!;
    for (const on of [true, false]) {
        message.reactions = { ':tada:': on ? ['alice'] : [] };
        await w.bridge.outbound.reacted(message, w.alice, ':tada:', on);
        await w.quiet();
    }
    const [given, ...others] = w.newInFormer('m.reaction');
    expect([given.content['m.relates_to'], others]).toEqual([expect.objectContaining({ event_id: w.theirs.event_id }), []]);
    expect(w.newInFormer('m.room.redaction').map(({ redacts }) => redacts)).toEqual([given.event_id]);
    expect(w.untouched()).toBe(true);
});

test('what is new goes into the newest', async () => {
    const w = await setUp();
    const message = w.rocketchat.write(w.room, w.alice, 'new');
    await w.bridge.outbound.messagePosted(message);
    await w.quiet();
    Object.assign(message, { text: 'newer', editor: w.alice, editedAt: w.clock.now() });
    await w.bridge.outbound.messageEdited(message);
    await w.quiet();
    expect(w.newest.timeline.slice(-2).map(({ content }) => content.body)).toEqual(['new', ' * newer']);
});
