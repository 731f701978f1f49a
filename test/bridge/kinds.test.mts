/** Kinds of messages from Matrix that need more than a conversion: late, long, encrypted, unknown ones, and polls. */
import { Bridge } from '../../src/bridge/Bridge';
import { messageIdOf } from '../../src/ids/messages';
import { puppetIdOf } from '../../src/ids/puppets';
import type { MatrixUserId } from '../../src/ids/types';
import { failure } from '../support/fakes/FakeHomeserver.mts';
import { bridgedRoom, CAROL } from '../support/fakes/bridgedRoom.mts';

const DAVE = '@dave:elsewhere.test' as MatrixUserId;
const BOT = '@rocketchat:hs.test';

async function bridged() {
    const w = await bridgedRoom({ people: { [CAROL]: 'Carol C', [DAVE]: 'Dave D' } });
    const event = (type: string, content: Record<string, unknown>, more = {}, sender = CAROL) =>
        w.homeserver.write(w.matrixRoom, sender, type, content, { origin_server_ts: w.clock.now(), ...more });
    const say = (body: string, more = {}, at = {}) => event('m.room.message', { msgtype: 'm.text', body, ...more }, at);
    const edit = (id: string, body: string) => say(`* ${body}`, { 'm.new_content': { msgtype: 'm.text', body }, 'm.relates_to': { rel_type: 'm.replace', event_id: id } });
    const messages = () => w.rocketchat.inRoom(w.room.id);
    const saidOnMatrix = () => w.messagesOnMatrix().filter(({ sender }) => sender === BOT).map(({ content }) => content);
    return { ...w, event, say, edit, messages, texts: w.textsInRocketChat, saidOnMatrix };
}

describe('late messages', () => {
    const hoursAgo = (w: Awaited<ReturnType<typeof bridged>>, hours: number) => ({ origin_server_ts: w.clock.now() - hours * 3_600_000 });
    const TIME = /^🕒 \d{4}-\d\d-\d\d \d\d:\d\d UTC/;

    test('say when they were written; others do not', async () => {
        const w = await bridged();
        await w.push(w.say('old', {}, hoursAgo(w, 3)), w.say('new'));
        expect(w.texts()).toEqual([expect.stringMatching(/^🕒 \d{4}-\d\d-\d\d \d\d:\d\d UTC: old$/), 'new']);
    });

    test('of a file the caption says it', async () => {
        const w = await bridged();
        const url = await w.homeserver.upload(Buffer.from('x'), { contentType: 'image/png' });
        await w.push(w.event('m.room.message', { msgtype: 'm.image', body: 'a.png', url }, hoursAgo(w, 3)));
        expect(w.messages()).toMatchObject([{ text: expect.stringMatching(new RegExp(`${TIME.source}$`)), files: [{ name: 'a.png' }] }]);
    });

    test('an edit leaves the time; a quote stays in front of it', async () => {
        const w = await bridged();
        const first = w.say('first');
        const old = w.say('old', { 'm.relates_to': { 'm.in_reply_to': { event_id: first.event_id } } }, hoursAgo(w, 3));
        await w.push(first, old);
        expect(w.texts()[1]).toMatch(/^\[ \]\(https:\/\/chat\.test\/[^)]+\) 🕒 [^:]+:\d\d UTC: old$/);
        const plain = w.say('plain', {}, hoursAgo(w, 2));
        await w.push(plain, w.edit(plain.event_id, 'changed'));
        expect(w.texts()[2]).toMatch(/^🕒 .* UTC: changed$/);
    });
});

describe('long texts', () => {
    const lines = (count: number): string => Array.from({ length: count }, (_, index) => `line ${index} ${'x'.repeat(30)}`).join('\n');

    test('the setting can change at any time', async () => {
        const w = await bridged();
        await w.push(w.say('warm'));
        w.rocketchat.settings.Message_MaxAllowedSize = 300;
        await w.push(w.say(lines(20)));
        expect(w.texts().slice(1).join('\n')).toBe(lines(20));
        w.rocketchat.settings.Message_MaxAllowedSize = 50_000;
        await w.push(w.say(lines(500)));
        expect(w.texts().pop()).toBe(lines(500));
    });

    test.each([[400, 2], [2, 400], [300, 400], [400, 130]])('an edit of %d lines to %d leaves nothing over and loses nothing', async (before, after) => {
        const w = await bridged();
        w.rocketchat.settings.Message_MaxAllowedSize = 5_000;
        const event = w.say(lines(before));
        await w.push(event, w.edit(event.event_id, lines(after)));
        expect(w.texts().join('\n')).toBe(lines(after));
    });

    test.each([[2, 800], [130, 800], [800, 900]])('an edit of %d lines to a very long text of %d loses nothing, and leaves no file of the old one', async (before, after) => {
        const w = await bridged();
        w.rocketchat.settings.Message_MaxAllowedSize = 5_000;
        const event = w.say(lines(before));
        await w.push(event);
        w.clock.pass(10);
        await w.push(w.edit(event.event_id, lines(after)));
        expect(w.texts().join('\n')).toBe(lines(after));
        expect(w.messages().flatMap(({ attachments }) => attachments)).toEqual([]);
        w.clock.pass(10);
        await w.push(w.edit(event.event_id, lines(2)));
        expect(w.texts()).toEqual([lines(2)]);
    });

    test.each([true, false])('an edit takes the file away that held the whole of a very long one (shown only to members: %s)', async (restricted) => {
        const w = await bridged();
        w.rocketchat.settings.Message_MaxAllowedSize = 5_000;
        w.rocketchat.settings.FileUpload_Restrict_to_room_members = restricted;
        const event = w.say(lines(800));
        await w.push(event);
        expect(w.messages()).toMatchObject([{ text: expect.stringMatching(/\[…\]$/), files: [{ name: 'message.txt' }], attachments: [{ title: 'message.txt' }] }]);
        w.clock.pass(10);
        await w.push(w.edit(event.event_id, 'short'));
        expect(w.messages()).toMatchObject([{ text: 'short', attachments: [] }]);
        w.clock.pass(10);
        await w.push(w.edit(event.event_id, ''));
        expect(w.texts()).toEqual(['_(empty message)_']);
    });

    test('an edit of a short one costs nothing more', async () => {
        const w = await bridged();
        const event = w.say('short');
        await w.push(event);
        w.rocketchat.calls.length = 0;
        await w.push(w.edit(event.event_id, 'other'));
        expect(w.rocketchat.calls.filter((call) => call !== 'message')).toEqual(['edit']);
    });
});

describe('end-to-end encryption', () => {
    const encrypted = (w: Awaited<ReturnType<typeof bridged>>) => w.event('m.room.encrypted', { algorithm: 'm.megolm.v1.aes-sha2', ciphertext: 'x' });

    test('both sides are told once per room, also after a restart, and nobody\'s user is made for it', async () => {
        const w = await bridged();
        await w.push(encrypted(w), encrypted(w));
        await new Bridge(w.context).handleTransaction('1', [encrypted(w)], []);
        expect(w.messages()).toMatchObject([{ text: expect.stringMatching(/end-to-end encrypted.*without encryption/), sender: { isAppUser: true } }]);
        expect(w.saidOnMatrix()).toMatchObject([{ msgtype: 'm.notice', body: expect.stringContaining('cannot read end-to-end encrypted messages') }]);
        expect(w.rocketchat.users.has(puppetIdOf(CAROL))).toBe(false);
    });

    test('two instances at once tell once', async () => {
        const w = await bridged();
        await Promise.all([w.push(encrypted(w)), new Bridge(w.context).handleTransaction('1', [encrypted(w)], [])]);
        expect(w.messages()).toHaveLength(1);
        expect(w.saidOnMatrix()).toHaveLength(1);
    });

    test('switching it on tells at once', async () => {
        const w = await bridged();
        await w.push(w.event('m.room.encryption', { algorithm: 'm.megolm.v1.aes-sha2' }, { state_key: '' }), encrypted(w));
        expect(w.messages()).toHaveLength(1);
    });

    test('an event in clear that replaces an encrypted one changes nothing', async () => {
        const w = await bridged();
        await w.push(w.event('m.room.encrypted', { 'ciphertext': 'x', 'm.relates_to': { rel_type: 'm.replace', event_id: `$${'a'.repeat(43)}` } }));
        expect(w.messages()).toHaveLength(1);
    });
});

describe('unknown kinds', () => {
    test('are shown by their text and noted once per kind', async () => {
        const w = await bridged();
        await w.push(w.event('m.room.message', { msgtype: 'org.example.dance', body: 'dances' }), w.event('m.room.message', { msgtype: 'org.example.dance', body: 'dances again' }));
        await w.push(w.event('org.example.wave', { 'm.text': [{ body: 'waves' }] }), w.event('org.example.silent', { code: 7 }));
        expect(w.texts()).toEqual(['dances', 'dances again', 'waves', 'sent something that can be seen only on Matrix (org.example.silent)']);
        const noted = w.lines.filter((line) => line.includes('unknown kind'));
        expect(noted.map((line) => /org\.example\.\w+/.exec(line)![0])).toEqual(['org.example.dance', 'org.example.wave', 'org.example.silent']);
    });

    test.each(['m.call.candidates', 'm.call.answer', 'm.key.verification.start', 'm.beacon', 'org.matrix.msc3672.beacon', 'org.matrix.msc3381.poll.response', 'm.poll.response', 'm.room.unheard_of'])('%s is talk between programs', async (type) => {
        const w = await bridged();
        await w.push(w.event(type, { body: 'x', code: 7 }));
        expect(w.texts()).toEqual([]);
    });

    test.each(['m.call.invite', 'org.matrix.msc4075.rtc.notification'])('%s says that somebody calls', async (type) => {
        const w = await bridged();
        await w.push(w.event(type, { call_id: 'x' }));
        expect(w.texts()).toEqual([expect.stringContaining('started a call')]);
    });

    test('state, and what was redacted before it came, is no message', async () => {
        const w = await bridged();
        await w.push(w.event('org.example.state', { body: 'x' }, { state_key: '' }), w.event('m.room.message', {}), w.event('m.room.message', { body: 'x' }, { unsigned: { redacted_because: {} } }));
        expect(w.texts()).toEqual([]);
    });
});

describe('polls', () => {
    const poll = { 'org.matrix.msc3381.poll.start': { question: { body: 'Lunch?' }, kind: 'org.matrix.msc3381.poll.disclosed', max_selections: 1, answers: [{ id: 'a', body: 'Pizza' }, { id: 'b', body: 'Soup' }] } };
    const about = (id: string) => ({ 'm.relates_to': { rel_type: 'm.reference', event_id: id } });

    async function voted() {
        const w = await bridged();
        const start = w.event('org.matrix.msc3381.poll.start', poll);
        const vote = (sender: MatrixUserId, answer: string, type = 'org.matrix.msc3381.poll.response') => w.event(type, { ...about(start.event_id), 'org.matrix.msc3381.poll.response': { answers: [answer] } }, {}, sender);
        const end = (sender = CAROL, type = 'org.matrix.msc3381.poll.end') => w.event(type, { ...about(start.event_id), body: 'Closed: Soup' }, {}, sender);
        await w.push(start, vote(CAROL, 'a'), vote(DAVE, 'a'), vote(DAVE, 'b', 'm.poll.response'));
        return { ...w, start, vote, end };
    }

    test('when it is closed its results answer it; of several votes of a person the last counts, later ones do not', async () => {
        const w = await voted();
        expect(w.texts()).toEqual(['📊 Lunch?\n1. Pizza\n2. Soup\nVotes are given on Matrix.']);
        const end = w.end();
        w.clock.pass(1000);
        w.vote(CAROL, 'b');
        await w.push(end, w.end());
        expect(w.texts().slice(1)).toEqual([expect.stringMatching(/^\[ \]\(https:\/\/chat\.test\/channel\/general\?msg=mx[^)]+\) 📊 Lunch\? \(closed\)\n1\. Pizza: 1\n2\. Soup: 1$/)]);
        expect(w.messages()[1].sender.id).toBe(puppetIdOf(CAROL));
    });

    test('an edited one: the results are of what it asks now', async () => {
        const w = await voted();
        const asked = { ...poll['org.matrix.msc3381.poll.start'], question: { body: 'Dinner?' }, answers: [{ id: 'c', body: 'Bread' }] };
        const edit = (sender: MatrixUserId) => w.event('org.matrix.msc3381.poll.start', { 'm.new_content': { 'org.matrix.msc3381.poll.start': asked }, 'm.relates_to': { rel_type: 'm.replace', event_id: w.start.event_id } }, {}, sender);
        w.clock.pass(1000);
        await w.push(edit(DAVE), edit(CAROL), w.vote(DAVE, 'c'));
        expect(w.texts()).toEqual(['📊 Dinner?\n1. Bread\nVotes are given on Matrix.']);
        await w.push(w.end());
        expect(w.texts()[1]).toMatch(/ 📊 Dinner\? \(closed\)\n1\. Bread: 1$/);
    });

    test('only its author and who may remove messages closes it', async () => {
        const w = await voted();
        await w.push(w.end(DAVE));
        expect(w.texts()).toHaveLength(1);
        w.event('m.room.power_levels', { users: { [DAVE]: 50 } }, { state_key: '' });
        await w.push(w.end(DAVE, 'm.poll.end'));
        expect(w.texts()).toHaveLength(2);
    });

    test('a homeserver without relations: what the client says of the results', async () => {
        const w = await voted();
        w.homeserver.faults.relations = [failure(404, 'M_UNRECOGNIZED', { code: 'matrix.unsupported' })];
        await w.push(w.end());
        expect(w.texts()[1]).toMatch(/ 📊 Closed: Soup$/);
    });

    test('the end of something else ends nothing', async () => {
        const w = await voted();
        const text = w.say('no poll');
        await w.push(text, w.event('m.poll.end', about(text.event_id)), w.event('m.poll.end', about(`$${'z'.repeat(43)}`)), w.event('m.poll.end', {}));
        expect(w.texts()).toHaveLength(2);
        expect(w.rocketchat.messages.has(messageIdOf(text.event_id))).toBe(true);
    });
});
