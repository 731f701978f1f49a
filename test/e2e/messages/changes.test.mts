/** What happens to a message after it was sent: edited, deleted, reacted to, answered, both ways. */
import { BridgedRoom } from '../../support/bridgedRoom.mts';
import { eventually, unique } from '../../support/eventually.mts';
import type { Matrix, MatrixEvent } from '../../support/clients/matrix.mts';
import type { RcMessage, RcRoom, RocketChat } from '../../support/clients/rocketchat.mts';
import { useStack } from '../../support/servers/stack.mts';

const here = useStack();
/** Dendrite never pushes redactions: the bridge reads them now and then. */
const redactionPatience = process.env.HOMESERVER_KIND === 'dendrite' ? 50_000 : 10_000;
let alice: RocketChat;
let carol: Matrix;
let channel: RcRoom;
let roomId: string;

beforeAll(async () => {
    ({ alice, carol, channel, roomId } = await BridgedRoom.make(here(), 'workshop'));
}, 60_000);

/** A message of Alice's as it stands on both sides. */
const fromAlice = async (): Promise<{ message: RcMessage; event: MatrixEvent }> => {
    const text = unique('alice says');
    const message = await alice.send(channel, text);
    return { message, event: await carol.waitForEvent(roomId, text) };
};

/** A message of Carol's as it stands on both sides. */
const fromCarol = async (): Promise<{ message: RcMessage; eventId: string }> => {
    const text = unique('carol says');
    const eventId = await carol.sendText(roomId, text);
    return { eventId, message: await alice.waitForMessage(channel, text) };
};

describe('edited', () => {
    test('in Rocket.Chat', async () => {
        const { message, event } = await fromAlice();
        await alice.edit(message, 'what I meant');
        const edit = await carol.waitForEvent(roomId, (candidate) => candidate.content['m.relates_to']?.event_id === event.event_id);
        expect(edit.sender).toBe(here().ghostOf(alice));
        expect(edit.content).toMatchObject({ 'm.relates_to': { rel_type: 'm.replace' }, 'm.new_content': { msgtype: 'm.text', body: 'what I meant' } });
    });

    test('in Matrix', async () => {
        const { message, eventId } = await fromCarol();
        await carol.sendText(roomId, '* better words', {
            'm.new_content': { msgtype: 'm.text', body: 'better words' },
            'm.relates_to': { rel_type: 'm.replace', event_id: eventId },
        });
        await alice.waitForMessage(channel, (candidate) => candidate._id === message._id && candidate.msg === 'better words' && Boolean(candidate.editedAt));
    });

    test('in Matrix, and the edit alone redacted: the older words come back', async () => {
        const { message, eventId } = await fromCarol();
        const reads = (msg: string, patience = {}): Promise<RcMessage> =>
            alice.waitForMessage(channel, (candidate) => candidate._id === message._id && candidate.msg === msg, patience);
        const body = 'hasty words';
        const edit = await carol.sendText(roomId, `* ${body}`, { 'm.new_content': { msgtype: 'm.text', body }, 'm.relates_to': { rel_type: 'm.replace', event_id: eventId } });
        await reads(body);
        await carol.redact(roomId, edit);
        await reads(message.msg, { timeout: redactionPatience });
    }, 60_000);

    test('by somebody who did not write it, which homeservers let through: nothing happens', async () => {
        const { message, event } = await fromAlice();
        await carol.sendText(roomId, '* forged', {
            'm.new_content': { msgtype: 'm.text', body: 'forged' },
            'm.relates_to': { rel_type: 'm.replace', event_id: event.event_id },
        });
        await fromCarol();
        expect((await alice.message(message._id)).msg).toBe(message.msg);
    });
});

describe('deleted', () => {
    test('in Rocket.Chat', async () => {
        const { message, event } = await fromAlice();
        await alice.deleteMessage(message);
        await carol.waitForEvent(roomId, (candidate) => candidate.event_id === event.event_id && Object.keys(candidate.content).length === 0);
    });

    test('in Matrix', async () => {
        const { message, eventId } = await fromCarol();
        await carol.redact(roomId, eventId);
        const gone = (messages: RcMessage[]): boolean => !messages.some((candidate) => candidate._id === message._id && !candidate.t);
        await eventually(async () => gone(await alice.messages(channel)), { timeout: redactionPatience, what: 'the message to be gone' });
    }, 60_000);
});

describe('reacted to', () => {
    test('in Rocket.Chat, and taken back', async () => {
        const { eventId, message } = await fromCarol();
        await alice.react(message, ':thumbsup:');
        const reaction = await carol.waitForEvent(roomId, (event) => event.type === 'm.reaction' && event.content['m.relates_to']?.event_id === eventId);
        expect(reaction).toMatchObject({ sender: here().ghostOf(alice), content: { 'm.relates_to': { rel_type: 'm.annotation' } } });
        expect(reaction.content['m.relates_to'].key).toMatch(/^👍/u);
        await alice.react(message, ':thumbsup:', false);
        await carol.waitForEvent(roomId, (event) => event.event_id === reaction.event_id && Object.keys(event.content).length === 0);
    });

    test('in Matrix, and taken back', async () => {
        const { message, event } = await fromAlice();
        const reaction = await carol.send(roomId, 'm.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id: event.event_id, key: '🎉' } });
        const reacted = (candidate: RcMessage): boolean => candidate._id === message._id && Object.keys(candidate.reactions ?? {}).length === 1;
        const seen = await alice.waitForMessage(channel, reacted);
        expect(Object.keys(seen.reactions ?? {})).toEqual([':tada:']);
        await carol.redact(roomId, reaction);
        const bare = (candidate: RcMessage): boolean => candidate._id === message._id && !Object.keys(candidate.reactions ?? {}).length;
        await alice.waitForMessage(channel, bare, { timeout: redactionPatience });
    }, 60_000);
});

describe('answered', () => {
    test('with a quote in Rocket.Chat', async () => {
        const { eventId, message } = await fromCarol();
        const { value: siteUrl } = await here().admin.get('v1/settings/Site_Url');
        const link = `${siteUrl}/channel/${channel.name}?msg=${message._id}`;
        const text = unique('my answer');
        await alice.send(channel, `[ ](${link}) ${text}`);
        const reply = await carol.waitForEvent(roomId, text);
        expect(reply.content['m.relates_to']).toEqual({ 'm.in_reply_to': { event_id: eventId } });
        expect(reply.content.body).not.toContain(link);
        expect(reply.content['m.mentions']).toEqual({ user_ids: [carol.userId] });
    });

    test('in Matrix', async () => {
        const { message, event } = await fromAlice();
        const text = unique('her answer');
        await carol.sendText(roomId, text, { 'm.relates_to': { 'm.in_reply_to': { event_id: event.event_id } } });
        const reply = await alice.waitForMessage(channel, text);
        expect(JSON.stringify(reply.attachments ?? reply.msg)).toContain(message._id);
    });

    test('in a thread in Rocket.Chat', async () => {
        const { eventId, message } = await fromCarol();
        const text = unique('in the thread');
        await alice.send(channel, text, { tmid: message._id });
        const reply = await carol.waitForEvent(roomId, text);
        expect(reply.content['m.relates_to']).toMatchObject({ rel_type: 'm.thread', event_id: eventId });
    });

    test('in a thread in Matrix', async () => {
        const { message, event } = await fromAlice();
        const text = unique('her thread');
        await carol.sendText(roomId, text, { 'm.relates_to': { rel_type: 'm.thread', event_id: event.event_id } });
        const reply = await alice.waitForMessage(channel, text);
        expect(reply.tmid).toBe(message._id);
    });
});

