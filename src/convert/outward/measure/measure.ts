import { matroska } from './matroska';

/** What the bytes of a file tell: pixels, and milliseconds. */
export interface Measured {
    width?: number;
    height?: number;
    durationMs?: number;
    /** As Rocket.Chat's web client records: its name for that is in the language of the user. */
    voice?: true;
}

type Reader = (bytes: Buffer) => Measured;

const ascii = (bytes: Buffer, from: number, to: number): string => bytes.toString('latin1', from, to);

function png(bytes: Buffer): Measured {
    return ascii(bytes, 1, 4) === 'PNG' ? { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) } : {};
}

function gif(bytes: Buffer): Measured {
    return ascii(bytes, 0, 3) === 'GIF' ? { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) } : {};
}

/** The size stands in the start-of-frame segment (ITU T.81, B.2.2). */
function jpeg(bytes: Buffer): Measured {
    let at = 2;
    while (at + 9 < bytes.length && bytes[at] === 0xff) {
        const marker = bytes[at + 1];
        if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
            return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
        }
        at += 2 + bytes.readUInt16BE(at + 2);
    }
    return {};
}

/** RIFF container specification of WebP: lossy, lossless and extended have three different headers. */
function webp(bytes: Buffer): Measured {
    switch (ascii(bytes, 12, 16)) {
        case 'VP8 ': return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
        case 'VP8L': {
            const bits = bytes.readUInt32LE(21);
            return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
        }
        case 'VP8X': return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
        default: return {};
    }
}

interface Box {
    type: string;
    from: number;
    to: number;
}

/** Boxes of ISO 14496-12 between two offsets. */
function boxes(bytes: Buffer, from: number, to: number): Box[] {
    const found: Box[] = [];
    for (let at = from; at + 8 <= to && found.length < 1000;) {
        const short = bytes.readUInt32BE(at);
        const size = short === 1 && at + 16 <= to ? Number(bytes.readBigUInt64BE(at + 8)) : short === 0 ? to - at : short;
        if (size < 8) break;
        found.push({ type: ascii(bytes, at + 4, at + 8), from: at + (short === 1 ? 16 : 8), to: Math.min(at + size, to) });
        at += size;
    }
    return found;
}

/** Telephones film upright by a quarter turn in the matrix before width and height: `a b u c d v x y w`, 4 bytes each. */
const isTurned = (bytes: Buffer, { to }: Box): boolean =>
    bytes.readInt32BE(to - 44) === 0 && bytes.readInt32BE(to - 28) === 0 && bytes.readInt32BE(to - 40) !== 0;

function mp4(bytes: Buffer): Measured {
    const movie = boxes(bytes, 0, bytes.length).find(({ type }) => type === 'moov');
    if (!movie) return {};
    const measured: Measured = {};
    for (const box of boxes(bytes, movie.from, movie.to)) {
        if (box.type === 'mvhd') {
            const long = bytes[box.from] === 1;
            const scale = bytes.readUInt32BE(box.from + (long ? 20 : 12));
            const length = long ? Number(bytes.readBigUInt64BE(box.from + 24)) : bytes.readUInt32BE(box.from + 16);
            if (scale) measured.durationMs = Math.round((length / scale) * 1000);
        } else if (box.type === 'trak') {
            const head = boxes(bytes, box.from, box.to).find(({ type }) => type === 'tkhd');
            // 16.16 fixed point, the last fields of the header; zero for sound.
            const width = head ? bytes.readUInt16BE(head.to - 8) : 0;
            const height = head ? bytes.readUInt16BE(head.to - 4) : 0;
            if (width && height) Object.assign(measured, isTurned(bytes, head as Box) ? { width: height, height: width } : { width, height });
        }
    }
    return measured;
}

function wav(bytes: Buffer): Measured {
    const rate = ascii(bytes, 8, 12) === 'WAVE' ? bytes.readUInt32LE(28) : 0;
    return rate ? { durationMs: Math.round(((bytes.length - 44) / rate) * 1000) } : {};
}

/** RFC 3533: the position of the last page counts samples; Opus always has 48,000 a second (RFC 7845), Vorbis says. */
function ogg(bytes: Buffer): Measured {
    const last = bytes.lastIndexOf('OggS', undefined, 'latin1');
    const vorbis = bytes.slice(0, 200).indexOf('\u0001vorbis', 0, 'latin1');
    const rate = vorbis >= 0 ? bytes.readUInt32LE(vorbis + 12) : 48_000;
    return last >= 0 && rate ? { durationMs: Math.round((Number(bytes.readBigUInt64LE(last + 6)) / rate) * 1000) } : {};
}

const bitrates = {
    1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};

/** Speech in one channel with so few kilobits a second, and no tag (server: `client/app/ui/client/lib/recorderjs/AudioEncoder`): nobody keeps music so. */
const recorded = 32;

/** Layer III with a constant bit rate, as Rocket.Chat's clients record: bytes by rate. An ID3 tag in front is passed over. */
function mp3(bytes: Buffer): Measured {
    const tag = ascii(bytes, 0, 3) === 'ID3' ? 10 + ((bytes[6] << 21) | (bytes[7] << 14) | (bytes[8] << 7) | bytes[9]) : 0;
    const start = bytes.indexOf(0xff, tag);
    if (start < 0 || start + 4 > bytes.length || (bytes[start + 1] & 0xe6) !== 0xe2) return {};
    const kilobits = bitrates[(bytes[start + 1] & 0x18) === 0x18 ? 1 : 2][bytes[start + 2] >> 4];
    const voice = tag === 0 && start === 0 && kilobits <= recorded && bytes[start + 3] >> 6 === 3;
    return kilobits ? { durationMs: Math.round(((bytes.length - start) * 8) / kilobits), ...(voice && { voice }) } : {};
}

const readers: Record<string, Reader> = {
    'image/png': png, 'image/gif': gif, 'image/jpeg': jpeg, 'image/webp': webp, 'video/mp4': mp4, 'video/quicktime': mp4, 'audio/mp4': mp4,
    'audio/x-m4a': mp4, 'audio/m4a': mp4, 'audio/wav': wav, 'audio/wave': wav, 'audio/x-wav': wav, 'audio/ogg': ogg, 'audio/opus': ogg,
    'audio/mpeg': mp3, 'audio/mp3': mp3, 'video/webm': matroska, 'audio/webm': matroska, 'video/x-matroska': matroska,
};

/** Reads size and length out of a file of a usual kind. Never throws: a broken or unknown file just tells nothing. */
export function measure(bytes: Buffer, mimetype: string): Measured {
    // Without parameters: browsers record as `audio/webm;codecs=opus`.
    const type = mimetype.split(';', 1)[0].trim().toLowerCase();
    const reader = Object.prototype.hasOwnProperty.call(readers, type) ? readers[type] : undefined;
    try {
        const { width = 0, height = 0, durationMs = 0, voice } = reader ? reader(bytes) : {};
        const length = Number.isFinite(durationMs) && durationMs > 0 && { durationMs };
        return { ...(width > 0 && height > 0 && { width, height }), ...length, ...(voice && { voice }) };
    } catch {
        return {};
    }
}
