/** What Dendrite pushes to an application service and what it does not: the reasons for reading beside the push. */
import { eventually } from '../support/eventually.mts';
import { BareBridge } from '../support/servers/bareBridge.mts';
import type { Matrix } from '../support/clients/matrix.mts';
import type { MatrixRoomId, MatrixUserId } from '../../src/ids/types';

let bridge: BareBridge;
let carol: Matrix;
let ghost: MatrixUserId;
let room: MatrixRoomId;

beforeAll(async () => {
    bridge = await BareBridge.start();
    carol = await bridge.person('carol');
    ghost = await bridge.ghost('alice');
    room = await bridge.client.createRoom({ preset: 'public_chat', visibility: 'private', as: ghost });
    await carol.join(room);
}, 180_000);
afterAll(() => bridge.stop());

/** Sends something and waits until it was pushed: all that was accepted before it should have been pushed, too. */
const mark = async (body: string): Promise<void> => {
    const id = await carol.sendText(room, body);
    await bridge.waitFor(({ event_id }) => event_id === id, `"${body}"`);
};

test('redactions are not pushed, but can be read', async () => {
    const id = await carol.sendText(room, 'regretted');
    await carol.redact(room, id);
    await mark('after the redaction');
    expect(bridge.taken().map(({ type }) => type)).not.toContain('m.room.redaction');
    const { events } = await bridge.client.messages(room, { as: ghost, dir: 'b', limit: 10 });
    expect(events.map(({ type, redacts }) => [type, redacts])).toContainEqual(['m.room.redaction', id]);
});

test('typing, receipts and presence are not pushed', async () => {
    const id = await carol.sendText(room, 'read me');
    await bridge.waitFor(({ event_id }) => event_id === id, 'the message');
    await carol.request('PUT', `v3/rooms/${encodeURIComponent(room)}/typing/${encodeURIComponent(carol.userId)}`, { typing: true, timeout: 5_000 });
    await carol.request('POST', `v3/rooms/${encodeURIComponent(room)}/receipt/m.read/${encodeURIComponent(id)}`, {});
    await mark('after the typing');
    expect(new Set(bridge.pushed.flatMap(({ body }) => Object.keys(body)))).toEqual(new Set(['events']));
});

test('a leave does not say what was before it', async () => {
    const dave = await bridge.person('dave');
    await dave.join(room);
    await dave.leave(room);
    const left = await bridge.waitFor(({ type, state_key, content }) => type === 'm.room.member' && state_key === dave.userId && content.membership === 'leave', 'the leave');
    expect(left.unsigned?.prev_content).toBeUndefined();
});

test('a transaction that was refused comes again under the same id, with more in it', async () => {
    let refuse = true;
    bridge.answer = () => (refuse ? 500 : 200);
    const first = await carol.sendText(room, 'first');
    const refused = await eventually(async () => bridge.pushed.find(({ status }) => status === 500), { what: 'a refused transaction' });
    const second = await carol.sendText(room, 'second');
    refuse = false;
    await bridge.waitFor(({ event_id }) => event_id === second, 'the second message');
    const again = bridge.pushed.find(({ id, status }) => id === refused.id && status === 200);
    expect(refused.events.map(({ event_id }) => event_id)).toEqual([first]);
    expect(again?.events.map(({ event_id }) => event_id)).toEqual([first, second]);
}, 40_000);

test('a slash at the end of the URL is doubled: why the registration has none', async () => {
    const slashed = await BareBridge.start({ path: '/api/' });
    try {
        const person = await slashed.person('carol');
        await person.createRoom({ invite: [await slashed.ghost('alice')] });
        const [{ path }] = await eventually(async () => slashed.pushed.length > 0 && slashed.pushed, { what: 'a transaction' });
        expect(path).toMatch(/^\/api\/\/_matrix\/app\/v1\/transactions\//);
    } finally {
        await slashed.stop();
    }
}, 40_000);
