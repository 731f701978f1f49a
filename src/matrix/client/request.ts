import type { IHttp, IHttpRequest, IHttpResponse } from '@rocket.chat/apps-engine/definition/accessors';
import { isObject } from '../../convert/values';
import { failure } from '../../errors/catalogue';
import type { SdkCallback, SdkRequest, SdkResponse } from '../sdk';
import { failedAnswer, networkFailure } from './failures';
import { parseJson, wellFormed } from './json';

/** How the request of a URL is called in logs: method and path, the ids in it and the query left out. */
function describeRequest(method: string, uri: string): string {
    const path = uri.replace(/^https?:\/\/[^/]*/, '').replace(/\?.*$/, '');
    return `${method} ${path.replace(/\/(?:!|%21|@|%40|\$|%24|#|%23)[^/]*/gi, '/…')}`;
}

/** The engine's `IHttp` ignores `query`: it is part of the URL here. Lists are repeated (`via=a&via=b`). */
function withQuery(uri: string, query: Record<string, unknown> | null | undefined): string {
    const parts: string[] = [];
    for (const [key, value] of Object.entries(query || {})) {
        for (const one of Array.isArray(value) ? value : [value]) {
            if (one !== undefined && one !== null) {
                parts.push(`${encodeURIComponent(key)}=${encodeURIComponent(String(one))}`);
            }
        }
    }
    return parts.length > 0 ? `${uri}?${parts.join('&')}` : uri;
}

function engineRequest({ method, headers, body, timeout }: SdkRequest): IHttpRequest {
    // `encoding: null`: bytes. Else the server parses JSON into `data`, and a stranger's `__proto__` in it cannot cross.
    const request: IHttpRequest = { headers: { ...headers }, timeout, encoding: null };
    if (body !== undefined) {
        // A Buffer passes although the type says string (it crosses as an extension of msgpack).
        request.content = typeof body === 'string' ? wellFormed(body) : (body as unknown as string);
    } else if (method !== 'GET') {
        // Without a body the server would send its own, form-encoded.
        request.content = '{}';
        request.headers = { ...headers, 'Content-Type': 'application/json' };
    }
    return request;
}

function dispatch(http: IHttp, method: string, url: string, request: IHttpRequest): Promise<IHttpResponse> {
    switch (method) {
        case 'GET': return http.get(url, request);
        case 'POST': return http.post(url, request);
        case 'PUT': return http.put(url, request);
        case 'DELETE': return http.del(url, request);
        default: throw new Error(`method ${method}`);
    }
}

/** The engine limits the time until the headers only; a body that trickles would hold us for ever. */
async function limited<T>(work: Promise<T>, milliseconds: number): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new Error('timeout')), milliseconds);
    });
    try {
        return await Promise.race([work, late]);
    } finally {
        clearTimeout(timer as ReturnType<typeof setTimeout>);
    }
}

const bytesOf = (content: unknown): Buffer =>
    Buffer.isBuffer(content) ? content : content instanceof Uint8Array ? Buffer.from(content) : Buffer.from(typeof content === 'string' ? content : '');

/** @returns the JSON object; undefined for anything else */
function asObject(bytes: Buffer): Record<string, unknown> | undefined {
    try {
        const value = parseJson(bytes.toString('utf8'));
        return isObject(value) ? value : undefined;
    } catch (error) {
        return undefined;
    }
}

async function perform(http: IHttp, params: SdkRequest): Promise<SdkResponse> {
    const request = describeRequest(params.method, params.uri);
    let answer: IHttpResponse | null;
    try {
        answer = await limited(dispatch(http, params.method, withQuery(params.uri, params.qs), engineRequest(params)), (params.timeout || 15_000) + 1_000);
    } catch (error) {
        throw networkFailure(error, request);
    }
    if (!answer) {
        // So it is without the permission, and where a host keeps network errors to itself (`AppHttpBridge` of older servers).
        throw failure('homeserver.noPermission', { detail: request });
    }
    const bytes = bytesOf(answer.content);
    const headers = answer.headers || {};
    const good = answer.statusCode >= 200 && answer.statusCode < 300;
    if (good && params.encoding === null) {
        return { statusCode: answer.statusCode, headers, body: bytes };
    }
    const body = asObject(bytes);
    if (!good) {
        throw failedAnswer({ status: answer.statusCode, headers, body, request });
    }
    if (!body) {
        throw failure('homeserver.notMatrix', { status: answer.statusCode, detail: `${request}: the answer is not JSON` });
    }
    return { statusCode: answer.statusCode, headers, body };
}

/**
 * The request function of matrix-bot-sdk over the engine's HTTP accessor. Whatever goes wrong comes as a `BridgeError` of
 * the catalogue (the SDK itself loses headers and rejects with bare responses).
 * @param http the accessor, asked for at each request
 */
export function sdkRequest(http: () => IHttp): (params: SdkRequest, callback: SdkCallback) => void {
    return (params, callback) => {
        new Promise<SdkResponse>((resolve) => resolve(perform(http(), params))).then(
            (response) => callback(null, response, response.body),
            (error) => callback(error),
        );
    };
}
