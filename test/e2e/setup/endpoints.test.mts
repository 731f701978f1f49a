/** The application service endpoints, called as a homeserver calls them, and as it should not. */
import { randomBytes } from 'node:crypto';
import { setting } from '../../support/apps/app.mts';
import { BridgedRoom } from '../../support/bridgedRoom.mts';
import { sleep, unique } from '../../support/eventually.mts';
import type { Matrix } from '../../support/clients/matrix.mts';
import type { RcRoom, RocketChat } from '../../support/clients/rocketchat.mts';
import { useStack } from '../../support/servers/stack.mts';

const here = useStack();
let alice: RocketChat;
let carol: Matrix;
let channel: RcRoom;
let roomId: string;
let token: string;

beforeAll(async () => {
    ({ alice, carol, channel, roomId } = await BridgedRoom.make(here(), 'postbox'));
    token = await here().app.setting(setting.hsToken);
}, 60_000);

interface Call {
    method?: string;
    token?: string | null;
    body?: unknown;
    headers?: Record<string, string>;
}

/** A request as the homeserver makes it; every answer must be JSON. */
const call = async (path: string, { method = 'PUT', token: used = token, body, headers }: Call = {}): Promise<{ status: number; body: any }> => {
    const response = await fetch(await here().app.endpoint(path), {
        method,
        headers: { 'Content-Type': 'application/json', ...(used !== null && { Authorization: `Bearer ${used}` }), ...headers },
        body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
};

const push = (events: unknown, txnId = unique('txn'), extra: object = {}): Promise<{ status: number; body: any }> =>
    call(`_matrix/app/v1/transactions/${txnId}`, { body: { events, ...extra } });

/** A message that carol might have sent. */
const textEvent = (body: string, changes: object = {}): Record<string, unknown> => ({
    type: 'm.room.message',
    room_id: roomId,
    event_id: `$${randomBytes(32).toString('base64url')}`,
    sender: carol.userId,
    origin_server_ts: Date.now(),
    content: { msgtype: 'm.text', body },
    ...changes,
});

describe('who may call', () => {
    const paths: [path: string, method: string][] = [
        ['_matrix/app/v1/transactions/1', 'PUT'],
        ['_matrix/app/v1/ping', 'POST'],
        ['_matrix/app/v1/users/@rc_x:hs.test', 'GET'],
        ['_matrix/app/v1/rooms/%23rc_x:hs.test', 'GET'],
        ['transactions/1', 'PUT'],
        ['users/@rc_x:hs.test', 'GET'],
        ['rooms/%23rc_x:hs.test', 'GET'],
    ];

    test.each(paths)('%s without a token is 401, with a wrong one 403', async (path, method) => {
        const body = method === 'GET' ? undefined : {};
        expect(await call(path, { method, token: null, body })).toEqual({ status: 401, body: expect.objectContaining({ errcode: 'M_UNAUTHORIZED' }) });
        for (const wrong of ['wrong', '', `${token}x`, token.slice(1)]) {
            const answer = await call(path, { method, token: wrong, body });
            expect([401, 403]).toContain(answer.status);
            expect(answer.body.errcode).toBe(answer.status === 403 ? 'M_FORBIDDEN' : 'M_UNAUTHORIZED');
        }
    });

    test('the token of the bridge does not open the door of the homeserver', async () => {
        const answer = await call('_matrix/app/v1/ping', { method: 'POST', token: await here().app.setting(setting.asToken), body: {} });
        expect(answer).toEqual({ status: 403, body: expect.objectContaining({ errcode: 'M_FORBIDDEN' }) });
    });

    test.each(paths)('%s by another method than %s is 405', async (path, method) => {
        const other = method === 'GET' ? 'DELETE' : 'GET';
        expect(await call(path, { method: other })).toEqual({ status: 405, body: expect.objectContaining({ errcode: 'M_UNRECOGNIZED' }) });
    });
});

describe('queries', () => {
    test.each(['_matrix/app/v1/', ''])('%susers knows the ghosts of users that are there', async (base) => {
        expect((await call(`${base}users/${encodeURIComponent(here().ghostOf(alice))}`, { method: 'GET' })).status).toBe(200);
        const unknown = await call(`${base}users/${encodeURIComponent(here().ghostOf(unique('noone')))}`, { method: 'GET' });
        expect(unknown).toEqual({ status: 404, body: expect.objectContaining({ errcode: 'M_NOT_FOUND' }) });
    });

    test.each(['_matrix/app/v1/', ''])('%srooms knows the aliases of bridged rooms', async (base) => {
        const alias = encodeURIComponent(`#rc_${channel.name}:${here().serverName}`);
        expect((await call(`${base}rooms/${alias}`, { method: 'GET' })).status).toBe(200);
        expect((await call(`${base}rooms/${encodeURIComponent('#rc_nowhere:hs.test')}`, { method: 'GET' })).status).toBe(404);
    });

    test.each(['nonsense', '@', '%00', '@rc_x', 'x'.repeat(3_000)])('a question about "%s" is answered no', async (id) => {
        expect((await call(`_matrix/app/v1/users/${encodeURIComponent(id)}`, { method: 'GET' })).status).toBe(404);
    });
});

test('a ping is answered', async () => {
    expect(await call('_matrix/app/v1/ping', { method: 'POST', body: { transaction_id: 'mine' } })).toEqual({ status: 200, body: {} });
});

describe('transactions', () => {
    test('the answer to a good one is 200 and an empty object', async () => {
        expect(await push([textEvent('by hand')])).toEqual({ status: 200, body: {} });
        await alice.waitForMessage(channel, 'by hand');
    });

    test('one without events is fine', async () => {
        expect(await push([])).toEqual({ status: 200, body: {} });
    });

    test.each([[[]], [{ events: 'none' }], [{ events: {} }], [{}]])('the body %j is refused', async (body) => {
        const answer = await call(`_matrix/app/v1/transactions/${unique('bad')}`, { body });
        expect(answer.status).toBe(400);
        expect(answer.body.errcode).toMatch(/^M_(BAD_JSON|NOT_JSON|MISSING_PARAM)$/);
    });

    test('one that is not JSON is refused', async () => {
        const answer = await call(`_matrix/app/v1/transactions/${unique('text')}`, { body: 'words', headers: { 'Content-Type': 'text/plain' } });
        expect(answer.status).toBe(400);
        expect(answer.body.errcode).toMatch(/^M_(BAD_JSON|NOT_JSON)$/);
    });

    test('the same event in a repeated transaction, and in another one, is one message', async () => {
        const text = unique('once');
        const [event, txn] = [textEvent(text), unique('txn')];
        await Promise.all([push([event], txn), push([event], txn)]);
        await push([event], txn);
        await push([event, textEvent(`after ${text}`)]);
        await alice.waitForMessage(channel, `after ${text}`);
        await sleep(1_000);
        expect((await alice.messages(channel)).filter((message) => message.msg === text)).toHaveLength(1);
    });

    test('the same transaction id with other events is another transaction', async () => {
        const txn = '1';
        const texts = [unique('first'), unique('second')];
        for (const text of texts) {
            await push([textEvent(text)], txn);
            await alice.waitForMessage(channel, text);
        }
    });

    test('the paths of old homeservers work', async () => {
        const text = unique('legacy');
        expect((await call(`transactions/${unique('txn')}`, { body: { events: [textEvent(text)] } })).status).toBe(200);
        await alice.waitForMessage(channel, text);
    });

    const broken: [what: string, event: () => unknown][] = [
        ['nothing', () => null],
        ['a text', () => 'event'],
        ['a list', () => []],
        ['an empty object', () => ({})],
        ['a number for a type', () => ({ type: 7 })],
        ['no content', () => textEvent('x', { content: undefined })],
        ['content that is a text', () => textEvent('x', { content: 'text' })],
        ['a body that is an object', () => textEvent('x', { content: { msgtype: 'm.text', body: { a: 1 } } })],
        ['no body', () => textEvent('x', { content: { msgtype: 'm.text' } })],
        ['an unknown msgtype', () => textEvent('x', { content: { msgtype: 'org.example.unknown', body: 'unknown' } })],
        ['a sender that is no id', () => textEvent('x', { sender: 'carol' })],
        ['a sender that is a number', () => textEvent('x', { sender: 12 })],
        ['no event id', () => textEvent('x', { event_id: undefined })],
        ['an event id of another form', () => textEvent('x', { event_id: 'no-dollar' })],
        ['no room', () => textEvent('x', { room_id: undefined })],
        ['an unknown room', () => textEvent('x', { room_id: '!elsewhere:hs.test' })],
        ['an unknown type', () => textEvent('x', { type: 'org.example.custom' })],
        ['state of an unknown type', () => textEvent('x', { type: 'org.example.state', state_key: '' })],
        ['membership of an unknown kind', () => textEvent('x', { type: 'm.room.member', state_key: '@x:hs.test', content: { membership: 'dancing' } })],
        ['membership without content', () => textEvent('x', { type: 'm.room.member', state_key: '@x:hs.test', content: {} })],
        ['membership of something that is no id', () => textEvent('x', { type: 'm.room.member', state_key: 'x', content: { membership: 'join' } })],
        ['a redaction of nothing', () => textEvent('x', { type: 'm.room.redaction', content: {} })],
        ['a reaction without a relation', () => textEvent('x', { type: 'm.reaction', content: {} })],
        ['an edit of nothing', () => textEvent('x', { content: { msgtype: 'm.text', body: '* x', 'm.relates_to': { rel_type: 'm.replace' } } })],
        ['a time in the far future', () => textEvent('from the future', { origin_server_ts: 9e15 })],
        ['a name of 100,000 characters', () => textEvent('x', { type: 'm.room.name', state_key: '', content: { name: 'n'.repeat(50_000) } })],
        ['a body of NUL and lone surrogates', () => textEvent('\u0000 \ud800 \udfff')],
    ];

    test.each(broken)('an event that is broken (%s) does not stop the good ones around it', async (_what, event) => {
        const [before, after] = [unique('before'), unique('after')];
        expect(await push([textEvent(before), event(), textEvent(after)])).toEqual({ status: 200, body: {} });
        await alice.waitForMessage(channel, before);
        await alice.waitForMessage(channel, after);
    });

    test('ephemeral events of both spellings, good and broken, are taken', async () => {
        const typing = { type: 'm.typing', room_id: roomId, content: { user_ids: [carol.userId] } };
        const ephemeral = [typing, null, { type: 'm.receipt', room_id: roomId, content: { $x: 'y' } }, { type: 'm.presence', content: {} }];
        expect(await push([], undefined, { ephemeral, 'de.sorunome.msc2409.ephemeral': ephemeral })).toEqual({ status: 200, body: {} });
        expect(await push([], undefined, { ephemeral: 'none', 'de.sorunome.msc2409.ephemeral': {} })).toEqual({ status: 200, body: {} });
    });

    test('events that say they come from our own ghosts are not echoed', async () => {
        const text = unique('echo');
        await push([textEvent(text, { sender: here().ghostOf(alice) })]);
        await sleep(1_500);
        expect((await alice.messages(channel)).filter((message) => message.msg === text)).toHaveLength(0);
    });
});

test('after all this the bridge still works both ways', async () => {
    await carol.sendText(roomId, 'still there?');
    await alice.waitForMessage(channel, 'still there?');
    await alice.send(channel, 'still here');
    await carol.waitForEvent(roomId, 'still here');
});
