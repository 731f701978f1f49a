/** Pictures of Rocket.Chat users on their ghosts. */
import { Bridge } from '../../../src/bridge/Bridge';
import type { MatrixUserId, MxcUri } from '../../../src/ids/types';
import { turns } from '../../support/fakes/FakeClock.mts';
import { failure } from '../../support/fakes/FakeHomeserver.mts';
import { world } from '../../support/fakes/world.mts';

const GHOST = '@rc_alice:hs.test' as MatrixUserId;
const HOURS = 3_600_000;

async function bridged() {
    const w = world();
    const alice = w.rocketchat.addUser('alice');
    const room = w.rocketchat.addRoom('c', 'general', [alice]);
    const wear = (text: string) => w.rocketchat.avatars.set('alice', { content: Buffer.from(text), contentType: 'image/png' });
    const say = async (bridge = w.bridge): Promise<void> => {
        await bridge.outbound.messagePosted(w.rocketchat.write(room, alice, 'hi'));
        await w.quiet();
        await turns(10);
    };
    const shown = (): string | undefined => {
        const { avatarUrl } = w.homeserver.users.get(GHOST)!;
        return avatarUrl && w.homeserver.media.get(avatarUrl as MxcUri)!.content.toString();
    };
    const uploads = (): number => w.homeserver.calls.filter((call) => call === 'upload').length;
    wear('first');
    await w.bridge.rooms.bridge(room, alice);
    await say();
    return { ...w, wear, say, shown, uploads };
}

test('a ghost wears the picture of its user, uploaded by itself', async () => {
    const w = await bridged();
    expect(w.shown()).toBe('first');
    expect([...w.homeserver.media.values()].map(({ by, contentType }) => [by, contentType])).toEqual([[GHOST, 'image/png']]);
});

test('the same picture is not uploaded again, also by another process; a new one is, when the user writes hours later', async () => {
    const w = await bridged();
    await w.say();
    await w.say(new Bridge(w.context));
    expect(w.uploads()).toBe(1);
    w.wear('second');
    w.clock.pass(7 * HOURS);
    await w.say();
    expect([w.shown(), w.uploads()]).toEqual(['second', 2]);
});

test('a picture that is taken away is taken away', async () => {
    const w = await bridged();
    w.rocketchat.avatars.clear();
    w.clock.pass(7 * HOURS);
    await w.say();
    expect(w.shown()).toBeUndefined();
});

test('a picture that fails holds no message up, and is looked for again later', async () => {
    const w = await bridged();
    w.wear('second');
    w.homeserver.faults.upload = [failure(500)];
    w.clock.pass(7 * HOURS);
    await w.say();
    expect([w.shown(), w.rocketchat.whispers]).toEqual(['first', []]);
    w.clock.pass(7 * HOURS);
    await w.say();
    expect(w.shown()).toBe('second');
});
