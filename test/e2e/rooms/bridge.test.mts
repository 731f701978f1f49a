/** `/matrix bridge`: the current channel or group becomes a Matrix room. */
import { eventually, unique } from '../../support/eventually.mts';
import type { Matrix } from '../../support/clients/matrix.mts';
import type { RcRoom, RocketChat } from '../../support/clients/rocketchat.mts';
import { useStack } from '../../support/servers/stack.mts';

const here = useStack();
let alice: RocketChat;
let bob: RocketChat;
let carol: Matrix;

beforeAll(async () => {
    alice = await here().rocketchatUser('alice', { name: 'Alice' });
    bob = await here().rocketchatUser('bob', { name: 'Bob' });
    carol = await here().matrixUser('carol');
}, 60_000);

const aliasOf = (room: RcRoom): string => `#rc_${room.name}:${here().serverName}`;

describe('a public channel', () => {
    let channel: RcRoom;
    let roomId: string;

    test('the owner is told under which address the room stands in Matrix', async () => {
        channel = await alice.createRoom('c', unique('library'), [bob.username]);
        await alice.post('v1/channels.setTopic', { roomId: channel._id, topic: 'Silence, please' });
        expect(await alice.run(channel, '/matrix bridge')).toContain(aliasOf(channel));
    });

    test('its alias leads into a room that anybody may join', async () => {
        expect(await carol.resolve(aliasOf(channel))).toEqual(expect.stringMatching(/^!/));
        roomId = await carol.join(aliasOf(channel));
    });

    test('the room has the name, the topic and the address of the channel from the start', async () => {
        expect(await carol.state(roomId, 'm.room.name')).toMatchObject({ name: channel.name });
        expect(await carol.state(roomId, 'm.room.topic')).toMatchObject({ topic: 'Silence, please' });
        expect(await carol.state(roomId, 'm.room.canonical_alias')).toMatchObject({ alias: aliasOf(channel) });
        expect(await carol.state(roomId, 'm.room.join_rules')).toMatchObject({ join_rule: 'public' });
    });

    test('it stands in the directory of the homeserver', async () => {
        // Homeservers keep their directory a little behind.
        const isListed = async (): Promise<boolean> => (await carol.publicRooms(channel.name as string)).some((room) => room.room_id === roomId);
        await eventually(isListed, { what: 'the room in the directory' });
    });

    test('the room lets Matrix users write, and not more than that', async () => {
        const levels = await carol.state(roomId, 'm.room.power_levels');
        expect(levels?.users_default ?? 0).toBe(0);
        expect(levels?.events_default ?? 0).toBe(0);
        expect(levels?.state_default ?? 50).toBeGreaterThanOrEqual(50);
        expect(levels?.users?.[carol.userId]).toBeUndefined();
    });
});

describe('a private group', () => {
    test('it is neither in the directory nor open', async () => {
        const group = await alice.createRoom('p', unique('cellar'));
        await alice.run(group, '/matrix bridge');
        await alice.run(group, `/matrix invite ${carol.userId}`);
        const roomId = await carol.join(await carol.waitForInvite());
        expect(await carol.state(roomId, 'm.room.join_rules')).toMatchObject({ join_rule: 'invite' });
        expect((await carol.publicRooms(group.name as string)).map((room) => room.room_id)).not.toContain(roomId);
        expect((await carol.state(roomId, 'm.room.history_visibility'))?.history_visibility).not.toBe('world_readable');
    });
});

describe('who may bridge a room', () => {
    test('not a plain member, who is told so', async () => {
        const channel = await alice.createRoom('c', unique('yard'), [bob.username]);
        expect(await bob.run(channel, '/matrix bridge')).toMatch(/owner|admin/i);
        expect(await carol.resolve(aliasOf(channel))).toBeUndefined();
    });

    test('an admin may, also where somebody else is the owner', async () => {
        const { admin } = here();
        const channel = await alice.createRoom('c', unique('hall'), [admin.username]);
        expect(await admin.run(channel, '/matrix bridge')).toContain(aliasOf(channel));
        expect(await carol.resolve(aliasOf(channel))).toBeDefined();
    });
});

test('members of the channel who say nothing are not brought into Matrix', async () => {
    const quiet = await here().rocketchatUser('quiet');
    const channel = await alice.createRoom('c', unique('pond'), [quiet.username]);
    await alice.run(channel, '/matrix bridge');
    const roomId = await carol.join(aliasOf(channel));
    await alice.send(channel, 'anybody?');
    await carol.waitForEvent(roomId, 'anybody?');
    expect(await carol.membership(roomId, here().ghostOf(quiet))).toBeUndefined();
});
