/** Rooms of the first versions, whose events have ids of another form (1 and 2: `$localpart:server`, 3: with `/` and `+`). */
import { eventually, unique } from '../../support/eventually.mts';
import { useStack } from '../../support/servers/stack.mts';

const here = useStack();

test.each(['1', '3'])('version %s: what people in Rocket.Chat do with a message from Matrix reaches it', async (version) => {
    const bob = await here().rocketchatUser('bob');
    const dave = await here().matrixUser('dave');
    const name = unique('cellar');
    const roomId = await dave.createRoom({ preset: 'private_chat', name, room_version: version, invite: [here().ghostOf(bob)] });
    const group = await bob.waitForRoom((room) => room.fname === name || room.name === name);
    const eventId = await dave.sendText(roomId, 'from the cellar');
    const message = await bob.waitForMessage(group, 'from the cellar');

    await bob.react(message, ':tada:');
    const related = (type: string, relType: string) => dave.waitForEvent(roomId, ({ type: own, content }) =>
        own === type && content['m.relates_to']?.rel_type === relType && content['m.relates_to'].event_id === eventId);
    await related('m.reaction', 'm.annotation');
    await bob.send(group, 'in a thread', { tmid: message._id });
    await related('m.room.message', 'm.thread');

    await dave.sendText(roomId, '* from above', { 'm.new_content': { msgtype: 'm.text', body: 'from above' }, 'm.relates_to': { rel_type: 'm.replace', event_id: eventId } });
    await bob.waitForMessage(group, (one) => one._id === message._id && one.msg === 'from above');
    await dave.redact(roomId, eventId);
    await eventually(async () => !(await bob.messages(group)).some((one) => one._id === message._id && !one.t), { timeout: 60_000, what: 'the message to go' });
}, 120_000);
