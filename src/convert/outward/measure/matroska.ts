/** Elements of Matroska and WebM that are read (RFC 9559, section 5.1). */
const ids = {
    segment: 0x18538067, info: 0x1549a966, scale: 0x2ad7b1, duration: 0x4489,
    tracks: 0x1654ae6b, track: 0xae, video: 0xe0, width: 0xb0, height: 0xba, cluster: 0x1f43b675,
};
const masters = [ids.segment, ids.info, ids.tracks, ids.track, ids.video];
const most = 2000;

/** A number of variable length (RFC 8794, section 4). @param keep whether its length mark stays in it, as in ids */
function readNumber(bytes: Buffer, at: number, keep: boolean): { value: number; length: number; unknown: boolean } {
    const first = bytes[at];
    const length = Math.clz32(first) - 23;
    if (first === undefined || length > 8) return { value: 0, length: 0, unknown: true };
    let value = keep ? first : first & ((1 << (8 - length)) - 1);
    let unknown = (first | (0xff << (8 - length)) & 0xff) === 0xff;
    for (let index = 1; index < length; index += 1) {
        value = value * 256 + bytes[at + index];
        unknown = unknown && bytes[at + index] === 0xff;
    }
    return { value, length, unknown };
}

const number = (bytes: Buffer): number => (bytes.length > 0 && bytes.length <= 6 ? bytes.readUIntBE(0, bytes.length) : 0);
const float = (bytes: Buffer): number => (bytes.length === 8 ? bytes.readDoubleBE(0) : bytes.length === 4 ? bytes.readFloatBE(0) : 0);

/** Pixels and milliseconds, as they stand before the first pictures. */
export function matroska(bytes: Buffer): { width?: number; height?: number; durationMs?: number } {
    const measured: { width?: number; height?: number } = {};
    let duration = 0;
    // Nanoseconds of a tick, where the file does not say.
    let scale = 1_000_000;
    for (let at = 0, elements = 0; at < bytes.length && elements < most; elements += 1) {
        const id = readNumber(bytes, at, true);
        const size = readNumber(bytes, at + id.length, false);
        const from = at + id.length + size.length;
        if (id.length === 0 || size.length === 0 || id.value === ids.cluster) break;
        if (masters.includes(id.value)) {
            at = from;
            continue;
        }
        if (size.unknown) break;
        const value = bytes.slice(from, from + Math.min(size.value, 16));
        if (id.value === ids.width) measured.width = number(value);
        else if (id.value === ids.height) measured.height = number(value);
        else if (id.value === ids.duration) duration = float(value);
        else if (id.value === ids.scale) scale = number(value) || scale;
        at = from + size.value;
    }
    return { ...measured, ...(duration > 0 && { durationMs: Math.round((duration * scale) / 1_000_000) }) };
}
