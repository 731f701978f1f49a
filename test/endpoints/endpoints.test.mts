import type { IApiRequest } from '@rocket.chat/apps-engine/definition/api';
import { applicationServiceApi } from '../../src/endpoints/index';
import type { Intake } from '../../src/endpoints/Intake';
import { BridgeError } from '../../src/errors/BridgeError';
import { EngineLog } from '../../src/errors/EngineLog';

const token = 'a-secret-of-the-homeserver';

function setUp({ intake, hsToken = token }: { intake?: Partial<Intake>; hsToken?: string } = {}) {
    const log = new EngineLog();
    const logged: string[] = [];
    const write = (text: string): void => void logged.push(text);
    const app: any = { getLogger: () => ({ info: write, warn: write, error: write }) };
    const { endpoints } = applicationServiceApi(app, () => ({
        log,
        enter: async () => undefined,
        hsToken: () => hsToken,
        intake: () => intake as Intake | undefined,
    }));
    const call = async (path: string, method: string, request: Partial<Record<keyof IApiRequest, unknown>> = {}): Promise<any> => {
        const endpoint: any = endpoints.find((one) => one.path === path);
        const headers = { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' };
        return endpoint[method]({ method, headers, query: {}, params: {}, content: {}, ...request }, {}, {}, {}, {}, {});
    };
    return { endpoints, call, logged };
}

const paths = [
    ['_matrix/app/v1/transactions/:txnId', 'put'],
    ['transactions/:txnId', 'put'],
    ['_matrix/app/v1/ping', 'post'],
    ['_matrix/app/v1/users/:userId', 'get'],
    ['users/:userId', 'get'],
    ['_matrix/app/v1/rooms/:roomAlias', 'get'],
    ['rooms/:roomAlias', 'get'],
];
const methods = ['get', 'post', 'put', 'delete', 'head', 'options', 'patch'];

describe('application service API', () => {
    it('has exactly the paths of the spec', () => {
        expect(setUp().endpoints.map(({ path }) => path).sort()).toEqual(paths.map(([path]) => path).sort());
    });

    it.each(paths.flatMap(([path, method]) => methods.filter((other) => other !== method).map((other) => [other, path])))('%s %s: 405', async (method, path) => {
        expect(await setUp().call(path, method)).toMatchObject({ status: 405, content: { errcode: 'M_UNRECOGNIZED' } });
    });

    it.each(paths)('%s without and with a wrong token: 401, 403', async (path, method) => {
        const { call } = setUp();
        expect(await call(path, method, { headers: {} })).toMatchObject({ status: 401, content: { errcode: 'M_UNAUTHORIZED' } });
        expect(await call(path, method, { headers: { authorization: 'Bearer x' } })).toMatchObject({ status: 403, content: { errcode: 'M_FORBIDDEN' } });
    });

    it('lets nobody in while no token is set', async () => {
        const { call } = setUp({ hsToken: '' });
        expect(await call('_matrix/app/v1/ping', 'post', { headers: { authorization: 'Bearer undefined' } })).toMatchObject({ status: 403 });
    });

    it('answers a ping, also while the bridge is off', async () => {
        expect(await setUp().call('_matrix/app/v1/ping', 'post', { content: { transaction_id: 'x' } })).toEqual({
            status: 200,
            headers: { 'Content-Type': 'application/json' },
            content: {},
        });
    });
});

describe('transactions', () => {
    const path = '_matrix/app/v1/transactions/:txnId';
    const typing = { type: 'm.typing', room_id: '!a', content: { user_ids: [] } };

    it('are handed over, each ephemeral event once', async () => {
        const taken: unknown[] = [];
        const { call } = setUp({ intake: { handleTransaction: async (...args) => void taken.push(args) } });
        const content = { 'events': [{ type: 'x' }, 5], 'ephemeral': [typing], 'de.sorunome.msc2409.ephemeral': [{ ...typing }], 'de.sorunome.msc2409.to_device': [] };
        expect(await call(path, 'put', { params: { txnId: '7' }, content })).toMatchObject({ status: 200, content: {} });
        expect(taken).toEqual([['7', [{ type: 'x' }, 5], [typing]]]);
    });

    it.each<[string, unknown]>([['older', { 'events': [], 'de.sorunome.msc2409.ephemeral': [typing] }], ['newer', { events: [], ephemeral: [typing] }], ['newer, alone', { ephemeral: [typing] }]])(
        'may bring ephemeral events under the %s key alone',
        async (_name, content) => {
            const taken: unknown[] = [];
            const { call } = setUp({ intake: { handleTransaction: async (_txnId, _events, ephemeral) => void taken.push(...ephemeral) } });
            await call(path, 'put', { content });
            expect(taken).toEqual([typing]);
        },
    );

    it('are taken from a host that leaves the content type out', async () => {
        const taken: unknown[] = [];
        const { call } = setUp({ intake: { handleTransaction: async (...args) => void taken.push(args) } });
        expect(await call(path, 'put', { params: { txnId: '8' }, content: { events: [5] }, headers: { authorization: `Bearer ${token}` } })).toMatchObject({ status: 200 });
        expect(taken).toEqual([['8', [5], []]]);
    });

    it.each<[string, Partial<IApiRequest>, string]>([
        ['is no JSON', { headers: { 'authorization': `Bearer ${token}`, 'content-type': 'text/plain' } }, 'M_NOT_JSON'],
        ['did not arrive', { content: undefined, headers: { authorization: `Bearer ${token}` } }, 'M_NOT_JSON'],
        ['is null', { content: null }, 'M_BAD_JSON'],
        ['is a list', { content: [] }, 'M_BAD_JSON'],
        ['has no events', { content: {} }, 'M_BAD_JSON'],
        ['has events that are no list', { content: { events: {} } }, 'M_BAD_JSON'],
    ])('are refused when the body %s', async (_name, request, errcode) => {
        const { call } = setUp({ intake: { handleTransaction: async () => undefined } });
        expect(await call(path, 'put', request)).toMatchObject({ status: 400, content: { errcode } });
    });

    it('are to come again while the bridge is off', async () => {
        expect(await setUp().call(path, 'put', { content: { events: [] } })).toMatchObject({ status: 503, content: { errcode: 'M_UNKNOWN' } });
    });

    it('are to come again when there is nowhere to keep them now', async () => {
        const busy = new BridgeError({ code: 'inbound.unfinished', userMessage: 'The bridge is busy.', retriable: true, certain: true });
        const { call } = setUp({ intake: { handleTransaction: async () => Promise.reject(busy) } });
        expect(await call(path, 'put', { content: { events: [] } })).toMatchObject({ status: 503, content: { errcode: 'M_UNKNOWN', error: 'The bridge is busy.' } });
    });

    it('are to come again when they cannot be taken over; the log says why, without the token', async () => {
        const { call, logged } = setUp({ intake: { handleTransaction: async () => Promise.reject(new Error('no store')) } });
        expect(await call(path, 'put', { content: { events: [] } })).toMatchObject({ status: 500, content: { errcode: 'M_UNKNOWN' } });
        expect(logged.join()).toContain('no store');
        expect(logged.join()).not.toContain(token);
    });
});

describe('queries', () => {
    it.each<[string, Record<string, string>, number]>([
        ['_matrix/app/v1/users/:userId', { userId: '@rc_alice:hs.test' }, 200],
        ['_matrix/app/v1/users/:userId', { userId: '@rc_nobody:hs.test' }, 404],
        ['_matrix/app/v1/users/:userId', { userId: 'rc_alice' }, 404],
        ['_matrix/app/v1/users/:userId', {}, 404],
        ['users/:userId', { userId: '@rc_alice:hs.test' }, 200],
        ['_matrix/app/v1/rooms/:roomAlias', { roomAlias: '#rc_general:hs.test' }, 200],
        ['_matrix/app/v1/rooms/:roomAlias', { roomAlias: '#rc_other:hs.test' }, 404],
        ['rooms/:roomAlias', { roomAlias: 'general' }, 404],
    ])('%s %j: %d', async (path, params, status) => {
        const intake = { knowsUser: async (user: string) => user === '@rc_alice:hs.test', knowsAlias: async (alias: string) => alias === '#rc_general:hs.test' };
        const answer = await setUp({ intake }).call(path, 'get', { params });
        expect(answer).toMatchObject({ status, content: status === 200 ? {} : { errcode: 'M_NOT_FOUND' } });
    });
});
