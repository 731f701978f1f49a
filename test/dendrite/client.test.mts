/** What the app's client makes of Dendrite's answers, where they are not those of Synapse: asked of a real one. */
import { BareBridge } from '../support/servers/bareBridge.mts';
import type { Matrix } from '../support/clients/matrix.mts';
import type { MatrixEventId, MatrixRoomAlias, MatrixRoomId, MatrixUserId } from '../../src/ids/types';

let bridge: BareBridge;
let carol: Matrix;
let ghost: MatrixUserId;
let room: MatrixRoomId;

beforeAll(async () => {
    bridge = await BareBridge.start();
    carol = await bridge.person('carol');
    ghost = await bridge.ghost('alice');
    room = await bridge.client.createRoom({ name: 'here', preset: 'public_chat', visibility: 'private', as: ghost });
}, 180_000);
afterAll(() => bridge.stop());

const say = (body: string, txnId: string, as = ghost): Promise<MatrixEventId> =>
    bridge.client.send({ roomId: room, type: 'm.room.message', content: { msgtype: 'm.text', body }, txnId, as });

test('there is no ping: said as "unsupported", not as a failure', async () => {
    expect(await bridge.client.ping('one')).toMatchObject({ ok: false, reason: 'unsupported' });
});

test('names are lower-cased silently: the id of the answer is the ghost', async () => {
    expect(await bridge.client.register('rc_Upper')).toBe(`@rc_upper:${bridge.homeserver.serverName}`);
    expect(await bridge.client.register('rc_upper')).toBe(`@rc_upper:${bridge.homeserver.serverName}`);
});

test('the default room version is 10, and the creator keeps the power', async () => {
    const [create, levels] = await Promise.all(['m.room.create', 'm.room.power_levels'].map((type) => bridge.client.state(room, type, '', { as: ghost })));
    expect(create).toMatchObject({ room_version: '10' });
    const own = await bridge.client.createRoom({ preset: 'private_chat', visibility: 'private', as: ghost, userLevels: { [carol.userId]: 50 } });
    expect((await bridge.client.state(own, 'm.room.power_levels', '', { as: ghost }))?.users).toEqual({ [ghost]: 100, [carol.userId]: 50 });
    expect(levels).toBeDefined();
});

test('a ghost may not make an alias of our namespace, the bot may', async () => {
    const alias = `#rc_square:${bridge.homeserver.serverName}` as MatrixRoomAlias;
    const asGhost = await fetch(`${bridge.homeserver.url}/_matrix/client/v3/directory/room/${encodeURIComponent(alias)}?user_id=${encodeURIComponent(ghost)}`, {
        method: 'PUT', headers: { Authorization: `Bearer ${bridge.asToken}` }, body: JSON.stringify({ room_id: room }),
    });
    expect([asGhost.status, (await asGhost.json() as { errcode: string }).errcode]).toEqual([400, 'M_EXCLUSIVE']);
    await bridge.client.createAlias(alias, room);
    expect((await bridge.client.resolveAlias(alias))?.roomId).toBe(room);
    await expect(bridge.client.createAlias(alias, room)).rejects.toMatchObject({ code: 'matrix.roomInUse' });
});

const refusals: [what: string, action: () => Promise<unknown>, failure: object][] = [
    ['acting as a user of another server is 401: the client refuses before it asks', () => say('x', 'other', '@rc_a:other.test' as MatrixUserId), { code: 'matrix.refused', status: undefined }],
    ['a user that was never registered may not act', () => say('x', 'never', `@rc_never:hs.test` as MatrixUserId), { code: 'matrix.forbidden', status: 403 }],
    ['joining a room that nobody knows is an internal error', () => bridge.client.join('!nowhere:hs.test' as MatrixRoomId, { as: ghost }), { code: 'matrix.serverError', status: 500, retriable: true }],
    ['so is joining by an alias that nobody knows', () => bridge.client.join('#nowhere:hs.test' as MatrixRoomAlias, { as: ghost }), { code: 'matrix.serverError', status: 500 }],
    ['writing in a room that nobody knows is final', () =>
        bridge.client.send({ roomId: '!nowhere:hs.test' as MatrixRoomId, type: 'm.room.message', content: { body: 'x', msgtype: 'm.text' }, txnId: 'nowhere', as: ghost }),
    { status: 400, errcode: 'M_UNSUPPORTED_ROOM_VERSION', retriable: false, certain: true }],
    ['an event that is too large has the code of bad JSON: the status counts', () => say('x'.repeat(66_000), 'large'), { code: 'matrix.tooLarge', status: 413, errcode: 'M_BAD_JSON' }],
    ['redacting what nobody knows', () => bridge.client.redact(room, `$${'x'.repeat(43)}` as MatrixEventId, { as: ghost, txnId: 'unknown' }), { code: 'matrix.notFound', status: 400, errcode: 'M_NOT_FOUND' }],
    ['leaving where one is not', async () => bridge.client.leave(room, { as: await bridge.ghost('outside') }), { status: 400, errcode: 'M_UNKNOWN', retriable: false }],
];

test.each(refusals)('%s', async (_what, action, failure) => {
    await expect(action()).rejects.toMatchObject(failure);
});

test('an event of another room is not taken for one of this room', async () => {
    const other = await bridge.client.createRoom({ preset: 'private_chat', visibility: 'private', as: ghost });
    const event = await bridge.client.send({ roomId: other, type: 'm.room.message', content: { msgtype: 'm.text', body: 'elsewhere' }, txnId: 'elsewhere', as: ghost });
    expect(await bridge.client.event(other, event, { as: ghost })).toMatchObject({ event_id: event, room_id: other });
    expect(await bridge.client.event(room, event, { as: ghost })).toBeUndefined();
});

test('the same reaction twice is two events: nobody but the bridge keeps count', async () => {
    const event = await say('like me', 'liked');
    const react = (txnId: string): Promise<MatrixEventId> =>
        bridge.client.send({ roomId: room, type: 'm.reaction', content: { 'm.relates_to': { rel_type: 'm.annotation', event_id: event, key: '👍' } }, txnId, as: ghost });
    expect(await react('one')).not.toBe(await react('two'));
});

test('a transaction id is remembered for one try after the other, not for two at once, nor over a restart', async () => {
    expect(await say('in turn', 'turn')).toBe(await say('in turn', 'turn'));
    // A race inside Dendrite: two at once are two events, mostly.
    const pairs = await Promise.all(Array.from({ length: 25 }, (_, index) => Promise.all([say('at once', `once${index}`), say('at once', `once${index}`)])));
    expect(pairs.some(([one, other]) => one !== other)).toBe(true);
    const before = await say('across', 'across');
    await bridge.homeserver.restart();
    expect(await say('across', 'across')).not.toBe(before);
}, 30_000);

test('media is there under the old and the new path', async () => {
    const mxc = await bridge.client.upload(Buffer.from('bytes'), { contentType: 'text/plain', as: ghost });
    expect((await bridge.client.download(mxc, { maxBytes: 100 })).content.toString()).toBe('bytes');
    expect(await bridge.client.uploadLimit()).toBe(50_000_000);
});

test('the registration of many ghosts is limited, which only the body of the answer explains', async () => {
    const strict = await BareBridge.start({ config: { client_api: { rate_limiting: { enabled: true, threshold: 5, cooloff_ms: 5_000 } } } });
    try {
        // By address and port of who asks, or by what a proxy in front says of it: here by the one connection.
        const refused: unknown[] = [];
        for (let index = 0; index < 12; index += 1) {
            await strict.client.register(`rc_many${index}`).catch((error) => refused.push(error));
        }
        expect(refused.length).toBeGreaterThan(0);
        refused.forEach((error) => expect(error).toMatchObject({ code: 'matrix.limited', retriable: true, certain: true, retryAfterMs: 5_000 }));
    } finally {
        await strict.stop();
    }
}, 60_000);
