/** What people do in Rocket.Chat while the app is off, or dies, reaches Matrix without anybody having to write again. */
import { killSandbox } from '../../support/abuse/deno.mts';
import { BridgeApp, packageApp } from '../../support/apps/app.mts';
import { bridgeChannel } from '../../support/bridgedRoom.mts';
import { eventually } from '../../support/eventually.mts';
import type { Matrix, MatrixEvent } from '../../support/clients/matrix.mts';
import type { RcRoom, RocketChat } from '../../support/clients/rocketchat.mts';
import { ownsHomeserver, ownsWorkspace, useStack } from '../../support/servers/stack.mts';

const here = useStack();
const story = ownsWorkspace && ownsHomeserver ? test : test.skip;
const patience = { timeout: 60_000 };

interface Room {
    channel: RcRoom;
    roomId: string;
}

/** What people on Matrix read, oldest first. */
const textsIn = async (person: Matrix, { roomId }: Room): Promise<string[]> =>
    (await person.events(roomId)).filter(({ type, content }) => type === 'm.room.message' && content.body).map(({ content }) => content.body);

const bridged = async (owner: RocketChat, guest: Matrix, name: string): Promise<Room> => {
    const { channel, roomId } = await bridgeChannel(here(), owner, guest, name);
    await owner.send(channel, `welcome to ${name}`);
    await guest.waitForEvent(roomId, `welcome to ${name}`);
    return { channel, roomId };
};

const isRedacted = (person: Matrix, { roomId }: Room, { event_id: id }: MatrixEvent) => async (): Promise<boolean> =>
    Boolean((await person.events(roomId)).find((event) => event.event_id === id)?.unsigned?.redacted_because);

let alice: RocketChat;
let carol: Matrix;
let first: Room;
let second: Room;
beforeAll(async () => {
    alice = await here().rocketchatUser('alice');
    carol = await here().matrixUser('carol');
    first = await bridged(alice, carol, 'harbour');
    second = await bridged(alice, carol, 'lagoon');
}, 90_000);

story('while the app was disabled', async () => {
    const toEdit = await alice.send(first.channel, 'to edit');
    const toDelete = await alice.send(second.channel, 'to delete');
    await carol.waitForEvent(first.roomId, 'to edit');
    const deleted = await carol.waitForEvent(second.roomId, 'to delete');

    await here().app.setStatus('manually_disabled');
    const written = [];
    for (const text of ['one', 'two', 'three']) {
        written.push(await alice.send(first.channel, text));
        await alice.send(second.channel, `${text} here, too`);
    }
    await alice.edit(toEdit, 'edited');
    await alice.react(toEdit, ':tada:');
    await alice.deleteMessage(toDelete);
    await here().app.setStatus('manually_enabled');

    await carol.waitForEvent(second.roomId, 'three here, too', patience);
    const last = await carol.waitForEvent(first.roomId, 'three', patience);
    expect(last.origin_server_ts).toBe(new Date(written[2].ts).getTime());
    await eventually(isRedacted(carol, second, deleted), { ...patience, what: 'the deletion' });
    await carol.waitForEvent(first.roomId, ({ type }) => type === 'm.reaction', patience);
    expect((await textsIn(carol, first)).filter((text) => !text.includes('edited'))).toEqual(['welcome to harbour', 'to edit', 'one', 'two', 'three']);
    expect((await textsIn(carol, first)).filter((text) => text.includes('edited'))).toHaveLength(1);
    expect(await textsIn(carol, second)).toEqual(['welcome to lagoon', 'one here, too', 'two here, too', 'three here, too']);
}, 150_000);

story('while the sandbox was killed, and the homeserver was down', async () => {
    const { length } = await textsIn(carol, second);
    const toDelete = await alice.send(second.channel, 'to delete as well');
    const deleted = await carol.waitForEvent(second.roomId, 'to delete as well');
    await here().homeserver.down();
    await alice.send(second.channel, 'into the void');
    await alice.deleteMessage(toDelete);
    await alice.react(await alice.send(second.channel, 'nice'), ':tada:');
    await killSandbox(here().workspace);
    await alice.send(second.channel, 'after the crash');
    await here().homeserver.up();

    await carol.waitForEvent(second.roomId, 'after the crash', { timeout: 100_000 });
    await eventually(isRedacted(carol, second, deleted), { ...patience, what: 'the deletion' });
    await carol.waitForEvent(second.roomId, ({ type }) => type === 'm.reaction', patience);
    expect((await textsIn(carol, second)).slice(length)).toEqual(['into the void', 'nice', 'after the crash']);
}, 200_000);

story('while the sandbox was dead for a moment, though nobody writes again', async () => {
    const { length } = await textsIn(carol, first);
    const [pid] = await here().workspace.denoPids();
    process.kill(pid, 'SIGKILL');
    await alice.send(first.channel, 'does anybody hear me?');
    await carol.waitForEvent(first.roomId, 'does anybody hear me?', { timeout: 100_000 });
    expect((await textsIn(carol, first)).slice(length)).toEqual(['does anybody hear me?']);
}, 120_000);

story('while the app was updated', async () => {
    const { length } = await textsIn(carol, first);
    await here().homeserver.down();
    await alice.send(first.channel, 'by the old one');
    await BridgeApp.deploy(here().admin, await packageApp());
    await here().homeserver.up();
    await alice.send(first.channel, 'by the new one');

    await carol.waitForEvent(first.roomId, 'by the new one', { timeout: 100_000 });
    expect((await textsIn(carol, first)).slice(length)).toEqual(['by the old one', 'by the new one']);
}, 200_000);
