/** What happens on Matrix to messages that are there already: reactions, deletions, pins. */
import { Bridge } from '../../../src/bridge/Bridge';
import { BridgeError } from '../../../src/errors/BridgeError';
import { messageIdOf } from '../../../src/ids/messages';
import type { MatrixEventId, MatrixUserId } from '../../../src/ids/types';
import { bridgedRoom, CAROL } from '../../support/fakes/bridgedRoom.mts';

const DAVE = '@dave:third.test' as MatrixUserId;
const LINK = 'https://chat.test/channel/general?msg=';

async function bridged() {
    const w = await bridgedRoom({ alice: { name: 'Alice A' }, people: { [CAROL]: 'Carol C', [DAVE]: 'Dave D' } });
    const { alice, room, matrixRoom } = w;
    const by = (sender: MatrixUserId, type: string, content: object, more: object = {}) => w.homeserver.write(matrixRoom, sender, type, content as never, more);
    const say = (body: string, more = {}) => by(CAROL, 'm.room.message', { msgtype: 'm.text', body, ...more });
    const react = (event: MatrixEventId, key: string, more = {}) => by(CAROL, 'm.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id: event, key }, ...more });
    const redact = (redacts: MatrixEventId, sender = CAROL, reason?: string) => by(sender, 'm.room.redaction', { ...(reason && { reason }) }, { redacts });
    const pin = (pinned: string[], unsigned?: object) => by(CAROL, 'm.room.pinned_events', { pinned }, { state_key: '', ...(unsigned && { unsigned }) });
    const levels = (content: object) => by(CAROL, 'm.room.power_levels', content, { state_key: '' });
    /** A message of Alice's that is on both sides. */
    const fromAlice = async (text: string, more = {}) => {
        const message = w.rocketchat.write(room, alice, text, more);
        await w.bridge.outbound.messagePosted(message);
        await w.quiet();
        return { message, events: matrixRoom.timeline.filter(({ content }) => JSON.stringify(content).includes(message.id)).map((event) => event.event_id) };
    };
    return { ...w, say, by, react, redact, pin, levels, texts: w.textsInRocketChat, fromAlice };
}
const unknownEmoji = (): BridgeError => new BridgeError({ code: 'rocketchat.unknownEmoji', userMessage: 'x', retriable: false, certain: true });

describe('reactions', () => {
    test.each(['message', 'user', 'react'])('is taken back also when the database fails just then (%s)', async (call) => {
        const w = await bridged();
        const event = w.say('nice');
        const reaction = w.react(event.event_id, '🎉');
        await w.push(event, reaction);
        w.rocketchat.faults[call] = [new BridgeError({ code: 'rocketchat.failed', userMessage: 'x', retriable: true, certain: false })];
        await w.push(w.redact(reaction.event_id));
        const { reactions } = w.rocketchat.messages.get(messageIdOf(event.event_id))!;
        expect(Object.values(reactions).flat()).toEqual([]);
    });

    test.each([
        ['👍', ':thumbsup:'], ['👍️', ':thumbsup:'], ['👍🏽', ':thumbsup_tone3:'], ['🇩🇪', ':flag_de:'], ['❤', ':heart:'], [':parrot:', ':parrot:'],
    ])('%s is %s', async (key, emoji) => {
        const w = await bridged();
        const event = w.say('nice');
        await w.push(event, w.react(event.event_id, key));
        const { reactions } = w.rocketchat.messages.get(messageIdOf(event.event_id))!;
        expect(Object.values(reactions)).toEqual([['carol-elsewhere.test']]);
        expect(Object.keys(reactions)).toEqual([emoji === ':thumbsup:' ? Object.keys(reactions)[0] : emoji]);
    });

    test('a picture is the custom emoji of its name', async () => {
        const w = await bridged();
        const event = w.say('nice');
        await w.push(event, w.react(event.event_id, 'mxc://elsewhere.test/pic', { shortcode: ':blob:' }));
        expect(w.rocketchat.messages.get(messageIdOf(event.event_id))!.reactions).toEqual({ ':blob:': ['carol-elsewhere.test'] });
    });

    test.each([['LGTM', 'LGTM'], [':blob:', ':blob:'], ['🫨', '🫨']])('%s, which this workspace has not, is said in words, and goes with its redaction', async (key, shown) => {
        const w = await bridged();
        const event = w.say('nice');
        w.rocketchat.faults.react = [unknownEmoji()];
        const reaction = w.react(event.event_id, key);
        await w.push(event, reaction);
        expect(w.texts()[1]).toBe(`[ ](${LINK}${messageIdOf(event.event_id)}) Carol C reacted with ${shown}`);
        await w.push(w.redact(reaction.event_id));
        expect(w.texts()).toEqual(['nice']);
    });

    test('in words go with their redaction also where the server chooses ids, and are said once', async () => {
        const w = await bridged();
        w.rocketchat.honoursIds = false;
        const event = w.say('nice');
        const reaction = w.react(event.event_id, 'LGTM');
        await w.push(event, reaction);
        await w.quiet();
        const restarted = new Bridge(w.context);
        await restarted.handleTransaction('1', [reaction], []);
        expect(w.texts()).toEqual(['nice', expect.stringContaining('Carol C reacted with LGTM')]);
        await restarted.handleTransaction('2', [w.redact(reaction.event_id)], []);
        expect(w.texts()).toEqual(['nice']);
    });

    test('the same one given twice, as Dendrite lets it, is gone with the last of both', async () => {
        const w = await bridged();
        const event = w.say('nice');
        const [first, second] = [w.react(event.event_id, '🎉'), w.react(event.event_id, '🎉')];
        await w.push(event, first, second, w.redact(first.event_id));
        const { reactions } = w.rocketchat.messages.get(messageIdOf(event.event_id))!;
        expect(reactions[':tada:']).toEqual(['carol-elsewhere.test']);
        await w.push(w.redact(second.event_id));
        expect(reactions[':tada:']).toEqual([]);
        w.rocketchat.calls.length = 0;
        await w.push(w.redact(second.event_id));
        expect(w.rocketchat.calls).not.toContain('react');
    });
});

describe('deletions', () => {
    test('by somebody of another server without the power change nothing', async () => {
        const w = await bridged();
        const event = w.say('mine');
        const { message, events } = await w.fromAlice('hers');
        await w.push(event, w.redact(event.event_id, DAVE), w.redact(events[0], DAVE));
        expect(w.texts().sort()).toEqual(['hers', 'mine']);
        await w.push(w.levels({ users: { [DAVE]: 50 } }), w.redact(event.event_id, DAVE), w.redact(events[0], DAVE));
        expect(w.texts()).toEqual([]);
        expect(w.rocketchat.messages.has(message.id)).toBe(false);
    });

    test('say the reason, and who did it', async () => {
        const w = await bridged();
        const { events } = await w.fromAlice('hers');
        const event = w.say('mine');
        await w.push(w.levels({ users: { [CAROL]: 100 } }), event, w.redact(events[0], CAROL, 'spam *really*'), w.redact(event.event_id, CAROL, 'typo'));
        expect(w.texts()).toEqual([
            '🗑️ _deleted a message of_ Alice A _on Matrix:_ spam \\*really\\*',
            '🗑️ _deleted a message on Matrix:_ typo',
        ]);
    });

    test('of one of several files leave the others', async () => {
        const w = await bridged();
        const files = ['one', 'two'].map((id) => ({ id, name: `${id}.png`, type: 'image/png', size: 3, isThumbnail: false }));
        files.forEach(({ id }) => w.rocketchat.uploads.set(id, Buffer.from('abc')));
        const attachments = files.map(({ id, name }) => ({ title: name, title_link: `/file-upload/${id}/${name}`, fileId: id }));
        const { message, events } = await w.fromAlice('two pictures', { files, attachments });
        expect(events).toHaveLength(2);
        await w.push(w.levels({ users: { [CAROL]: 100 } }), w.redact(events[1]));
        expect(w.rocketchat.messages.get(message.id)).toMatchObject({ text: 'two pictures', attachments: [{ fileId: 'one' }] });
        await w.push(w.redact(events[0]));
        expect(w.rocketchat.messages.has(message.id)).toBe(false);
    });

    test('of a long message take all its parts', async () => {
        const w = await bridged();
        w.rocketchat.settings.Message_MaxAllowedSize = 200;
        const event = w.say(Array.from({ length: 12 }, (_, line) => `line ${line} ${'x'.repeat(40)}`).join('\n'));
        await w.push(event);
        expect(w.texts().length).toBeGreaterThan(2);
        const remove = w.rocketchat.delete.bind(w.rocketchat);
        let calls = 0;
        w.rocketchat.delete = async (...args) => {
            calls += 1;
            if (calls === 2) {
                throw new BridgeError({ code: 'rocketchat.failed', userMessage: 'the database is away for a moment', retriable: true, certain: false });
            }
            await remove(...args);
        };
        await w.push(w.redact(event.event_id));
        expect(w.texts()).toEqual([]);
    });
});

describe('pins', () => {
    test('are told with a quote, once, and what Rocket.Chat does not know with a link', async () => {
        const w = await bridged();
        const event = w.say('important');
        const pinned = w.pin([event.event_id], { prev_content: { pinned: [] } });
        await w.push(event, pinned);
        await w.push(pinned);
        const old = `$${'o'.repeat(43)}`;
        await w.push(w.pin([event.event_id, old], { prev_content: { pinned: [event.event_id] } }));
        expect(w.texts()).toEqual([
            'important',
            `[ ](${LINK}${messageIdOf(event.event_id)}) 📌 _pinned this message on Matrix_`,
            `[↩](https://matrix.to/#/${w.matrixRoom.id}/${old}) 📌 _pinned this message on Matrix_`,
        ]);
    });

    test('are found without the content before, as Dendrite tells them', async () => {
        const w = await bridged();
        const [one, two] = [w.say('one'), w.say('two')];
        await w.push(one, two, w.pin([one.event_id]), w.pin([one.event_id, two.event_id]), w.pin([two.event_id]));
        expect(w.texts().slice(2).map((text) => text.replace(/^\[ \]\(.*msg=(\S+)\)/, '$1'))).toEqual([
            `${messageIdOf(one.event_id)} 📌 _pinned this message on Matrix_`,
            `${messageIdOf(two.event_id)} 📌 _pinned this message on Matrix_`,
            `${messageIdOf(one.event_id)} 📌 _unpinned this message on Matrix_`,
        ]);
    });

    test('with a workspace token they are pins', async () => {
        const w = await bridged();
        w.rocketchat.workspaceToken = { userId: 'helper', token: 't' };
        const [one, two] = [w.say('one'), w.say('two')];
        await w.push(one, two, w.pin([one.event_id, two.event_id]), w.pin([two.event_id]));
        const pin = (endpoint: string, event: MatrixEventId): object => ({ endpoint, body: { messageId: messageIdOf(event) } });
        expect(w.rocketchat.requests).toEqual([pin('chat.pinMessage', one.event_id), pin('chat.pinMessage', two.event_id), pin('chat.unPinMessage', one.event_id)]);
        expect(w.texts()).toEqual(['one', 'two']);
    });

    test('what the user of the token may not pin is told, and no more is asked', async () => {
        const w = await bridged();
        w.rocketchat.workspaceToken = { userId: 'helper', token: 'secret' };
        w.rocketchat.answers.push({ status: 400, answer: { success: false, error: 'Message pinning not allowed [error-action-not-allowed]' } });
        const [one, two] = [w.say('one'), w.say('two')];
        await w.push(one, two, w.pin([one.event_id, two.event_id, '$unknown']));
        expect(w.rocketchat.requests).toHaveLength(1);
        const note = w.texts().pop();
        for (const part of [messageIdOf(one.event_id), messageIdOf(two.event_id), '$unknown', '📌 _pinned these messages on Matrix_']) expect(note).toContain(part);
        expect(w.lines.join()).toContain('error-action-not-allowed');
        expect(w.lines.join()).not.toContain('secret');
    });

    test('what the token pinned does not come back, what its user pins goes out', async () => {
        const w = await bridged();
        const helper = w.rocketchat.addUser('helper');
        w.rocketchat.workspaceToken = { userId: helper.id, token: 't' };
        const one = w.say('one');
        await w.push(one, w.pin([one.event_id]));
        const message = w.rocketchat.messages.get(messageIdOf(one.event_id))!;
        const pins = (): unknown => w.homeserver.rooms.get(w.portal.matrixRoomId)!.timeline.filter(({ type }) => type === 'm.room.pinned_events').map(({ content }) => content.pinned);
        const before = w.homeserver.calls.length;
        await w.bridge.outbound.pinned(message, helper, true);
        await w.quiet();
        expect(w.homeserver.calls.slice(before)).toEqual([]);
        await w.bridge.outbound.pinned({ ...message, pinned: false }, helper, false);
        await w.quiet();
        expect(pins()).toEqual([[one.event_id], []]);
    });
});
