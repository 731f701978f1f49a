import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { request as httpRequest } from 'node:http';
import { matrixEndpoints } from '../../src/endpoints/index';
import { EngineLog } from '../../src/errors/EngineLog';
import { Listener } from '../../src/intake/Listener';
import { routes } from '../../src/intake/routes';
import { freePort } from '../../workspace/process/ports.mts';
import { eventually } from '../support/eventually.mts';

const token = 'a-secret-of-the-homeserver';
const listeners: Listener[] = [];
afterAll(() => listeners.forEach((listener) => listener.use(undefined)));

/** The own port over the real endpoints, with a bridge that keeps what it is given. */
async function setUp({ basePath = '', maxBytes = 1_000_000, port }: { basePath?: string; maxBytes?: number; port?: number } = {}) {
    const log = new EngineLog();
    const taken: { txnId: string; events: any[] }[] = [];
    const asked: string[] = [];
    const host: any = {
        log, enter: async () => undefined, hsToken: () => token,
        intake: () => ({
            handleTransaction: async (txnId: string, events: any[]) => void taken.push({ txnId, events }),
            knowsUser: async (id: string) => asked.push(id) > 0,
            knowsAlias: async () => false,
        }),
    };
    const changes: (string | undefined)[] = [];
    const serve = routes(matrixEndpoints({} as never, () => host), () => host, () => basePath, async () => undefined);
    const listener: Listener = new Listener(serve, log, () => changes.push(listener.problem));
    const config = { port: port ?? await freePort(), basePath, maxBytes };
    listeners.push(listener);
    listener.use(config);
    const until = (done: () => boolean): Promise<boolean> => eventually(done, { interval: 5 });
    type Options = { method?: string; body?: string; headers?: Record<string, string> };
    const usual = { 'Content-Type': 'application/json', 'Authorization': `Bearer ${token}` };
    const call = (path: string, { method = 'PUT', body = '{"events":[]}', headers = {} }: Options = {}): Promise<{ status: number; body: any }> =>
        new Promise((resolve, reject) => {
            const sent = httpRequest({ host: '127.0.0.1', port: config.port, path, method, headers: { ...usual, ...headers } }, (response) => {
                const chunks: Buffer[] = [];
                response.on('data', (chunk) => chunks.push(chunk));
                response.on('end', () => resolve({ status: response.statusCode as number, body: JSON.parse(Buffer.concat(chunks).toString() || 'null') }));
            });
            sent.on('error', reject);
            sent.end(method === 'GET' ? undefined : body);
        });
    return { listener, config, call, taken, asked, changes, until, log };
}

type Port = Awaited<ReturnType<typeof setUp>>;
const open = async (options: Parameters<typeof setUp>[0] = {}): Promise<Port> => {
    const port = await setUp(options);
    await port.until(() => port.changes.length > 0);
    return port;
};

describe('the own port', () => {
    let port: Port;
    beforeAll(async () => { port = await open(); });

    test('takes transactions, also under the older paths', async () => {
        expect(await port.call('/_matrix/app/v1/transactions/7', { body: '{"events":[{"type":"x"}]}' })).toEqual({ status: 200, body: {} });
        expect(await port.call('/transactions/8%2F?access_token=a', { headers: { authorization: `Bearer ${token}` } })).toMatchObject({ status: 403 });
        expect(await port.call(`/transactions/8%2F?access_token=${token}`, { headers: { authorization: '' } })).toEqual({ status: 200, body: {} });
        expect(port.taken).toEqual([{ txnId: '7', events: [{ type: 'x' }] }, { txnId: '8/', events: [] }]);
    });

    test('passes a body over 100 kB, a key __proto__ and deep nesting', async () => {
        const deep = `${'['.repeat(130)}${']'.repeat(130)}`;
        const body = `{"events":[{"type":"big","content":{"body":"${'x'.repeat(500_000)}"}},{"type":"odd","content":{"__proto__":{"a":1},"deep":${deep}}}]}`;
        expect((await port.call('/_matrix/app/v1/transactions/9', { body })).status).toBe(200);
        const [big, odd] = port.taken[port.taken.length - 1].events;
        expect(big.content.body).toHaveLength(500_000);
        expect(odd.content.a).toBeUndefined();
        expect(Object.keys(odd.content)).toEqual(['deep']);
    });

    test.each<[string, string, object, number, string]>([
        ['no token', '/_matrix/app/v1/transactions/1', { headers: { authorization: '' } }, 401, 'M_UNAUTHORIZED'],
        ['a wrong token', '/_matrix/app/v1/transactions/1', { headers: { authorization: 'Bearer x' } }, 403, 'M_FORBIDDEN'],
        ['no JSON', '/_matrix/app/v1/transactions/1', { body: '{' }, 400, 'M_NOT_JSON'],
        ['no object', '/_matrix/app/v1/transactions/1', { body: '[]' }, 400, 'M_BAD_JSON'],
        ['nothing', '/_matrix/app/v1/transactions/1', { body: '' }, 400, 'M_BAD_JSON'],
        ['an unknown path', '/_matrix/app/v1/other', {}, 404, 'M_UNRECOGNIZED'],
        ['a path that is no text', '/_matrix/app/v1/transactions/%ff', {}, 404, 'M_UNRECOGNIZED'],
        ['another method', '/_matrix/app/v1/transactions/1', { method: 'POST' }, 405, 'M_UNRECOGNIZED'],
    ])('%s is refused with a Matrix error', async (_name, path, options, status, errcode) => {
        expect(await port.call(path, options)).toEqual({ status, body: expect.objectContaining({ errcode }) });
    });

    test('answers questions and pings', async () => {
        expect((await port.call('/_matrix/app/v1/users/%40rc_x%3Ahs.test', { method: 'GET' })).status).toBe(200);
        expect(port.asked).toEqual(['@rc_x:hs.test']);
        expect(await port.call('/_matrix/app/v1/ping', { method: 'POST', body: '{"transaction_id":"1"}' })).toEqual({ status: 200, body: {} });
    });
});

test('what is over the limit is refused, and strangers are before they can send it', async () => {
    const port = await open({ maxBytes: 1_000 });
    const big = `{"events":["${'x'.repeat(2_000)}"]}`;
    const chunked = { 'Transfer-Encoding': 'chunked' };
    expect(port.log.lastError).toBeUndefined();
    expect(await port.call('/_matrix/app/v1/transactions/1', { body: big })).toEqual({ status: 413, body: expect.objectContaining({ errcode: 'M_TOO_LARGE' }) });
    expect(await port.call('/_matrix/app/v1/transactions/1', { body: big, headers: chunked })).toMatchObject({ status: 413 });
    expect(port.log.lastError?.text).toMatch(/larger than the limit/);
    expect(await port.call('/_matrix/app/v1/transactions/1', { body: big, headers: { authorization: 'Bearer x' } })).toMatchObject({ status: 403 });
    expect(await port.call('/_matrix/app/v1/transactions/1')).toMatchObject({ status: 200 });
});

test('a base path of the bridge URL stands before the paths', async () => {
    const port = await open({ basePath: '/matrix' });
    expect(await port.call('/matrix/_matrix/app/v1/transactions/1')).toMatchObject({ status: 200 });
    expect(await port.call('/matrix//_matrix/app/v1/transactions/1')).toMatchObject({ status: 200 });
});

test('a busy port is told, and opened when it is free', async () => {
    const other = createServer().listen(0, '0.0.0.0');
    await new Promise((resolve) => { other.once('listening', resolve); });
    const port = await open({ port: (other.address() as AddressInfo).port });
    expect(port.changes).toEqual(['another program uses it']);
    await new Promise((resolve) => { other.close(resolve); });
    await port.until(() => port.listener.problem === undefined);
    expect(await port.call('/_matrix/app/v1/transactions/1')).toMatchObject({ status: 200 });
    port.listener.use(undefined);
    await expect(port.call('/_matrix/app/v1/transactions/1')).rejects.toThrow(/ECONNREFUSED|socket hang up|ECONNRESET/);
});
