/**
 * Stands in for `jsr:@std/streams`, of which the sandbox uses this one function: reads a stream to its end.
 * @param {ReadableStream<Uint8Array>} readable
 * @returns {Promise<ArrayBuffer>}
 */
export async function toArrayBuffer(readable) {
    return new Response(readable).arrayBuffer();
}
