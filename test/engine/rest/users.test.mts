/** Users over REST. Server: `apps/meteor/server/api/v1/users.ts`, `server/lib/users/*`, `server/meteor-methods/users/*`. */
import { RocketChat } from '../../support/clients/rocketchat.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

const pixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

describe('REST: users', () => {
    const running = useWorkspace();
    let alice: RocketChat;
    const ask = (who: RocketChat, path: string, body?: unknown) => who.request(body ? 'POST' : 'GET', `v1/users.${path}`, body);

    beforeAll(async () => {
        await running().admin.createUser({ username: 'alice', name: 'Alice', password: 'alice' });
        alice = await RocketChat.login(running().workspace.url, 'alice', 'alice');
    });

    test('create: the document without secrets', async () => {
        const user = await running().admin.createUser({ username: 'carol', name: 'Carol C', password: 'carol', roles: ['user', 'bot'] });
        expect(user).toMatchObject({ _id: expect.stringMatching(/^\w{17}$/), username: 'carol', name: 'Carol C', roles: ['user', 'bot'], active: true, type: 'user', emails: [{ verified: true }] });
        expect(user).not.toHaveProperty('services');
    });

    test.each([
        ['a name that is taken, in other case', { username: 'ALICE', email: 'x@example.org' }, 'error-field-unavailable'],
        ['an address that is taken', { username: 'dave', email: 'alice@example.org' }, 'error-field-unavailable'],
        ['characters that the setting forbids', { username: 'a:b', email: 'x@example.org' }, 'error-input-is-not-a-valid-field'],
        ['a role that does not exist', { username: 'dave', email: 'x@example.org', roles: ['nonsense'] }, 'error-action-not-allowed'],
    ])('create: %s', async (_what, user, errorType) => {
        expect(await ask(running().admin, 'create', { name: 'X', password: 'x', ...user })).toMatchObject({ status: 400, body: { success: false, errorType } });
    });

    test('create and update are for who may', async () => {
        expect((await ask(alice, 'create', { username: 'eve', name: 'Eve', password: 'x', email: 'eve@example.org' })).body.errorType).toBe('error-action-not-allowed');
        expect((await ask(alice, 'update', { userId: running().admin.userId, data: { name: 'X' } })).body.errorType).toBe('error-action-not-allowed');
        const { user } = await running().admin.post('v1/users.update', { userId: alice.userId, data: { name: 'Alice Liddell', bio: 'reads' } });
        expect(user).toMatchObject({ name: 'Alice Liddell', bio: 'reads', username: 'alice' });
    });

    test('info: all of oneself and for admins, less for others', async () => {
        expect((await alice.get('v1/users.info', { username: 'alice' })).user).toMatchObject({ canViewAllInfo: true, emails: expect.any(Array), roles: ['user'] });
        const other = (await alice.get('v1/users.info', { userId: running().admin.userId })).user;
        expect(other).toMatchObject({ username: 'admin', canViewAllInfo: false, type: 'user' });
        expect(other).not.toHaveProperty('emails');
        expect((await running().admin.get('v1/users.info', { username: 'alice', includeUserRooms: true })).user.rooms).toEqual(expect.any(Array));
        expect(await ask(alice, 'info?username=nobody')).toMatchObject({ status: 400, body: { success: false, error: 'User not found.' } });
    });

    test('list, autocomplete, presence', async () => {
        const { users, total } = await running().admin.get('v1/users.list', { count: 1, offset: 1, sort: '{"username":1}' });
        expect({ count: users.length, more: total > 1, first: users[0].username }).toEqual({ count: 1, more: true, first: 'alice' });
        const { items } = await alice.get('v1/users.autocomplete', { selector: JSON.stringify({ term: 'CAR', exceptions: [] }) });
        expect(items).toEqual([expect.objectContaining({ username: 'carol', name: 'Carol C' })]);
        expect((await alice.get('v1/users.presence', { ids: alice.userId })).users).toEqual([expect.objectContaining({ username: 'alice', status: 'offline' })]);
        expect(await alice.get('v1/users.getPresence')).toMatchObject({ presence: 'offline', connectionStatus: 'offline' });
    });

    test('a status without a connection stays offline; its text is kept', async () => {
        await alice.post('v1/users.setStatus', { status: 'busy', message: 'thinking' });
        expect(await alice.get('v1/users.getStatus')).toMatchObject({ status: 'offline' });
        expect((await alice.get('v1/users.info', { userId: alice.userId })).user.statusText).toBe('thinking');
        expect((await ask(alice, 'setStatus', { status: 'nonsense' })).body.errorType).toBe('invalid-params');
        expect((await ask(alice, 'setStatus', { status: 'online', userId: running().admin.userId })).status).toBe(403);
    });

    test('own profile and preferences', async () => {
        const { user } = await alice.post('v1/users.updateOwnBasicInfo', { data: { name: 'Alice A', nickname: 'al' } });
        expect(user).toMatchObject({ name: 'Alice A', nickname: 'al' });
        expect((await ask(alice, 'updateOwnBasicInfo', { data: { username: 'carol' } })).body.errorType).toBe('error-field-unavailable');
        expect((await ask(alice, 'updateOwnBasicInfo', { data: { newPassword: 'new', currentPassword: 'wrong' } })).body.errorType).toBe('error-invalid-password');
        await alice.post('v1/users.setPreferences', { data: { newMessageNotification: 'beep' } });
        expect((await alice.get('v1/users.getPreferences')).preferences).toMatchObject({ newMessageNotification: 'beep' });
        expect((await alice.get('v1/me')).settings.preferences).toMatchObject({ newMessageNotification: 'beep' });
        expect(await alice.get('v1/users.checkUsernameAvailability', { username: 'carol' })).toMatchObject({ result: false });
        expect(await alice.get('v1/users.checkUsernameAvailability', { username: 'free.name' })).toMatchObject({ result: true });
    });

    test('personal access tokens: made once, usable, listed without the token, taken back', async () => {
        const { token } = await running().admin.post('v1/users.generatePersonalAccessToken', { tokenName: 'bridge' });
        const headers = { 'X-User-Id': running().admin.userId, 'X-Auth-Token': token };
        const me = async () => (await fetch(`${running().workspace.url}/api/v1/me`, { headers })).status;
        expect(await me()).toBe(200);
        expect((await ask(running().admin, 'generatePersonalAccessToken', { tokenName: 'bridge' })).body.errorType).toBe('error-token-already-exists');
        const { tokens } = await running().admin.get('v1/users.getPersonalAccessTokens');
        expect(tokens).toEqual([{ name: 'bridge', createdAt: expect.any(String), lastTokenPart: token.slice(-6), bypassTwoFactor: false }]);
        await running().admin.post('v1/users.removePersonalAccessToken', { tokenName: 'bridge' });
        expect(await me()).toBe(401);
        expect((await ask(running().admin, 'createToken', { userId: alice.userId, secret: 'guessed' })).body.errorType).toBe('error-not-authorized');
    });

    test('avatars: an upload, an address, the letters of who has none', async () => {
        const form = new FormData();
        form.append('image', new Blob([pixel], { type: 'image/png' }), 'me.png');
        expect((await alice.request('POST', 'v1/users.setAvatar', form)).body).toEqual({ success: true });
        const avatar = await fetch(`${running().workspace.url}/avatar/alice`);
        expect([avatar.status, avatar.headers.get('content-type')?.startsWith('image/')]).toEqual([200, true]);
        expect(avatar.headers.get('content-type')).not.toContain('svg');
        const other = new FormData();
        other.append('userId', alice.userId);
        other.append('image', new Blob([pixel], { type: 'image/png' }), 'x.png');
        expect((await running().admin.request('POST', 'v1/users.setAvatar', other)).status).toBe(200);
        const letters = await fetch(`${running().workspace.url}/avatar/carol`);
        expect([letters.headers.get('content-type'), (await letters.text()).includes('>C<')]).toEqual(['image/svg+xml', true]);
        const redirect = await fetch(`${running().workspace.url}/api/v1/users.getAvatar?username=carol`, { headers: { 'X-User-Id': alice.userId, 'X-Auth-Token': alice.token }, redirect: 'manual' });
        expect([redirect.status, redirect.headers.get('location')]).toEqual([307, expect.stringMatching(/\/avatar\/carol$/)]);
        expect((await alice.request('POST', 'v1/users.setAvatar', { userId: running().admin.userId, avatarUrl: 'http://127.0.0.1:1/' })).status).toBe(403);
    });

    test('register, deactivate, delete', async () => {
        const { url } = running().workspace;
        const register = async (body: object) => {
            const response = await fetch(`${url}/api/v1/users.register`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
            return { status: response.status, body: await response.json() };
        };
        const answer = await register({ username: 'frank', email: 'frank@example.org', pass: 'frank', name: 'Frank' });
        expect(answer).toMatchObject({ status: 200, body: { success: true, user: { username: 'frank' } } });
        expect((await register({ username: 'frank', email: 'f2@example.org', pass: 'x', name: 'F' })).body.error).toBe('Username is already in use');
        const frank = await RocketChat.login(url, 'frank', 'frank');
        const { user } = await running().admin.post('v1/users.setActiveStatus', { userId: frank.userId, activeStatus: false });
        expect(user).toEqual({ _id: frank.userId, active: false });
        await expect(RocketChat.login(url, 'frank', 'frank')).rejects.toMatchObject({ status: 401 });
        expect((await ask(alice, 'delete', { userId: frank.userId })).status).toBe(403);
        expect(await running().admin.post('v1/users.delete', { userId: frank.userId })).toMatchObject({ deletedRooms: [] });
        expect(await running().admin.user('frank')).toBeUndefined();
    });

    test('roles and permissions', async () => {
        expect((await alice.get('v1/roles.list')).roles.map(({ _id }: any) => _id)).toEqual(expect.arrayContaining(['admin', 'user', 'bot', 'app', 'owner']));
        expect((await alice.request('POST', 'v1/roles.addUserToRole', { roleId: 'bot', username: 'carol' })).status).toBe(400);
        await running().admin.post('v1/roles.addUserToRole', { roleId: 'leader', username: 'carol' }).catch(() => undefined);
        await running().admin.post('v1/roles.addUserToRole', { roleId: 'guest', username: 'carol' });
        expect((await running().admin.get('v1/roles.getUsersInRole', { role: 'guest' })).users).toEqual([expect.objectContaining({ username: 'carol' })]);
        await running().admin.post('v1/roles.removeUserFromRole', { roleId: 'guest', username: 'carol' });
        expect((await running().admin.get('v1/roles.getUsersInRole', { role: 'guest' })).total).toBe(0);
        expect((await alice.get('v1/permissions.listAll')).update).toEqual(expect.arrayContaining([expect.objectContaining({ _id: 'create-c', roles: expect.arrayContaining(['bot']) })]));
    });
});
