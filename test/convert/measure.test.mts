/** What the bytes of a file tell of it. The pictures are real ones, made by the library that Rocket.Chat uses; the rest is made by the specifications. */
import sharp from 'sharp';
import { processorMs } from '../support/processorMs.mts';
import { measure } from '../../src/convert/index';

const box = (type: string, ...content: Buffer[]): Buffer => {
    const body = Buffer.concat(content);
    const head = Buffer.alloc(8);
    head.writeUInt32BE(body.length + 8);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, body]);
};

const bytes = (size: number, fill: (buffer: Buffer) => void): Buffer => {
    const buffer = Buffer.alloc(size);
    fill(buffer);
    return buffer;
};

const mp4 = box('moov',
    box('mvhd', bytes(100, (head) => { head.writeUInt32BE(1000, 12); head.writeUInt32BE(2500, 16); })),
    box('trak', box('tkhd', bytes(84, (head) => { head.writeUInt16BE(640, 76); head.writeUInt16BE(360, 80); }))),
    box('trak', box('tkhd', Buffer.alloc(84))));

const upright = box('moov', box('trak', box('tkhd', bytes(84, (head) => { head.writeInt32BE(0x10000, 44); head.writeInt32BE(-0x10000, 52); head.writeUInt16BE(1920, 76); head.writeUInt16BE(1080, 80); }))));

/** As a browser records: the segment's size is unknown, and pictures follow. */
const element = (id: number[], ...content: (Buffer | number[])[]): Buffer => {
    const body = Buffer.concat(content.map((part) => Buffer.from(part)));
    return Buffer.concat([Buffer.from([...id, 0x40 | (body.length >> 8), body.length & 0xff]), body]);
};
const webm = Buffer.concat([
    element([0x1a, 0x45, 0xdf, 0xa3], Buffer.from('webm')),
    Buffer.from([0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    element([0x15, 0x49, 0xa9, 0x66],
        element([0x2a, 0xd7, 0xb1], [0x0f, 0x42, 0x40]), element([0x44, 0x89], bytes(8, (value) => { value.writeDoubleBE(3500, 0); }))),
    element([0x16, 0x54, 0xae, 0x6b],
        element([0xae], element([0xd7], [1]), element([0xe0], element([0xb0], [0x02, 0x80]), element([0xba], [0x01, 0xe0])))),
    element([0x1f, 0x43, 0xb6, 0x75], Buffer.alloc(300, 0xb0)),
]);

describe.each(['png', 'jpeg', 'webp', 'gif'] as const)('a picture in %s', (format) => {
    test('tells its pixels', async () => {
        const picture = await sharp({ create: { width: 61, height: 47, channels: 3, background: 'teal' } }).toFormat(format).toBuffer();
        expect(measure(picture, `image/${format}`)).toEqual({ width: 61, height: 47 });
    });
});

test.each([[{ lossless: true }], [{ lossless: false }]])('WebP %j', async (options) => {
    const picture = await sharp({ create: { width: 300, height: 2, channels: 4, background: '#00808080' } }).webp(options).toBuffer();
    expect(measure(picture, 'image/webp')).toEqual({ width: 300, height: 2 });
});

test.each<[string, Buffer, object]>([
    ['video/mp4', Buffer.concat([box('ftyp', Buffer.from('isom')), mp4]), { width: 640, height: 360, durationMs: 2500 }],
    ['video/quicktime', upright, { width: 1080, height: 1920 }],
    ['Video/WebM; codecs="vp8, opus"', webm, { width: 640, height: 480, durationMs: 3500 }],
    ['audio/wav', bytes(44 + 16_000, (wav) => { wav.write('RIFF....WAVE', 'latin1'); wav.writeUInt32LE(8000, 28); }), { durationMs: 2000 }],
    ['audio/ogg', bytes(100, (ogg) => { ogg.write('OggS', 'latin1'); ogg.write('OggS', 60, 'latin1'); ogg.writeBigUInt64LE(BigInt(72_000), 66); }), { durationMs: 1500 }],
    ['audio/mpeg', Buffer.concat([Buffer.from([0xff, 0xfb, 0x50, 0xc4]), Buffer.alloc(7996)]), { durationMs: 1000 }],
    ['audio/mpeg', Buffer.concat([Buffer.from([0xff, 0xfb, 0x10, 0xc4]), Buffer.alloc(3996)]), { durationMs: 1000, voice: true }],
    ['audio/mpeg', Buffer.concat([Buffer.from([0xff, 0xfb, 0x10, 0x04]), Buffer.alloc(3996)]), { durationMs: 1000 }],
    ['video/webm', webm, { width: 640, height: 480, durationMs: 3500 }],
    ['application/pdf', Buffer.from('%PDF'), {}],
])('%s', (mimetype, content, wanted) => {
    expect(measure(content, mimetype)).toEqual(wanted);
});

test.each(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'video/mp4', 'audio/wav', 'audio/ogg', 'audio/mpeg', 'video/webm'])('a broken %s tells nothing, and quickly', async (mimetype) => {
    const brokenOnes = [Buffer.alloc(0), Buffer.from('x'), Buffer.alloc(2_000_000), Buffer.alloc(2_000_000, 0xff), mp4.slice(0, 60)];
    const work = (): void => brokenOnes.forEach((broken) => expect(() => measure(broken, mimetype)).not.toThrow());
    expect(await processorMs(work)).toBeLessThan(500);
});
