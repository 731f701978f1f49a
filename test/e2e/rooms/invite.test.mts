/** `/matrix invite`: a Matrix user is asked into the bridged room of the one who invites. */
import { unique } from '../../support/eventually.mts';
import type { Matrix } from '../../support/clients/matrix.mts';
import type { RcRoom, RocketChat } from '../../support/clients/rocketchat.mts';
import { useStack } from '../../support/servers/stack.mts';

const here = useStack();
let alice: RocketChat;
let group: RcRoom;

beforeAll(async () => {
    alice = await here().rocketchatUser('alice', { name: 'Alice' });
    group = await alice.createRoom('p', unique('parlour'));
    await alice.run(group, '/matrix bridge');
}, 60_000);

test('the invite comes from the ghost of the one who typed it, with the name of the room', async () => {
    const carol = await here().matrixUser('carol');
    expect(await alice.run(group, `/matrix invite ${carol.userId}`)).toContain(carol.userId);
    const roomId = await carol.waitForInvite();
    const state = (await carol.invites()).get(roomId) ?? [];
    expect(state.find((event) => event.state_key === carol.userId)).toMatchObject({ sender: here().ghostOf(alice), content: { membership: 'invite' } });
    expect(state.find((event) => event.type === 'm.room.name')?.content.name).toBe(group.name);
});

test('the guest is in the group once they joined, not before', async () => {
    const dave = await here().matrixUser('dave', 'Dave');
    await alice.run(group, `/matrix invite ${dave.userId}`);
    const roomId = await dave.waitForInvite();
    const names = async (): Promise<(string | undefined)[]> => (await alice.members(group)).map((member) => member.name);
    expect(await names()).not.toContain('Dave');
    await dave.join(roomId);
    await dave.sendText(roomId, 'good evening');
    await alice.waitForMessage(group, 'good evening');
    expect(await names()).toContain('Dave');
});

test('somebody invited twice is told that they are there already', async () => {
    const erin: Matrix = await here().matrixUser('erin');
    await alice.run(group, `/matrix invite ${erin.userId}`);
    await erin.join(await erin.waitForInvite());
    expect(await alice.run(group, `/matrix invite ${erin.userId}`)).toMatch(/already/i);
});

test('/bridge invite, the spelling of the first bridge, works as well', async () => {
    const frank = await here().matrixUser('frank');
    await alice.run(group, `/bridge invite ${frank.userId}`);
    await frank.join(await frank.waitForInvite());
});
