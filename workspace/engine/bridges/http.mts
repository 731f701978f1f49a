import type { IHttpResponse } from '@rocket.chat/apps-engine/definition/accessors';
import type { HttpBridge, IHttpBridgeRequestInfo } from '@rocket.chat/apps-engine/server/bridges';
import type { BridgeHost } from '../load.mts';
import { serverFetch } from '../http/serverFetch.mts';

const defaultTimeout = 180_000;

/** Content types whose text the server parses into `data`. */
const jsonTypes = ['application/json', 'text/javascript', 'application/javascript', 'application/x-javascript'];

/** The body and the address of a request, by the rules that apps have to live with. */
function compose({ url, method, request }: IHttpBridgeRequestInfo): { url: string; headers: Record<string, string>; body?: string | Buffer } {
    const address = new URL(url);
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(request.headers ?? {})) if (value !== null && value !== undefined) headers[name] = String(value);
    const setHeader = (name: string, value: string): void => {
        for (const given of Object.keys(headers)) if (given.toLowerCase() === name.toLowerCase()) delete headers[given];
        headers[name] = value;
    };
    if (request.auth) {
        if (!request.auth.includes(':')) throw new Error('auth option should be of the form "username:password"');
        setHeader('Authorization', `Basic ${Buffer.from(request.auth, 'ascii').toString('base64')}`);
    }

    const withoutBody = ['get', 'head'].includes(method);
    const content: unknown = request.content || (typeof request.data === 'object' ? request.data : undefined);
    if (content || withoutBody) {
        for (const [name, value] of Object.entries(request.params ?? {})) if (value) address.searchParams.append(name, value);
        if (withoutBody) return { url: address.href, headers };
        if (typeof content === 'string' || Buffer.isBuffer(content)) return { url: address.href, headers, body: content };
        setHeader('Content-Type', 'application/json');
        return { url: address.href, headers, body: JSON.stringify(content) };
    }
    // Nothing to send: the parameters (the sandbox always gives an object) become a form, whatever type the app asked for.
    if (!request.params) return { url: address.href, headers };
    const form = new URLSearchParams();
    for (const [name, value] of Object.entries(request.params)) form.append(name, value);
    setHeader('Content-Type', 'application/x-www-form-urlencoded');
    return { url: address.href, headers, body: form.toString() };
}

function parseData(content: string, contentType: string | undefined): unknown {
    if (!jsonTypes.includes((contentType ?? '').split(';')[0])) return null;
    try {
        return JSON.parse(content);
    } catch {
        return null;
    }
}

/** Server: `server/lib/apps/bridges/http.ts`. `query`, `strictSSL` and `rejectUnauthorized` have no effect. */
export function httpBridge({ engine }: BridgeHost): HttpBridge {
    return new (class extends engine.bridges.HttpBridge {
        async call(info: IHttpBridgeRequestInfo): Promise<IHttpResponse> {
            const { url, headers, body } = compose(info);
            const answer = await serverFetch({ method: info.method, url, headers, body, timeout: info.request.timeout || defaultTimeout });
            const result: IHttpResponse = { url: info.url, method: info.method, statusCode: answer.status, headers: answer.headers };
            if ((info.request.encoding as string | null | undefined) === null) return { ...result, content: answer.body as unknown as string };
            const content = answer.body.toString((info.request.encoding as BufferEncoding) ?? 'utf8');
            return { ...result, content, data: parseData(content, answer.headers['content-type']) };
        }
    })();
}
