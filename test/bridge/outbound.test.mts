import { Bridge } from '../../src/bridge/Bridge';
import { MARK } from '../../src/bridge/links/mark';
import type { MatrixUserId } from '../../src/ids/types';
import { turns } from '../support/fakes/FakeClock.mts';
import { failure } from '../support/fakes/FakeHomeserver.mts';
import { bridgedRoom } from '../support/fakes/bridgedRoom.mts';

async function bridged(kind: 'c' | 'p' = 'c') {
    const w = await bridgedRoom({ kind, topic: 'All of it', alice: { username: 'Alice', name: 'Alice A' } });
    return { ...w, texts: w.textsOnMatrix };
}

describe('text to Matrix', () => {
    test('a message goes out as its writer\'s ghost, with mark, link and mentions', async () => {
        const w = await bridged();
        const message = w.rocketchat.write(w.room, w.bob, 'hello');
        await w.bridge.outbound.messagePosted(message);
        await w.quiet();
        const [event] = w.matrixRoom.timeline;
        expect(event).toMatchObject({ type: 'm.room.message', sender: '@rc_bob:hs.test' });
        expect(event.content).toMatchObject({ msgtype: 'm.text', body: 'hello', 'm.mentions': {}, external_url: `https://chat.test/channel/general?msg=${message.id}` });
        expect(event.content[MARK]).toMatchObject({ id: message.id });
        expect(w.homeserver.users.get('@rc_bob:hs.test' as MatrixUserId)).toEqual({ displayName: 'bob' });
    });

    test('without a link where the server does not tell its address', async () => {
        const w = await bridged();
        w.rocketchat.siteUrl = async () => '';
        await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, w.bob, 'hello'));
        await w.quiet();
        expect(w.matrixRoom.timeline[0].content).toMatchObject({ body: 'hello', external_url: undefined });
    });

    test('warm messages cost one request each, and together less than one call of the engine each', async () => {
        const w = await bridged();
        await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, w.bob, 'first'));
        await w.quiet();
        [w.homeserver.calls, w.rocketchat.calls, w.rocketchat.store.calls].forEach((calls) => { calls.length = 0; });
        for (let n = 0; n < 50; n += 1) {
            await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, w.bob, `m${n}`));
        }
        await w.quiet();
        expect(w.homeserver.calls).toEqual(Array(50).fill('send'));
        expect(w.rocketchat.calls.length + w.rocketchat.store.calls.length).toBeLessThan(25);
    });

    test('records of many messages are written together', async () => {
        const w = await bridged();
        w.rocketchat.store.calls.length = 0;
        for (let n = 0; n < 50; n += 1) {
            await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, w.bob, `m${n}`));
        }
        await w.quiet();
        expect(w.texts()).toEqual([...Array(50).keys()].map((n) => `m${n}`));
        expect(w.rocketchat.store.calls.filter((call) => call === 'add').length).toBeLessThan(10);
    });

    test.each([['puppet', { isPuppet: true, type: 'bot' }], ['app user', { isAppUser: true, type: 'app' }]])('what a %s writes never goes back', async (_name, more) => {
        const w = await bridged();
        await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, w.rocketchat.addUser('x', more), 'echo'));
        await w.quiet();
        expect(w.texts()).toEqual([]);
    });

    test('rooms that are not bridged are left alone', async () => {
        const w = await bridged();
        const other = w.rocketchat.addRoom('c', 'other', [w.bob]);
        await w.bridge.outbound.messagePosted(w.rocketchat.write(other, w.bob, 'secret'));
        await w.quiet();
        expect(w.texts()).toEqual([]);
    });

    test('a ghost joins a private room by invite of the bot', async () => {
        const w = await bridged('p');
        await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, w.bob, 'hi'));
        await w.quiet();
        expect(w.texts()).toEqual(['hi']);
        expect(w.matrixRoom.members.get('@rc_bob:hs.test' as MatrixUserId)).toBe('join');
    });

    test('a renamed user keeps the ghost, and a new user of the old name gets another', async () => {
        const w = await bridged();
        await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, w.bob, 'one'));
        await w.quiet();
        const renamed = { ...w.bob, username: 'robert', name: 'Robert' };
        w.rocketchat.users.set(renamed.id, renamed);
        const newBob = w.rocketchat.addUser('bob');
        await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, renamed, 'two'));
        await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, newBob, 'three'));
        await w.quiet();
        const senders = w.matrixRoom.timeline.map((event) => event.sender);
        expect(senders.slice(0, 2)).toEqual(['@rc_bob:hs.test', '@rc_bob:hs.test']);
        expect(senders[2]).not.toBe('@rc_bob:hs.test');
        expect(w.homeserver.users.get('@rc_bob:hs.test' as MatrixUserId)).toEqual({ displayName: 'Robert' });
    });
});

describe('when the homeserver fails', () => {
    test('a message is repeated until it arrives, in order, once', async () => {
        const w = await bridged();
        w.homeserver.faults.send = [failure(undefined), failure(502), failure(429, 'M_LIMIT_EXCEEDED', { retryAfterMs: 700 })];
        for (const text of ['a', 'b', 'c']) {
            await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, w.bob, text));
        }
        await w.quiet();
        expect(w.texts()).toEqual(['a', 'b', 'c']);
        expect(w.clock.slept).toContain(700);
        expect(w.rocketchat.whispers).toEqual([]);
    });

    test('a send whose answer was lost is found in the room, also by a homeserver that has forgotten the transaction', async () => {
        const w = await bridged();
        w.homeserver.faults.send = ['lost'];
        const forgetful = w.homeserver.messages.bind(w.homeserver);
        w.homeserver.messages = async (...args) => {
            w.homeserver.transactions.clear();
            return forgetful(...args);
        };
        await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, w.bob, 'once'));
        await w.quiet();
        expect(w.texts()).toEqual(['once']);
    });

    test('a refusal is told to the writer, and the next message goes on', async () => {
        const w = await bridged();
        w.homeserver.faults.send = [failure(413, 'M_TOO_LARGE')];
        await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, w.bob, 'too long'));
        await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, w.bob, 'fine'));
        await w.quiet();
        expect(w.texts()).toEqual(['fine']);
        expect(w.rocketchat.whispers).toHaveLength(1);
        expect(w.rocketchat.whispers[0]).toMatchObject({ userId: w.bob.id });
        expect(w.rocketchat.whispers[0].text).toContain('was not delivered');
    });

    test('a 500 that stays ends after some tries, and the notice says that it is not certain', async () => {
        const w = await bridged();
        w.homeserver.faults.send = Array(50).fill(failure(500));
        await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, w.bob, 'hm'));
        await w.quiet();
        expect(w.rocketchat.whispers[0].text).toContain('may not have been delivered');
    });

    test('a stuck room holds up no other', async () => {
        const w = await bridged();
        const other = w.rocketchat.addRoom('c', 'other', [w.alice]);
        const portal = await w.bridge.rooms.bridge(other, w.alice);
        let release = (): void => undefined;
        let held = false;
        const send = w.homeserver.send.bind(w.homeserver);
        w.homeserver.send = async (event) => {
            if (event.roomId === w.portal.matrixRoomId && !held) {
                held = true;
                await new Promise<void>((resolve) => { release = resolve; });
            }
            return send(event);
        };
        await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, w.bob, 'stuck'));
        await w.bridge.outbound.messagePosted(w.rocketchat.write(other, w.alice, 'free'));
        await turns(20);
        expect(w.homeserver.rooms.get(portal.matrixRoomId)!.timeline).toHaveLength(1);
        release();
        await w.quiet();
        expect(w.texts()).toEqual(['stuck']);
    });
});

describe('edits, deletions, reactions, members, state', () => {
    test('an edit replaces the event of its message', async () => {
        const w = await bridged();
        const message = w.rocketchat.write(w.room, w.bob, 'tpyo');
        await w.bridge.outbound.messagePosted(message);
        await w.bridge.outbound.messageEdited({ ...message, text: 'typo', editor: w.bob, editedAt: 5 });
        await w.quiet();
        const [first, second] = w.matrixRoom.timeline;
        expect(second.content).toMatchObject({ 'm.relates_to': { rel_type: 'm.replace', event_id: first.event_id }, 'm.new_content': { body: 'typo' } });
    });

    test('an edit that overtakes its message is the message, and the message then nothing', async () => {
        const w = await bridged();
        const ts = w.clock.now() + 1_000;
        const edited = w.rocketchat.write(w.room, w.bob, 'typo', { ts, editor: w.bob, editedAt: ts + 100 });
        await w.bridge.outbound.messageEdited(edited);
        await w.bridge.outbound.messagePosted({ ...edited, text: 'tpyo', editor: undefined, editedAt: undefined });
        await w.quiet();
        expect(w.texts()).toEqual(['typo']);
    });

    test('a deletion redacts; a moderator\'s too, though the ghost has no power', async () => {
        const w = await bridged();
        const message = w.rocketchat.write(w.room, w.bob, 'gone');
        const carol = w.rocketchat.addUser('carol');
        await w.bridge.outbound.messagePosted(message);
        await w.bridge.outbound.messageDeleted(message, carol);
        await w.quiet();
        expect(w.matrixRoom.timeline[1]).toMatchObject({ type: 'm.room.redaction', redacts: w.matrixRoom.timeline[0].event_id, sender: '@rc_bob:hs.test' });
    });

    test('reactions come, go, and come again', async () => {
        const w = await bridged();
        const message = w.rocketchat.write(w.room, w.bob, 'nice');
        await w.bridge.outbound.messagePosted(message);
        await w.bridge.outbound.reacted(message, w.alice, ':party_parrot:', true);
        await w.bridge.outbound.reacted(message, w.alice, ':party_parrot:', false);
        await w.quiet();
        w.clock.pass(5);
        const restarted = new Bridge(w.context);
        await restarted.outbound.reacted(message, w.alice, ':party_parrot:', true);
        await turns(100);
        expect(w.matrixRoom.timeline.map((event) => event.type)).toEqual(['m.room.message', 'm.reaction', 'm.room.redaction', 'm.reaction']);
        expect(w.matrixRoom.timeline[1].content).toMatchObject({ 'm.relates_to': { event_id: w.matrixRoom.timeline[0].event_id, key: ':party_parrot:' } });
    });

    test('two names of one emoji are one reaction, which goes with the last of them', async () => {
        const w = await bridged();
        const message = w.rocketchat.write(w.room, w.bob, 'nice');
        await w.bridge.outbound.messagePosted(message);
        const types = (): string[] => w.matrixRoom.timeline.map(({ type }) => type);
        const react = async (emoji: string, on: boolean): Promise<void> => {
            await w.rocketchat.react(message.id, w.alice.id, emoji, on);
            await w.bridge.outbound.reacted(message, w.alice, emoji, on);
            await w.quiet();
        };
        await react(':+1:', true);
        await react(':thumbsup:', true);
        await react(':+1:', false);
        expect(types()).toEqual(['m.room.message', 'm.reaction']);
        await react(':thumbsup:', false);
        expect(types()).toEqual(['m.room.message', 'm.reaction', 'm.room.redaction']);
    });

    test('joins, leaves and topics follow', async () => {
        const w = await bridged();
        const carol = w.rocketchat.addUser('carol');
        const ghost = '@rc_carol:hs.test' as MatrixUserId;
        await w.bridge.outbound.memberJoined(w.room.id, carol);
        await w.quiet();
        expect(w.matrixRoom.members.get(ghost)).toBe('join');
        await w.bridge.outbound.memberLeft(w.room.id, carol);
        await w.bridge.outbound.systemMessage(w.rocketchat.write(w.room, w.alice, 'New topic', { systemType: 'room_changed_topic' }));
        await w.quiet();
        expect(w.matrixRoom.members.get(ghost)).toBe('leave');
        expect(w.matrixRoom.timeline[0]).toMatchObject({ type: 'm.room.topic', content: { topic: 'New topic' }, sender: '@rc_alice:hs.test' });
    });
});
