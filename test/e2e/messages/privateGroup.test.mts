/** A private group is bridged: only invited Matrix users get in, and talk both ways. */
import { unique } from '../../support/eventually.mts';
import { MatrixError, type Matrix } from '../../support/clients/matrix.mts';
import type { RcRoom, RocketChat } from '../../support/clients/rocketchat.mts';
import { useStack } from '../../support/servers/stack.mts';

const here = useStack();
let alice: RocketChat;
let bob: RocketChat;
let carol: Matrix;
let group: RcRoom;
let roomId: string;

beforeAll(async () => {
    alice = await here().rocketchatUser('alice');
    bob = await here().rocketchatUser('bob');
    carol = await here().matrixUser('carol', 'Carol');
    group = await alice.createRoom('p', unique('secret'), [bob.username]);
    await alice.run(group, '/matrix bridge');
}, 60_000);

test('nobody joins uninvited, not even by the alias', async () => {
    const attempt = await carol.join(`#rc_${group.name}:${here().serverName}`).catch((error) => error);
    expect(attempt).toBeInstanceOf(MatrixError);
    expect(attempt.status).toBe(403);
});

test('an invited Matrix user is asked in and joins', async () => {
    const answer = await alice.run(group, `/matrix invite ${carol.userId}`);
    expect(answer).toContain(carol.userId);
    roomId = await carol.waitForInvite();
    await carol.join(roomId);
    expect(await carol.state(roomId, 'm.room.join_rules')).toEqual({ join_rule: 'invite' });
});

test('each member of the group speaks with their own ghost', async () => {
    await alice.send(group, 'from Alice');
    await bob.send(group, 'from Bob');
    expect((await carol.waitForEvent(roomId, 'from Alice')).sender).toBe(here().ghostOf(alice));
    expect((await carol.waitForEvent(roomId, 'from Bob')).sender).toBe(here().ghostOf(bob));
});

test('the Matrix user speaks in the group, and both read it', async () => {
    await carol.sendText(roomId, 'thanks for having me');
    await alice.waitForMessage(group, 'thanks for having me');
    await bob.waitForMessage(group, 'thanks for having me');
});
