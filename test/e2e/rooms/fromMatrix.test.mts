/** A Matrix user invites a Rocket.Chat user's ghost: the room comes into being in Rocket.Chat. */
import { unique } from '../../support/eventually.mts';
import type { Matrix } from '../../support/clients/matrix.mts';
import type { RocketChat } from '../../support/clients/rocketchat.mts';
import { useStack } from '../../support/servers/stack.mts';

const here = useStack();
let alice: RocketChat;
let carol: Matrix;

beforeAll(async () => {
    alice = await here().rocketchatUser('alice', { name: 'Alice' });
    carol = await here().matrixUser('carol', 'Carol');
}, 60_000);

interface Case {
    kind: string;
    t: 'c' | 'p' | 'd';
    options: Record<string, unknown>;
    named: boolean;
}

const cases: Case[] = [
    { kind: 'a direct room', t: 'd', options: { preset: 'trusted_private_chat', is_direct: true }, named: false },
    { kind: 'a private group', t: 'p', options: { preset: 'private_chat' }, named: true },
    { kind: 'a channel', t: 'c', options: { preset: 'public_chat' }, named: true },
];

test.each(cases)('an invite makes $kind, in which both talk', async ({ t, options, named }) => {
    const guest = await here().rocketchatUser('guest');
    const name = unique('salon');
    const roomId = await carol.createRoom({ ...options, ...(named && { name, topic: 'All about it' }), invite: [here().ghostOf(guest)] });
    await carol.waitForMembership(roomId, here().ghostOf(guest), 'join');
    const room = await guest.waitForRoom((candidate) => candidate.t === t && (!named || candidate.fname === name || candidate.name === name));
    await carol.sendText(roomId, 'there you are');
    await guest.waitForMessage(room, 'there you are');
    await guest.send(room, 'here I am');
    expect((await carol.waitForEvent(roomId, 'here I am')).sender).toBe(here().ghostOf(guest));
});

test('a ghost that nobody used before is there when it is invited', async () => {
    const fresh = await here().rocketchatUser('fresh', { name: 'Fresh Face' });
    const roomId = await carol.createRoom({ preset: 'private_chat', name: unique('nook'), invite: [here().ghostOf(fresh)] });
    await carol.waitForMembership(roomId, here().ghostOf(fresh), 'join');
    expect(await carol.profile(here().ghostOf(fresh))).toMatchObject({ displayname: 'Fresh Face' });
});

test('a second Rocket.Chat user who is invited comes into the same room', async () => {
    const bob = await here().rocketchatUser('bob');
    const name = unique('club');
    const roomId = await carol.createRoom({ preset: 'private_chat', name, invite: [here().ghostOf(alice)] });
    const ofAlice = await alice.waitForRoom((room) => room.fname === name || room.name === name);
    await carol.invite(roomId, here().ghostOf(bob));
    const ofBob = await bob.waitForRoom((room) => room._id === ofAlice._id);
    await carol.sendText(roomId, 'all together now');
    await bob.waitForMessage(ofBob, 'all together now');
});

test('two Matrix rooms with one name are two rooms', async () => {
    const name = unique('twins');
    const ids: string[] = [];
    for (const text of ['first', 'second']) {
        const roomId = await carol.createRoom({ preset: 'private_chat', name, invite: [here().ghostOf(alice)] });
        await carol.waitForMembership(roomId, here().ghostOf(alice), 'join');
        await carol.sendText(roomId, `${text} of ${name}`);
        const room = await alice.waitForRoom((candidate) => !ids.includes(candidate._id) && (candidate.fname ?? candidate.name ?? '').startsWith(name));
        await alice.waitForMessage(room, `${text} of ${name}`);
        ids.push(room._id);
    }
    expect(new Set(ids).size).toBe(2);
});

test('the ghost of nobody stays outside', async () => {
    const roomId = await carol.createRoom({ preset: 'private_chat', invite: [here().ghostOf(alice)] });
    await carol.waitForMembership(roomId, here().ghostOf(alice), 'join');
    await carol.invite(roomId, `@rc_${unique('noone')}:${here().serverName}`).catch(() => undefined);
    await carol.sendText(roomId, 'still going');
    await alice.waitForRoom((room) => (room.lastMessage?.msg ?? '') === 'still going');
});
