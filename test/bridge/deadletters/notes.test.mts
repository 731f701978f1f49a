/** What people are told of what could not be delivered. */
import type { MatrixUserId } from '../../../src/ids/types';
import { failure } from '../../support/fakes/FakeHomeserver.mts';
import { letterRoom } from '../../support/fakes/letterRoom.mts';

const tooLarge = () => failure(413, 'M_TOO_LARGE');

test('who wrote it long ago may be away: the note is a direct message then', async () => {
    const w = await letterRoom();
    await w.say('warm');
    w.homeserver.faults.send = [tooLarge()];
    await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, w.bob, 'old', { ts: w.clock.now() - 3_600_000 }));
    await w.quiet();
    expect(w.rocketchat.whispers).toEqual([{ userId: w.bob.id, roomId: 'direct', text: expect.stringMatching(/^:warning: In #general: “old” was not delivered/) }]);
    await w.retry();
    expect(w.rocketchat.whispers[1]).toEqual({ userId: w.bob.id, roomId: 'direct', text: expect.stringMatching(/^:white_check_mark: In #general: “old” was delivered/) });
});

test('when no letter can be stored the writer is told all the same', async () => {
    const w = await letterRoom();
    await w.say('warm');
    w.homeserver.faults.send = [tooLarge()];
    w.rocketchat.store.put = async () => { throw new Error('the database is away'); };
    await w.say('unlucky');
    expect(w.rocketchat.whispers[0].text).toContain('“unlucky” was not delivered');
});

test('an invite that hangs on the invited person\'s server holds up the room for two tries, and its asker is told', async () => {
    const w = await letterRoom();
    await w.say('warm');
    const carol = '@carol:elsewhere.test' as MatrixUserId;
    w.homeserver.addPerson(carol, 'Carol');
    w.matrixRoom.members.set(carol, 'join');
    await w.bridge.handleTransaction('1', [w.homeserver.write(w.matrixRoom, carol, 'm.room.message', { msgtype: 'm.text', body: 'hi' })], []);
    w.matrixRoom.members.set(carol, 'leave');
    const puppet = [...w.rocketchat.users.values()].find(({ isPuppet }) => isPuppet)!;
    const timeout = () => failure(undefined, undefined, { certain: false });
    w.homeserver.faults.invite = [timeout(), timeout(), timeout()];
    await w.bridge.outbound.memberJoined(w.room.id, puppet, w.alice);
    await w.say('next');
    expect(w.texts().filter((text) => text !== 'hi')).toEqual(['warm', 'next']);
    expect(w.homeserver.faults.invite).toHaveLength(1);
    expect(await w.letters()).toMatchObject([{ what: expect.stringMatching(/^the join of user/), certain: false }]);
    expect(w.rocketchat.whispers.map(({ text }) => text)).toEqual([expect.stringContaining('could not be invited')]);
});

test('of each edit that fails its writer is told, though it is one letter; not again of the same one', async () => {
    const w = await letterRoom();
    const message = await w.say('first');
    w.homeserver.faults.send = [tooLarge(), tooLarge()];
    for (const text of ['second', 'third']) {
        w.clock.pass(10_000);
        Object.assign(message, { text, editor: w.bob, editedAt: w.clock.now() });
        await w.bridge.outbound.messageEdited({ ...message });
        await w.quiet();
    }
    expect(await w.letters()).toMatchObject([{ failures: 2 }]);
    expect(w.rocketchat.whispers.map(({ text }) => text)).toEqual([expect.stringContaining('“second” was not changed'), expect.stringContaining('“third” was not changed')]);
});

test('of each reaction that fails its giver is told', async () => {
    const w = await letterRoom();
    const message = await w.say('first');
    w.homeserver.faults.send = [tooLarge(), tooLarge()];
    for (const on of [true, false, true]) {
        w.clock.pass(10_000);
        message.reactions = { ':tada:': on ? ['alice'] : [] };
        await w.bridge.outbound.reacted(message, w.alice, ':tada:', on);
        await w.quiet();
    }
    expect(w.rocketchat.whispers).toHaveLength(2);
});

