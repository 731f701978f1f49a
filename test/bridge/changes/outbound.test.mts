/** What happens in Rocket.Chat to messages that are there already, and relations between them. */
import { eventIdOf } from '../../../src/ids/messages';
import { rcMessageId } from '../../../src/ids/rocketchat';
import type { MatrixUserId } from '../../../src/ids/types';
import type { RcMessage } from '../../../src/rocketchat/RocketChat';
import { failure } from '../../support/fakes/FakeHomeserver.mts';
import { CAROL } from '../../support/fakes/bridgedRoom.mts';
import { outboundRoom } from '../../support/fakes/outboundRoom.mts';

describe('a quote in an edit', () => {
    const quoting = (message: RcMessage): string => `[ ](https://chat.test/channel/general?msg=${message.id})`;
    const attachment = (message: RcMessage) => ({ message_link: `https://chat.test/channel/general?msg=${message.id}`, author_name: 'alice', text: message.text });
    const bodyOf = (content: Record<string, unknown>): unknown => (content['m.new_content'] as { body: string }).body;

    test('that was not there before is told in the text: Matrix takes relations from the first event', async () => {
        const w = await outboundRoom();
        const { message: asked, event } = await w.post('question', {}, w.alice);
        const { message } = await w.post('answer');
        await w.edit({ ...message, attachments: [attachment(asked)] }, `${quoting(asked)} answer`);
        const { content } = w.timeline()[2];
        expect(bodyOf(content)).toBe('> alice: question\nanswer');
        expect(JSON.stringify(content['m.new_content'])).toContain(event);
        expect(content['m.relates_to']).toEqual({ rel_type: 'm.replace', event_id: w.timeline()[1].event_id });
    });

    test('that is answered already is not told again, one in its place is; without it the words alone are left', async () => {
        const w = await outboundRoom();
        const { message: asked } = await w.post('question', {}, w.alice);
        const { message: other } = await w.post('another', {}, w.alice);
        const { message } = await w.post(`${quoting(asked)} answer`);
        await w.edit(message, `${quoting(asked)} better`);
        w.clock.pass(10);
        await w.edit({ ...message, attachments: [attachment(other)] }, `${quoting(other)} changed`);
        w.clock.pass(10);
        await w.edit(message, 'alone');
        expect(w.timeline().slice(3).map(({ content }) => bodyOf(content))).toEqual(['better', '> alice: another\nchanged', 'alone']);
    });

    test('a plain edit asks the homeserver for nothing more', async () => {
        const w = await outboundRoom();
        const { message } = await w.post('typo');
        w.homeserver.calls.length = 0;
        await w.edit(message, 'no typo');
        expect(w.homeserver.calls).toEqual(['send']);
    });
});

describe('threads', () => {
    const unknown = () => failure(400, 'M_UNKNOWN');

    test('"also send to channel" is said in the thread and in the room, edited and deleted in both', async () => {
        const w = await outboundRoom();
        const { message: root, event } = await w.post('root');
        const { message } = await w.post('@alice look', { threadId: root.id, threadShown: true, mentions: [{ id: w.alice.id, username: 'alice' }] });
        const [, inThread, inRoom] = w.timeline();
        expect(inThread.content).toMatchObject({ 'm.relates_to': { rel_type: 'm.thread', event_id: event }, 'm.mentions': { user_ids: ['@rc_alice:hs.test'] } });
        expect(inRoom.content).toMatchObject({ body: inThread.content.body, 'm.relates_to': { 'm.in_reply_to': { event_id: event } }, 'm.mentions': {} });
        expect(inRoom.content['m.relates_to']).not.toHaveProperty('rel_type');
        await w.edit(message, 'look here');
        const edits = w.timeline().slice(3);
        expect(edits.map(({ content }) => content['m.relates_to'])).toEqual([inThread, inRoom].map(({ event_id: id }) => ({ rel_type: 'm.replace', event_id: id })));
        await w.outbound.messageDeleted(message, w.bob);
        await w.quiet();
        expect(w.timeline().slice(5).map(({ redacts }) => redacts)).toEqual([inThread.event_id, inRoom.event_id]);
    });

    test('one with an unknown root is sent without it', async () => {
        const w = await outboundRoom();
        await w.post('orphan', { threadId: rcMessageId('never-seen'), threadShown: true });
        expect(w.timeline()).toHaveLength(1);
        expect(w.timeline()[0].content).not.toHaveProperty('m.relates_to');
    });

    test('what the homeserver does not take as a root is answered instead, and asked for once', async () => {
        const w = await outboundRoom();
        const { message: root, event } = await w.post('root');
        w.homeserver.faults.send = [unknown()];
        await w.post('one', { threadId: root.id });
        await w.post('two', { threadId: root.id });
        expect(w.timeline().slice(1).map(({ content }) => content['m.relates_to'])).toEqual(Array(2).fill({ 'm.in_reply_to': { event_id: event } }));
        expect(w.rocketchat.whispers).toEqual([]);
    });

    test('a root that is inside of a thread stands for that thread', async () => {
        const w = await outboundRoom();
        const { event: outer } = await w.post('outer');
        const { message: inner, event } = await w.post('inner');
        w.timeline()[1].content['m.relates_to'] = { rel_type: 'm.thread', event_id: outer };
        w.homeserver.faults.send = [unknown()];
        await w.post('one', { threadId: inner.id });
        expect(w.timeline()[2].content['m.relates_to']).toMatchObject({ rel_type: 'm.thread', event_id: outer });
        expect(event).not.toBe(outer);
    });
});

describe('edits', () => {
    test('to nothing is readable, and can be edited again', async () => {
        const w = await outboundRoom();
        const { message, event } = await w.post('words');
        await w.edit(message, '');
        w.clock.pass(5);
        await w.edit(message, 'again');
        expect(w.timeline().slice(1).map(({ content }) => content)).toMatchObject([
            { 'm.new_content': { body: '(empty message)', formatted_body: '<em>(empty message)</em>' }, 'm.relates_to': { event_id: event } },
            { 'm.new_content': { body: 'again' }, 'm.relates_to': { event_id: event } },
        ]);
    });

    test('of somebody else\'s message from Matrix cannot be brought over: the editor is told', async () => {
        const w = await outboundRoom();
        await w.bridge.handleTransaction('1', [w.homeserver.write(w.matrixRoom, CAROL, 'm.room.message', { msgtype: 'm.text', body: 'hers' })], []);
        const [message] = w.rocketchat.inRoom(w.room.id);
        await w.edit(message, 'changed by Bob');
        expect(w.timeline()).toHaveLength(1);
        expect(w.rocketchat.whispers).toMatchObject([{ userId: w.bob.id, text: expect.stringContaining('only its author') }]);
        expect(await w.bridge.deadLetters.all()).toEqual([]);
    });
});

describe('in no order', () => {
    test('a deletion that overtakes its message keeps it from being sent', async () => {
        const w = await outboundRoom();
        const message = w.say('gone');
        w.rocketchat.messages.delete(message.id);
        await w.outbound.messageDeleted(message, w.bob);
        await w.quiet();
        await w.outbound.messagePosted(message);
        await w.quiet();
        expect(w.timeline()).toEqual([]);
    });

    test('a reaction that overtakes its message waits for it', async () => {
        const w = await outboundRoom();
        const message = w.say('nice');
        await w.outbound.reacted(message, w.alice, ':tada:', true);
        await w.quiet();
        await w.outbound.messagePosted(message);
        await w.quiet();
        expect(w.timeline().map(({ type }) => type)).toEqual(['m.room.message', 'm.reaction']);
    });
});

describe('reactions', () => {
    test('one that the homeserver has already can be taken back', async () => {
        const w = await outboundRoom();
        const { message, event } = await w.post('nice');
        const given = w.homeserver.write(w.matrixRoom, '@rc_alice:hs.test' as MatrixUserId, 'm.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id: event, key: '🎉' } });
        w.homeserver.users.set('@rc_alice:hs.test' as MatrixUserId, {});
        w.matrixRoom.members.set('@rc_alice:hs.test' as MatrixUserId, 'join');
        w.homeserver.faults.send = [failure(400, 'M_DUPLICATE_ANNOTATION')];
        await w.outbound.reacted(message, w.alice, ':tada:', true);
        await w.outbound.reacted(message, w.alice, ':tada:', false);
        await w.quiet();
        expect(w.timeline().pop()).toMatchObject({ type: 'm.room.redaction', redacts: given.event_id });
        expect(w.rocketchat.whispers).toEqual([]);
    });
});

describe('pins', () => {
    test('are in the room\'s list, and out of it; by the host where the ghost has not the power', async () => {
        const w = await outboundRoom();
        const [one, two] = [await w.post('one'), await w.post('two')];
        w.homeserver.faults.sendState = [failure(403, 'M_FORBIDDEN'), failure(403, 'M_FORBIDDEN')];
        await w.outbound.pinned(one.message, w.bob, true);
        await w.quiet();
        expect(w.timeline().pop()).toMatchObject({ type: 'm.room.pinned_events', sender: '@rocketchat:hs.test', content: { pinned: [one.event] } });
        await w.outbound.pinned(two.message, w.alice, true);
        await w.outbound.pinned(one.message, w.alice, false);
        await w.quiet();
        expect(w.pins()).toEqual([two.event]);
        expect(w.timeline().pop()!.sender).toBe('@rc_alice:hs.test');
    });

    test('of a message from Matrix is of its event; what is there already is not sent again', async () => {
        const w = await outboundRoom();
        await w.bridge.handleTransaction('1', [w.homeserver.write(w.matrixRoom, CAROL, 'm.room.message', { msgtype: 'm.text', body: 'hers' })], []);
        const [message] = w.rocketchat.inRoom(w.room.id);
        await w.outbound.pinned(message, w.alice, true);
        await w.outbound.pinned(message, w.bob, true);
        await w.quiet();
        expect(w.pins()).toEqual([eventIdOf(message.id)]);
        expect(w.timeline().filter(({ type }) => type === 'm.room.pinned_events')).toHaveLength(1);
        await w.bridge.handleTransaction('2', [w.timeline().pop()], []);
        expect(w.rocketchat.inRoom(w.room.id)).toHaveLength(1);
    });
});

describe('a deletion', () => {
    const said = (w: Awaited<ReturnType<typeof outboundRoom>>): unknown[] => {
        const gone = w.timeline().map(({ redacts }) => redacts);
        return w.timeline().filter(({ content, event_id: id }) => content.body && !gone.includes(id)).map(({ content }) => content.body);
    };

    test('takes the edits along: they hold the text, too', async () => {
        const w = await outboundRoom();
        const { message } = await w.post('secret');
        await w.post('other');
        await w.edit(message, 'secret 2');
        await w.edit(message, 'secret 3');
        await w.outbound.messageDeleted({ ...message, editedAt: w.clock.now() }, w.bob);
        await w.quiet();
        expect(said(w)).toEqual(['other']);
    });

    test('takes along the edits that were just made, of which the homeserver does not tell yet', async () => {
        const w = await outboundRoom();
        const { message } = await w.post('secret');
        await w.edit(message, 'secret 2');
        w.homeserver.relations = async () => ({ events: [] });
        await w.outbound.messageDeleted({ ...message, editedAt: w.clock.now() }, w.bob);
        await w.quiet();
        expect(said(w)).toEqual([]);
    });

    test('goes through where edits cannot be found, and asks for none of a message that was not edited', async () => {
        const w = await outboundRoom();
        const [{ message }, { message: plain }] = [await w.post('secret'), await w.post('plain')];
        // By a process before this one.
        const content = { 'body': ' * secret 2', 'm.new_content': { body: 'secret 2' }, 'm.relates_to': { rel_type: 'm.replace', event_id: w.timeline()[0].event_id } };
        w.homeserver.write(w.matrixRoom, '@rc_bob:hs.test' as MatrixUserId, 'm.room.message', content);
        w.homeserver.faults.relations = [failure(404, 'M_UNRECOGNIZED')];
        await w.outbound.messageDeleted({ ...message, editedAt: w.clock.now() }, w.bob);
        await w.outbound.messageDeleted(plain, w.bob);
        await w.quiet();
        expect(said(w)).toEqual([' * secret 2']);
        expect(w.homeserver.calls.filter((call) => call === 'relations')).toHaveLength(1);
    });
});
