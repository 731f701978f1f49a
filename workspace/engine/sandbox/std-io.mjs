/**
 * Stands in for `jsr:@std/io`, of which the sandbox uses this one function: writes all bytes, however many calls it takes.
 * @param {{ write(bytes: Uint8Array): Promise<number> }} writer
 * @param {Uint8Array} bytes
 */
export async function writeAll(writer, bytes) {
    for (let written = 0; written < bytes.length;) written += await writer.write(bytes.subarray(written));
}
