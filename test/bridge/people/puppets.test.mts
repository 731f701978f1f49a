/** Puppets are users of the workspace: its administrators rename and delete them. */
import { Bridge } from '../../../src/bridge/Bridge';
import { BridgeError } from '../../../src/errors/BridgeError';
import { bridgedRoom, CAROL } from '../../support/fakes/bridgedRoom.mts';


async function talking() {
    const w = await bridgedRoom({ kind: 'p' });
    const { room } = w;
    const post = w.rocketchat.post.bind(w.rocketchat);
    // As the server: who is not there, or may not see the room, cannot write.
    w.rocketchat.post = async (message) => {
        const sender = w.rocketchat.users.get(message.senderId);
        if (!sender || !w.rocketchat.rooms.get(message.roomId)!.members.has(sender.id)) {
            throw new BridgeError({ code: 'rocketchat.error-invalid-user', userMessage: 'x', retriable: false, certain: true });
        }
        return post(message);
    };
    const say = (bridge: Bridge, body: string) => bridge.handleTransaction(body, [w.carolSays(body)], []);
    await say(w.bridge, 'one');
    const puppet = [...w.rocketchat.users.values()].find(({ isPuppet }) => isPuppet)!;
    const deletePuppet = (): void => {
        w.rocketchat.users.delete(puppet.id);
        w.rocketchat.rooms.get(room.id)!.members.delete(puppet.id);
    };
    return { ...w, say, puppet, deletePuppet, written: () => w.rocketchat.inRoom(room.id).map(({ text, sender }) => `${sender.username}: ${text}`) };
}

test('a deleted one is made anew, by the next process and by this one', async () => {
    const w = await talking();
    w.deletePuppet();
    await w.say(w.bridge, 'two');
    w.deletePuppet();
    await w.say(new Bridge(w.context), 'three');
    expect(w.written()).toEqual(['one', 'two', 'three'].map((text) => `${w.puppet.username}: ${text}`));
    expect((await w.bridge.counts()).deadLetters.in).toBe(0);
});

test('a renamed one goes on, and is brought into rooms by its new name', async () => {
    const w = await talking();
    w.puppet.username = 'caroline';
    w.rocketchat.rooms.get(w.room.id)!.members.delete(w.puppet.id);
    await w.say(new Bridge(w.context), 'two');
    expect(w.written()[1]).toBe('caroline: two');
});

test('one who is no member any more, which this process did not hear, is made one again', async () => {
    const w = await talking();
    w.rocketchat.rooms.get(w.room.id)!.members.delete(w.puppet.id);
    await w.say(w.bridge, 'two');
    expect(w.written()).toEqual(['one', 'two'].map((text) => `${w.puppet.username}: ${text}`));
});

test('one whom somebody put out here is a member again when the person comes back', async () => {
    const w = await talking();
    w.rocketchat.rooms.get(w.room.id)!.members.delete(w.puppet.id);
    await w.bridge.outbound.memberLeft(w.room.id, w.puppet, w.alice);
    await w.quiet();
    expect(w.matrixRoom.members.get(CAROL)).toBe('leave');
    w.matrixRoom.members.set(CAROL, 'join');
    await w.push(w.homeserver.write(w.matrixRoom, CAROL, 'm.room.member', { membership: 'join' }, { state_key: CAROL }));
    await w.push(w.carolSays('back'));
    expect(w.textsInRocketChat()).toEqual(['one', 'back']);
});
