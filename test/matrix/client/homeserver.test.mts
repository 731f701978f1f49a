import type { MatrixEventId, MatrixRoomAlias, MatrixRoomId, MatrixUserId, MxcUri } from '../../../src/ids/types';
import { homeserverClient } from '../../../src/matrix/client/HomeserverClient';
import type { Answered, Asked } from '../../support/fakes/http.mts';
import { FakeHttp } from '../../support/fakes/http.mts';

const bot = '@rocketchat:hs.test' as MatrixUserId;
const ghost = '@rc_alice:hs.test' as MatrixUserId;
const room = '!8JYTG2uN/43#?chars' as MatrixRoomId;
const event = '$event' as MatrixEventId;
const mxc = 'mxc://hs.test/abc' as MxcUri;
const base = 'http://localhost:8008/_matrix/client/v3';

function setUp(...answers: ConstructorParameters<typeof FakeHttp>) {
    const fake = new FakeHttp(...answers);
    const access = { homeserverUrl: 'http://localhost:8008', asToken: 'the-secret', id: 'rocket chat', domain: 'hs.test', bot };
    return { fake, homeserver: homeserverClient(access, () => fake.http) };
}

const error = (status: number, errcode: string): Answered => ({ status, body: { errcode, error: 'words' } });

describe('requests', () => {
    it('carry the token, ask for bytes, limit the time, and never hand over an object', async () => {
        const { fake, homeserver } = setUp({ body: { event_id: '$1' } });
        await homeserver.send({ roomId: room, type: 'm.room.message', content: { body: 'x' }, txnId: 'm/1', ts: 5, as: ghost });
        expect(fake.last.method).toBe('PUT');
        expect(fake.last.url).toBe(`${base}/rooms/!8JYTG2uN%2F43%23%3Fchars/send/m.room.message/m%2F1?ts=5&user_id=%40rc_alice%3Ahs.test`);
        expect(fake.last.headers).toMatchObject({ 'Authorization': 'Bearer the-secret', 'Content-Type': 'application/json' });
        expect(fake.last.body).toEqual({ body: 'x' });
        expect(fake.last.request).toMatchObject({ encoding: null, timeout: 15_000 });
        expect(fake.last.request).not.toHaveProperty('data');
        expect(fake.last.request).not.toHaveProperty('rejectUnauthorized');
    });

    it('are made as the bot without user_id, and refused for other servers\' users', async () => {
        const { fake, homeserver } = setUp({ body: { joined_rooms: [room, 5] } });
        expect(await homeserver.joinedRooms({ as: bot })).toEqual([room]);
        expect(fake.last.url).toBe(`${base}/joined_rooms`);
        await expect(homeserver.joinedRooms({ as: '@a:other.test' as MatrixUserId })).rejects.toMatchObject({ code: 'matrix.refused' });
        await expect(homeserver.joinedRooms({ as: 'rc_a' as MatrixUserId })).rejects.toMatchObject({ code: 'matrix.refused' });
        expect(fake.asked).toHaveLength(1);
    });

    it('carry no halves of surrogate pairs: Synapse answers them with 500', async () => {
        const { fake, homeserver } = setUp({ body: { event_id: '$1' } });
        const send = (body: string) => homeserver.send({ roomId: room, type: 'm.room.message', content: { body }, txnId: 'm', as: ghost });
        await send('a\ud83d b\udc00 \ud83d\ude00 \\ud83d \\\ud83d "\u0000');
        expect(fake.last.body).toEqual({ body: 'a\ufffd b\ufffd \ud83d\ude00 \\ud83d \\\ufffd "\u0000' });
    });

    it('that have no content carry an empty JSON object: the server would make a form of them', async () => {
        const { fake, homeserver } = setUp({});
        await homeserver.deleteAlias('#rc_x:hs.test' as MatrixRoomAlias);
        expect(fake.last).toMatchObject({ method: 'DELETE', body: {}, headers: { 'Content-Type': 'application/json' } });
    });

    it('survive a stranger\'s JSON', async () => {
        const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
        const { homeserver } = setUp({ body: `{"topic":"x","__proto__":{"polluted":true},"deep":${deep}}` });
        const state = await homeserver.state(room, 'm.room.topic');
        expect(Object.keys(state ?? {})).toEqual(['topic', 'deep']);
        expect(({} as any).polluted).toBeUndefined();
        expect(JSON.stringify(state).length).toBeLessThan(300);
    });

    it.each<[string, ConstructorParameters<typeof FakeHttp>[0], object]>([
        ['an error of Matrix', error(403, 'M_FORBIDDEN'), { code: 'matrix.forbidden', status: 403, errcode: 'M_FORBIDDEN', certain: true }],
        ['a page of a proxy', { status: 502, body: '<html>' }, { code: 'homeserver.unavailable', certain: false, retriable: true }],
        ['a page where JSON is meant', { body: '<html>' }, { code: 'homeserver.notMatrix' }],
        ['no body', { body: '' }, { code: 'homeserver.notMatrix' }],
        ['JSON that is no object', { body: 'null' }, { code: 'homeserver.notMatrix' }],
        ['an answer without what was asked for', { body: {} }, { code: 'matrix.badAnswer' }],
        ['a refused connection', new Error('connect ECONNREFUSED 127.0.0.1:8008'), { code: 'homeserver.unreachable', certain: true }],
        ['no answer, as without the permission, or of a host that keeps its network errors to itself', null, { code: 'homeserver.noPermission', retriable: true, certain: false }],
        ['a rate limit with a header', { status: 429, headers: { 'retry-after': '3' }, body: { errcode: 'M_LIMIT_EXCEEDED' } }, { code: 'matrix.limited', retryAfterMs: 3_000 }],
    ])('end in a failure of the catalogue: %s', async (_name, answer, failure) => {
        const { homeserver } = setUp(answer);
        const failed = await homeserver.send({ roomId: room, type: 't', content: {}, txnId: '1' }).catch((caught) => caught);
        expect(failed).toMatchObject({ name: 'BridgeError', ...failure });
        expect(`${failed.message} ${failed.detail}`).not.toContain('the-secret');
    });

    it('are given up when the answer does not end', async () => {
        jest.useFakeTimers();
        const { homeserver } = setUp(() => new Promise(() => undefined));
        const failed = homeserver.whoami().catch((caught) => caught);
        await jest.advanceTimersByTimeAsync(17_000);
        jest.useRealTimers();
        expect(await failed).toMatchObject({ code: 'homeserver.timeout', certain: false });
    });
});

describe('users', () => {
    it('are registered without a login', async () => {
        const { fake, homeserver } = setUp({ body: { user_id: '@rc_alice:hs.test' } });
        expect(await homeserver.register('rc_Alice')).toBe('@rc_alice:hs.test');
        expect(fake.last.body).toEqual({ type: 'm.login.application_service', username: 'rc_Alice', inhibit_login: true });
    });

    it('that exist count as registered', async () => {
        const { homeserver } = setUp(error(400, 'M_USER_IN_USE'));
        expect(await homeserver.register('rc_alice')).toBe('@rc_alice:hs.test');
    });

    it('set their own profile', async () => {
        const { fake, homeserver } = setUp({});
        await homeserver.setDisplayName(ghost, 'Alice');
        expect(fake.last.url).toBe(`${base}/profile/%40rc_alice%3Ahs.test/displayname?user_id=%40rc_alice%3Ahs.test`);
        expect(fake.last.body).toEqual({ displayname: 'Alice' });
    });

    it.each<[string, Answered, unknown]>([
        ['with both fields', { body: { displayname: 'C', avatar_url: mxc } }, { displayName: 'C', avatarUrl: mxc }],
        ['with nonsense in it', { body: { displayname: 5, avatar_url: 'https://x' } }, {}],
        ['of nobody, on Synapse', error(404, 'M_UNKNOWN'), undefined],
        ['of nobody, on Dendrite', error(404, 'M_NOT_FOUND'), undefined],
    ])('have a profile %s', async (_name, answer, profile) => {
        expect(await setUp(answer).homeserver.profile(ghost)).toEqual(profile);
    });
});

describe('ping', () => {
    it.each<[string, Answered | Error, object]>([
        ['works', { body: { duration_ms: 7 } }, { ok: true, durationMs: 7 }],
        ['is unknown', error(404, 'M_UNRECOGNIZED'), { ok: false, reason: 'unsupported' }],
        ['finds nobody', error(502, 'M_CONNECTION_FAILED'), { ok: false, reason: 'bridge-unreachable' }],
        ['waits too long', error(504, 'M_CONNECTION_TIMEOUT'), { ok: false, reason: 'bridge-timeout' }],
        ['is refused by us', error(502, 'M_BAD_STATUS'), { ok: false, reason: 'bridge-refused' }],
        ['has no address', error(400, 'M_URL_NOT_SET'), { ok: false, reason: 'bridge-unreachable' }],
        ['is for another service', error(403, 'M_FORBIDDEN'), { ok: false, reason: 'homeserver' }],
        ['does not reach the homeserver', new Error('ECONNREFUSED'), { ok: false, reason: 'homeserver' }],
    ])('%s', async (_name, answer, outcome) => {
        const { fake, homeserver } = setUp(answer);
        expect(await homeserver.ping('t')).toMatchObject(outcome);
        expect(fake.last).toMatchObject({ url: 'http://localhost:8008/_matrix/client/v1/appservice/rocket%20chat/ping', body: { transaction_id: 't' } });
    });
});

describe('software', () => {
    it.each<[string, Answered[], unknown]>([
        ['said by federation', [{ body: { server: { name: 'Synapse', version: '1.163.2' } } }], { name: 'Synapse', version: '1.163.2' }],
        ['said by a header', [error(404, 'M_UNRECOGNIZED'), { headers: { server: 'Synapse/1.163.2' }, body: { versions: [] } }], { name: 'Synapse', version: '1.163.2' }],
        ['hidden by a proxy', [error(404, 'M_UNRECOGNIZED'), { headers: { server: 'nginx' }, body: {} }], undefined],
    ])('%s', async (_name, answers, software) => {
        expect(await setUp(...answers).homeserver.software()).toEqual(software);
    });
});

describe('rooms', () => {
    const capabilities = (version: string): Answered => ({ body: { capabilities: { 'm.room_versions': { default: version, available: {} } } } });
    const made: Answered = { body: { room_id: room } };

    it.each<[string, Record<string, number>]>([
        ['10', { [bot]: 100, [ghost]: 100 }],
        ['11', { [bot]: 100, [ghost]: 100 }],
        ['12', { [ghost]: 100 }],
    ])('of version %s name in the levels whom they must', async (version, users) => {
        const { fake, homeserver } = setUp(capabilities(version), made);
        await homeserver.createRoom({ name: 'N', aliasLocalpart: 'rc_n', preset: 'public_chat', visibility: 'public', userLevels: { [ghost]: 100, [bot]: 100 }, invite: [ghost] });
        expect(fake.last.body).toEqual({
            room_version: version, preset: 'public_chat', visibility: 'public', name: 'N', room_alias_name: 'rc_n', invite: [ghost], power_level_content_override: { users },
        });
    });

    it('made by a ghost are its own', async () => {
        const { fake, homeserver } = setUp(capabilities('11'), made);
        await homeserver.createRoom({ as: ghost, preset: 'private_chat', visibility: 'private', isDirect: true, userLevels: { [bot]: 100 } });
        expect(fake.last.body).toMatchObject({ is_direct: true, power_level_content_override: { users: { [ghost]: 100, [bot]: 100 } } });
    });

    it('ask for the default version once', async () => {
        const { fake, homeserver } = setUp(capabilities('10'), made);
        await homeserver.createRoom({ preset: 'private_chat', visibility: 'private' });
        await homeserver.createRoom({ preset: 'private_chat', visibility: 'private' });
        expect(fake.asked.map(({ method }: Asked) => method)).toEqual(['GET', 'POST', 'POST']);
    });

    it.each([
        ['a made-up default', { default: 'org.example.v1', available: { '9': 'stable', '11': 'stable', '12': 'unstable', 'x': 'stable' } }, '11'],
        ['nothing', undefined, '10'],
    ])('take a version of the spec when the homeserver has %s', async (_name, versions, version) => {
        const { fake, homeserver } = setUp({ body: { capabilities: { 'm.room_versions': versions } } }, made);
        await homeserver.createRoom({ preset: 'private_chat', visibility: 'private' });
        expect(fake.last.body).toMatchObject({ room_version: version });
    });

    it('can be made where nobody tells the capabilities', async () => {
        const { fake, homeserver } = setUp(error(404, 'M_UNRECOGNIZED'), made);
        await homeserver.createRoom({ preset: 'private_chat', visibility: 'private' });
        expect(fake.last.body).toMatchObject({ room_version: '10' });
    });

    it('are joined through other servers', async () => {
        const { fake, homeserver } = setUp({ body: { room_id: room } });
        await homeserver.join('#a:b.test' as MatrixRoomAlias, { via: ['b.test', 'c.test'], as: ghost });
        expect(fake.last.url).toBe(`${base}/join/%23a%3Ab.test?via=b.test&via=c.test&server_name=b.test&server_name=c.test&user_id=%40rc_alice%3Ahs.test`);
    });

    it.each<[Answered, boolean]>([[{}, true], [error(403, 'M_FORBIDDEN'), false]])('are published: %j', async (answer, published) => {
        expect(await setUp(answer).homeserver.publish(room, true)).toBe(published);
    });

    it('are found by their alias, or not', async () => {
        expect(await setUp({ body: { room_id: room, servers: ['a.test', 7] } }).homeserver.resolveAlias('#x:a.test' as MatrixRoomAlias)).toEqual({ roomId: room, servers: ['a.test'] });
        expect(await setUp(error(404, 'M_NOT_FOUND')).homeserver.resolveAlias('#x:a.test' as MatrixRoomAlias)).toBeUndefined();
    });
});

describe('events', () => {
    const good = { type: 'm.room.message', room_id: room, event_id: event, sender: ghost, content: { body: 'x' }, origin_server_ts: 5 };

    it('of another room are not handed out', async () => {
        expect(await setUp({ body: good }).homeserver.event(room, event)).toMatchObject({ event_id: event });
        expect(await setUp({ body: { ...good, room_id: '!other' } }).homeserver.event(room, event)).toBeUndefined();
        expect(await setUp(error(404, 'M_NOT_FOUND')).homeserver.event(room, event)).toBeUndefined();
    });

    it('that are broken are left out of lists', async () => {
        const { homeserver } = setUp({ body: { chunk: [good, null, { ...good, sender: 5 }, { ...good, event_id: '$2' }], end: 't2' } });
        const { events, end } = await homeserver.messages(room, { dir: 'b', limit: 10 });
        expect([events.map(({ event_id: id }) => id), end]).toEqual([['$event', '$2'], 't2']);
    });

    it('of members give profiles', async () => {
        const { homeserver } = setUp({ body: { joined: { [ghost]: { display_name: 'Alice', avatar_url: null }, nonsense: {} } } });
        expect([...(await homeserver.joinedMembers(room))]).toEqual([[ghost, { displayName: 'Alice' }]]);
    });

    it.each([[5_000, { typing: true, timeout: 5_000 }], [0, { typing: false }]])('of typing for %d ms', async (timeout, body) => {
        const { fake, homeserver } = setUp({});
        await homeserver.typing(room, ghost, timeout);
        expect(fake.last.body).toEqual(body);
    });
});

it('reads what relates to an event, of its room alone', async () => {
    const vote = (id: string, room = '!r:hs.test') => ({ type: 'm.poll.response', room_id: room, event_id: `$${id}`, sender: '@a:hs.test', origin_server_ts: 1, content: { n: 1 } });
    const { fake, homeserver } = setUp({ body: { chunk: [vote('one'), vote('other', '!other:hs.test'), { broken: true }], next_batch: 'more' } });
    const { events, next } = await homeserver.relations('!r:hs.test' as never, '$poll' as never, { as: ghost, relType: 'm.reference', limit: 50, from: 'page' });
    expect([events.map(({ event_id: id }) => id), next]).toEqual([['$one'], 'more']);
    expect(fake.last.url).toBe('http://localhost:8008/_matrix/client/v1/rooms/!r%3Ahs.test/relations/%24poll/m.reference?limit=50&from=page&user_id=%40rc_alice%3Ahs.test');
});
