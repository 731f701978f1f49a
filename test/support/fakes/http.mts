import type { IHttp, IHttpRequest, IHttpResponse } from '@rocket.chat/apps-engine/definition/accessors';

/** What the fake homeserver was asked. */
export interface Asked {
    method: string;
    /** Path with query. */
    url: string;
    headers: Record<string, string>;
    body: unknown;
    request: IHttpRequest;
}

export interface Answered {
    status?: number;
    headers?: Record<string, string>;
    /** Sent as JSON; a Buffer or a text as it is. */
    body?: unknown;
}

type Answer = Answered | Error | null | ((asked: Asked) => Answered | Error | null | Promise<Answered | Error | null>);

const bytes = (body: unknown): Buffer => (Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? {})));

const parsed = (content: unknown): unknown => {
    if (typeof content !== 'string') {
        return content;
    }
    try {
        return JSON.parse(content);
    } catch {
        return content;
    }
};

/**
 * The engine's `IHttp` with a homeserver behind it that gives the answers in turn (the last one again and again) and
 * keeps what it was asked. As the real one it gives bytes for `encoding: null`, throws for a broken connection and gives
 * `null` without the permission.
 */
export class FakeHttp {
    readonly asked: Asked[] = [];
    readonly http: IHttp;
    private answers: Answer[];

    constructor(...answers: Answer[]) {
        this.answers = answers;
        const method = (name: string) => (url: string, request: IHttpRequest = {}) => this.answer(name, url, request);
        this.http = { get: method('GET'), post: method('POST'), put: method('PUT'), del: method('DELETE'), patch: method('PATCH') };
    }

    get last(): Asked {
        return this.asked[this.asked.length - 1];
    }

    private async answer(method: string, url: string, request: IHttpRequest): Promise<IHttpResponse> {
        const asked = { method, url, headers: request.headers ?? {}, body: parsed(request.content), request };
        this.asked.push(asked);
        const next = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
        const answer = typeof next === 'function' ? await next(asked) : next;
        if (answer instanceof Error) {
            throw answer;
        }
        if (!answer) {
            return null as unknown as IHttpResponse;
        }
        const content = request.encoding === null ? bytes(answer.body) : bytes(answer.body).toString();
        return { url, method, statusCode: answer.status ?? 200, headers: answer.headers ?? {}, content } as unknown as IHttpResponse;
    }
}
