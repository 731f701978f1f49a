/**
 * Files. Server: `server/lib/apps/bridges/uploads.ts`, `app/file-upload/server/lib/FileUpload.ts`,
 * `server/meteor-methods/messages/sendFileMessage.ts`, `server/ufs/ufs-filter.ts`.
 */
import sharp from 'sharp';
import { createBot, createRoomAs, deleteAs, refusal, type Bot } from '../../support/apps/appCalls.mts';
import { unique } from '../../support/eventually.mts';
import { postEvents, Probe } from '../../support/apps/probeApp.mts';
import type { RcRoom } from '../../support/clients/rocketchat.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

const image = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: 'teal' } }).png().toBuffer();

jest.setTimeout(60_000);

describe('files', () => {
    const running = useWorkspace();
    let probe: Probe;
    let bot: Bot;
    let room: RcRoom;
    const setting = (id: string, value: unknown) => running().admin.post(`v1/settings/${id}`, { value });

    beforeAll(async () => {
        const { admin } = running();
        probe = await Probe.install(admin, { implements: [...postEvents, 'IPreFileUpload'] });
        bot = await createBot(probe, unique('uploader'));
        room = await admin.room(await createRoomAs(probe, bot.id, { type: 'c', name: unique('files'), members: [admin.username] }));
    });
    beforeEach(() => probe.forget());

    const upload = (content: Buffer, filename: string, roomId = room._id, user: string | null = bot.id) => probe.run(`
        const room = await read.getRoomReader().getById(args.roomId);
        const user = args.user === null ? undefined : await read.getUserReader().getById(args.user);
        return modify.getCreator().getUploadCreator().uploadBuffer(Buffer.from(args.content, 'base64'), { filename: args.filename, room, ...(user && { user }) });`,
    { content: content.toString('base64'), filename, roomId, user });

    test('an upload is posted at once without a text; the result is the upload, the message comes as an event', async () => {
        const result = await upload(Buffer.from('plain text'), 'notes.txt');
        expect(result).toMatchObject({ name: 'notes.txt', type: 'text/plain', size: 10, room: { id: room._id }, user: { id: bot.id }, complete: true });
        expect(result.path).toBe(`/file-upload/${result.id}/notes.txt`);
        const { payload } = await probe.event('IPostMessageSent', (message) => message.file?._id === result.id);
        expect(payload).toMatchObject({
            sender: { id: bot.id },
            groupable: false,
            files: [{ _id: result.id, name: 'notes.txt', type: 'text/plain', size: 10 }],
            attachments: [{ type: 'file', fileId: result.id, title: { value: 'notes.txt', link: result.path, displayDownloadLink: true } }],
        });
        expect(payload.text ?? '').toBe('');
    });

    test('an image gets a thumbnail as second file, and the apps are asked about both', async () => {
        const result = await upload(await image(900, 600), 'big.png');
        const { payload } = await probe.event('IPostMessageSent', (message) => message.file?._id === result.id);
        expect(payload.files.map(({ typeGroup, name }: any) => [typeGroup ?? null, name])).toEqual([[null, 'big.png'], ['thumb', 'thumb-big.png']]);
        expect(payload.attachments[0]).toMatchObject({
            fileId: result.id,
            imageUrl: `/file-upload/${payload.files[1]._id}/big.png`,
            imageDimensions: { width: 480, height: 320 },
            imagePreview: expect.any(String),
        });
        const asked = await probe.events('IPreFileUpload');
        expect(asked.map(({ payload: { file } }) => [file.name, file.rid])).toEqual([['big.png', room._id], ['thumb-big.png', room._id]]);
        expect(Buffer.isBuffer(asked[0].payload.content)).toBe(true);
    });

    test('a small image has no thumbnail; audio and video have their own fields', async () => {
        const small = await upload(await image(20, 10), 'small.png');
        const { payload } = await probe.event('IPostMessageSent', (message) => message.file?._id === small.id);
        expect(payload.files).toHaveLength(1);
        expect(payload.attachments[0]).toMatchObject({ imageUrl: small.path, imageType: 'image/png', imageDimensions: { width: 20, height: 10 } });
        const sound = await upload(Buffer.from('not really sound'), 'sound.mp3');
        const heard = await probe.event('IPostMessageSent', (message) => message.file?._id === sound.id);
        expect(heard.payload.attachments[0]).toMatchObject({ audioUrl: sound.path, audioType: 'audio/mpeg', audioSize: 16 });
        const film = await upload(Buffer.from('not really film'), 'film.mp4');
        const seen = await probe.event('IPostMessageSent', (message) => message.file?._id === film.id);
        expect(seen.payload.attachments[0]).toMatchObject({ videoUrl: film.path, videoType: 'video/mp4', videoSize: 15 });
    });

    test('the type is found by the name, and by the content for a name that tells nothing', async () => {
        expect((await upload(await image(5, 5), 'picture')).type).toBe('image/png');
        expect((await upload(Buffer.from([1, 2, 3]), 'data')).type).toBe('application/octet-stream');
        expect((await upload(Buffer.from('{}'), 'data.json')).type).toBe('application/json');
    });

    test('limits: switched off, too large, a type that is denied, an empty file', async () => {
        await setting('FileUpload_MaxFileSize', 5);
        expect(await refusal(upload(Buffer.from('123456'), 'a.txt'))).toMatch('File exceeds allowed size of 5 B. [error-file-too-large]');
        await setting('FileUpload_MaxFileSize', 104857600);
        expect(await refusal(upload(Buffer.from('<svg/>'), 'a.svg'))).toMatch('File type is not accepted. [error-invalid-file-type]');
        expect(await refusal(upload(Buffer.alloc(0), 'a.txt'))).toMatch('file-too-small');
        await setting('FileUpload_Enabled', false);
        expect(await refusal(upload(Buffer.from('x'), 'a.txt'))).toMatch('error-file-upload-disabled');
        await setting('FileUpload_Enabled', true);
    });

    test('a bot that cannot see the room cannot put a file there, the app user can', async () => {
        const { admin } = running();
        const hidden = await admin.createRoom('p', unique('hidden'));
        expect(await refusal(upload(Buffer.from('x'), 'a.txt', hidden._id))).toMatch('File does not match filter [invalid-file]');
        expect(await upload(Buffer.from('x'), 'a.txt', hidden._id, null)).toMatchObject({ user: { username: probe.username } });
    });

    test('an app refuses a file with its exception', async () => {
        await probe.on('IPreFileUpload', `
            const { FileUploadNotAllowedException } = require('@rocket.chat/apps-engine/definition/exceptions');
            throw new FileUploadNotAllowedException('no such files here');`);
        expect(await refusal(upload(Buffer.from('x'), 'a.txt'))).toMatch('no such files here [error-app-prevented]');
        await probe.on('IPreFileUpload', '');
    });

    test('the content can be read until a person deletes the message; a deletion by the app leaves the file', async () => {
        const { admin } = running();
        const read = (id: string) => probe.run<Buffer>('return read.getUploadReader().getBufferById(args.id)', { id });
        const posted = async () => {
            const { id } = await upload(Buffer.from('read me'), 'a.txt');
            const { payload } = await probe.event('IPostMessageSent', (message) => message.file?._id === id);
            return { id, messageId: payload.id as string };
        };
        const one = await posted();
        expect((await read(one.id)).toString()).toBe('read me');
        await admin.deleteMessage(await admin.message(one.messageId));
        expect(await refusal(read(one.id))).not.toBe('no error');
        // The converter has no field for files on the way back, so the server does not know of them.
        const two = await posted();
        await deleteAs(probe, bot.id, two.messageId);
        expect((await read(two.id)).toString()).toBe('read me');
    });

    test('a person\'s file with a caption: the text is the message\'s', async () => {
        const { admin } = running();
        const { message } = await uploadByPerson(admin, room._id, 'caption');
        expect(message).toMatchObject({ msg: 'caption', files: [{ name: 'a.txt' }] });
        expect((await probe.event('IPostMessageSent', ({ id }) => id === message._id)).payload.text).toBe('caption');
    });
});

describe('files on an older server', () => {
    const running = useWorkspace({ quirks: ['captionInAttachment=true'] });

    test('the text of a file is its attachment\'s description', async () => {
        const { admin } = running();
        const room = await admin.createRoom('c', unique('old'));
        const { message } = await uploadByPerson(admin, room._id, 'caption');
        expect(message).toMatchObject({ msg: '', attachments: [{ description: 'caption' }] });
    });
});

async function uploadByPerson(admin: { post(path: string, body?: unknown): Promise<any> }, roomId: string, msg: string): Promise<any> {
    const form = new FormData();
    form.append('file', new Blob(['text'], { type: 'text/plain' }), 'a.txt');
    const { file } = await admin.post(`v1/rooms.media/${roomId}`, form);
    return admin.post(`v1/rooms.mediaConfirm/${roomId}/${file._id}`, { msg });
}
