/** Files of a Matrix homeserver, as a client handles them. */
import type { Matrix } from './clients/matrix.mts';

const authorized = (person: Matrix): Record<string, string> => ({ Authorization: `Bearer ${person.accessToken}` });

/** @returns the file's `mxc://` address */
export async function uploadMedia(person: Matrix, content: Buffer, contentType: string): Promise<string> {
    const headers = { ...authorized(person), 'Content-Type': contentType };
    const response = await fetch(`${person.url}/_matrix/media/v3/upload`, { method: 'POST', headers, body: new Uint8Array(content) });
    if (!response.ok) {
        throw new Error(`upload: ${response.status} ${await response.text()}`);
    }
    return ((await response.json()) as { content_uri: string }).content_uri;
}

export async function downloadMedia(person: Matrix, mxc: string): Promise<{ content: Buffer; contentType: string | null }> {
    const response = await fetch(`${person.url}/_matrix/client/v1/media/download/${mxc.slice('mxc://'.length)}`, { headers: authorized(person) });
    if (!response.ok) {
        throw new Error(`download: ${response.status} ${await response.text()}`);
    }
    return { content: Buffer.from(await response.arrayBuffer()), contentType: response.headers.get('content-type') };
}
