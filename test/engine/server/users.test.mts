/**
 * Users as an app makes and changes them. Server: `server/lib/apps/bridges/users.ts`, `server/lib/users/checkUsernameAvailability.ts`,
 * `server/lib/users/deleteUser.ts`, `server/lib/users/setUserActiveStatus.ts`, `app/apps/server/converters/users.ts`,
 * `ee/packages/presence/src/Presence.ts`.
 */
import { createBot, createRoomAs, refusal, sendAs } from '../../support/apps/appCalls.mts';
import { unique } from '../../support/eventually.mts';
import { Probe } from '../../support/apps/probeApp.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

jest.setTimeout(60_000);

describe('users of an app', () => {
    const running = useWorkspace();
    let probe: Probe;
    const byId = (id: string) => probe.run('return read.getUserReader().getById(args.id)', { id });

    beforeAll(async () => {
        probe = await Probe.install(running().admin);
    });

    test('only bots and apps can be made', async () => {
        expect(await refusal(createBot(probe, unique('person'), { type: 'user' }))).toMatch('Creating normal users is currently not supported');
        const withoutData = probe.run(`
            const builder = modify.getCreator().startBotUser();
            builder.setUsername(args.username).setDisplayName('No type');
            return modify.getCreator().finish(builder);`, { username: unique('typeless') });
        expect(await refusal(withoutData)).not.toBe('no error');
    });

    test('a username is taken whatever its letters\' case, and blocked names are refused', async () => {
        const username = unique('Taken');
        await createBot(probe, username);
        expect(await refusal(createBot(probe, username.toUpperCase()))).toMatch(`The username "${username.toUpperCase()}" is already being used.`);
        expect(await refusal(createBot(probe, 'all'))).toMatch('is blocked and can\'t be used! [error-blocked-username]');
        expect(await refusal(createBot(probe, 'system'))).toMatch('error-blocked-username');
    });

    test('an app finds a user by the exact name only (`Users.findOneByUsername`)', async () => {
        const name = unique('Capital');
        const { id } = await createBot(probe, name);
        const find = (username: string) => probe.run<{ id?: string } | undefined>('return read.getUserReader().getByUsername(args.username);', { username });
        expect(await find(name)).toMatchObject({ id });
        expect(await find(name.toLowerCase())).toBeFalsy();
    });

    test('nobody checks the characters of a username', async () => {
        const username = `${unique('odd')} :@/é`;
        const { id } = await createBot(probe, username);
        expect(await byId(id)).toMatchObject({ username });
    });

    test('only some fields are stored: no custom fields, no status text', async () => {
        const { id } = await createBot(probe, unique('fields'), {
            customFields: { mxid: '@a:b' }, statusText: 'here', bio: 'kept', status: 'online', utcOffset: 2, emails: [{ address: 'x@example.org', verified: true }],
        });
        const user = await byId(id);
        expect(user).toMatchObject({ bio: 'kept', status: 'online', utcOffset: 2, type: 'bot', isEnabled: true, appId: probe.id, roles: ['bot'] });
        expect(user.customFields ?? null).toBeNull();
        expect(user.statusText ?? null).toBeNull();
    });

    test('the id can be chosen on the built user, and a second one of that id meets the unique index', async () => {
        const id = unique('chosen').replace(/\W/g, '');
        const create = (username: string) => probe.run(`
            const builder = modify.getCreator().startBotUser({ username: args.username, name: 'Chosen', roles: ['bot'], isEnabled: true });
            builder.getUser().id = args.id;
            return modify.getCreator().finish(builder);`, { id, username });
        expect(await create(unique('first'))).toBe(id);
        expect(await refusal(create(unique('second')))).toMatch('E11000 duplicate key error');
    });

    test('an app can change the status text and custom fields, and no name, username or picture', async () => {
        const { id } = await createBot(probe, unique('changed'));
        await probe.run(`
            const user = await read.getUserReader().getById(args.id);
            await modify.getUpdater().getUserUpdater().updateStatusText(user, 'busy bridging');
            await modify.getUpdater().getUserUpdater().updateCustomFields(user, { mxid: '@x:y' });`, { id });
        expect(await byId(id)).toMatchObject({ statusText: 'busy bridging', customFields: { mxid: '@x:y' } });
        // Every name of the accessor is there, since it is a proxy: the ones that the engine lacks fail on the host.
        expect(await refusal(probe.run('await modify.getUpdater().getUserUpdater().updateName(await read.getUserReader().getById(args.id), "New")', { id })))
            .not.toBe('no error');
        expect(await probe.events('IPostUserUpdated')).toEqual([]);
    });

    test('a bot without a connection stays offline whatever status it is given', async () => {
        const { id } = await createBot(probe, unique('status'), { status: 'online' });
        expect((await byId(id)).status).toBe('online');
        await probe.run('await modify.getUpdater().getUserUpdater().updateStatus(await read.getUserReader().getById(args.id), "hi", "online")', { id });
        expect(await byId(id)).toMatchObject({ status: 'offline', statusText: 'hi' });
    });

    test('the app user is the first user that has the app\'s id', async () => {
        await createBot(probe, unique('later'));
        expect(await probe.run('return read.getUserReader().getAppUser()')).toMatchObject({ username: probe.username, type: 'app', roles: ['app'] });
    });

    test('deactivating works one by one; a direct room with a deactivated bot is read-only', async () => {
        const { admin } = running();
        const bot = await createBot(probe, unique('retired'));
        const room = await admin.directRoom(bot.username);
        await admin.send(room, 'still there?');
        await probe.run('await modify.getUpdater().getUserUpdater().deactivate(args.id, true)', { id: bot.id });
        expect(await byId(bot.id)).toMatchObject({ isEnabled: false });
        expect(await refusal(sendAs(probe, bot.id, room._id, { text: 'no' }))).toMatch('the room is readonly');
    });

    test('deleting takes all bots of the app at once, and stops at a sole owner', async () => {
        const other = await Probe.install(running().admin);
        const one = await createBot(other, unique('one'));
        const two = await createBot(other, unique('two'));
        await createRoomAs(other, one.id, { type: 'c', name: unique('owned') });
        expect(await refusal(other.run('return modify.getDeleter().deleteUsers(app.getID(), "bot")'))).toMatch('user-last-owner');
        expect((await other.run('return read.getUserReader().getById(args.id)', { id: two.id })) ?? null).toBeNull();
        expect(await other.run('return read.getUserReader().getById(args.id)', { id: one.id })).not.toBeNull();
        await running().admin.post('v1/users.delete', { userId: one.id, confirmRelinquish: true });
        await other.remove();
    });
});
