/** Events that a homeserver left behind and brings after newer ones. */
import { Bridge } from '../../../src/bridge/Bridge';
import type { Content, MatrixEvent } from '../../../src/matrix/Homeserver';
import { failure } from '../../support/fakes/FakeHomeserver.mts';
import { bridgedRoom, CAROL } from '../../support/fakes/bridgedRoom.mts';

const OLDER_MS = 600_000;
const NEWER_MS = 500_000;

async function setUp() {
    const w = await bridgedRoom();
    const dave = w.homeserver.addPerson('@dave:elsewhere.test', 'Dave');
    const state = (type: string, content: Content, key: string, age: number): MatrixEvent =>
        w.homeserver.write(w.matrixRoom, CAROL, type, content, { state_key: key, origin_server_ts: w.clock.now() - age });
    const edit = (event: MatrixEvent, body: string, age: number): MatrixEvent =>
        w.carolSays(`* ${body}`, { 'm.new_content': { msgtype: 'm.text', body }, 'm.relates_to': { rel_type: 'm.replace', event_id: event.event_id } }, { origin_server_ts: w.clock.now() - age });
    const membership = (now: 'join' | 'leave', age: number): MatrixEvent => {
        w.matrixRoom.members.set(dave, now);
        return w.homeserver.write(w.matrixRoom, dave, 'm.room.member', { membership: now }, { state_key: dave, origin_server_ts: w.clock.now() - age });
    };
    const names = async (): Promise<string[]> => (await w.rocketchat.members(w.room.id)).map(({ username }) => username);
    const displayName = (): string | undefined => w.rocketchat.rooms.get(w.room.id)!.displayName;
    return { ...w, dave, state, edit, membership, names, displayName };
}

test('a name does not undo a newer one, and nothing is said of it', async () => {
    const w = await setUp();
    const [older, newer] = [w.state('m.room.name', { name: 'Older' }, '', OLDER_MS), w.state('m.room.name', { name: 'Newer' }, '', NEWER_MS)];
    await w.push(newer);
    await w.push(older);
    expect(w.displayName()).toBe('Newer');
    expect(w.textsInRocketChat()).toEqual([expect.stringContaining('Newer')]);
});

test('nothing is said of a topic that was changed since', async () => {
    const w = await setUp();
    const [older, newer] = [w.state('m.room.topic', { topic: 'Older' }, '', OLDER_MS), w.state('m.room.topic', { topic: 'Newer' }, '', NEWER_MS)];
    await w.push(newer);
    await w.push(older);
    expect(w.textsInRocketChat()).toEqual([expect.stringContaining('Newer')]);
});

test('a join does not bring back who has left, nor a leave put out who is there again', async () => {
    const w = await setUp();
    const [joined, left] = [w.membership('join', OLDER_MS), w.membership('leave', NEWER_MS)];
    await w.push(left);
    await w.push(joined);
    expect(await w.names()).toEqual(['alice', 'bob']);
    await w.push(w.membership('join', 0));
    expect(await w.names()).toContain('dave-elsewhere.test');
    await w.push({ ...left, event_id: `${left.event_id.slice(0, -1)}x` as MatrixEvent['event_id'] });
    expect(await w.names()).toContain('dave-elsewhere.test');
});

test('an invite does not bring back one of ours who has left', async () => {
    const w = await setUp();
    const ghost = await w.homeserver.register('rc_bob');
    const invite = w.state('m.room.member', { membership: 'invite' }, ghost, OLDER_MS);
    w.matrixRoom.members.set(ghost, 'leave');
    await w.rocketchat.removeMember(w.room.id, 'bob');
    await w.push(invite);
    expect(w.matrixRoom.members.get(ghost)).toBe('leave');
    expect(await w.names()).toEqual(['alice']);
    w.matrixRoom.members.set(ghost, 'invite');
    await w.push(w.state('m.room.member', { membership: 'invite' }, ghost, NEWER_MS));
    expect(await w.names()).toEqual(['alice', 'bob']);
});

test('what is late and still so counts, also where the homeserver does not tell', async () => {
    const w = await setUp();
    await w.push(w.state('m.room.name', { name: 'Late' }, '', OLDER_MS), w.membership('join', OLDER_MS));
    expect(w.displayName()).toBe('Late');
    expect(await w.names()).toContain('dave-elsewhere.test');
    w.homeserver.faults.state = [failure(500)];
    await w.push(w.state('m.room.name', { name: 'Later' }, '', NEWER_MS));
    expect(w.displayName()).toBe('Later');
});

test('what is not late costs no request', async () => {
    const w = await setUp();
    await w.push(w.carolSays('hello'));
    w.homeserver.calls.length = 0;
    await w.push(w.state('m.room.name', { name: 'Now' }, '', 0), w.state('m.room.topic', { topic: 'Now' }, '', 0));
    expect(w.homeserver.calls).toEqual([]);
});

test.each([false, true])('an edit does not undo a newer one; after a restart: %s', async (isRestarted) => {
    const w = await setUp();
    const event = w.carolSays('first');
    const [older, newer] = [w.edit(event, 'older', OLDER_MS), w.edit(event, 'newer', NEWER_MS)];
    await w.push(event, newer);
    await (isRestarted ? new Bridge(w.context) : w.bridge).handleTransaction('9', [older], []);
    expect(w.textsInRocketChat()).toEqual(['newer']);
});

test('edits of a time off come in their order', async () => {
    const w = await setUp();
    const event = w.carolSays('first');
    await w.push(event);
    const edits = [w.edit(event, 'older', OLDER_MS), w.edit(event, 'newer', NEWER_MS)];
    await new Bridge(w.context).handleTransaction('1', edits, []);
    expect(w.textsInRocketChat()).toEqual(['newer']);
});
