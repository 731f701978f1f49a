/** Two people talk in private, whoever of them begins. */
import type { Matrix } from '../../support/clients/matrix.mts';
import type { RcRoom, RocketChat } from '../../support/clients/rocketchat.mts';
import { useStack } from '../../support/servers/stack.mts';

const here = useStack();

describe('begun in Rocket.Chat with /matrix dm', () => {
    let alice: RocketChat;
    let carol: Matrix;
    let direct: RcRoom;
    let roomId: string;

    test('the Matrix user is invited to a direct room', async () => {
        alice = await here().rocketchatUser('alice', { name: 'Alice' });
        carol = await here().matrixUser('carol', 'Carol');
        const general = await alice.createRoom('p', `notes-of-${alice.username}`);
        const answer = await alice.run(general, `/matrix dm ${carol.userId}`);
        expect(answer).toContain(carol.userId);
        roomId = await carol.waitForInvite();
        const invite = (await carol.invites()).get(roomId)?.find((event) => event.type === 'm.room.member' && event.state_key === carol.userId);
        expect(invite).toMatchObject({ sender: here().ghostOf(alice), content: { membership: 'invite', is_direct: true } });
    });

    test('both talk in it once the invite is accepted', async () => {
        await carol.join(roomId);
        direct = await alice.waitForRoom((room) => room.t === 'd');
        await alice.send(direct, 'Tea at five?');
        expect((await carol.waitForEvent(roomId, 'Tea at five?')).sender).toBe(here().ghostOf(alice));
        await carol.sendText(roomId, 'With pleasure');
        await alice.waitForMessage(direct, 'With pleasure');
    });

    test('both have the same power, and neither is a creator who could never be demoted', async () => {
        const state = await carol.fullState(roomId);
        const levels = state.find((event) => event.type === 'm.room.power_levels')?.content;
        expect(levels?.users?.[carol.userId]).toBe(100);
        expect(state.find((event) => event.type === 'm.room.create')?.content.additional_creators ?? []).not.toContain(carol.userId);
    });

    test('a second /matrix dm finds the room that is there', async () => {
        await alice.run(direct, `/matrix dm ${carol.userId}`);
        expect(await carol.joinedRooms()).toEqual([roomId]);
        expect((await carol.invites()).size).toBe(0);
    });
});

describe('begun in Matrix by inviting a ghost', () => {
    let bob: RocketChat;
    let dave: Matrix;
    let roomId: string;
    let direct: RcRoom;

    test('the Rocket.Chat user finds a direct room with the Matrix user', async () => {
        bob = await here().rocketchatUser('bob', { name: 'Bob' });
        dave = await here().matrixUser('dave', 'Dave');
        roomId = await dave.createRoom({ preset: 'trusted_private_chat', is_direct: true, invite: [here().ghostOf(bob)] });
        await dave.waitForMembership(roomId, here().ghostOf(bob), 'join');
        await dave.sendText(roomId, 'Hello Bob');
        direct = await bob.waitForRoom((room) => room.t === 'd');
        const message = await bob.waitForMessage(direct, 'Hello Bob');
        expect(await here().admin.user(message.u.username)).toMatchObject({ type: 'bot', name: 'Dave' });
    });

    test('the answer reaches the Matrix user', async () => {
        await bob.send(direct, 'Hello Dave');
        expect((await dave.waitForEvent(roomId, 'Hello Dave')).sender).toBe(here().ghostOf(bob));
    });
});

test('/federation dm, the spelling of the old bridge, works as well', async () => {
    const alice = await here().rocketchatUser('alice');
    const erin = await here().matrixUser('erin');
    const notes = await alice.createRoom('p', `notes-of-${alice.username}`);
    await alice.run(notes, `/federation dm ${erin.userId}`);
    const roomId = await erin.waitForInvite();
    await erin.join(roomId);
    const direct = await alice.waitForRoom((room) => room.t === 'd');
    await alice.send(direct, 'as ever');
    await erin.waitForEvent(roomId, 'as ever');
});
