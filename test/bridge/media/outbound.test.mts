/** Files of Rocket.Chat messages on their way to Matrix: one event each, with captions, limits, and words where a file cannot be carried. */
import { MARK } from '../../../src/bridge/links/mark';
import type { RcFile, RcMessage } from '../../../src/rocketchat/RocketChat';
import { failure } from '../../support/fakes/FakeHomeserver.mts';
import { bridgedRoom } from '../../support/fakes/bridgedRoom.mts';

/** The smallest PNG header that has a size. */
const png = (width: number, height: number): Buffer => {
    const bytes = Buffer.alloc(33);
    bytes.write('\x89PNG\r\n\x1a\n', 'latin1');
    bytes.writeUInt32BE(width, 16);
    bytes.writeUInt32BE(height, 20);
    return bytes;
};

async function bridged() {
    const w = await bridgedRoom();
    const file = (name: string, type: string, content: Buffer, more: Partial<RcFile> = {}): RcFile => {
        w.rocketchat.uploads.set(`id-${name}`, content);
        return { id: `id-${name}`, name, type, size: content.length, isThumbnail: false, ...more };
    };
    const post = async (text: string, files: RcFile[], more: Partial<RcMessage> = {}): Promise<RcMessage> => {
        const message = w.rocketchat.write(w.room, w.alice, text, { files, ...more });
        await w.bridge.outbound.messagePosted(message);
        await w.quiet();
        return message;
    };
    return { ...w, timeline: w.matrixRoom.timeline, file, post, sent: w.messagesOnMatrix };
}

test('a picture with a caption is one event, uploaded by its writer, with size, dimensions and thumbnail', async () => {
    const w = await bridged();
    const attachments = [{ title_link: '/file-upload/id-cat.png/cat.png', image_url: '/file-upload/id-thumb-cat.png/cat.png', image_dimensions: { width: 4, height: 3 } }];
    const picture = w.file('cat.png', 'image/png', png(800, 600));
    await w.post('a *cat*', [picture, w.file('thumb-cat.png', 'image/png', png(4, 3), { isThumbnail: true })], { attachments });
    const [{ content, sender }, ...more] = w.sent();
    expect(more).toEqual([]);
    expect(sender).toBe('@rc_alice:hs.test');
    expect(content).toMatchObject({
        msgtype: 'm.image', filename: 'cat.png', body: 'a *cat*', formatted_body: 'a <strong>cat</strong>', 'm.mentions': {},
        info: { mimetype: 'image/png', size: 33, w: 800, h: 600, thumbnail_info: { mimetype: 'image/png', w: 4, h: 3 } },
    });
    const uploaded = w.homeserver.media.get(content.url as never)!;
    expect([uploaded.filename, uploaded.contentType, uploaded.by]).toEqual(['cat.png', 'image/png', '@rc_alice:hs.test']);
    expect(w.homeserver.media.has((content.info as Record<string, never>).thumbnail_url)).toBe(true);
});

test('several files are several events in their order; a deletion removes all of them', async () => {
    const w = await bridged();
    const files = [w.file('a.png', 'image/png', png(1, 1)), w.file('b.pdf', 'application/pdf', Buffer.from('pdf')), w.file('c.txt', 'text/plain', Buffer.from('c'))];
    const message = await w.post('look', files);
    const shown = w.sent().map(({ content }) => [content.filename, content.body, (content[MARK] as { part: number }).part]);
    expect(shown).toEqual([['a.png', 'look', 0], ['b.pdf', 'b.pdf', 1], ['c.txt', 'c.txt', 2]]);
    await w.bridge.outbound.messageDeleted(message, w.alice);
    await w.quiet();
    expect(w.timeline.filter(({ type }) => type === 'm.room.redaction').map(({ redacts }) => redacts)).toEqual(w.sent().map(({ event_id: id }) => id));
});

test('a failure in the middle repeats only what is missing', async () => {
    const w = await bridged();
    w.homeserver.faults.upload = [failure(502)];
    w.homeserver.faults.send = [failure(502), 'lost'];
    await w.post('', [w.file('a.txt', 'text/plain', Buffer.from('a')), w.file('b.txt', 'text/plain', Buffer.from('b'))]);
    expect(w.sent().map(({ content }) => content.body)).toEqual(['a.txt', 'b.txt']);
    expect(w.rocketchat.whispers).toEqual([]);
});

test('what a crash left of several files is brought after it', async () => {
    const w = await bridged();
    const message = await w.post('', [w.file('a.txt', 'text/plain', Buffer.from('a'))]);
    const more = { ...message, files: [...message.files, w.file('b.txt', 'text/plain', Buffer.from('b'))] };
    await w.bridge.outbound.messagePosted(more);
    await w.quiet();
    expect(w.sent().map(({ content }) => content.body)).toEqual(['a.txt', 'b.txt']);
});

test.each([
    ['of the homeserver', 10, undefined, '33 B are more than the 10 B'],
    ['of the workspace', 1000, 20, '33 B are more than the 20 B'],
])('over the limit %s a file is a link, and its writer is told both sizes', async (_name, homeserver, setting, words) => {
    const w = await bridged();
    w.homeserver.largestUpload = homeserver;
    w.rocketchat.settings.FileUpload_MaxFileSize = setting;
    await w.post('see', [w.file('big.png', 'image/png', png(2, 2))]);
    expect(w.sent().map(({ content }) => [content.msgtype, content.body])).toEqual([['m.text', expect.stringContaining(words)]]);
    expect(w.sent()[0].content.body).toContain('https://chat.test/file-upload/id-big.png/big.png');
    expect(w.sent()[0].content.body).toMatch(/^see\n/);
    expect(w.rocketchat.whispers.map(({ text }) => text)).toEqual([expect.stringContaining(words)]);
    expect(w.rocketchat.calls).not.toContain('fileContent');
});

test('a homeserver that refuses the size in spite of what it said is believed', async () => {
    const w = await bridged();
    w.homeserver.faults.upload = [failure(413, 'M_TOO_LARGE', { code: 'matrix.tooLarge' })];
    await w.post('', [w.file('big.png', 'image/png', png(2, 2))]);
    expect(w.sent()[0].content).toMatchObject({ msgtype: 'm.text', body: expect.stringContaining('big.png') });
    expect(w.rocketchat.whispers).toHaveLength(1);
});

test('a file that is gone is said to both sides', async () => {
    const w = await bridged();
    const file = w.file('gone.txt', 'text/plain', Buffer.from('x'));
    w.rocketchat.uploads.clear();
    await w.post('caption', [file]);
    expect(w.sent()[0].content).toMatchObject({ msgtype: 'm.text', body: expect.stringMatching(/^caption\n📎 gone\.txt/) });
    expect(w.rocketchat.whispers.map(({ text }) => text)).toEqual([expect.stringContaining('gone.txt')]);
});

test.each([['a *new* one', { body: 'a *new* one', formatted_body: 'a <strong>new</strong> one' }], ['', { body: 'a.png' }]])('the caption is edited to "%s", the picture stays', async (text, wanted) => {
    const w = await bridged();
    const message = await w.post('old', [w.file('a.png', 'image/png', png(1, 1))]);
    await w.bridge.outbound.messageEdited({ ...message, text, editedAt: w.clock.now() });
    await w.quiet();
    const [first, edit] = w.sent();
    expect(edit.content['m.relates_to']).toEqual({ rel_type: 'm.replace', event_id: first.event_id });
    expect(edit.content['m.new_content']).toMatchObject({ msgtype: 'm.image', url: first.content.url, filename: 'a.png', ...wanted });
    expect(w.homeserver.calls.filter((call) => call === 'upload')).toHaveLength(1);
});

test.each([
    ['another *caption*', /^another \*caption\*\n📎 big\.png: 33 B .*file-upload\/id-big\.png/, /^another <strong>caption<\/strong><br>📎 big\.png/],
    ['', /^📎 big\.png: 33 B .*file-upload\/id-big\.png/, undefined],
])('the note in place of a file stays when its caption is edited to "%s"', async (text, body, html) => {
    const w = await bridged();
    w.homeserver.largestUpload = 10;
    const message = await w.post('see', [w.file('big.png', 'image/png', png(2, 2))]);
    await w.bridge.outbound.messageEdited({ ...message, text, editedAt: w.clock.now() });
    await w.quiet();
    const changed = w.sent()[1].content['m.new_content'] as Record<string, string>;
    expect(changed).toMatchObject({ msgtype: 'm.text', body: expect.stringMatching(body) });
    expect(changed.formatted_body).toEqual(html && expect.stringMatching(html));
});

test('a file that answers without a word has no caption', async () => {
    const w = await bridged();
    const asked = await w.post('where?', []);
    await w.post(`[ ](https://chat.test/channel/general?msg=${asked.id})`, [w.file('map.png', 'image/png', png(2, 2))]);
    expect(w.sent()[1].content).toMatchObject({ 'msgtype': 'm.image', 'body': 'map.png', 'm.relates_to': { 'm.in_reply_to': { event_id: w.sent()[0].event_id } } });
});

test('the caption of several files is edited at the first one that Matrix still shows', async () => {
    const w = await bridged();
    const files = ['a.txt', 'b.txt'].map((name) => w.file(name, 'text/plain', Buffer.from(name)));
    const message = await w.post('both', files, { attachments: files.map(({ id, name }) => ({ title: name, title_link: `/file-upload/${id}/${name}` })) });
    const [first, second] = w.sent();
    const redact = async (redacts: string): Promise<void> => {
        await w.bridge.handleTransaction(redacts, [w.homeserver.write(w.matrixRoom, '@mod:hs.test' as never, 'm.room.redaction', { redacts }, { redacts } as never)], []);
    };
    const edit = async (text: string, editedAt: number) => {
        await w.bridge.outbound.messageEdited({ ...message, text, editor: w.alice, editedAt });
        await w.quiet();
    };
    await redact(first.event_id);
    await edit('what is left', w.clock.now() + 1);
    const { content } = w.sent().pop()!;
    expect(content).toMatchObject({ 'm.new_content': { filename: 'b.txt', body: 'what is left' }, 'm.relates_to': { event_id: second.event_id } });
    await redact(second.event_id);
    await edit('nothing', w.clock.now() + 2);
    expect(w.sent()).toHaveLength(3);
});

test('a voice message is one on Matrix', async () => {
    const w = await bridged();
    const mp3 = Buffer.concat([Buffer.from([0xff, 0xfb, 0x50, 0xc4]), Buffer.alloc(7996)]);
    await w.post('', [w.file('Audio record.mp3', 'audio/mpeg', mp3)]);
    expect(w.sent()[0].content).toMatchObject({ msgtype: 'm.audio', 'org.matrix.msc3245.voice': {}, info: { duration: 1000 } });
});

test('a file in a thread is in the thread', async () => {
    const w = await bridged();
    const root = await w.post('root', []);
    await w.post('', [w.file('a.txt', 'text/plain', Buffer.from('a'))], { threadId: root.id });
    expect(w.sent()[1].content['m.relates_to']).toMatchObject({ rel_type: 'm.thread', event_id: w.sent()[0].event_id });
});

test('the whole of a text in a thread is in the thread, also when an edit brings it', async () => {
    const w = await bridged();
    const root = await w.post('root', []);
    await w.post('word '.repeat(20_000), [], { threadId: root.id });
    const message = await w.post('short', [], { threadId: root.id });
    await w.bridge.outbound.messageEdited({ ...message, text: 'word '.repeat(20_000), editor: w.alice, editedAt: w.clock.now() + 1 });
    await w.quiet();
    const wholes = w.sent().filter(({ content }) => content.filename === 'message.txt');
    expect(wholes.map(({ content }) => content['m.relates_to'])).toMatchObject([1, 2].map(() => ({ rel_type: 'm.thread', event_id: w.sent()[0].event_id })));
});

test('a text that does not fit into an event is followed by the whole of it as a file', async () => {
    const w = await bridged();
    const text = 'word '.repeat(20_000);
    await w.post(text, []);
    const [short, whole] = w.sent();
    expect(String(short.content.body).length).toBeLessThan(60_100);
    expect(whole.content).toMatchObject({ msgtype: 'm.file', filename: 'message.txt', info: { mimetype: 'text/plain' } });
    expect(w.homeserver.media.get(whole.content.url as never)!.content.toString().trim()).toBe(text.trim());
});

test('what has arrived in part may have been delivered, and another try brings the rest', async () => {
    const w = await bridged();
    const refused = () => failure(400, 'M_UNKNOWN', { retriable: false, certain: true });
    const texts = (): unknown[] => w.sent().map(({ content }) => content.filename ?? 'text');
    for (const [text, files] of [['word '.repeat(20_000), []], ['look', [w.file('a.txt', 'text/plain', Buffer.from('a')), w.file('b.txt', 'text/plain', Buffer.from('b'))]]] as const) {
        const { send } = w.homeserver;
        let sends = 0;
        w.homeserver.send = (event) => {
            sends += 1;
            return sends === 2 ? Promise.reject(refused()) : send.call(w.homeserver, event);
        };
        await w.post(text, [...files]);
        w.homeserver.send = send;
    }
    expect(texts()).toEqual(['text', 'a.txt']);
    expect(w.rocketchat.whispers.map(({ text }) => /was not|may not have been/.exec(text)?.[0])).toEqual(['may not have been', 'may not have been']);
    expect(await w.bridge.retries.retry(await w.bridge.deadLetters.all(), 1e9)).toMatchObject({ through: 2 });
    expect(texts()).toEqual(['text', 'a.txt', 'message.txt', 'b.txt']);
});
