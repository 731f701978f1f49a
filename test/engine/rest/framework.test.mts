/** The frame around every REST route. Server: `apps/meteor/server/api/ApiClass.ts`, `packages/http-router/src/Router.ts`, `api/v1/middlewares/*`. */
import { createHash } from 'node:crypto';
import { RocketChat } from '../../support/clients/rocketchat.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

describe('REST: login, refusals and forms', () => {
    const running = useWorkspace();
    const url = () => running().workspace.url;
    const login = async (body: unknown) => {
        const response = await fetch(`${url()}/api/v1/login`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
        return { status: response.status, body: await response.json() };
    };
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

    test.each([
        ['user and password', { user: 'admin', password: 'admin' }],
        ['username', { username: 'admin', password: 'admin' }],
        ['the digest of older clients', { user: 'admin', password: { hashed: sha256('admin') } }],
        ['the digest of the login method', { user: { username: 'admin' }, password: { digest: sha256('admin'), algorithm: 'sha-256' } }],
    ])('login with %s', async (_form, body) => {
        const answer = await login(body);
        expect(answer).toMatchObject({ status: 200, body: { status: 'success', data: { userId: expect.any(String), authToken: expect.any(String) } } });
        expect(answer.body.data.me).toMatchObject({ username: 'admin', roles: ['admin'], settings: { preferences: expect.any(Object) } });
        expect(JSON.stringify(answer.body.data.me)).not.toMatch(/bcrypt|hashedToken|scrypt/);
    });

    test('login with a token goes on with the same token', async () => {
        const { body } = await login({ user: 'admin', password: 'admin' });
        const resumed = await login({ resume: body.data.authToken });
        expect(resumed.body.data).toMatchObject({ userId: body.data.userId, authToken: body.data.authToken });
    });

    test.each([
        ['a wrong password', { user: 'admin', password: 'nonsense' }, 'Unauthorized'],
        ['an unknown user', { user: 'nobody', password: 'nonsense' }, 'Unauthorized'],
    ])('%s is 401 and says nothing more', async (_what, body, error) => {
        expect(await login(body)).toEqual({ status: 401, body: { success: false, status: 'error', error, message: error } });
    });

    test('without a login, or with a token that is nobody\'s: 401 in both forms that clients know', async () => {
        const expected = { success: false, error: 'You must be logged in to do this.', status: 'error', message: 'You must be logged in to do this.' };
        for (const headers of [{}, { 'X-User-Id': running().admin.userId, 'X-Auth-Token': 'nonsense' }]) {
            const response = await fetch(`${url()}/api/v1/me`, { headers: headers as Record<string, string> });
            expect(response.status).toBe(401);
            expect(await response.json()).toEqual(expected);
        }
    });

    test('a logged-out token is worth nothing', async () => {
        const person = await RocketChat.login(url(), 'admin', 'admin');
        expect(await person.post('v1/logout')).toEqual({ status: 'success', data: { message: "You've been logged out!" } });
        expect((await person.request('GET', 'v1/me')).status).toBe(401);
    });

    test('answers are JSON without a charset, and not to be cached', async () => {
        const { headers } = await fetch(`${url()}/api/info`);
        expect([headers.get('content-type'), headers.get('cache-control')]).toEqual(['application/json', 'no-store']);
    });

    test('an unknown route is 404', async () => {
        expect((await fetch(`${url()}/api/v1/no.such.route`)).status).toBe(404);
        expect((await fetch(`${url()}/api/v1/channels.info`, { method: 'DELETE' })).status).toBe(404);
    });

    test('what the validator of a body refuses is 400 invalid-params, of a query error-invalid-params', async () => {
        const { admin } = running();
        const body = await admin.request('POST', 'v1/chat.react', { messageId: 'x' });
        expect(body).toMatchObject({ status: 400, body: { success: false, errorType: 'invalid-params', error: expect.stringContaining('required property') } });
        const query = await admin.request('GET', 'v1/chat.getMessage');
        expect(query).toMatchObject({ status: 400, body: { success: false, errorType: 'error-invalid-params' } });
    });

    test('an older route names the kind of refusal in the text too', async () => {
        const answer = await running().admin.request('POST', 'v1/channels.join', { roomId: 'GENERAL', nonsense: 1 });
        expect(answer).toMatchObject({ status: 400, body: { success: false, errorType: 'invalid-params', error: expect.stringMatching(/\[invalid-params\]$/) } });
    });

    test('a missing permission is 403 with the text of the middleware', async () => {
        const { admin } = running();
        await admin.createUser({ username: 'plain', name: 'Plain', password: 'plain' });
        const plain = await RocketChat.login(url(), 'plain', 'plain');
        expect(await plain.request('GET', 'v1/groups.listAll')).toMatchObject({
            status: 403,
            body: { success: false, error: 'User does not have the permissions required for this action [error-unauthorized]' },
        });
    });

    test('an error of a method is 400 with error, errorType and details', async () => {
        expect(await running().admin.request('POST', 'v1/chat.pinMessage', { messageId: 'none' })).toMatchObject({
            status: 400,
            body: { success: false, error: 'The provided "messageId" does not match any existing message. [error-message-not-found]', errorType: 'error-message-not-found' },
        });
    });

    test('sort that is not one is refused; count is capped by API_Upper_Count_Limit', async () => {
        const { admin } = running();
        expect(await admin.request('GET', 'v1/channels.list?sort={"name":5}')).toMatchObject({ status: 400, body: { errorType: 'error-invalid-sort' } });
        const page = await admin.get('v1/settings.public', { count: 100000 });
        expect(page.count).toBeLessThanOrEqual(100);
    });

    test('the rate limiter, once switched on, answers 429 to ordinary people and never to admins', async () => {
        const { admin } = running();
        await admin.createUser({ username: 'hasty', name: 'Hasty', password: 'hasty' });
        const hasty = await RocketChat.login(url(), 'hasty', 'hasty');
        await admin.post('v1/settings/API_Enable_Rate_Limiter', { value: true });
        const ask = (person: RocketChat) =>
            fetch(`${url()}/api/v1/users.getPreferences`, { headers: { 'X-User-Id': person.userId, 'X-Auth-Token': person.token } });
        const statuses = [];
        for (let i = 0; i < 12; i++) statuses.push((await ask(hasty)).status);
        expect(statuses.slice(0, 10)).toEqual(Array(10).fill(200));
        expect(statuses[11]).toBe(429);
        expect((await ask(admin)).status).toBe(200);
        await admin.post('v1/settings/API_Enable_Rate_Limiter', { value: false });
    });

    test('calls from other origins: answered for all, allowed beforehand only where the admin allows it', async () => {
        const ask = (origin: string) =>
            fetch(`${url()}/api/v1/login`, { method: 'OPTIONS', headers: { 'Origin': origin, 'Access-Control-Request-Method': 'POST' } });
        expect((await fetch(`${url()}/api/info`)).headers.get('access-control-allow-origin')).toBe('*');
        expect((await ask('https://chat.example')).status).toBe(405);
        await running().admin.post('v1/settings/API_Enable_CORS', { value: true });
        const allowed = await ask('https://chat.example');
        expect([allowed.status, allowed.headers.get('access-control-allow-methods')]).toEqual([200, expect.stringContaining('POST')]);
    });

    test('/api/info tells the version, the patch number only to who may see statistics', async () => {
        const anyone = await (await fetch(`${url()}/api/info`)).json();
        expect(anyone).toMatchObject({ success: true, version: expect.stringMatching(/^\d+\.\d+$/), minimumClientVersions: expect.any(Object) });
        expect(await running().admin.get('info')).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\.\d+$/), info: { version: expect.any(String) } });
    });
});
