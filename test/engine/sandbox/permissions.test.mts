/** Granted permissions. Engine: `server/managers/AppPermissionManager.js`; server: `ee/server/apps/communication/rest.ts` (field `permissions`). */
import { eventually } from '../../support/eventually.mts';
import { allPermissions, Probe } from '../../support/apps/probeApp.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

describe('permissions', () => {
    const running = useWorkspace();
    const readRoom = "return read.getRoomReader().getByName('general')";

    test('a missing permission gives null in the app, no error', async () => {
        const granted = allPermissions.filter(({ name }) => !['room.read', 'persistence', 'networking'].includes(name));
        const probe = await Probe.install(running().admin, { granted });
        expect(await probe.run(readRoom)).toBeNull();
        expect(await probe.run('return persistence.create({ a: 1 })')).toBeNull();
        expect(await probe.run("return http.get('http://127.0.0.1:1/')")).toBeNull();
        // The log comes by another way than the answer.
        await eventually(() => running().workspace.log().includes('networking'), { what: 'a word of it in the log' });
    });

    test('without message.write the id of a new message is the text "null"', async () => {
        const probe = await Probe.install(running().admin, { granted: allPermissions.filter(({ name }) => name !== 'message.write') });
        const id = await probe.run(`
            const room = await read.getRoomReader().getByName('general');
            const sender = await read.getUserReader().getAppUser();
            return modify.getCreator().finish(modify.getCreator().startMessage({ room, sender, text: 'x' }));`);
        expect(id).toBe('null');
    });

    test('an upload without the field gets the default set: no threads, no roles, no buttons, whatever app.json asks for', async () => {
        const probe = await Probe.install(running().admin, {
            granted: null,
            permissions: allPermissions,
            scripts: { configure: "await configuration.ui.registerButton({ actionId: 'x', labelI18n: 'x', context: 'messageAction' });" },
        });
        expect(await probe.run(readRoom)).toMatchObject({ slugifiedName: 'general' });
        expect(await probe.run("return read.getRoleReader().getOneByIdOrName('admin', 'APP_ID')")).toBeNull();
        const { buttons = [] } = await running().admin.get('apps/actionButtons').then((answer) => (Array.isArray(answer) ? { buttons: answer } : answer));
        expect(buttons.filter(({ appId }: { appId: string }) => appId === probe.id)).toEqual([]);
    });
});
