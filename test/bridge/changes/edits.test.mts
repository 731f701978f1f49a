/** Edits and relations of messages from Matrix. */
import { Bridge } from '../../../src/bridge/Bridge';
import { BridgeError } from '../../../src/errors/BridgeError';
import { messageIdOf } from '../../../src/ids/messages';
import type { MatrixEventId, MatrixUserId } from '../../../src/ids/types';
import { bridgedRoom, CAROL } from '../../support/fakes/bridgedRoom.mts';

const DAVE = '@dave:third.test' as MatrixUserId;
const LINK = 'https://chat.test/channel/general?msg=';
const STRANGE = `$${'s'.repeat(43)}` as MatrixEventId;

async function bridged() {
    const w = await bridgedRoom({ alice: { name: 'Alice A' }, people: { [CAROL]: 'Carol C', [DAVE]: 'Dave D' } });
    const { matrixRoom } = w;
    const say = (body: string, more = {}, sender = CAROL) => w.homeserver.write(matrixRoom, sender, 'm.room.message', { msgtype: 'm.text', body, ...more }, { origin_server_ts: w.clock.now() });
    const edit = (event: MatrixEventId, body: string, more = {}, sender = CAROL) =>
        say(`* ${body}`, { 'm.new_content': { msgtype: 'm.text', body, ...more }, 'm.relates_to': { rel_type: 'm.replace', event_id: event } }, sender);
    const reply = (event: MatrixEventId, body: string, more = {}) => say(body, { 'm.relates_to': { 'm.in_reply_to': { event_id: event } }, ...more });
    const levels = (content: object) => w.homeserver.write(matrixRoom, CAROL, 'm.room.power_levels', content as never, { state_key: '' });
    w.clock.pass(1_000);
    return { ...w, say, edit, reply, levels, texts: w.textsInRocketChat };
}

describe('edits', () => {
    test('one that overtakes its message is the message, and the message then nothing', async () => {
        const w = await bridged();
        const asked = w.say('question');
        const event = w.reply(asked.event_id, 'tpyo');
        await w.push(asked, w.edit(event.event_id, 'typo'), event);
        expect(w.texts()).toEqual(['question', `[ ](${LINK}${messageIdOf(asked.event_id)}) typo`]);
        expect(w.rocketchat.messages.get(messageIdOf(event.event_id))!.text).toContain('typo');
    });

    test('of what is not here, of somebody else, or of what was redacted: nothing', async () => {
        const w = await bridged();
        const [never, redacted, old] = [w.say('x'), w.say('gone'), w.say('old')];
        Object.assign(redacted, { content: {}, unsigned: { redacted_because: {} } });
        Object.assign(old, { origin_server_ts: w.portal.bridgedAt - 5 });
        await w.push(w.edit(STRANGE, 'a'), w.edit(never.event_id, 'b', {}, DAVE), w.edit(redacted.event_id, 'c'), w.edit(old.event_id, 'd'));
        expect(w.texts()).toEqual([]);
    });

    test('the newest counts, whatever order they come in; one of an edit is one of the first event', async () => {
        const w = await bridged();
        const event = w.say('one');
        const second = w.edit(event.event_id, 'two');
        w.clock.pass(10);
        const third = w.edit(event.event_id, 'three');
        await w.push(event, third, second);
        expect(w.texts()).toEqual(['three']);
        w.clock.pass(10);
        await w.push(w.edit(third.event_id, 'four'));
        expect(w.texts()).toEqual(['four']);
        w.clock.pass(10);
        await w.push(w.edit(third.event_id, 'forged', {}, DAVE));
        expect(w.texts()).toEqual(['four']);
    });

    test('of an answer keeps what is answered', async () => {
        const w = await bridged();
        const asked = w.say('question');
        const event = w.reply(asked.event_id, 'ansver');
        const lost = w.reply(STRANGE, 'to nobody knows what');
        await w.push(asked, event, lost, w.edit(event.event_id, 'answer'), w.edit(lost.event_id, 'well'));
        expect(w.texts()).toEqual(['question', `[ ](${LINK}${messageIdOf(asked.event_id)}) answer`, `[↩](https://matrix.to/#/${w.matrixRoom.id}/${STRANGE}) well`]);
    });

    test('to another file, which stays on Matrix, say so under the caption', async () => {
        const w = await bridged();
        const file = (name: string) => ({ msgtype: 'm.image', filename: `${name}.png`, url: `mxc://hs.test/${name}` });
        const [words, picture] = [w.say('words'), w.say('old', file('a'))];
        await w.push(words, picture, w.edit(picture.event_id, 'same', file('a')), w.edit(words.event_id, 'c.png', file('c')));
        expect(w.texts()).toEqual(['📎 _has become another file on Matrix:_ c.png', 'same']);
        w.clock.pass(10);
        await w.push(w.edit(picture.event_id, 'new', file('b')));
        expect(w.texts()[1]).toBe('new\n📎 _has become another file on Matrix:_ b.png');
    });

    test('to nothing', async () => {
        const w = await bridged();
        const event = w.say('something');
        await w.push(event, w.edit(event.event_id, ''));
        expect(w.texts()).toEqual(['_(empty message)_']);
        w.clock.pass(10);
        await w.push(w.edit(event.event_id, 'again'));
        expect(w.texts()).toEqual(['again']);
    });
});

describe('an edit that is redacted alone', () => {
    const setUp = async (first: (w: Awaited<ReturnType<typeof bridged>>) => ReturnType<typeof w.say> = (w) => w.say('one')) => {
        const w = await bridged();
        const event = first(w);
        await w.push(event);
        const edits = [];
        for (const body of ['two', 'three']) {
            w.clock.pass(10);
            edits.push(w.edit(event.event_id, body));
            await w.push(edits[edits.length - 1]);
        }
        const redact = (redacts: MatrixEventId, sender = CAROL) => w.push(w.homeserver.write(w.matrixRoom, sender, 'm.room.redaction', {}, { redacts }));
        const text = (): string | undefined => w.rocketchat.messages.get(messageIdOf(event.event_id))?.text;
        return { ...w, event, edits, redact, text };
    };

    test('gives way to the one before it, and that to the message as it was; the message itself goes as ever', async () => {
        const w = await setUp();
        const seen = [w.text()];
        for (const { event_id: id } of [w.edits[1], w.edits[0], w.event]) {
            await w.redact(id);
            seen.push(w.text());
        }
        expect(seen).toEqual(['three', 'two', 'one', undefined]);
    });

    test('changes nothing while a newer one is there, by somebody without the power, or of what was redacted', async () => {
        const w = await setUp();
        await w.redact(w.edits[0].event_id);
        await w.redact(w.edits[1].event_id, DAVE);
        expect(w.text()).toBe('three');
        await w.redact(w.event.event_id);
        await w.redact(w.edits[1].event_id);
        expect(w.texts()).toEqual([]);
    });

    test('a later edit counts again; the record survives this process', async () => {
        const w = await setUp();
        await w.quiet();
        const restarted = new Bridge(w.context);
        const redaction = w.homeserver.write(w.matrixRoom, CAROL, 'm.room.redaction', {}, { redacts: w.edits[1].event_id });
        await restarted.handleTransaction('9', [redaction], []);
        expect(w.text()).toBe('two');
        w.clock.pass(10);
        await restarted.handleTransaction('10', [w.edit(w.event.event_id, 'four')], []);
        expect(w.text()).toBe('four');
    });

    test('of an answer: what is answered stays, the old fallback does not come back', async () => {
        const w = await setUp((room) => room.reply(STRANGE, '> <@dave:third.test> question\n\nanswer'));
        await w.redact(w.edits[1].event_id);
        await w.redact(w.edits[0].event_id);
        expect(w.text()).toMatch(/^\[↩\]\(\S+\) answer$/);
    });

    test('which overtook its message', async () => {
        const w = await bridged();
        const event = w.say('tpyo');
        const edit = w.edit(event.event_id, 'typo');
        await w.push(edit, event);
        await w.push(w.homeserver.write(w.matrixRoom, CAROL, 'm.room.redaction', {}, { redacts: edit.event_id }));
        expect(w.texts()).toEqual(['tpyo']);
    });
});

describe('threads', () => {
    test('one whose first event is not here goes into the room, with a link', async () => {
        const w = await bridged();
        const thread = { rel_type: 'm.thread', event_id: STRANGE, is_falling_back: true, 'm.in_reply_to': { event_id: STRANGE } };
        await w.push(w.say('later', { 'm.relates_to': thread }));
        expect(w.texts()).toEqual([`[↩](https://matrix.to/#/${w.matrixRoom.id}/${STRANGE}) later`]);
    });

    test('one on a reply of a thread is the same thread', async () => {
        const w = await bridged();
        const root = w.say('root');
        const inside = w.say('inside', { 'm.relates_to': { rel_type: 'm.thread', event_id: root.event_id } });
        const deeper = w.say('deeper', { 'm.relates_to': { rel_type: 'm.thread', event_id: inside.event_id } });
        await w.push(root, inside, deeper);
        const threads = w.rocketchat.inRoom(w.room.id).map(({ threadId }) => threadId);
        expect(threads).toEqual([undefined, messageIdOf(root.event_id), messageIdOf(root.event_id)]);
    });

    test('an answer in the room to something in a thread is shown in both', async () => {
        const w = await bridged();
        const root = w.say('root');
        const inside = w.say('inside', { 'm.relates_to': { rel_type: 'm.thread', event_id: root.event_id } });
        const outside = w.reply(inside.event_id, 'outside');
        await w.push(root, inside, outside, w.reply(root.event_id, 'no thread'));
        const [, , shown, plain] = w.rocketchat.inRoom(w.room.id);
        expect(shown).toMatchObject({ text: `[ ](${LINK}${messageIdOf(inside.event_id)}) outside`, threadId: messageIdOf(root.event_id), threadShown: true });
        expect(plain.threadId).toBeUndefined();
    });
});

describe('quotes', () => {
    test.each([
        'https://chat.test/group/secret?msg=secret1', 'https://chat.test/group/secret?tab=x&msg=secret1', 'https://chat.test/group/secret?%6dsg=secret1',
        'https://evil.test/?u=https://chat.test&msg=secret1', 'HTTPS://CHAT.TEST/group/secret?msg=secret1',
    ])('of another room are none: %s', async (link) => {
        const w = await bridged();
        const secret = w.rocketchat.addRoom('p', 'secret', [w.alice]);
        w.rocketchat.write(secret, w.alice, 'secret text', { id: 'secret1' as never });
        const asked = w.say('question');
        const html = `see <a href="${link}">x</a> ${link} <b>${link}</b> “${link}” <a href="${link}">at ${link}</a> <a href="${link}">[${link}]</a> there`;
        await w.push(asked, w.reply(asked.event_id, `see ${link} there`, { format: 'org.matrix.custom.html', formatted_body: html }));
        const [, text] = w.texts();
        const urls = (text.replace(/^\S+ \S+/, '').match(/[a-z]+:\/\/[^\s<>|)]+/gi) ?? []).map((url) => new URL(url).searchParams.get('msg'));
        expect(urls.length).toBeGreaterThan(0);
        expect(urls.filter(Boolean)).toEqual([]);
    });

    test('of this room stay', async () => {
        const w = await bridged();
        const [asked, other] = [w.say('question'), w.say('other')];
        const link = `${LINK}${messageIdOf(other.event_id)}`;
        await w.push(asked, other, w.reply(asked.event_id, `see ${link}`));
        expect(w.texts()[2]).toBe(`[ ](${LINK}${messageIdOf(asked.event_id)}) see ${link}`);
    });
});

test('code rings nobody, and stays as it is where it could not', async () => {
    const w = await bridged();
    const code = '<code>ask @alice or @nobody</code><pre><code>@alice\nnpm i @scope/x</code></pre>';
    const html = { format: 'org.matrix.custom.html', formatted_body: code };
    const event = w.say('x', html);
    await w.push(event);
    const quiet = '`ask @\u2060alice or @nobody`\n```\n@\u2060alice\nnpm i @scope/x\n```';
    expect(w.texts()).toEqual([quiet]);
    w.clock.pass(5);
    await w.push(w.edit(event.event_id, 'x', { ...html, formatted_body: `${code}again` }));
    expect(w.texts()).toEqual([`${quiet}\nagain`]);
});

describe('a mention of the whole room', () => {
    const ringing = { 'm.mentions': { room: true } };
    const refused = (): BridgeError => new BridgeError({ code: 'rocketchat.error-action-not-allowed', userMessage: 'x', retriable: false, certain: true });

    test('rings for those who may', async () => {
        const w = await bridged();
        await w.push(w.say('@room one', ringing));
        await w.push(w.levels({ users: { [CAROL]: 50 } }), w.say('@room two', ringing), w.say('@room @all three'), w.say('@room four', ringing, DAVE));
        expect(w.texts()).toEqual(['@room one', '@all two', '@room @\u2060all three', '@room four']);
    });

    test('goes without ringing where the server does not let puppets ring, and is not tried again at once', async () => {
        const w = await bridged();
        w.rocketchat.faults.post = [refused()];
        await w.push(w.levels({ users: { [CAROL]: 50 } }), w.say('@room one', ringing), w.say('@room two', ringing));
        expect(w.texts()).toEqual(['@room one', '@room two']);
        expect(w.rocketchat.calls.filter((call) => call === 'post')).toHaveLength(3);
    });

    test('counts for creators of rooms of version 12 without any level', async () => {
        const w = await bridged();
        Object.assign(w.say('creation', {}, DAVE), { type: 'm.room.create', event_id: `$${w.matrixRoom.id.slice(1)}`, content: { additional_creators: [CAROL] } });
        await w.push(w.say('@room mine', ringing, DAVE), w.say('@room ours', ringing));
        expect(w.texts()).toEqual(['@all mine', '@all ours']);
    });
});
