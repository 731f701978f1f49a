/**
 * Rooms that change. Server: `server/lib/apps/bridges/rooms.ts` (`update`, `delete`), `server/meteor-methods/rooms/saveRoomSettings.ts`,
 * `server/lib/rooms/saveRoom*.ts`, `server/meteor-methods/rooms/addRoomModerator.ts`.
 */
import { createBot, createRoomAs, refusal, type Bot } from '../../support/apps/appCalls.mts';
import { sleep, unique } from '../../support/eventually.mts';
import { Probe } from '../../support/apps/probeApp.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

jest.setTimeout(60_000);

describe('a room changed by an app', () => {
    const running = useWorkspace();
    let probe: Probe;
    let bot: Bot;

    beforeAll(async () => {
        probe = await Probe.install(running().admin);
        bot = await createBot(probe, unique('owner'));
    });
    beforeEach(() => probe.forget());

    const update = (roomId: string, change: string) => probe.run(`
        const user = await read.getUserReader().getById(args.userId);
        const builder = await modify.getUpdater().room(args.roomId, user);
        ${change}
        await modify.getUpdater().finish(builder);`, { roomId, userId: bot.id });

    test('is a raw set of fields: no event, no system message, no check, and members keep the old name', async () => {
        const { admin } = running();
        const name = unique('before');
        const roomId = await createRoomAs(probe, bot.id, { type: 'c', name, members: [admin.username] });
        await probe.event('IPostRoomCreate');
        await probe.forget();
        await update(roomId, 'builder.setSlugifiedName("not a slug").setDisplayName("After");');
        expect(await admin.room(roomId)).toMatchObject({ name: 'not a slug', fname: 'After' });
        expect((await admin.get('v1/subscriptions.getOne', { roomId })).subscription).toMatchObject({ name });
        await sleep(200);
        expect(await probe.events()).toEqual([]);
    });

    test('custom fields are replaced as a whole', async () => {
        const roomId = await createRoomAs(probe, bot.id, { type: 'c', name: unique('custom'), customFields: { one: 1, two: 2 } });
        await update(roomId, 'builder.setCustomFields({ two: 3 });');
        expect((await probe.run('return read.getRoomReader().getById(args.roomId)', { roomId })).customFields).toEqual({ two: 3 });
    });

    test('a direct room cannot be updated', async () => {
        const roomId = await createRoomAs(probe, bot.id, { type: 'd', members: [running().admin.username] });
        expect(await refusal(update(roomId, 'builder.setCustomFields({ a: 1 });'))).not.toBe('no error');
    });

    test('deletion asks nobody and tells nobody', async () => {
        const roomId = await createRoomAs(probe, bot.id, { type: 'p', name: unique('gone') });
        await probe.event('IPostRoomCreate');
        await probe.forget();
        await probe.run('await modify.getDeleter().deleteRoom(args.roomId)', { roomId });
        expect((await probe.run('return read.getRoomReader().getById(args.roomId)', { roomId })) ?? null).toBeNull();
        await sleep(200);
        expect(await probe.events()).toEqual([]);
    });
});

describe('a room changed by a person', () => {
    const running = useWorkspace();
    let probe: Probe;
    let roomId: string;
    let name: string;

    beforeAll(async () => {
        probe = await Probe.install(running().admin);
    });
    beforeEach(async () => {
        name = unique('room');
        roomId = (await running().admin.createRoom('c', name))._id;
        await probe.event('IPostRoomCreate', ({ id }) => id === roomId);
        await probe.forget();
    });

    const save = (settings: Record<string, unknown>) => running().admin.post('v1/rooms.saveRoomSettings', { rid: roomId, ...settings });
    /** The only thing that the app is told. */
    const told = async () => {
        const { payload } = await probe.event('IPostSystemMessageSent');
        await sleep(150);
        expect((await probe.events()).map(({ event }) => event)).toEqual(['IPostSystemMessageSent']);
        expect(payload.sender.id).toBe(running().admin.userId);
        expect(payload.room.id).toBe(roomId);
        return [payload.type, payload.text];
    };

    test('renamed: r', async () => {
        await save({ roomName: `${name}-new` });
        expect(await told()).toEqual(['r', `${name}-new`]);
        expect((await running().admin.get('v1/subscriptions.getOne', { roomId })).subscription.name).toBe(`${name}-new`);
    });

    test.each([
        ['topic', 'roomTopic', 'room_changed_topic'],
        ['announcement', 'roomAnnouncement', 'room_changed_announcement'],
        ['description', 'roomDescription', 'room_changed_description'],
    ])('%s', async (_field, key, type) => {
        await save({ [key]: 'Something new' });
        expect(await told()).toEqual([type, 'Something new']);
    });

    test('made private: room_changed_privacy', async () => {
        await save({ roomType: 'p' });
        expect(await told()).toEqual(['room_changed_privacy', 'private']);
    });

    test('a new picture: room_changed_avatar', async () => {
        await save({ roomAvatar: 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGD4DwABBAEAX+XDSwAAAABJRU5ErkJggg==' });
        expect((await told())[0]).toBe('room_changed_avatar');
    });

    test('a role given and taken: the username as text, the role among the unmapped properties', async () => {
        const { admin } = running();
        const bot = await createBot(probe, unique('role'));
        await admin.invite({ _id: roomId, t: 'c' }, bot.id);
        for (const [route, type] of [['addModerator', 'subscription-role-added'], ['removeModerator', 'subscription-role-removed']]) {
            await admin.post(`v1/channels.${route}`, { roomId, userId: bot.id });
            const { payload } = await probe.event('IPostSystemMessageSent', (message) => message.type === type);
            expect(payload).toMatchObject({ text: bot.username, sender: { id: admin.userId }, _unmappedProperties_: { role: 'moderator' } });
        }
    });

    test('deleted: IPostRoomDeleted', async () => {
        await running().admin.post('v1/channels.delete', { roomId });
        expect((await probe.event('IPostRoomDeleted')).payload).toMatchObject({ id: roomId, slugifiedName: name });
    });
});
