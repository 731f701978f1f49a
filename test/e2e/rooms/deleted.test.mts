/** A bridged room is deleted in Rocket.Chat: people on Matrix read of it, and all of ours leave. */
import { BridgedRoom } from '../../support/bridgedRoom.mts';
import { eventually, unique } from '../../support/eventually.mts';
import type { Matrix } from '../../support/clients/matrix.mts';
import type { RcRoom, RocketChat } from '../../support/clients/rocketchat.mts';
import { testWithOwnServers, useStack } from '../../support/servers/stack.mts';

const here = useStack();
let first: BridgedRoom;
let alice: RocketChat;
let carol: Matrix;

beforeAll(async () => {
    first = await BridgedRoom.make(here(), 'cabin');
    ({ alice, carol } = first);
}, 60_000);

const deleteRoom = (room: RcRoom): Promise<unknown> => alice.post('v1/channels.delete', { roomId: room._id });

/** Carol alone is left in the Matrix room. */
const isLeft = async (roomId: string, timeout = 30_000): Promise<void> => {
    await carol.waitForEvent(roomId, ({ type, content }) => type === 'm.room.message' && String(content.body).includes('was deleted in Rocket.Chat'), { timeout });
    const joined = async (): Promise<string[]> => Object.keys((await carol.request('GET', `v3/rooms/${encodeURIComponent(roomId)}/joined_members`)).joined);
    await eventually(async () => (await joined()).join() === carol.userId, { timeout, what: 'all of ours to have left' });
};

test('told at once, and its name is free for another room', async () => {
    const { channel, roomId } = first;
    await first.fromAlice();
    await first.fromCarol();
    await deleteRoom(channel);
    await isLeft(roomId);
    const alias = `#rc_${channel.name}:${here().serverName}`;
    await eventually(async () => (await carol.resolve(alias)) === undefined, { what: 'the alias to be free' });
    const again = await alice.createRoom('c', channel.name as string);
    expect(await alice.run(again, '/matrix bridge')).toContain(alias);
    expect(await carol.resolve(alias)).not.toBe(roomId);
}, 90_000);

testWithOwnServers('while the app was disabled', async () => {
    const { channel, roomId } = await first.another('barn');
    const text = unique('before');
    await alice.send(channel, text);
    await carol.waitForEvent(roomId, text);
    await here().app.setStatus('manually_disabled');
    await deleteRoom(channel);
    await here().app.setStatus('manually_enabled');
    await isLeft(roomId, 60_000);
}, 150_000);
