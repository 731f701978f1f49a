/**
 * Members that come and go. Server: `server/lib/rooms/addUserToRoom.ts`, `server/lib/rooms/removeUserFromRoom.ts`,
 * `server/meteor-methods/rooms/removeUserFromRoom.ts`, `server/lib/rooms/banUserFromRoom.ts`.
 */
import { addMembers, createBot, createRoomAs, refusal, type Bot } from '../../support/apps/appCalls.mts';
import { sleep, unique } from '../../support/eventually.mts';
import { postEvents, Probe } from '../../support/apps/probeApp.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

jest.setTimeout(60_000);

describe('members', () => {
    const running = useWorkspace();
    let probe: Probe;
    let owner: Bot;
    let roomId: string;
    const removed = (usernames: string[]) =>
        probe.run('await modify.getDeleter().removeUsersFromRoom(args.roomId, args.usernames)', { roomId, usernames });
    const systemMessages = async () => (await running().admin.messages({ _id: roomId, t: 'c' })).map(({ t, msg, u }) => [t, msg, u.username]);

    beforeAll(async () => {
        probe = await Probe.install(running().admin, { implements: [...postEvents, 'IPreRoomUserJoined', 'IPreRoomUserLeave'] });
        owner = await createBot(probe, unique('owner'));
    });
    beforeEach(async () => {
        roomId = await createRoomAs(probe, owner.id, { type: 'c', name: unique('members') });
        await probe.forget();
    });

    test('added by the app: "joined", with join events that name no inviter', async () => {
        const bot = await createBot(probe, unique('joiner'));
        await addMembers(probe, roomId, [bot.username, 'nobody.at.all']);
        const { payload } = await probe.event('IPostRoomUserJoined');
        expect(payload).toMatchObject({ room: { id: roomId }, joiningUser: { id: bot.id, type: 'bot', appId: probe.id } });
        expect(payload.inviter ?? null).toBeNull();
        expect(await systemMessages()).toEqual([['uj', bot.username, bot.username]]);
        expect((await probe.event('IPostSystemMessageSent')).payload).toMatchObject({ type: 'uj', text: bot.username, sender: { id: bot.id } });
    });

    test('the engine changes no room without a display name, which #general is; nothing of what stands in for it is stored', async () => {
        const general = () => running().admin.room('GENERAL');
        const bot = await createBot(probe, unique('joiner'));
        expect(await general()).not.toHaveProperty('fname');
        expect(await refusal(addMembers(probe, 'GENERAL', [bot.username]))).toMatch('Invalid displayName assigned to the room.');
        await probe.run(`
            const builder = await modify.getUpdater().room('GENERAL', await read.getUserReader().getAppUser());
            builder.getRoom().displayName = 'general';
            builder.addMemberToBeAddedByUsername(args.username);
            await modify.getUpdater().finish(builder);`, { username: bot.username });
        expect(await general()).not.toHaveProperty('fname');
        await running().admin.waitForMember(await general(), bot.username);
    });

    test('one who is a member already: the pre event only', async () => {
        const bot = await createBot(probe, unique('twice'));
        await addMembers(probe, roomId, [bot.username]);
        await probe.event('IPostRoomUserJoined');
        await probe.forget();
        await addMembers(probe, roomId, [bot.username]);
        await probe.event('IPreRoomUserJoined');
        await sleep(200);
        expect((await probe.events()).map(({ event }) => event)).toEqual(['IPreRoomUserJoined']);
    });

    test('a direct room lets nobody in', async () => {
        const direct = await createRoomAs(probe, owner.id, { type: 'd', members: [running().admin.username] });
        const bot = await createBot(probe, unique('third'));
        expect(await refusal(addMembers(probe, direct, [bot.username]))).not.toBe('no error');
        expect(await probe.events('IPostRoomUserJoined')).toEqual([]);
    });

    test('removed by the app: "left", with leave events that name nobody; not even the last owner is protected', async () => {
        await removed([owner.username]);
        const { payload } = await probe.event('IPostRoomUserLeave');
        expect(payload).toMatchObject({ room: { id: roomId }, leavingUser: { id: owner.id } });
        expect(payload.removedBy ?? null).toBeNull();
        expect(await systemMessages()).toEqual([['ul', owner.username, owner.username]]);
    });

    test('more than fifty at once are refused', async () => {
        expect(await refusal(removed(Array.from({ length: 51 }, (_, index) => `user${index}`)))).toMatch(/50/);
    });

    test('invited by a person: "added", with the inviter in the event', async () => {
        const { admin } = running();
        const bot = await createBot(probe, unique('invited'));
        await admin.invite({ _id: roomId, t: 'c' }, bot.id);
        const { payload } = await probe.event('IPostRoomUserJoined');
        expect(payload).toMatchObject({ joiningUser: { id: bot.id }, inviter: { id: admin.userId } });
        expect(await systemMessages()).toEqual([['au', bot.username, admin.username]]);
    });

    test('kicked by a person: "removed", with who did it in the event', async () => {
        const { admin } = running();
        const bot = await createBot(probe, unique('kicked'));
        await addMembers(probe, roomId, [bot.username]);
        await admin.kick({ _id: roomId, t: 'c' }, bot.id);
        const { payload } = await probe.event('IPostRoomUserLeave');
        expect(payload).toMatchObject({ leavingUser: { id: bot.id }, removedBy: { id: admin.userId } });
        expect((await systemMessages()).at(-1)).toEqual(['ru', bot.username, admin.username]);
    });

    test('banned by a person: a system message and no leave event', async () => {
        const { admin } = running();
        const bot = await createBot(probe, unique('banned'));
        await addMembers(probe, roomId, [bot.username]);
        await probe.event('IPostRoomUserJoined');
        await admin.post('v1/rooms.banUser', { roomId, userId: bot.id });
        const { payload } = await probe.event('IPostSystemMessageSent', ({ type }) => type === 'user-banned');
        expect(payload).toMatchObject({ text: bot.username, sender: { id: admin.userId } });
        await sleep(200);
        expect(await probe.events('IPostRoomUserLeave')).toEqual([]);
        expect((await admin.members({ _id: roomId, t: 'c' })).map(({ username }) => username)).not.toContain(bot.username);
    });
});
