import type { IHttp, IHttpRequest, IHttpResponse } from '@rocket.chat/apps-engine/definition/accessors';

/** The engine's `IHttp` over `fetch`: the app's client of the homeserver speaks to a real one, without an engine between them. */
export function fetchHttp(): IHttp {
    const method = (name: string) => async (url: string, request: IHttpRequest = {}): Promise<IHttpResponse> => {
        const content = request.content as string | Buffer | undefined;
        const body = typeof content === 'string' || content === undefined ? content : new Uint8Array(content);
        const answer = await fetch(url, { method: name, headers: request.headers, body, signal: AbortSignal.timeout(request.timeout ?? 5_000) });
        const bytes = Buffer.from(await answer.arrayBuffer());
        return { url, method: name, statusCode: answer.status, headers: Object.fromEntries(answer.headers), content: bytes } as unknown as IHttpResponse;
    };
    return { get: method('GET'), post: method('POST'), put: method('PUT'), del: method('DELETE'), patch: method('PATCH') };
}
