/** The private API jammed by one event of a stranger: the admins hear of it, people go on talking, and the app's own port is the way out. */
import { freePort } from '../../../workspace/process/ports.mts';
import { eventually, unique } from '../../support/eventually.mts';
import { setting } from '../../support/app.mts';
import { useStack } from '../../support/stack.mts';

const here = useStack();

const notices = async (wanted = /do not arrive/): Promise<string[]> => {
    const rooms = (await here().admin.rooms()).filter(({ t }) => t === 'd');
    const texts = await Promise.all(rooms.map((room) => here().admin.messages(room)));
    return texts.flat().map(({ msg }) => msg).filter((text) => wanted.test(text));
};

test('a transaction that is nested too deep', async () => {
    const alice = await here().rocketchatUser('alice');
    const carol = await here().matrixUser('carol');
    const channel = await alice.createRoom('c', unique('jam'));
    await alice.run(channel, '/matrix bridge');
    const roomId = await carol.join(`#rc_${channel.name}:${here().serverName}`);
    await carol.sendText(roomId, 'before');
    await alice.waitForMessage(channel, 'before');

    const deep = JSON.parse(`${'['.repeat(101)}${']'.repeat(101)}`);
    await carol.send(roomId, 'm.room.message', { msgtype: 'm.text', body: 'jam', deep });
    await eventually(async () => (await notices()).length === 1, { timeout: 90_000, what: 'the admins to be told' });
    await carol.sendText(roomId, 'meanwhile');
    await alice.waitForMessage(channel, 'meanwhile', { timeout: 30_000 });
    await alice.send(channel, 'and back');
    await carol.waitForEvent(roomId, 'and back');

    // What was stuck comes in by the other way, and doubles nothing.
    const port = await freePort();
    await here().app.change({ [setting.bridgeUrl]: `http://127.0.0.1:${port}` });
    await here().homeserver.restart(await here().app.registration(`http://127.0.0.1:${port}`));
    await carol.sendText(roomId, 'after');
    await alice.waitForMessage(channel, 'after', { timeout: 30_000 });
    await eventually(async () => (await notices(/arrive again/)).length === 1, { timeout: 30_000, what: 'the admins to be told that it is over' });
    const texts = (await alice.messages(channel)).map(({ msg }) => msg);
    for (const text of ['before', 'jam', 'meanwhile', 'and back', 'after']) {
        expect(texts.filter((other) => other === text)).toHaveLength(1);
    }
    expect(await notices()).toHaveLength(1);
}, 240_000);
