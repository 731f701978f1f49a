import { fromMatrix, mediaAttachment, mediaContent, mediaTooLarge, outwardFiles, toMatrix } from '../../src/convert/index';
import type { MxcUri } from '../../src/ids/types';
import { inward, outward } from './look.mts';

const mxc = 'mxc://hs.example/abc' as MxcUri;
const file = { id: 'F1', name: 'a.png', type: 'image/png', size: 10, isThumbnail: false };

describe('files of a Rocket.Chat message', () => {
    test('several, in order, without thumbnails; the text is the caption of the first', () => {
        const files = outwardFiles({
            text: 'two *pictures*',
            files: [file, { ...file, id: 'T1', isThumbnail: true }, { ...file, id: 'F2', name: 'b.pdf', type: 'application/pdf' }],
            attachments: [{ title_link: '/file-upload/F1/a.png', image_url: '/file-upload/T1/a.png', image_dimensions: { width: 4, height: 3 } }],
        });
        expect(files.map(({ id, caption }) => [id, caption?.text])).toEqual([['F1', 'two *pictures*'], ['F2', undefined]]);
        // The attachment shows the thumbnail: the dimensions are the thumbnail's.
        expect(files[0]).toMatchObject({ thumbnail: { id: 'T1', width: 4, height: 3 }, size: 10, voice: false });
        expect(files[0].width).toBeUndefined();
    });

    test('a message with a text and a file with a description have both as a caption', () => {
        const attachments = [{ title_link: '/file-upload/F1/a.png', description: 'the cat', descriptionMd: [{ type: 'PARAGRAPH', value: [{ type: 'PLAIN_TEXT', value: 'the cat' }] }] }];
        const caption = (text: string, md?: unknown[]) => toMatrix(outwardFiles({ text, md, files: [file], attachments })[0].caption!, outward).content.body;
        expect(caption('*look*')).toBe('*look*\nthe cat');
        expect(caption('x', [{ type: 'PARAGRAPH', value: [{ type: 'BOLD', value: [{ type: 'PLAIN_TEXT', value: 'x' }] }] }])).toBe('*x*\nthe cat');
        expect([caption('the cat'), caption(' ')]).toEqual(['the cat', 'the cat']);
    });

    test('one without a name goes by its title', () => {
        const named = (attachments: Record<string, unknown>[]) => outwardFiles({ text: '', files: [{ ...file, name: '' }], attachments })[0].name;
        expect([named([{ title_link: '/file-upload/F1/a.png', title: 'a.png' }]), named([])]).toEqual(['a.png', 'file']);
    });

    test('a description of older servers is the caption of its file', () => {
        const [one, two] = outwardFiles({
            text: '', files: [file, { ...file, id: 'F2' }],
            attachments: [{ title_link: '/file-upload/F1/a.png', description: 'first' }, { title_link: '/file-upload/F2/a.png', description: 'second' }],
        });
        expect([one.caption?.text, two.caption?.text]).toEqual(['first', 'second']);
    });

    test.each([['Audio record.mp3', 'audio/mpeg', true], ['1700000000000.m4a', 'audio/mp4', true], ['song.mp3', 'audio/mpeg', false], ['Audio record.pdf', 'application/pdf', false]])('%s is a voice message: %s %s', (name, type, voice) => {
        expect(outwardFiles({ text: '', files: [{ ...file, name, type }] })[0].voice).toBe(voice);
    });
});

describe('content of a file', () => {
    const base = { name: 'a.png', mimetype: 'image/png', size: 10, width: 4, height: 3, voice: false };

    test('without caption the body is the name', () => {
        expect(mediaContent(base, mxc)).toEqual({
            msgtype: 'm.image', body: 'a.png', filename: 'a.png', url: mxc, info: { mimetype: 'image/png', size: 10, w: 4, h: 3 }, 'm.mentions': {},
        });
    });

    test('a caption is converted like a text', () => {
        const { content: caption } = toMatrix({ text: '@alice *look*' }, outward);
        expect(mediaContent(base, mxc, { caption })).toMatchObject({
            body: 'Alice <A> *look*', filename: 'a.png', format: 'org.matrix.custom.html', 'm.mentions': { user_ids: ['@rc_alice:hs.example'] },
        });
    });

    test.each([['video/mp4', 'm.video'], ['audio/ogg', 'm.audio'], ['application/pdf', 'm.file'], ['text/plain', 'm.file'], ['image/svg+xml', 'm.image']])('%s is %s', (mimetype, msgtype) => {
        expect(mediaContent({ name: 'x', mimetype, voice: false }, mxc).msgtype).toBe(msgtype);
    });

    test('a voice message is marked as MSC3245 says', () => {
        expect(mediaContent({ name: 'Audio record.mp3', mimetype: 'audio/mpeg', voice: true, durationMs: 1200 }, mxc)).toMatchObject({
            msgtype: 'm.audio', 'org.matrix.msc3245.voice': {}, 'org.matrix.msc1767.audio': { duration: 1200 }, info: { duration: 1200 },
        });
    });

    test('a thumbnail', () => {
        const content = mediaContent(base, mxc, { thumbnail: { url: 'mxc://hs.example/t' as MxcUri, mimetype: 'image/jpeg', width: 2, height: 1 } });
        expect(content.info).toMatchObject({ thumbnail_url: 'mxc://hs.example/t', thumbnail_info: { mimetype: 'image/jpeg', w: 2, h: 1 } });
    });

    test('what goes out comes back', () => {
        const { media } = fromMatrix({ type: 'm.room.message', content: mediaContent({ ...base, durationMs: 5 }, mxc) }, inward);
        expect(media).toMatchObject({ kind: 'image', url: mxc, filename: 'a.png', mimetype: 'image/png', size: 10, width: 4, height: 3, durationMs: 5 });
    });
});

describe('files from Matrix', () => {
    const media = { kind: 'image' as const, url: mxc, filename: 'a.png', mimetype: 'image/png', size: 2_500_000, width: 4, height: 3, voice: false, encrypted: false };

    test('an attachment that Rocket.Chat shows', () => {
        expect(mediaAttachment(media, '/file-upload/F/a.png', 'caption')).toEqual({
            title: 'a.png', title_link: '/file-upload/F/a.png', title_link_download: true, type: 'file', description: 'caption',
            image_url: '/file-upload/F/a.png', image_type: 'image/png', image_size: 2_500_000, image_dimensions: { width: 4, height: 3 },
        });
    });

    test.each([['sticker', 'image_url'], ['video', 'video_url'], ['audio', 'audio_url']] as const)('%s has %s', (kind, field) => {
        expect(mediaAttachment({ ...media, kind }, '/x')).toHaveProperty(field, '/x');
    });

    test('too large: both sizes are told', () => {
        expect(mediaTooLarge(media, 1_000_000)).toBe('“a.png” (2.5 MB) is larger than the 1 MB that the bridge may carry.');
        expect(mediaTooLarge({ ...media, filename: 'a @all.png' }, 512, 'https://example.org/a')).toContain('<https://example.org/a|a @\u2060all.png> (');
        expect(mediaTooLarge({ ...media, size: undefined }, 512, 'https://example.org/a')).toBe('<https://example.org/a|a.png> is larger than the 512 B that the bridge may carry.');
    });
});
