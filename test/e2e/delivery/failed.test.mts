/** What cannot be delivered is told to its writer, kept for the admins, and arrives once when the reason is mended and it is tried again. */
import { setting } from '../../support/apps/app.mts';
import { bridgeChannel } from '../../support/bridgedRoom.mts';
import { eventually, unique } from '../../support/eventually.mts';
import type { Matrix } from '../../support/clients/matrix.mts';
import type { RcRoom, RocketChat } from '../../support/clients/rocketchat.mts';
import { testWithOwnServers, useStack } from '../../support/servers/stack.mts';

const here = useStack();
let alice: RocketChat;
let carol: Matrix;
/** Where the admin types. */
let office: RcRoom;
let room: RcRoom;
let roomId: string;

beforeAll(async () => {
    alice = await here().rocketchatUser('alice');
    carol = await here().matrixUser('carol');
    office = await here().admin.createRoom('p', unique('office'));
    const name = unique('stage');
    roomId = await carol.createRoom({ preset: 'private_chat', name, invite: [here().ghostOf(alice)] });
    room = await alice.waitForRoom((candidate) => candidate.fname === name || candidate.name === name);
    await alice.send(room, 'before');
    await carol.waitForEvent(roomId, 'before');
    await alice.listen();
}, 60_000);

const matrix = (command: string): Promise<string> => here().admin.run(office, `/matrix ${command}`);
/** Who may write there: everybody, or only those with power. */
const allow = async (everybody: boolean): Promise<void> => {
    await carol.sendState(roomId, 'm.room.power_levels', { ...(await carol.state(roomId, 'm.room.power_levels')), events_default: everybody ? 0 : 50 });
};
const bodies = async (): Promise<string[]> => (await carol.events(roomId)).filter(({ type }) => type === 'm.room.message').map(({ content }) => content.body);
const idOf = (list: string, what: string): string => {
    const line = list.split('\n').find((one) => one.includes(what));
    return /`([0-9a-f]{8})`/.exec(line ?? '')?.[1] ?? `none in: ${list}`;
};
const told = (words: RegExp): Promise<boolean> => eventually(async () => alice.whispersIn(room).some((text) => words.test(text)), { what: `Alice to be told ${words}; she heard ${alice.whispersIn(room)}` });

test('a message that the homeserver refuses', async () => {
    await allow(false);
    const refused = await alice.send(room, 'unheard words');
    const second = await alice.send(room, 'more of them');
    await told(/“unheard words” was not delivered on Matrix.*does not allow/);
    await told(/“more of them” was not delivered/);

    const list = await matrix('failed');
    expect(list).toMatch(/2 items could not be delivered\*\* \(2 to Matrix\)/);
    expect(list).toContain(`the message ${refused._id}`);
    expect(list).toContain(room.fname ?? room.name);
    expect(list).not.toContain('unheard');
    expect(await matrix('status')).toMatch(/2 items could not be delivered[\s\S]*Last error/);
    const id = idOf(list, refused._id);
    const shown = await matrix(`failed show ${id}`);
    expect(shown).toContain(refused._id);
    expect(shown).toMatch(/does not allow/);
    expect(shown).not.toContain('unheard');

    // Not mended yet: it stays one item, and nobody is told again.
    expect(await matrix(`failed retry ${id}`)).toMatch(/1 item failed again/);
    expect(await matrix('failed')).toContain('2 items');
    expect(alice.whispersIn(room).filter((text) => text.includes('unheard'))).toHaveLength(1);

    await allow(true);
    expect(await matrix(`failed drop ${idOf(list, second._id)}`)).toMatch(/forgotten/);
    expect(await matrix('failed retry all')).toBe('1 item went through.');
    const event = await carol.waitForEvent(roomId, 'unheard words');
    expect(event.origin_server_ts).toBe(Date.parse(refused.ts as string));
    await told(/“unheard words” was delivered to Matrix now/);
    expect(await matrix('failed')).toMatch(/Nothing is left/);
    await alice.send(room, 'after');
    await carol.waitForEvent(roomId, 'after');
    expect(await bodies()).toEqual(['before', 'unheard words', 'after']);
}, 60_000);

test('who is no admin learns nothing of it', async () => {
    expect(await alice.run(room, '/matrix failed')).toMatch(/administrators/);
    expect(await alice.run(room, '/matrix queue')).toMatch(/administrators/);
});

// Before the bridge is switched off: afterwards the rooms are compared, and where that waits for the homeserver, it counts as one more.
testWithOwnServers('what waits while the homeserver is down is seen, and arrives in order', async () => {
    const { channel: other, roomId: otherId } = await bridgeChannel(here(), alice, carol, 'other');
    await here().homeserver.down();
    for (const text of ['one', 'two', 'three']) {
        await alice.send(room, text);
    }
    await alice.send(other, 'elsewhere');
    let queue = '';
    const isShown = async (): Promise<boolean> => {
        queue = await matrix('queue');
        return /4 items wait.*\(4 to Matrix\)[\s\S]*has been away/.test(queue);
    };
    await eventually(isShown, { what: () => `the queue to show all; it shows ${queue}` });
    expect(queue).toMatch(new RegExp(`${room.fname ?? room.name}\`, to Matrix: 3, the oldest for`));
    await here().homeserver.up();
    await carol.waitForEvent(roomId, 'three', { timeout: 30_000 });
    await carol.waitForEvent(otherId, 'elsewhere', { timeout: 30_000 });
    expect((await bodies()).slice(-3)).toEqual(['one', 'two', 'three']);
    await eventually(async () => /Nothing waits/.test(await matrix('queue')), { what: 'the queue to be empty' });
}, 90_000);

test('while the bridge is off, the list can be read and cleared', async () => {
    await allow(false);
    await alice.send(room, 'forgotten words');
    await told(/“forgotten words” was not delivered/);
    await here().app.change({ [setting.enabled]: false });
    expect(await matrix('failed')).toMatch(/1 item could/);
    expect(await matrix('failed retry all')).toMatch(/switched off/);
    expect(await matrix('failed drop all')).toMatch(/forgotten/);
    await here().app.change({ [setting.enabled]: true });
    await allow(true);
    expect(await matrix('failed')).toMatch(/Nothing is left/);
}, 60_000);
