/**
 * Typing and ephemeral notices by an app. Server: `server/lib/apps/bridges/messages.ts` (`typing`, `notifyUser`, `notifyRoom`),
 * `server/modules/notifications`.
 */
import { createBot, createRoomAs } from '../../support/apps/appCalls.mts';
import { eventually, unique } from '../../support/eventually.mts';
import { Probe } from '../../support/apps/probeApp.mts';
import { Realtime } from '../../support/clients/realtime.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

jest.setTimeout(60_000);

describe('notices of an app', () => {
    const running = useWorkspace();

    test('typing is shown with the given name: nobody asks for a user or a member of that name', async () => {
        const { admin, workspace } = running();
        const probe = await Probe.install(admin);
        const room = await admin.createRoom('c', unique('typing'));
        const realtime = await Realtime.open(workspace.url, admin.token);
        const seen: unknown[][] = [];
        await realtime.follow('stream-notify-room', `${room._id}/user-activity`, (...args: unknown[]) => seen.push(args));
        await probe.run(`
            const room = await read.getRoomReader().getById(args.roomId);
            const stop = await modify.getNotifier().typing({ id: args.roomId, username: 'Nobody At All' });
            await stop();`, { roomId: room._id });
        await eventually(() => seen.length >= 2, { what: 'the typing notices' });
        expect(seen.map(([name, activities]) => [name, activities])).toEqual([['Nobody At All', ['user-typing']], ['Nobody At All', []]]);
        realtime.close();
    });

    test('an ephemeral message reaches one person, or all members of a room, and is stored nowhere', async () => {
        const { admin } = running();
        const probe = await Probe.install(admin);
        const bot = await createBot(probe, unique('notifier'));
        const roomId = await createRoomAs(probe, bot.id, { type: 'c', name: unique('notices'), members: [admin.username] });
        await admin.listen();
        await probe.run(`
            const room = await read.getRoomReader().getById(args.roomId);
            const user = await read.getUserReader().getById(args.userId);
            const sender = await read.getUserReader().getAppUser();
            const message = (text) => modify.getNotifier().getMessageBuilder().setRoom(room).setSender(sender).setText(text).getMessage();
            await modify.getNotifier().notifyUser(user, message('for you'));
            await modify.getNotifier().notifyRoom(room, message('for all'));`, { roomId, userId: admin.userId });
        const room = { _id: roomId, t: 'c' as const };
        await eventually(() => admin.whispersIn(room).length >= 2, { what: 'the ephemeral messages' });
        expect(admin.whispersIn(room)).toEqual(['for you', 'for all']);
        expect(await admin.messages(room)).toEqual([]);
    });
});
