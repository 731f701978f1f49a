/** The private API jammed by one event of a stranger: the admins hear of it, people go on talking, and the app's own port is the way out. */
import { freePort } from '../../../workspace/process/ports.mts';
import { BridgedRoom } from '../../support/bridgedRoom.mts';
import { eventually } from '../../support/eventually.mts';
import { setting } from '../../support/apps/app.mts';
import type { Matrix } from '../../support/clients/matrix.mts';
import { useStack } from '../../support/servers/stack.mts';

const notices = async (wanted = /do not arrive/): Promise<string[]> => {
    const rooms = (await here().admin.rooms()).filter(({ t }) => t === 'd');
    const texts = await Promise.all(rooms.map((room) => here().admin.messages(room)));
    return texts.flat().map(({ msg }) => msg).filter((text) => wanted.test(text));
};

/** What Rocket.Chat's private API cannot pass on, and what is to be read of it. */
const jams: Record<string, { texts: string[]; send: (carol: Matrix, roomId: string) => Promise<unknown> }> = {
    'more than 100 levels': {
        texts: ['jam'],
        send: (carol, roomId) => carol.send(roomId, 'm.room.message', { msgtype: 'm.text', body: 'jam', deep: JSON.parse(`${'['.repeat(101)}${']'.repeat(101)}`) }),
    },
    'a key __proto__': {
        texts: ['jam'],
        send: (carol, roomId) => carol.send(roomId, 'm.room.message', { msgtype: 'm.text', body: 'jam', bad: JSON.parse('{"__proto__":{"a":1}}') }),
    },
    // One that is under way makes the others come together.
    'over 100 kB': {
        texts: ['jam 1', 'jam 2', 'jam 3', 'jam 4'],
        send: (carol, roomId) => Promise.all([1, 2, 3, 4].map((n) => carol.sendText(roomId, `jam ${n}`, { padding: 'x'.repeat(55_000) }))),
    },
};
/** Each takes minutes: one of them, and in the environment variable `JAM` another. */
const wanted = process.env.JAM ? [process.env.JAM] : ['more than 100 levels'];

const here = useStack();

test.each(wanted)('a transaction with %s', async (jam) => {
    const { alice, carol, channel, roomId } = await BridgedRoom.make(here(), 'jam');
    await carol.sendText(roomId, 'before');
    await alice.waitForMessage(channel, 'before');

    await jams[jam].send(carol, roomId);
    await eventually(async () => (await notices()).length === 1, { timeout: 180_000, what: 'the admins to be told' });
    await carol.sendText(roomId, 'meanwhile');
    await alice.waitForMessage(channel, 'meanwhile', { timeout: 60_000 });
    await alice.send(channel, 'and back');
    await carol.waitForEvent(roomId, 'and back', { timeout: 60_000 });

    const ghost = here().ghostOf(alice);
    const before = (await alice.rooms()).map(({ _id }) => _id);
    const direct = await carol.createRoom({ is_direct: true, preset: 'trusted_private_chat', invite: [ghost] });
    const talk = async (): Promise<void> => {
        await carol.waitForMembership(direct, ghost, 'join', { timeout: 60_000 });
        const privately = await alice.waitForRoom(({ _id, t }) => t === 'd' && !before.includes(_id));
        await carol.sendText(direct, 'tea?');
        await alice.waitForMessage(privately, 'tea?', { timeout: 60_000 });
    };
    // Her ghost is one of those who look at Synapse. At Dendrite the bot alone looks, so her invite comes when pushes do.
    const ghostsLook = here().homeserver.kind === 'synapse';
    if (ghostsLook) await talk();

    // What was stuck comes in by the other way, and doubles nothing.
    const port = await freePort();
    await here().app.change({ [setting.bridgeUrl]: `http://127.0.0.1:${port}` });
    await here().homeserver.restart(await here().app.registration(`http://127.0.0.1:${port}`));
    await carol.sendText(roomId, 'after');
    await alice.waitForMessage(channel, 'after', { timeout: 60_000 });
    if (!ghostsLook) await talk();
    await eventually(async () => (await notices(/arrive again/)).length === 1, { timeout: 30_000, what: 'the admins to be told that it is over' });
    const texts = (await alice.messages(channel)).map(({ msg }) => msg);
    for (const text of ['before', ...jams[jam].texts, 'meanwhile', 'and back', 'after']) {
        expect([text, texts.filter((other) => other === text).length]).toEqual([text, 1]);
    }
    expect(await notices()).toHaveLength(1);
}, 400_000);
