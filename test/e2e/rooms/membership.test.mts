/** Who is in the room is the same on both sides: joining, leaving, being shown the door. */
import { BridgedRoom } from '../../support/bridgedRoom.mts';
import { eventually, unique } from '../../support/eventually.mts';
import type { Matrix } from '../../support/clients/matrix.mts';
import type { RcRoom, RocketChat } from '../../support/clients/rocketchat.mts';
import { useStack } from '../../support/servers/stack.mts';

const here = useStack();
let alice: RocketChat;
let carol: Matrix;
let channel: RcRoom;
let roomId: string;

beforeAll(async () => {
    ({ alice, carol, channel, roomId } = await BridgedRoom.make(here(), 'dance'));
}, 60_000);

/** Username of a Matrix user's puppet in the channel, as soon as it is a member. */
const puppetOf = (displayName: string): Promise<string> =>
    eventually(async () => (await alice.members(channel)).find((member) => member.name === displayName)?.username, { what: `${displayName} among the members` });

describe('Matrix users in Rocket.Chat', () => {
    test('one who joins is a member of the channel', async () => {
        const dave = await here().matrixUser('dave', unique('Dave'));
        await dave.join(roomId);
        await puppetOf((await dave.profile(dave.userId))?.displayname as string);
    });

    test('one who leaves is a member no longer', async () => {
        const name = unique('Erin');
        const erin = await here().matrixUser('erin', name);
        await erin.join(roomId);
        const username = await puppetOf(name);
        await erin.leave(roomId);
        await alice.waitForMember(channel, username, false);
    });

    test.each(['kick', 'ban'] as const)('one who meets a %s by somebody with the power is a member no longer', async (way) => {
        const name = unique('court');
        const erin = await here().matrixUser('erin', unique('Erin'));
        const court = await carol.createRoom({ preset: 'private_chat', name, invite: [here().ghostOf(alice), erin.userId] });
        const group = await alice.waitForRoom((room) => (room.fname ?? room.name) === name);
        await erin.join(court);
        await erin.sendText(court, 'objection!');
        const { u: puppet } = await alice.waitForMessage(group, 'objection!');
        await carol[way](court, erin.userId, 'overruled');
        await alice.waitForMember(group, puppet.username, false);
    });
});

describe('Rocket.Chat users in Matrix', () => {
    test('one who joins the channel and speaks is in the room', async () => {
        const bob = await here().rocketchatUser('bob');
        await bob.post('v1/channels.join', { roomId: channel._id });
        await bob.send(channel, 'count me in');
        await carol.waitForEvent(roomId, 'count me in');
        expect(await carol.membership(roomId, here().ghostOf(bob))).toBe('join');
    });

    test('one who leaves the channel leaves the room', async () => {
        const gus = await here().rocketchatUser('gus');
        await gus.post('v1/channels.join', { roomId: channel._id });
        await gus.send(channel, 'just passing');
        await carol.waitForEvent(roomId, 'just passing');
        await gus.leave(channel);
        await carol.waitForMembership(roomId, here().ghostOf(gus), 'leave');
    });

    test('one who is removed from the channel is removed from the room', async () => {
        const hal = await here().rocketchatUser('hal');
        await alice.invite(channel, hal.userId);
        await hal.send(channel, 'I can not do that');
        await carol.waitForEvent(roomId, 'I can not do that');
        await alice.kick(channel, hal.userId);
        await carol.waitForMembership(roomId, here().ghostOf(hal), 'leave');
    });

    test('the puppet of a Matrix user who is removed from the channel is removed from the room', async () => {
        const name = unique('Ivy');
        const ivy = await here().matrixUser('ivy', name);
        await ivy.join(roomId);
        const username = await puppetOf(name);
        const puppet = await here().admin.user(username);
        await alice.kick(channel, puppet?._id as string);
        await carol.waitForMembership(roomId, ivy.userId, 'leave');
    });

    test('the puppet of a Matrix user who is banned from the channel is banned from the room, until that is lifted', async () => {
        const name = unique('Jo');
        const jo = await here().matrixUser('jo', name);
        await jo.join(roomId);
        const puppet = await here().admin.user(await puppetOf(name));
        const ban = { roomId: channel._id, userId: puppet?._id };
        await alice.post('v1/rooms.banUser', ban);
        await carol.waitForMembership(roomId, jo.userId, 'ban');
        await alice.post('v1/rooms.unbanUser', ban);
        await carol.waitForMembership(roomId, jo.userId, 'leave');
        await jo.join(roomId);
        await jo.sendText(roomId, 'I shall behave');
        await alice.waitForMessage(channel, 'I shall behave');
    });
});

describe('in a room whose power lies in Matrix', () => {
    test.each(['kick', 'ban'] as const)('a ghost that meets a %s leaves the group', async (way) => {
        const bob = await here().rocketchatUser('bob');
        const name = unique('strict');
        const strict = await carol.createRoom({ preset: 'private_chat', name, invite: [here().ghostOf(alice), here().ghostOf(bob)] });
        const group = await bob.waitForRoom((room) => (room.fname ?? room.name) === name);
        await alice.waitForRoom((room) => room._id === group._id);
        await carol[way](strict, here().ghostOf(bob), 'house rules');
        await alice.waitForMember(group, bob.username, false);
    });
});
