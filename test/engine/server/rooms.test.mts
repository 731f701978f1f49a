/**
 * Rooms as an app makes them. Server: `server/lib/apps/bridges/rooms.ts`, `server/lib/rooms/createRoom.ts`,
 * `app/utils/server/lib/getValidRoomName.ts`, `server/lib/rooms/createDirectRoom.ts`.
 */
import { createBot, createRoomAs, refusal, sendAs, type Bot } from '../../support/apps/appCalls.mts';
import { sleep, unique } from '../../support/eventually.mts';
import { Probe } from '../../support/apps/probeApp.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

jest.setTimeout(60_000);

describe('rooms of an app', () => {
    const running = useWorkspace();
    let probe: Probe;
    let bot: Bot;
    const setting = (id: string, value: unknown) => running().admin.post(`v1/settings/${id}`, { value });

    beforeAll(async () => {
        probe = await Probe.install(running().admin);
        bot = await createBot(probe, unique('owner'));
    });

    test('the creator needs the permission by a role: a user without one fails', async () => {
        const nobody = await createBot(probe, unique('roleless'), { roles: [] });
        expect(await refusal(createRoomAs(probe, nobody.id, { type: 'c', name: unique('refused') }))).toMatch('error-not-allowed');
        expect(await refusal(createRoomAs(probe, nobody.id, { type: 'p', name: unique('refused') }))).toMatch('error-not-allowed');
        expect(await createRoomAs(probe, bot.id, { type: 'p', name: unique('allowed') })).toMatch(/^\w+$/);
    });

    test('without special characters allowed the name must be a slug, and unique', async () => {
        expect(await refusal(createRoomAs(probe, bot.id, { type: 'c', name: 'two words' }))).toMatch('is not a valid room name. [error-invalid-room-name]');
        const name = unique('unique');
        await createRoomAs(probe, bot.id, { type: 'c', name });
        expect(await refusal(createRoomAs(probe, bot.id, { type: 'p', name }))).toMatch(`A channel with name '${name}' exists [error-duplicate-channel-name]`);
    });

    test('of two rooms of one name that are made at once the database lets one in', async () => {
        const name = unique('race');
        const outcomes = await Promise.all([1, 2, 3].map(() => refusal(createRoomAs(probe, bot.id, { type: 'c', name }))));
        expect(outcomes.filter((outcome) => outcome === 'no error')).toHaveLength(1);
        expect(outcomes.join()).toMatch(/E11000 duplicate key error|error-duplicate-channel-name/);
    });

    test('the display name becomes fname, beside the slug', async () => {
        const name = unique('slug');
        const id = await createRoomAs(probe, bot.id, { type: 'c', name, displayName: 'A display name' });
        expect(await running().admin.room(id)).toMatchObject({ name, fname: 'A display name' });
    });

    test('with special characters allowed the server makes the slug and counts up equal ones', async () => {
        await setting('UI_Allow_room_names_with_special_chars', true);
        const stem = unique('Grüße');
        const first = await createRoomAs(probe, bot.id, { type: 'c', name: `${stem} an alle!`, displayName: `${stem} an alle!` });
        const second = await createRoomAs(probe, bot.id, { type: 'c', name: `${stem} an alle?`, displayName: `${stem} an alle?` });
        const { name } = await running().admin.room(first);
        expect(name).toMatch(/^[\w-]+$/);
        expect((await running().admin.room(second)).name).toBe(`${name}-1`);
        // limax takes full stops for separators (`getValidRoomName.ts`): an app does not find the room by the name that it gave.
        const stops = await createRoomAs(probe, bot.id, { type: 'c', name: `${stem}-v1.2_a` });
        expect((await running().admin.room(stops)).name).toMatch(/-v1-2_a$/);
        const again = createRoomAs(probe, bot.id, { type: 'c', name: `${stem} an alle!`, displayName: `${stem} an alle!` });
        expect(await refusal(again)).toMatch('error-duplicate-channel-name');
        await setting('UI_Allow_room_names_with_special_chars', false);
    });

    test('unknown members are skipped, known ones come without join events and without messages', async () => {
        await probe.forget();
        const { admin } = running();
        const member = await createBot(probe, unique('member'));
        const id = await createRoomAs(probe, bot.id, { type: 'c', name: unique('members'), members: [member.username, 'nobody.at.all'] });
        const room = await admin.room(id);
        expect((await admin.members(room)).map(({ username }) => username).sort()).toEqual([member.username, bot.username].sort());
        await probe.event('IPostRoomCreate', (created) => created.id === id);
        await sleep(200);
        expect((await probe.events()).map(({ event }) => event)).toEqual(['IPostRoomCreate']);
        expect(await admin.messages(room)).toEqual([]);
        expect(await probe.run('return (await read.getRoomReader().getOwners(args.id)).map(({ id }) => id)', { id })).toEqual([bot.id]);
    });

    test('a username with both @ and : is refused', async () => {
        const member = await createBot(probe, `@${unique('matrix')}:example.org`);
        const refused = createRoomAs(probe, bot.id, { type: 'p', name: unique('federated'), members: [member.username] });
        expect(await refusal(refused)).toMatch('error-federated-users-in-non-federated-rooms');
    });

    test('custom fields are stored at creation, a topic is not', async () => {
        const id = await createRoomAs(probe, bot.id, { type: 'c', name: unique('custom'), customFields: { mxid: '!a:b' } });
        expect(await probe.run('return read.getRoomReader().getById(args.id)', { id })).toMatchObject({ customFields: { mxid: '!a:b' } });
    });

    test('a bot starts a discussion only where it owns the parent room', async () => {
        const member = await createBot(probe, unique('talker'));
        const roomId = await createRoomAs(probe, bot.id, { type: 'c', name: unique('parent'), members: [member.username] });
        const start = (userId: string) => probe.run(`
            const parent = await read.getRoomReader().getById(args.roomId);
            const creator = await read.getUserReader().getById(args.userId);
            const builder = modify.getCreator().startDiscussion({ displayName: 'Talk', slugifiedName: 'talk', creator, type: 'c' });
            builder.setParentRoom(parent);
            return modify.getCreator().finish(builder);`, { roomId, userId });
        expect(await refusal(start(member.id))).toMatch('You are not allowed to create a discussion');
        const discussion = await running().admin.room(await start(bot.id));
        expect(discussion).toMatchObject({ prid: roomId, fname: 'Talk', t: 'c' });
        const { payload } = await probe.event('IPostSystemMessageSent', ({ type, room }) => type === 'discussion-created' && room.id === roomId);
        expect(payload).toMatchObject({ text: 'Talk', _unmappedProperties_: { drid: discussion._id } });
        await sendAs(probe, bot.id, discussion._id, { text: 'inside' });
        expect(await running().admin.message(payload.id)).toMatchObject({ dcount: 1, dlm: expect.anything() });
    });
});

describe('direct rooms of an app', () => {
    const running = useWorkspace();
    let probe: Probe;
    let bot: Bot;

    beforeAll(async () => {
        probe = await Probe.install(running().admin);
        bot = await createBot(probe, unique('direct'));
    });

    test('the same members have one room, and only a new one is told', async () => {
        const other = await createBot(probe, unique('other'));
        const first = await createRoomAs(probe, bot.id, { type: 'd', members: [other.username] });
        expect(await createRoomAs(probe, other.id, { type: 'd', members: [bot.username] })).toBe(first);
        await probe.event('IPostRoomCreate', ({ id }) => id === first);
        await sleep(200);
        expect((await probe.events('IPostRoomCreate')).filter(({ payload }) => payload.id === first)).toHaveLength(1);
    });

    test('the other side starts closed until a message comes', async () => {
        const { admin } = running();
        const roomId = await createRoomAs(probe, bot.id, { type: 'd', members: [admin.username] });
        const open = async () => (await admin.get('v1/subscriptions.getOne', { roomId })).subscription.open;
        expect(await open()).toBe(false);
        await sendAs(probe, bot.id, roomId, { text: 'hello' });
        expect(await open()).toBe(true);
    });

    test('at most eight members, every one of them known', async () => {
        const others = await Promise.all(Array.from({ length: 8 }, () => createBot(probe, unique('crowd'))));
        const usernames = others.map(({ username }) => username);
        expect(await refusal(createRoomAs(probe, bot.id, { type: 'd', members: usernames }))).toMatch('error-direct-message-max-user-exceeded');
        expect(await createRoomAs(probe, bot.id, { type: 'd', members: usernames.slice(1) })).toMatch(/^\w+$/);
        expect(await refusal(createRoomAs(probe, bot.id, { type: 'd', members: ['nobody.at.all'] }))).toMatch('error-invalid-user');
    });

    test('what a person writes to the app user is told as IPostMessageSentToBot, what he writes to another bot is not', async () => {
        const { admin } = running();
        await admin.send(await admin.directRoom(probe.username), 'to the app');
        await probe.event('IPostMessageSentToBot', ({ text }) => text === 'to the app');
        await admin.send(await admin.directRoom(bot.username), 'to a bot');
        await probe.event('IPostMessageSent', ({ text }) => text === 'to a bot');
        await sleep(200);
        expect((await probe.events('IPostMessageSentToBot')).map(({ payload }) => payload.text)).toEqual(['to the app']);
    });
});
