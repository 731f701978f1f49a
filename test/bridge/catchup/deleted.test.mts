/** What somebody has deleted in Rocket.Chat does not come back with its event. */
import { Bridge } from '../../../src/bridge/Bridge';
import { messageIdOf } from '../../../src/ids/messages';
import type { MatrixEvent } from '../../../src/matrix/Homeserver';
import { turns } from '../../support/fakes/FakeClock.mts';
import { failure } from '../../support/fakes/FakeHomeserver.mts';
import { bridgedRoom } from '../../support/fakes/bridgedRoom.mts';
import { world } from '../../support/fakes/world.mts';

const settled = (): Promise<void> => turns(60);

/** Alice deletes what Carol has said; nobody of ours may redact it on Matrix. */
async function setUp(honoursIds = true) {
    const empty = world();
    empty.rocketchat.honoursIds = honoursIds;
    const w = await bridgedRoom({ in: empty });
    const say = (body: string): MatrixEvent => w.carolSays(body, {}, { origin_server_ts: w.clock.now() });
    const [kept, spam] = [say('kept'), say('spam')];
    await w.push(kept, spam);
    await w.bridge.settle();
    w.homeserver.faults.redact = Array.from({ length: 9 }, () => failure(403, 'M_FORBIDDEN'));
    const message = w.rocketchat.inRoom(w.room.id).find(({ text }) => text === 'spam')!;
    await w.rocketchat.delete(message.id);
    await w.bridge.outbound.messageDeleted(message, w.alice);
    await settled();
    expect(w.textsInRocketChat()).toEqual(['kept']);
    return { ...w, spam };
}

test.each([true, false])('the next process, which reads the room, leaves it out; ids are taken: %s', async (honoursIds) => {
    const w = await setUp(honoursIds);
    const next = new Bridge(w.context);
    await next.begin();
    await settled();
    expect(w.textsInRocketChat()).toEqual(['kept']);
    expect(w.rocketchat.messages.has(messageIdOf(w.spam.event_id))).toBe(false);
});

test('a transaction that was stuck and comes later, to the next process, leaves it out', async () => {
    const w = await setUp();
    w.clock.pass(3_600_000);
    await new Bridge(w.context).handleTransaction('1', [w.spam], []);
    expect(w.textsInRocketChat()).toEqual(['kept']);
});

test('nor does the end of a long text come back that an edit has made shorter', async () => {
    const w = await bridgedRoom();
    const event = w.carolSays('a'.repeat(9_000), {}, { origin_server_ts: w.clock.now() });
    const content = { 'm.new_content': { msgtype: 'm.text', body: 'short' }, 'm.relates_to': { rel_type: 'm.replace', event_id: event.event_id } };
    await w.push(event, w.carolSays('* short', content, { origin_server_ts: w.clock.now() }));
    await settled();
    expect(w.textsInRocketChat()).toEqual(['short']);
    await new Bridge(w.context).begin();
    await settled();
    expect(w.textsInRocketChat()).toEqual(['short']);
});

test('an edit of it does not bring it back', async () => {
    const w = await setUp();
    const content = { 'm.new_content': { msgtype: 'm.text', body: 'more spam' }, 'm.relates_to': { rel_type: 'm.replace', event_id: w.spam.event_id } };
    await w.push(w.carolSays('* more spam', content, { origin_server_ts: w.clock.now() }));
    expect(w.textsInRocketChat()).toEqual(['kept']);
});

test('only the last deletions of a room are kept', async () => {
    const w = await setUp();
    const { alice, room, spam } = w;
    const puppet = [...w.rocketchat.users.values()].find(({ isPuppet }) => isPuppet)!;
    for (let n = 0; n < 250; n += 1) {
        await w.bridge.outbound.messageDeleted(w.rocketchat.write(room, puppet, 'x', { id: messageIdOf(`$${String(n).padStart(43, 'd')}` as MatrixEvent['event_id']) }), alice);
    }
    const stored = await w.rocketchat.store.readOne<{ events: string[] }>({ model: 'misc', id: `deleted-here:${room.id}` });
    expect(stored!.events).toHaveLength(200);
    expect(stored!.events).not.toContain(spam.event_id);
});
