import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Readable } from 'node:stream';

export interface FetchRequest {
    method: string;
    url: string;
    headers: Record<string, string>;
    body?: string | Buffer;
    /** Milliseconds until the headers of the answer must be there, redirects included; the body may take longer. */
    timeout: number;
}

export interface FetchResponse {
    status: number;
    headers: Record<string, string>;
    body: Buffer;
}

const maxRedirects = 5;
const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * The server's `fetch` as apps see it (`packages/server-fetch`, over node-fetch 2): a new connection for each request, up to
 * five redirects by hand with the same method, body and headers (`Authorization` to another host, too), no error for any
 * status, answers unpacked, header names in lower case and repeated headers joined.
 * @throws Error with node-fetch's words when no answer comes
 */
export async function serverFetch(request: FetchRequest): Promise<FetchResponse> {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), request.timeout);
    let url = request.url;
    try {
        for (let followed = 0; ; followed++) {
            const answer = await send({ ...request, url }, deadline.signal);
            const { location } = answer.headers;
            if (!redirects.has(answer.statusCode as number) || !location) {
                clearTimeout(timer);
                return { status: answer.statusCode as number, headers: joined(answer.headers), body: await read(answer) };
            }
            answer.destroy();
            if (followed === maxRedirects) throw new Error(`maximum redirect reached at: ${request.url}`);
            url = new URL(location, url).href;
        }
    } finally {
        clearTimeout(timer);
    }
}

function send({ method, url, headers, body }: FetchRequest, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
        const options = { method: method.toUpperCase(), headers: withDefaults(headers, body), agent: false as const };
        const request = (url.startsWith('https:') ? httpsRequest : httpRequest)(url, options, (answer) => {
            signal.removeEventListener('abort', abort);
            resolve(answer);
        });
        const abort = (): void => {
            reject(new Error('The user aborted a request.'));
            request.destroy();
        };
        signal.addEventListener('abort', abort, { once: true });
        request.on('error', (error) => reject(new Error(`request to ${url} failed, reason: ${error.message}`)));
        request.end(body);
    });
}

function withDefaults(headers: Record<string, string>, body: string | Buffer | undefined): Record<string, string> {
    const given = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
    const defaults: Record<string, string> = {
        Accept: '*/*',
        'User-Agent': 'node-fetch/1.0 (+https://github.com/bitinn/node-fetch)',
        'Accept-Encoding': 'gzip,deflate',
        Connection: 'close',
        ...(body !== undefined && { 'Content-Length': String(Buffer.byteLength(body)) }),
        ...(typeof body === 'string' && { 'Content-Type': 'text/plain;charset=UTF-8' }),
    };
    return { ...Object.fromEntries(Object.entries(defaults).filter(([name]) => !given.has(name.toLowerCase()))), ...headers };
}

const joined = (headers: IncomingHttpHeaders): Record<string, string> =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)]));

async function read(answer: IncomingMessage): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of unpacked(answer)) chunks.push(chunk);
    return Buffer.concat(chunks);
}

function unpacked(answer: IncomingMessage): Readable {
    const empty = answer.statusCode === 204 || answer.statusCode === 304 || answer.headers['content-length'] === '0';
    const unpackers: Record<string, () => NodeJS.ReadWriteStream> = {
        gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, 'x-deflate': createInflate, br: createBrotliDecompress,
    };
    const unpack = unpackers[answer.headers['content-encoding'] ?? ''];
    if (!unpack || empty) return answer;
    const stream = unpack();
    answer.on('error', (error) => stream.emit('error', error));
    return answer.pipe(stream) as unknown as Readable;
}
