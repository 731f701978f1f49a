/**
 * Apps, commands, interactions and files over REST. Server: `apps/meteor/ee/server/apps/communication/{rest,uikit}.ts`,
 * `server/api/v1/{commands,rooms,settings}.ts`, `app/file-upload/server/lib/*`.
 */
import { randomUUID } from 'node:crypto';
import { allPermissions, Probe, probeZip } from '../../support/apps/probeApp.mts';
import { RocketChat, type RcRoom } from '../../support/clients/rocketchat.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

const pixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const packageForm = (zip: Buffer, permissions?: unknown) => {
    const form = new FormData();
    form.append('app', new Blob([new Uint8Array(zip)], { type: 'application/zip' }), 'app.zip');
    if (permissions) form.append('permissions', JSON.stringify(permissions));
    return form;
};

describe('REST: apps, commands, files', () => {
    const running = useWorkspace();
    let alice: RocketChat;
    let room: RcRoom;

    beforeAll(async () => {
        await running().admin.createUser({ username: 'alice', name: 'Alice', password: 'alice' });
        alice = await RocketChat.login(running().workspace.url, 'alice', 'alice');
        room = await alice.createRoom('c', 'apps');
    });

    test('what rc-apps does: login, upload, and the same id once more as an update', async () => {
        const { admin, workspace } = running();
        const id = randomUUID();
        const request = (path: string, body: FormData) => admin.request('POST', path, body);
        const installed = await request('apps', packageForm(probeZip({ id, version: '1.0.0' }), allPermissions));
        expect(installed).toMatchObject({ status: 200, body: { success: true, app: { id, version: '1.0.0', status: 'manually_enabled' }, implemented: { IPostMessageSent: true } } });
        const again = await request('apps', packageForm(probeZip({ id, version: '1.0.0' }), allPermissions));
        expect(again.status).toBeGreaterThanOrEqual(400);
        const updated = await request(`apps/${id}`, packageForm(probeZip({ id, version: '1.0.1' }), allPermissions));
        expect(updated).toMatchObject({ status: 200, body: { app: { id, version: '1.0.1' } } });
        expect((await admin.get('apps/installed')).apps).toEqual([expect.objectContaining({ id, version: '1.0.1', private: true, languages: expect.any(Object) })]);
        const icon = await fetch(`${workspace.url}/api/apps/${id}/icon`);
        expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/png']);
        expect(await admin.get(`apps/${id}/status`)).toMatchObject({ status: 'manually_enabled' });
        expect(await admin.post(`apps/${id}/status`, { status: 'manually_disabled' })).toMatchObject({ status: 'manually_disabled' });
        expect((await admin.request('POST', `apps/${id}/status`, {})).body.error).toMatch(/^Invalid status provided/);
        expect(await admin.get(`apps/${id}/logs`)).toMatchObject({ offset: 0, logs: expect.any(Array), count: expect.any(Number), total: expect.any(Number) });
        expect(await admin.delete(`apps/${id}`)).toMatchObject({ success: true, app: { id, status: 'disabled' } });
        expect(await admin.request('GET', `apps/${id}`)).toMatchObject({ status: 404, body: { success: false, error: `No App found by the id of: ${id}` } });
    });

    test('managing apps needs manage-apps; a body without a package is refused', async () => {
        const { admin } = running();
        expect((await alice.request('POST', 'apps', packageForm(Buffer.from('x')))).status).toBe(403);
        expect((await admin.request('POST', 'apps', {})).status).toBe(400);
        expect((await admin.request('POST', 'apps', packageForm(Buffer.from('no zip')))).status).toBeGreaterThanOrEqual(400);
        expect((await admin.request('POST', 'apps', { url: `${running().workspace.url}/avatar/admin` })).body.error).toMatch(/^Invalid url/);
    });

    test('settings of an app: listed, changed, unknown ones named', async () => {
        const { admin } = running();
        const setting = "{ id: 'greeting', type: 'string', packageValue: 'hi', required: false, public: true, i18nLabel: 'greeting' }";
        const probe = await Probe.install(admin, { scripts: { configure: `await configuration.settings.provideSetting(${setting});` } });
        expect((await admin.get(`apps/${probe.id}/settings`)).settings.greeting).toMatchObject({ id: 'greeting', packageValue: 'hi' });
        expect(await admin.post(`apps/${probe.id}/settings`, { settings: [{ id: 'greeting', value: 'hello' }, { id: 'nonsense', value: 1 }] })).toMatchObject({ updated: [{ id: 'greeting' }] });
        expect((await admin.get(`apps/${probe.id}/settings/greeting`)).setting).toMatchObject({ value: 'hello' });
        expect(await admin.request('GET', `apps/${probe.id}/settings/none`)).toMatchObject({ status: 404, body: { error: 'No Setting found on the App by the id of: "none"' } });
        expect((await admin.request('POST', `apps/${probe.id}/settings`, {})).body.error).toBe('The settings to update must be present.');
        expect((await alice.request('GET', `apps/${probe.id}/settings`)).status).toBe(403);
    });

    test('commands: found, run in a room one can see, refused elsewhere', async () => {
        const { commands, appsLoaded } = await alice.get('v1/commands.list');
        expect(appsLoaded).toBe(true);
        expect(commands.map(({ command }: any) => command)).toContain('shrug');
        expect((await alice.get('v1/commands.get', { command: 'SHRUG' })).command).toMatchObject({ command: 'shrug', clientOnly: expect.any(Boolean), providesPreview: false });
        await alice.post('v1/commands.run', { command: 'shrug', params: 'so', roomId: room._id });
        expect((await alice.messages(room)).at(-1)?.msg).toMatch(/^so .*ツ/);
        expect((await alice.request('POST', 'v1/commands.run', { command: 'none', roomId: room._id })).body.error).toBe('The command provided does not exist (or is disabled).');
        const secret = await running().admin.createRoom('p', 'not-for-alice');
        expect(await alice.request('POST', 'v1/commands.run', { command: 'shrug', roomId: secret._id })).toMatchObject({ status: 403 });
        expect((await alice.request('POST', 'v1/commands.run', { command: 'shrug' })).body.errorType).toBe('invalid-params');
    });

    test('interactions: a login, a known type, and the handler\'s answer or its error', async () => {
        const { url } = running().workspace;
        const send = (headers: Record<string, string>, body: object) =>
            fetch(`${url}/api/apps/ui.interaction/some-app`, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) });
        expect(await send({}, {}).then(async (answer) => [answer.status, await answer.json()])).toEqual([401, { status: 'error', message: 'You must be logged in to do this.' }]);
        const headers = { 'X-User-Id': alice.userId, 'X-Auth-Token': alice.token };
        expect(await send(headers, { type: 'nonsense' }).then(async (answer) => [answer.status, await answer.json()])).toEqual([400, { error: 'Unknown action' }]);
    });

    test('files: uploaded and confirmed with a text, served to who is logged in, listed', async () => {
        const { url } = running().workspace;
        const form = new FormData();
        form.append('file', new Blob([pixel], { type: 'image/png' }), 'Zürich 1.png');
        const { file } = await alice.post(`v1/rooms.media/${room._id}`, form);
        expect(file).toEqual({ _id: expect.any(String), url: `/file-upload/${file._id}/Z%C3%BCrich%201.png` });
        expect((await running().admin.request('POST', `v1/rooms.mediaConfirm/${room._id}/${file._id}`, {})).body.errorType).toBe('invalid-file');
        const { message } = await alice.post(`v1/rooms.mediaConfirm/${room._id}/${file._id}`, { msg: 'look' });
        expect(message).toMatchObject({ msg: 'look', file: { _id: file._id, name: 'Zürich 1.png', type: 'image/png' }, files: expect.any(Array), attachments: [expect.objectContaining({ title: 'Zürich 1.png' })] });
        const served = await fetch(`${url}${file.url}`, { headers: { Cookie: `rc_uid=${alice.userId}; rc_token=${alice.token}` } });
        expect([served.status, served.headers.get('content-type'), Buffer.from(await served.arrayBuffer()).length]).toEqual([200, 'image/png', expect.any(Number)]);
        expect((await fetch(`${url}${file.url}`)).status).toBe(403);
        expect((await fetch(`${url}${file.url}?rc_uid=${alice.userId}&rc_token=${alice.token}`)).status).toBe(200);
        const { files, total } = await alice.get('v1/channels.files', { roomId: room._id });
        expect({ total, file: files[0] }).toMatchObject({ total: 1, file: { _id: file._id, name: 'Zürich 1.png', user: { username: 'alice' } } });
        await alice.deleteMessage(message);
        expect((await fetch(`${url}${file.url}`, { headers: { 'X-User-Id': alice.userId, 'X-Auth-Token': alice.token } })).status).toBe(404);
    });

    test('uploads: too large, of the wrong field, into a room of others', async () => {
        const { admin } = running();
        await admin.post('v1/settings/FileUpload_MaxFileSize', { value: 10 });
        const form = (field: string) => {
            const data = new FormData();
            data.append(field, new Blob([Buffer.alloc(100)]), 'a.bin');
            return data;
        };
        expect((await alice.request('POST', `v1/rooms.media/${room._id}`, form('file'))).body.errorType).toBe('error-file-too-large');
        await admin.post('v1/settings/FileUpload_MaxFileSize', { value: 104857600 });
        expect((await alice.request('POST', `v1/rooms.media/${room._id}`, form('nonsense'))).body.errorType).toBe('invalid-field');
        const secret = await admin.createRoom('p', 'no-files-of-alice');
        expect((await alice.request('POST', `v1/rooms.media/${secret._id}`, form('file'))).status).toBe(403);
    });

    test('workspace settings: public ones for everybody, the rest for admins, changed by admins', async () => {
        const { admin, workspace } = running();
        const anyone = await (await fetch(`${workspace.url}/api/v1/settings.public?_id=Site_Url,Message_MaxAllowedSize`)).json();
        expect(anyone.settings.map(({ _id }: any) => _id)).toEqual(['Message_MaxAllowedSize', 'Site_Url']);
        expect((await alice.request('GET', 'v1/settings/Message_MaxAllowedSize')).status).toBe(403);
        await admin.post('v1/settings/Message_MaxAllowedSize', { value: 10 });
        expect(await admin.get('v1/settings/Message_MaxAllowedSize')).toMatchObject({ _id: 'Message_MaxAllowedSize', value: 10 });
        expect((await alice.request('POST', 'v1/chat.sendMessage', { message: { rid: room._id, msg: 'x'.repeat(11) } })).status).toBe(400);
        await admin.post('v1/settings/Message_MaxAllowedSize', { value: 5000 });
        expect((await admin.request('POST', 'v1/settings/no_such', { value: 1 })).status).toBe(400);
    });
});
