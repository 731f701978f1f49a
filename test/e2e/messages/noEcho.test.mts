/** What is said once is read once: nothing comes back to the side it came from, nothing is doubled. */
import { BridgedRoom } from '../../support/bridgedRoom.mts';
import { eventually, sleep, unique } from '../../support/eventually.mts';
import type { Matrix, MatrixEvent } from '../../support/clients/matrix.mts';
import type { RcMessage, RcRoom, RocketChat } from '../../support/clients/rocketchat.mts';
import { useStack } from '../../support/servers/stack.mts';

const here = useStack();
let alice: RocketChat;
let carol: Matrix;
let channel: RcRoom;
let roomId: string;

const texts = (messages: RcMessage[]): string[] => messages.filter((message) => !message.t).map((message) => message.msg);
const bodies = (events: MatrixEvent[]): string[] => events.filter((event) => event.type === 'm.room.message').map((event) => event.content.body);

beforeAll(async () => {
    ({ alice, carol, channel, roomId } = await BridgedRoom.make(here(), 'canyon'));
}, 60_000);

test('one message from each side stands exactly once on each side', async () => {
    await alice.send(channel, 'hello from above');
    await carol.waitForEvent(roomId, 'hello from above');
    await carol.sendText(roomId, 'hello from below');
    await alice.waitForMessage(channel, 'hello from below');
    await sleep(3_000);
    expect(texts(await alice.messages(channel))).toEqual(['hello from above', 'hello from below']);
    expect(bodies(await carol.events(roomId))).toEqual(['hello from above', 'hello from below']);
});

test('the same words said by both are two messages on each side', async () => {
    await Promise.all([alice.send(channel, 'snap'), carol.sendText(roomId, 'snap')]);
    const snaps = async (): Promise<number[]> =>
        [texts(await alice.messages(channel)), bodies(await carol.events(roomId))].map((all) => all.filter((text) => text === 'snap').length);
    await eventually(async () => (await snaps()).every((count) => count >= 2), { what: 'both words on both sides' });
    await sleep(3_000);
    expect(await snaps()).toEqual([2, 2]);
});

test('a person who bridges a second room does not hear the first one in it', async () => {
    const other = await alice.createRoom('c', unique('valley'));
    await alice.run(other, '/matrix bridge');
    await carol.sendText(roomId, 'only in the canyon');
    await alice.waitForMessage(channel, 'only in the canyon');
    await sleep(1_000);
    expect(texts(await alice.messages(other))).toEqual([]);
});
