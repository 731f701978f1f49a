/** `IHttp`. Server: `server/lib/apps/bridges/http.ts`, `packages/server-fetch/src`. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Probe } from '../../support/apps/probeApp.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

interface Received {
    method?: string;
    url?: string;
    headers: IncomingMessage['headers'];
    body: Buffer;
}

describe('the HTTP accessor', () => {
    const running = useWorkspace();
    const received: Received[] = [];
    const sockets = new Set<unknown>();
    let server: Server;
    let probe: Probe;
    let url: string;

    beforeAll(async () => {
        server = createServer(async (request, response) => {
            const chunks: Buffer[] = [];
            for await (const chunk of request) chunks.push(chunk);
            sockets.add(request.socket);
            received.push({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks) });
            const [, kind, rest] = /^\/([a-z]+)\/?(\d*)/.exec(request.url ?? '') ?? [];
            if (kind === 'redirect') return response.writeHead(Number(rest) || 302, { Location: '/end' }).end();
            if (kind === 'loop') return response.writeHead(302, { Location: Number(rest) > 1 ? `/loop/${Number(rest) - 1}` : '/end' }).end();
            if (kind === 'status') return response.writeHead(Number(rest), { 'Content-Type': 'application/json', 'Set-Cookie': ['a=1', 'b=2'], 'X-Up': 'A' }).end('{"is":true}');
            if (kind === 'gzip') return response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Type': 'text/plain' }).end(gzipSync('unpacked'));
            if (kind === 'proto') return response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"__proto__":{"a":1}}');
            if (kind === 'slow') return;
            if (kind === 'trickle') {
                response.writeHead(200, { 'Content-Type': 'text/plain' }).write('first ');
                return setTimeout(() => response.end('second'), 3_000);
            }
            response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"ok":1}');
        }).listen(0);
        url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        probe = await Probe.install(running().admin);
    });
    afterAll(() => {
        server.close();
    });

    /** Sends and looks at what arrived. @param options source text of the request's options */
    const send = async (method: string, path: string, options = '{}'): Promise<{ answer: any; got: Received }> => {
        received.length = 0;
        const answer = await probe.run(`return http.${method}(args.url, ${options})`, { url: url + path });
        return { answer, got: received[received.length - 1] };
    };

    test.each(['post', 'put', 'patch', 'del'])('%s without a body goes out form-encoded, whatever type the app asked for', async (method) => {
        const { got } = await send(method, '/x', "{ headers: { 'Content-Type': 'application/json' } }");
        expect(got.headers['content-type']).toBe('application/x-www-form-urlencoded');
        expect(got.body.toString()).toBe('');
        expect((await send(method, '/x', "{ params: { a: '1', b: 'c d' } }")).got.body.toString()).toBe('a=1&b=c+d');
    });

    test('`data: {}` is a JSON body, `data: null` is none', async () => {
        const empty = await send('put', '/x', '{ data: {} }');
        expect([empty.got.headers['content-type'], empty.got.body.toString()]).toEqual(['application/json', '{}']);
        expect((await send('put', '/x', '{ data: null }')).got.headers['content-type']).toBe('application/x-www-form-urlencoded');
    });

    test('`query` is ignored, params join the query of a GET, falsy ones are dropped', async () => {
        const { got } = await send('get', '/x?z=9', "{ query: 'q=1', params: { a: '1', b: '', c: 0, d: 'x' }, data: { never: 1 } }");
        expect(got.url).toBe('/x?z=9&a=1&d=x');
        expect(got.body.length).toBe(0);
        expect((await send('post', '/x', "{ content: 'text', params: { a: '1' } }")).got.url).toBe('/x?a=1');
    });

    test('a Buffer goes out byte by byte with the app\'s own type', async () => {
        const { got } = await send('post', '/x', "{ content: Buffer.from([0, 255, 128]), headers: { 'Content-Type': 'image/png' } }");
        expect([...got.body]).toEqual([0, 255, 128]);
        expect(got.headers['content-type']).toBe('image/png');
        expect(got.headers['content-length']).toBe('3');
    });

    test('`auth` is a Basic header and must have a colon', async () => {
        expect((await send('get', '/x', "{ auth: 'me:pw' }")).got.headers.authorization).toBe(`Basic ${Buffer.from('me:pw').toString('base64')}`);
        await expect(send('get', '/x', "{ auth: 'me' }")).rejects.toThrow('auth option should be of the form "username:password"');
    });

    test('any status is an answer; header names are in lower case and repeated ones joined', async () => {
        const { answer } = await send('get', '/status/503');
        expect(answer).toMatchObject({ statusCode: 503, url: `${url}/status/503`, method: 'get', data: { is: true }, content: '{"is":true}' });
        expect(answer.headers).toMatchObject({ 'x-up': 'A', 'set-cookie': 'a=1, b=2' });
    });

    test('`encoding: null` gives the bytes and no data, so that a stranger\'s JSON cannot hurt', async () => {
        const { answer } = await send('get', '/proto', '{ encoding: null }');
        expect(answer.content).toEqual(Buffer.from('{"__proto__":{"a":1}}'));
        expect(answer.data).toBeUndefined();
    });

    test('packed answers arrive unpacked', async () => {
        expect((await send('get', '/gzip')).answer).toMatchObject({ content: 'unpacked', data: null });
    });

    test.each([301, 302, 303, 307, 308])('a %d is followed with the same method, body and headers', async (status) => {
        const { got } = await send('put', `/redirect/${status}`, "{ data: { a: 1 }, headers: { Authorization: 'Bearer x' } }");
        expect(got).toMatchObject({ method: 'PUT', url: '/end', headers: expect.objectContaining({ authorization: 'Bearer x' }) });
        expect(got.body.toString()).toBe('{"a":1}');
    });

    test('five redirects are followed, a sixth is an error', async () => {
        expect((await send('get', '/loop/5')).got.url).toBe('/end');
        await expect(send('get', '/loop/6')).rejects.toThrow('maximum redirect');
    });

    test('a refused connection and a timeout are errors with a message and nothing else', async () => {
        await expect(probe.run("return http.get('http://127.0.0.1:1/')")).rejects.toMatchObject({ message: expect.stringContaining('ECONNREFUSED') });
        await expect(send('get', '/slow', '{ timeout: 300 }')).rejects.toThrow('aborted');
    });

    test('the timeout covers the headers only', async () => {
        expect((await send('get', '/trickle', '{ timeout: 2000 }')).answer.content).toBe('first second');
    });

    test('no connection is used twice', async () => {
        sockets.clear();
        await send('get', '/x');
        const { got } = await send('get', '/x');
        expect(sockets.size).toBe(2);
        expect(got.headers.connection).toBe('close');
    });
});
