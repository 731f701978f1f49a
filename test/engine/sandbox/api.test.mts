/** Apps' endpoints. Server: `app/apps/server/bridges/{api,router}.ts`, `app/api/server/middlewares/authentication.ts`. */
import { Probe } from '../../support/apps/probeApp.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

const endpoints = `
    const seen = (request) => ({ method: request.method, query: request.query, params: request.params, content: request.content,
        headers: request.headers, user: request.user && request.user.username, hash: request.privateHash });
    const show = async (request, info) => ({ status: 200, content: { ...seen(request), info } });
    await configuration.api.provideApi({ visibility: 1, security: 0, endpoints: [
        { path: 'show/:id', get: show, post: show, put: show },
        { path: 'members-only', authRequired: true, get: show },
    ] });
    await configuration.api.provideApi({ visibility: 0, security: 0, endpoints: [
        { path: 'throws', get: async () => { throw new Error('it broke'); } },
        { path: 'answers', get: async (request) => request.query.kind === 'buffer'
            ? { status: 201, content: Buffer.from([1, 2]) }
            : { status: 418, headers: { 'X-Mine': 'yes' }, content: 'text' } },
        { path: 'no-status', get: async () => ({ content: 'x' }) },
    ] });`;

describe('endpoints of apps', () => {
    const running = useWorkspace();
    let probe: Probe;
    let base: { public: string; private: string };

    beforeAll(async () => {
        const { admin } = running();
        probe = await Probe.install(admin, { scripts: { configure: endpoints } });
        const shown = (await probe.apis()).find(({ path }) => path === 'show/:id');
        base = { public: `${admin.url}/api/apps/public/${probe.id}`, private: admin.url + (shown?.computedPath ?? '').replace('/show/:id', '') };
    });

    const send = async (url: string, init: RequestInit = {}) => {
        const response = await fetch(url, init);
        const text = await response.text();
        return { status: response.status, type: response.headers.get('content-type'), text, json: text.startsWith('{') ? JSON.parse(text) : undefined, headers: response.headers };
    };

    test('a private endpoint lies under the hash that is the _id of the app\'s record, and the app is told', async () => {
        const hash = base.private.split('/').at(-1) as string;
        const { json } = await send(`${base.private}/show/5?a=1`);
        expect(hash).toMatch(/^[0-9a-f]{24}$/);
        expect(json).toMatchObject({ method: 'get', query: { a: '1' }, params: { id: '5' }, hash });
        expect(json.info).toEqual({ basePath: `/api/apps/private/${probe.id}/${hash}`, fullPath: `/api/apps/private/${probe.id}/${hash}/show/:id`, appId: probe.id, hash });
    });

    test.each([
        ['an unknown path', () => `${base.private}/nothing`],
        ['an unknown app', () => `${running().admin.url}/api/apps/public/unknown/run`],
        ['a wrong hash', () => `${running().admin.url}/api/apps/private/${probe.id}/000000000000000000000000/show/5`],
        ['a private path behind the public prefix', () => `${base.public}/show/5`],
    ])('404 for %s', async (_what, url) => {
        expect((await send(url())).status).toBe(404);
    });

    test('every method reaches the engine, and one that the endpoint lacks is a 500 with a text', async () => {
        const answer = await send(`${base.private}/show/5`, { method: 'DELETE' });
        expect(answer).toMatchObject({ status: 500, text: "show/:id's delete not exists", type: expect.stringContaining('text/html') });
    });

    test('an error that the app throws is a 500 with its message as text', async () => {
        expect(await send(`${base.public}/throws`)).toMatchObject({ status: 500, text: 'it broke' });
    });

    test('status, headers and type of the answer are the app\'s, and a missing status is a 500', async () => {
        const text = await send(`${base.public}/answers`);
        expect(text).toMatchObject({ status: 418, text: 'text', type: expect.stringContaining('text/html') });
        expect(text.headers.get('x-mine')).toBe('yes');
        expect(await send(`${base.public}/answers?kind=buffer`)).toMatchObject({ status: 201, type: 'application/octet-stream' });
        expect((await send(`${base.public}/no-status`)).status).toBe(500);
    });

    test('a login token makes the user known; without one an endpoint for members says 401', async () => {
        const { admin } = running();
        const login = { 'X-User-Id': admin.userId, 'X-Auth-Token': admin.token };
        expect((await send(`${base.private}/show/1`, { headers: login })).json.user).toBe('admin');
        expect((await send(`${base.private}/members-only`, { headers: login })).json.user).toBe('admin');
        expect(await send(`${base.private}/members-only`)).toMatchObject({ status: 401, text: 'Unauthorized' });
        expect(await send(`${base.private}/members-only`, { headers: { ...login, 'X-Auth-Token': 'wrong' } })).toMatchObject({ status: 401 });
    });

    test('access_token disappears from the query, the Authorization header stays', async () => {
        const { json } = await send(`${base.private}/show/1?access_token=secret&b=2`, { headers: { Authorization: 'Bearer hs_token' } });
        expect(json.query).toEqual({ b: '2' });
        expect(json.headers.authorization).toBe('Bearer hs_token');
        expect(json.user).toBeNull();
    });

    describe('bodies are parsed with the defaults of express', () => {
        const put = (body: string | Buffer, type = 'application/json') =>
            send(`${base.private}/show/1`, { method: 'PUT', headers: { 'Content-Type': type }, body: typeof body === 'string' ? body : new Uint8Array(body) });
        const ofSize = (bytes: number): string => JSON.stringify({ a: 'x'.repeat(bytes - 8) });

        test('JSON of 100 kB arrives, one byte more is a 413 that the app never sees', async () => {
            expect((await put(ofSize(102_400))).status).toBe(200);
            expect((await put(ofSize(102_401))).status).toBe(413);
        });

        test.each([
            ['malformed JSON', '{"a":', 400],
            ['a JSON text that is no object or list', '"text"', 400],
            ['a list', '[1]', 200],
        ])('%s: %s → %d', async (_what, body, status) => {
            expect((await put(body)).status).toBe(status);
        });

        test('a form arrives flat, other types arrive as an empty object', async () => {
            expect((await put('a=1&b[c]=2', 'application/x-www-form-urlencoded')).json.content).toEqual({ a: '1', 'b[c]': '2' });
            expect((await put('hello', 'text/plain')).json.content).toEqual({});
            expect((await put(Buffer.from([0, 1]), 'application/octet-stream')).json.content).toEqual({});
        });

        test('nesting over 100 levels is refused before the app', async () => {
            const deep = await put(`${'{"a":'.repeat(110)}1${'}'.repeat(110)}`);
            expect(deep).toMatchObject({ status: 500, text: expect.stringContaining('Too deep objects') });
            expect((await put('{"ok":true}')).status).toBe(200);
        });
    });
});

describe('with the quirk unparsedBody=undefined (express 5)', () => {
    const running = useWorkspace({ quirks: ['unparsedBody=undefined'] });

    test('content that was not parsed arrives as nothing', async () => {
        const probe = await Probe.install(running().admin, { scripts: { configure: endpoints } });
        const shown = (await probe.apis()).find(({ path }) => path === 'show/:id') as { computedPath: string };
        const response = await fetch(running().admin.url + shown.computedPath.replace(':id', '1'), { method: 'PUT', headers: { 'Content-Type': 'text/plain' }, body: 'x' });
        expect(((await response.json()) as any).content ?? null).toBeNull();
    });
});
