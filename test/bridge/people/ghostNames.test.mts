/** Names of ghosts that the homeserver does not take. */
import type { MatrixUserId } from '../../../src/ids/types';
import { failure } from '../../support/fakes/FakeHomeserver.mts';
import { bridgedRoom } from '../../support/fakes/bridgedRoom.mts';

async function bridged() {
    const w = await bridgedRoom();
    const say = async (text: string, name = 'Bob B'): Promise<void> => {
        await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, { ...w.bob, name }, text));
        await w.quiet();
    };
    const tries = (): number => w.homeserver.calls.filter((call) => call === 'setDisplayName').length;
    return { ...w, texts: w.textsOnMatrix, say, tries };
}

/** Synapse with `enable_set_displayname: false`. */
const refused = () => failure(400, 'M_FORBIDDEN');

test('a ghost whose name is refused speaks all the same, and is not named anew with each message', async () => {
    const w = await bridged();
    const before = w.tries();
    w.homeserver.faults.setDisplayName = Array.from({ length: 20 }, refused);
    for (const text of ['one', 'two', 'three']) {
        await w.say(text);
    }
    expect(w.texts()).toEqual(['one', 'two', 'three']);
    expect(w.rocketchat.whispers).toEqual([]);
    expect(w.tries() - before).toBe(1);
});

test('a long name is not cut inside of an emoji: Synapse answers half of one with an error of its own', async () => {
    const w = await bridged();
    await w.say('one', `${'x'.repeat(249)}😀`);
    expect(w.homeserver.users.get('@rc_bob:hs.test' as MatrixUserId)?.displayName).toBe('x'.repeat(249));
});

test('a new name that is refused is tried once, the next one again', async () => {
    const w = await bridged();
    await w.say('one');
    const before = w.tries();
    w.homeserver.faults.setDisplayName = [refused()];
    await w.say('two', 'Refused');
    await w.say('three', 'Refused');
    expect(w.tries() - before).toBe(1);
    await w.say('four', 'Taken');
    expect(w.homeserver.users.get('@rc_bob:hs.test' as MatrixUserId)).toMatchObject({ displayName: 'Taken' });
    expect(w.texts()).toEqual(['one', 'two', 'three', 'four']);
});

test.each(['zoe', 'Max', 'Ann.Lee', 'Ann.lee', 'MARY_JANE-2'])('the homeserver may ask for the ghost of %s before anything was said: its id is in small letters', async (username) => {
    const w = await bridged();
    const user = w.rocketchat.addUser(username);
    const ghost = `@rc_${username.toLowerCase()}:hs.test` as MatrixUserId;
    expect(w.homeserver.users.has(ghost)).toBe(false);
    expect(await w.bridge.knowsUser(ghost)).toBe(true);
    expect(w.homeserver.users.get(ghost)).toMatchObject({ displayName: username });
    await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, user, 'hello'));
    await w.quiet();
    expect(w.matrixRoom.timeline.at(-1)).toMatchObject({ sender: ghost });
});

test('no ghost of somebody who is not here', async () => {
    const w = await bridged();
    expect(await w.bridge.knowsUser('@rc_nobody:hs.test' as MatrixUserId)).toBe(false);
});
