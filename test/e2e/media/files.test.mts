/** Pictures, documents, voice messages and stickers cross over, with what is written beside them. */
import sharp from 'sharp';
import { bridgeChannel } from '../../support/bridgedRoom.mts';
import { eventually } from '../../support/eventually.mts';
import { downloadFile, postFile, postFiles } from '../../support/files.mts';
import { downloadMedia, uploadMedia } from '../../support/media.mts';
import type { Matrix } from '../../support/clients/matrix.mts';
import type { RcMessage, RcRoom, RocketChat } from '../../support/clients/rocketchat.mts';
import { testWithOwnServers, useStack } from '../../support/servers/stack.mts';

const here = useStack({ maxUpload: 300 * 1024 });
/** Dendrite pushes no redactions: they are found by reading. */
const redactionPatience = process.env.HOMESERVER_KIND === 'dendrite' ? 50_000 : 10_000;
let alice: RocketChat;
let carol: Matrix;
let channel: RcRoom;
let roomId: string;

const picture = (width: number, height: number): Promise<Buffer> => sharp({ create: { width, height, channels: 3, background: 'teal' } }).png().toBuffer();

beforeAll(async () => {
    alice = await here().rocketchatUser('alice', { name: 'Alice Liddell' });
    carol = await here().matrixUser('carol', 'Carol Danvers');
    await alice.post('v1/users.setAvatar', { avatarUrl: `data:image/png;base64,${(await picture(64, 64)).toString('base64')}` });
    await carol.request('PUT', `v3/profile/${encodeURIComponent(carol.userId)}/avatar_url`, { avatar_url: await uploadMedia(carol, await picture(700, 700), 'image/png') });
    ({ channel, roomId } = await bridgeChannel(here(), alice, carol, 'gallery'));
}, 60_000);

describe('from Rocket.Chat', () => {
    test('a picture with a caption is one event of the writer\'s ghost, and its bytes are the same', async () => {
        const content = await picture(900, 600);
        await postFile(alice, channel, { name: 'teal.png', type: 'image/png', content }, 'a *teal* square');
        const event = await carol.waitForEvent(roomId, (candidate) => candidate.content.filename === 'teal.png');
        expect(event.sender).toBe(here().ghostOf(alice));
        expect(event.content).toMatchObject({
            msgtype: 'm.image', formatted_body: 'a <strong>teal</strong> square', 'm.mentions': {},
            info: { mimetype: 'image/png', size: content.length, w: 900, h: 600, thumbnail_info: { w: 480, h: 320 } },
        });
        expect((await downloadMedia(carol, event.content.url)).content.equals(content)).toBe(true);
        expect((await sharp((await downloadMedia(carol, event.content.info.thumbnail_url)).content).metadata()).width).toBe(480);
    });

    test('a caption can be edited; the deletion takes the event away', async () => {
        const message = await postFile(alice, channel, { name: 'note.txt', type: 'text/plain', content: Buffer.from('text') }, 'old words');
        const event = await carol.waitForEvent(roomId, (candidate) => candidate.content.filename === 'note.txt');
        expect(event.content).toMatchObject({ msgtype: 'm.file', body: 'old words' });
        await alice.edit(message, 'new words');
        const edit = await carol.waitForEvent(roomId, (candidate) => candidate.content['m.new_content']?.body === 'new words');
        expect(edit.content['m.relates_to']).toEqual({ rel_type: 'm.replace', event_id: event.event_id });
        expect(edit.content['m.new_content']).toMatchObject({ msgtype: 'm.file', url: event.content.url, filename: 'note.txt' });
        await alice.deleteMessage(message);
        await carol.waitForEvent(roomId, (candidate) => candidate.type === 'm.room.redaction' && (candidate.redacts ?? candidate.content.redacts) === event.event_id);
    });

    test('several files of one message are an event each, in their order; the deletion takes all of them away', async () => {
        const files = [
            { name: 'one.png', type: 'image/png', content: await picture(600, 400) },
            { name: 'two.txt', type: 'text/plain', content: Buffer.from('two') },
            { name: 'three.mp3', type: 'audio/mpeg', content: Buffer.concat([Buffer.from([0xff, 0xfb, 0x50, 0xc4]), Buffer.alloc(7996)]) },
        ];
        const message = await postFiles(alice, channel, files, 'three at *once*');
        await carol.waitForEvent(roomId, (candidate) => candidate.content.filename === 'three.mp3');
        const sent = (await carol.events(roomId)).filter(({ content }) => files.some(({ name }) => name === content.filename));
        expect(sent.map(({ content }) => [content.msgtype, content.filename, content.body])).toEqual([
            ['m.image', 'one.png', 'three at *once*'], ['m.file', 'two.txt', 'two.txt'], ['m.audio', 'three.mp3', 'three.mp3'],
        ]);
        for (const [index, { content }] of sent.entries()) {
            expect((await downloadMedia(carol, content.url)).content.equals(files[index].content)).toBe(true);
        }
        await alice.deleteMessage(message);
        const gone = async (): Promise<boolean> => {
            const redacted = (await carol.events(roomId)).filter(({ type }) => type === 'm.room.redaction').map((event) => event.redacts ?? event.content.redacts);
            return sent.every(({ event_id: id }) => redacted.includes(id));
        };
        await eventually(gone, { what: 'the redaction of all three' });
    });

    test('a recording is a voice message', async () => {
        const content = Buffer.concat([Buffer.from([0xff, 0xfb, 0x50, 0xc4]), Buffer.alloc(7996)]);
        await postFile(alice, channel, { name: 'Audio record.mp3', type: 'audio/mpeg', content });
        const event = await carol.waitForEvent(roomId, (candidate) => candidate.content.msgtype === 'm.audio');
        expect(event.content).toMatchObject({ 'org.matrix.msc3245.voice': {}, info: { mimetype: 'audio/mpeg', duration: 1000 } });
    });

    test('a file that the homeserver does not take is a link, and its writer is told both sizes', async () => {
        await alice.listen();
        await postFile(alice, channel, { name: 'large.bin', type: 'application/octet-stream', content: Buffer.alloc(400_000, 1) }, 'too much');
        const event = await carol.waitForEvent(roomId, 'large.bin');
        expect(event.content.msgtype).toBe('m.text');
        expect(event.content.body).toMatch(/^too much\n.*400 kB .*\/file-upload\//);
        await eventually(() => alice.whispersIn(channel).some((text) => /large\.bin.*400 kB.*307 kB/.test(text)), { what: 'the note to the writer' });
    });
});

describe('from Matrix', () => {
    const received = (name: string): Promise<RcMessage> => alice.waitForMessage(channel, (message) => message.file?.name === name);

    test.each([
        ['m.sticker', { body: 'waving', info: { mimetype: 'image/png', w: 20, h: 20 } }, 'waving.png', 'image_url'],
        ['m.room.message', { msgtype: 'm.audio', body: 'Voice message.ogg', 'org.matrix.msc3245.voice': {}, info: { mimetype: 'audio/ogg', duration: 900 } }, 'Voice message.ogg', 'audio_url'],
        ['m.room.message', { msgtype: 'm.video', body: 'film.mp4' }, 'film.mp4', 'video_url'],
        ['m.room.message', { msgtype: 'm.file', body: 'paper.pdf', info: null }, 'paper.pdf', 'title_link'],
    ])('%s %j', async (type, content, name, field) => {
        const bytes = type === 'm.sticker' ? await picture(20, 20) : Buffer.from(name);
        await carol.send(roomId, type, { ...content, url: await uploadMedia(carol, bytes, 'application/octet-stream') });
        const message = await received(name);
        expect(message.msg).toBe('');
        expect((await downloadFile(alice, message.attachments[0][field])).equals(bytes)).toBe(true);
    });

    testWithOwnServers.each([['shown only to members of its room', true], ['shown to whoever is logged in', false]])('a picture with a caption is one message, where a file is %s', async (_name, restricted) => {
        await here().admin.post('v1/settings/FileUpload_Restrict_to_room_members', { value: restricted });
        const name = `moon ${restricted}.png`;
        const content = await picture(800, 500);
        const url = await uploadMedia(carol, content, 'image/png');
        const id = await carol.send(roomId, 'm.room.message', {
            msgtype: 'm.image', filename: name, body: 'the **moon**', format: 'org.matrix.custom.html', formatted_body: 'the <strong>moon</strong>',
            url, info: { mimetype: 'image/png', size: content.length, w: 800, h: 500 },
        });
        const message = await alice.waitForMessage(channel, (candidate) => candidate.file?.name === name && candidate.msg === 'the *moon*');
        expect(message.attachments[0]).toMatchObject({ title: name, image_type: 'image/png', image_preview: expect.any(String) });
        expect(message.attachments[0]).not.toHaveProperty('ts');
        expect(message.files.map((file: { typeGroup?: string }) => file.typeGroup)).toEqual([undefined, 'thumb']);
        expect((await downloadFile(alice, message.attachments[0].title_link)).equals(content)).toBe(true);
        await carol.send(roomId, 'm.room.message', {
            msgtype: 'm.image', body: '* far', 'm.new_content': { msgtype: 'm.image', filename: name, body: 'far', url }, 'm.relates_to': { rel_type: 'm.replace', event_id: id },
        });
        await alice.waitForMessage(channel, (candidate) => candidate._id === message._id && candidate.msg === 'far' && candidate.file?.name === name);
        await carol.redact(roomId, id);
        await eventually(async () => !(await alice.messages(channel)).some(({ _id }) => _id === message._id), { what: 'the deletion', timeout: redactionPatience });
        await expect(downloadFile(alice, message.attachments[0].title_link)).rejects.toThrow('404');
    }, 90_000);

    testWithOwnServers('a file in a thread is in the thread where the server lets it be, else it quotes the first message', async () => {
        await here().admin.post('v1/settings/FileUpload_Restrict_to_room_members', { value: false });
        const root = await carol.sendText(roomId, 'root of the thread');
        const { _id: rootId } = await alice.waitForMessage(channel, 'root of the thread');
        const url = await uploadMedia(carol, Buffer.from('inside'), 'text/plain');
        await carol.send(roomId, 'm.room.message', { msgtype: 'm.file', body: 'inside.txt', url, 'm.relates_to': { rel_type: 'm.thread', event_id: root } });
        const { messages } = await eventually(async () => {
            const answer = await alice.get('v1/chat.getThreadMessages', { tmid: rootId });
            return answer.messages.length ? answer : undefined;
        }, { what: 'the answer in the thread' });
        expect(messages).toMatchObject([{ tmid: rootId, file: { name: 'inside.txt' } }]);
        await here().admin.post('v1/settings/FileUpload_Restrict_to_room_members', { value: true });
        await carol.send(roomId, 'm.room.message', { msgtype: 'm.file', body: 'outside.txt', url, 'm.relates_to': { rel_type: 'm.thread', event_id: root } });
        const quoting = await alice.waitForMessage(channel, (message) => message.file?.name === 'outside.txt' && message.msg.includes(rootId));
        expect(quoting.attachments.some((attachment: { text?: string }) => attachment.text === 'root of the thread')).toBe(true);
    });

    testWithOwnServers.each([true, false])('several files of one event are all there, and go with it (shown only to members: %s)', async (restricted) => {
        await here().admin.post('v1/settings/FileUpload_Restrict_to_room_members', { value: restricted });
        const names = ['first', 'second'].map((name) => `${name} ${restricted}.txt`);
        const itemtypes = await Promise.all(names.map(async (body) => ({ itemtype: 'm.file', body, url: await uploadMedia(carol, Buffer.from(body), 'text/plain') })));
        const id = await carol.send(roomId, 'm.room.message', { msgtype: 'dm.filament.gallery', body: `both ${restricted}`, itemtypes });
        await alice.waitForMessage(channel, `both ${restricted}`);
        const shown = async () => (await alice.messages(channel)).flatMap(({ attachments = [] }) => attachments).filter(({ title }) => names.includes(title));
        expect((await shown()).map(({ title }) => title).sort()).toEqual(names);
        for (const { title, title_link: link } of await shown()) {
            expect((await downloadFile(alice, link)).toString()).toBe(title);
        }
        await carol.redact(roomId, id);
        await eventually(async () => (await shown()).length === 0, { what: 'the deletion of both', timeout: redactionPatience });
    }, 90_000);

    test('what the bridge cannot carry is said', async () => {
        await carol.send(roomId, 'm.room.message', { msgtype: 'm.file', body: 'lost.txt', url: `mxc://${here().serverName}/doesnotexist` });
        await alice.waitForMessage(channel, (message) => /lost\.txt.*could not be fetched/.test(message.msg));
        await carol.send(roomId, 'm.room.message', { msgtype: 'm.file', body: 'secret.txt', file: { url: 'mxc://x/y', v: 'v2' } });
        await alice.waitForMessage(channel, (message) => /secret\.txt.*end-to-end encrypted/.test(message.msg));
    });

    testWithOwnServers.each([['homeserver', 104_857_600, '307 kB'], ['workspace', 200_000, '200 kB']])('a file over the limit of the %s is a link with both sizes, and its writer is told', async (server, limit, words) => {
        await here().admin.post('v1/settings/FileUpload_MaxFileSize', { value: limit });
        const name = `huge for the ${server}.bin`;
        const id = await carol.send(roomId, 'm.room.message', { msgtype: 'm.file', body: name, url: `mxc://${here().serverName}/huge`, info: { size: 5_000_000_000 } });
        const message = await alice.waitForMessage(channel, name);
        expect(message.msg).toMatch(new RegExp(`\\|${name}> \\(5 GB\\).*${words}`));
        const { content } = await carol.waitForEvent(roomId, (candidate) => candidate.content['m.relates_to']?.['m.in_reply_to']?.event_id === id);
        expect(content).toMatchObject({ msgtype: 'm.notice', body: `⚠️ “${name}” was not delivered to Rocket.Chat: 5 GB are more than the ${words} that may be carried.` });
        await here().admin.post('v1/settings/FileUpload_MaxFileSize', { value: 104_857_600 });
    });
});

describe('pictures of people', () => {
    test('a ghost wears the picture of its user', async () => {
        const look = async (): Promise<string | undefined> => (await carol.profile(here().ghostOf(alice)))?.avatar_url;
        const { content, contentType } = await downloadMedia(carol, await eventually(look, { what: 'a picture' }));
        expect(contentType).toBe('image/png');
        expect((await sharp(content).metadata()).width).toBeGreaterThan(0);
    });

    test('messages from Matrix carry the picture of their writer, which everybody can load and nobody can forge', async () => {
        await carol.sendText(roomId, 'look at me');
        const { avatar } = await alice.waitForMessage(channel, 'look at me');
        const response = await fetch(avatar as string);
        // Synapse makes thumbnails of PNG pictures as PNG, Dendrite makes JPEG of everything.
        expect([response.status, response.headers.get('content-type')]).toEqual([200, here().homeserver.kind === 'dendrite' ? 'image/jpeg' : 'image/png']);
        expect((await sharp(Buffer.from(await response.arrayBuffer())).metadata()).width).toBeLessThan(700);
        const forged = (avatar as string).replace(/[^/]$/, (last) => (last === '0' ? '1' : '0'));
        expect((await fetch(forged)).status).toBe(404);
    });
});
