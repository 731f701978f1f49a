/** Files from Matrix: one message each, with caption, thread and sender; words where a file cannot be carried. */
import { Bridge } from '../../../src/bridge/Bridge';
import { BridgeError } from '../../../src/errors/BridgeError';
import { messageIdOf } from '../../../src/ids/messages';
import { puppetIdOf } from '../../../src/ids/puppets';
import { failure } from '../../support/fakes/FakeHomeserver.mts';
import { bridgedRoom, CAROL } from '../../support/fakes/bridgedRoom.mts';

const refused = (): BridgeError => new BridgeError({ code: 'rocketchat.error-invalid-file-type', userMessage: 'x', retriable: false, certain: true });
const failing = (): BridgeError => new BridgeError({ code: 'rocketchat.failed', userMessage: 'x', retriable: true, certain: false });

async function bridged(kind: 'c' | 'p' = 'c') {
    const w = await bridgedRoom({ kind });
    const uri = await w.homeserver.upload(Buffer.from('the bytes'), { contentType: 'image/png' });
    const file = (more = {}, type = 'm.room.message') => w.homeserver.write(w.matrixRoom, CAROL, type, { msgtype: 'm.image', body: 'cat.png', url: uri, info: { mimetype: 'image/png', size: 9, w: 4, h: 3 }, ...more });
    const messages = () => w.rocketchat.inRoom(w.room.id);
    /** What the bridge says to the people on Matrix. */
    const told = () => w.messagesOnMatrix().filter(({ content }) => content.msgtype === 'm.notice').map(({ content }) => content.body);
    return { ...w, uri, file, messages, texts: w.textsInRocketChat, told };
}

test('a picture is one message of the puppet with the file, under an id made of the event', async () => {
    const w = await bridged();
    const event = w.file();
    await w.push(event);
    const [message, ...more] = w.messages();
    expect(more).toEqual([]);
    expect(message).toMatchObject({ id: messageIdOf(event.event_id), text: '', sender: { id: puppetIdOf(CAROL) }, files: [{ name: 'cat.png', type: 'image/png', size: 9 }] });
    expect(message.attachments).toMatchObject([{ title: 'cat.png', title_link: `/file-upload/${message.files[0].id}/cat.png`, type: 'file' }]);
    expect(w.rocketchat.uploads.get(message.files[0].id)!.toString()).toBe('the bytes');
});

test.each([true, false])('a file whose message the server posts a moment after its answer is one message (shown to members only: %s)', async (restricted) => {
    const w = await bridged();
    w.rocketchat.settings.FileUpload_Restrict_to_room_members = restricted;
    const { recentMessages } = w.rocketchat;
    let looks = 0;
    w.rocketchat.recentMessages = async (...args) => ((looks += 1) < 3 ? [] : recentMessages.apply(w.rocketchat, args));
    await w.push(w.file());
    expect(w.messages()).toMatchObject([{ text: '', files: [{ name: 'cat.png' }], attachments: [{ title: 'cat.png' }] }]);
    expect(w.told()).toEqual([]);
});

test('with a caption, in a thread, as an answer', async () => {
    const w = await bridged();
    const root = w.file();
    await w.push(root);
    await w.push(w.file({ filename: 'cat.png', body: 'look **here**', 'm.relates_to': { rel_type: 'm.thread', event_id: root.event_id } }));
    const [, message] = w.messages();
    expect(message).toMatchObject({ threadId: messageIdOf(root.event_id), files: [{ name: 'cat.png' }] });
    expect(message.text).toContain('look');
});

test('a sticker is a picture; its text is its name', async () => {
    const w = await bridged();
    await w.push(w.file({ body: 'waving cat', msgtype: undefined }, 'm.sticker'));
    expect(w.messages()).toMatchObject([{ text: '', files: [{ name: 'waving cat.png' }] }]);
});

test.each([['no info', { info: undefined }], ['an info that is none', { info: 'x' }], ['a name that is a path', { body: '../../etc/passwd\u202e' }]])('%s is tolerated', async (_name, more) => {
    const w = await bridged();
    await w.push(w.file(more));
    expect(w.messages()).toHaveLength(1);
    expect(w.messages()[0].files[0].name).not.toMatch(/[/\u202e]/);
});

test('the same event again, also after a restart, fetches nothing and posts nothing', async () => {
    const w = await bridged();
    const event = w.file({ filename: 'cat.png', body: 'caption' });
    await w.push(event);
    const bridge = new Bridge(w.context);
    await bridge.handleTransaction('1', [event], []);
    expect(w.messages()).toHaveLength(1);
    expect(w.homeserver.calls.filter((call) => call === 'download')).toHaveLength(1);
    expect(w.rocketchat.calls.filter((call) => call === 'uploadFile')).toHaveLength(1);
});

test('a post that fails after the upload is repeated and shows one message', async () => {
    const w = await bridged();
    w.rocketchat.faults.post = [failing()];
    await w.push(w.file());
    expect(w.messages()).toHaveLength(1);
});

test.each([['as its info says', { size: 2_000_000 }, 0], ['in spite of its info', { size: 3 }, 1], ['without info', undefined, 1]])('a file that is too large %s is a link with both sizes', async (_name, info, downloads) => {
    const w = await bridged();
    w.rocketchat.settings.FileUpload_MaxFileSize = 5;
    await w.push(w.file({ info, filename: 'cat.png', body: 'caption' }));
    const [message] = w.messages();
    expect(message.files).toEqual([]);
    expect(message.text).toMatch(/^<https:\/\/matrix\.to\/#\/[^|]+\|cat\.png> \((?:2 MB|9 B)\) is larger than the 5 B .*\ncaption$/);
    expect(w.homeserver.calls.filter((call) => call === 'download')).toHaveLength(downloads);
    expect(w.told()).toEqual([expect.stringMatching(/“cat\.png” was not delivered to Rocket\.Chat: (?:2 MB|9 B) are more than the 5 B/)]);
});

test('the smaller limit of both servers counts, and a change of the setting at once', async () => {
    const w = await bridged();
    w.homeserver.largestUpload = 8;
    await w.push(w.file({ info: { size: 9 } }));
    expect(w.messages()[0].text).toContain('larger than the 8 B');
    w.rocketchat.settings.FileUpload_MaxFileSize = 7;
    await w.push(w.file({ info: { size: 9 } }));
    expect(w.messages()[1].text).toContain('larger than the 7 B');
});

test.each<[string, (w: Awaited<ReturnType<typeof bridged>>) => void, RegExp]>([
    ['the homeserver does not have it', (w) => w.homeserver.media.clear(), /cat\.png.*could not be fetched/],
    ['its server is away and stays so', (w) => { w.homeserver.faults.download = [1, 2, 3, 4].map(() => failure(502, 'M_UNKNOWN')); }, /cat\.png.*could not be fetched/],
    ['the workspace refuses it', (w) => { w.rocketchat.faults.uploadFile = [refused()]; }, /cat\.png.*refused/],
    ['uploads are switched off', (w) => { w.rocketchat.settings.FileUpload_Enabled = false; }, /cat\.png.*switched off/],
])('words take the place of a file when %s', async (_name, prepare, words) => {
    const w = await bridged();
    prepare(w);
    await w.push(w.file({ filename: 'cat.png', body: 'caption' }));
    expect(w.messages()).toHaveLength(1);
    expect(w.messages()[0].text).toMatch(words);
    expect(w.messages()[0].text).toMatch(/\ncaption$/);
    expect(w.told()).toEqual([expect.stringContaining('“cat.png” was not delivered to Rocket.Chat')]);
});

test('a file whose server is away for a moment arrives', async () => {
    const w = await bridged();
    w.homeserver.faults.download = [failure(502, 'M_UNKNOWN'), failure(undefined)];
    await w.push(w.file());
    expect(w.messages()).toMatchObject([{ files: [{ name: 'cat.png' }] }]);
});

test('an encrypted file is a note', async () => {
    const w = await bridged();
    await w.push(w.file({ url: undefined, file: { url: w.uri, key: {}, v: 'v2' } }));
    expect(w.messages()).toMatchObject([{ text: expect.stringContaining('end-to-end encrypted'), files: [] }]);
    expect(w.homeserver.calls).not.toContain('download');
});

test.each([['another', 'another'], ['cat.png', '']])('the caption is edited to "%s", the file stays', async (body, text) => {
    const w = await bridged();
    const event = w.file({ filename: 'cat.png', body: 'caption' });
    await w.push(event);
    const edited = { msgtype: 'm.image', url: w.uri, filename: 'cat.png', body };
    await w.push(w.file({ ...edited, 'm.new_content': edited, 'm.relates_to': { rel_type: 'm.replace', event_id: event.event_id } }));
    expect(w.messages()).toMatchObject([{ text, files: [{ name: 'cat.png' }] }]);
});

test('a redaction deletes the message', async () => {
    const w = await bridged();
    const event = w.file();
    await w.push(event);
    await w.push(w.homeserver.write(w.matrixRoom, CAROL, 'm.room.redaction', {}, { redacts: event.event_id }));
    expect(w.messages()).toEqual([]);
});

describe('where files are shown only to members of their room', () => {
    async function restricted() {
        const w = await bridged();
        w.rocketchat.settings.FileUpload_Restrict_to_room_members = true;
        return w;
    }

    test('the server\'s own message of the upload is the message, and gets the caption', async () => {
        const w = await restricted();
        const event = w.file({ filename: 'cat.png', body: 'caption' });
        await w.push(event);
        expect(w.messages()).toMatchObject([{ text: 'caption', sender: { id: puppetIdOf(CAROL) }, files: [{ name: 'cat.png' }] }]);
        await w.quiet();
        await new Bridge(w.context).handleTransaction('1', [event], []);
        expect(w.messages()).toHaveLength(1);
        await w.push(w.homeserver.write(w.matrixRoom, CAROL, 'm.room.redaction', {}, { redacts: event.event_id }));
        expect(w.messages()).toEqual([]);
    });

    test('a failure between upload and caption does not double it', async () => {
        const w = await restricted();
        w.rocketchat.faults.edit = [failing()];
        await w.push(w.file({ filename: 'cat.png', body: 'caption' }));
        expect(w.messages()).toMatchObject([{ text: 'caption' }]);
    });

    test('a message that a crash left without a record is taken for the event\'s, once', async () => {
        const w = await restricted();
        await w.push(w.homeserver.write(w.matrixRoom, CAROL, 'm.room.message', { msgtype: 'm.text', body: 'hi' }));
        await w.rocketchat.uploadFile({ roomId: w.room.id, userId: puppetIdOf(CAROL), name: 'cat.png', content: Buffer.from('the bytes') });
        await w.push(w.file({ filename: 'cat.png', body: 'caption' }));
        expect(w.messages().map(({ text, files }) => [text, files.length])).toEqual([['hi', 0], ['caption', 1]]);
        await w.push(w.file());
        expect(w.messages()).toHaveLength(3);
    });
});

test.each([true, false])('a very long text is its beginning with the whole as a file (shown to members only: %s)', async (restricted) => {
    const w = await bridged();
    w.rocketchat.settings.FileUpload_Restrict_to_room_members = restricted;
    const body = 'Some words of a long text. '.repeat(2000);
    const event = w.file({ msgtype: 'm.text', body, url: undefined, info: undefined });
    await w.push(event);
    await w.quiet();
    await new Bridge(w.context).handleTransaction('1', [event], []);
    const [message, ...more] = w.messages();
    expect(more).toEqual([]);
    expect(message.text.length).toBeLessThanOrEqual(5000);
    expect(message.text).toMatch(/\[…\]$/);
    expect(w.rocketchat.uploads.get(message.files[0].id)!.toString().trim()).toBe(body.trim());
});

describe('several files in one event', () => {
    async function gallery(restricted: boolean) {
        const w = await bridged();
        w.rocketchat.settings.FileUpload_Restrict_to_room_members = restricted;
        const item = (name: string, more = {}) => ({ itemtype: 'm.image', body: name, url: w.uri, info: { mimetype: 'image/png', size: 9 }, ...more });
        const event = (...itemtypes: unknown[]) => w.homeserver.write(w.matrixRoom, CAROL, 'm.room.message', { msgtype: 'dm.filament.gallery', body: 'our **trip**', itemtypes });
        const redact = (id: string) => w.push(w.homeserver.write(w.matrixRoom, CAROL, 'm.room.redaction', {}, { redacts: id as never }));
        return { ...w, item, event, redact };
    }

    test('are one message with all of them, where the bridge may show them', async () => {
        const w = await gallery(false);
        const event = w.event(w.item('a.png'), w.item('a.png'), { itemtype: 'm.file', body: 'secret.txt', file: { url: w.uri, v: 'v2' } });
        await w.push(event);
        await new Bridge(w.context).handleTransaction('1', [event], []);
        const [message, ...more] = w.messages();
        expect(more).toEqual([]);
        expect(message).toMatchObject({ id: messageIdOf(event.event_id), files: [{ name: 'a.png' }, { name: 'a.png' }], text: expect.stringMatching(/“secret\.txt” is end-to-end encrypted.*\nour \\\*\\\*trip/) });
        expect(message.attachments).toHaveLength(2);
        await w.redact(event.event_id);
        expect(w.messages()).toEqual([]);
    });

    test('are as many messages where the server posts them; a repetition adds none, a redaction takes all away', async () => {
        const w = await gallery(true);
        const event = w.event(w.item('a.png'), w.item('a.png'), w.item('b.png'));
        w.rocketchat.faults.edit = [failing()];
        await w.push(event);
        await w.quiet();
        await new Bridge(w.context).handleTransaction('1', [event], []);
        expect(w.messages().map(({ text, files }) => [text, files[0].name])).toEqual([['our \\*\\*trip\\*\\*', 'a.png'], ['', 'a.png'], ['', 'b.png']]);
        await w.redact(event.event_id);
        expect(w.messages()).toEqual([]);
    });

    test('a gallery of nothing is its text', async () => {
        const w = await gallery(false);
        await w.push(w.event(), w.event(7, null, { itemtype: 'm.text' }));
        expect(w.texts()).toEqual(['our \\*\\*trip\\*\\*', 'our \\*\\*trip\\*\\*']);
    });
});
