import { PlainError } from '../process/PlainError.mts';

/** A JSON client of one HTTP API; the sentences of its failures name the API. */
export class Rest {
    constructor(
        private readonly name: string,
        private readonly base: string,
        private readonly headers: Record<string, string> = {},
    ) {}

    public with(headers: Record<string, string>): Rest {
        return new Rest(this.name, this.base, { ...this.headers, ...headers });
    }

    /** @returns status and parsed body, whatever the answer says */
    public async ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }> {
        const form = body instanceof FormData;
        const response = await fetch(`${this.base}${path}`, {
            method,
            headers: { ...this.headers, ...(body !== undefined && !form && { 'Content-Type': 'application/json' }) },
            body: body === undefined ? undefined : form ? body : JSON.stringify(body),
        });
        const text = await response.text();
        try {
            return { status: response.status, body: JSON.parse(text) };
        } catch {
            return { status: response.status, body: { error: text.slice(0, 200) } };
        }
    }

    /** @throws PlainError when the answer is not a success */
    public async call(method: string, path: string, body?: unknown): Promise<any> {
        const answer = await this.ask(method, path, body);
        if (answer.status >= 400 || answer.body?.success === false) {
            const reason = answer.body?.error ?? answer.body?.message ?? answer.body?.errcode ?? '';
            throw new PlainError(`${this.name} refused ${method} ${path.split('?')[0]} with status ${answer.status}: ${typeof reason === 'string' ? reason : JSON.stringify(reason)}`);
        }
        return answer.body;
    }

    public get(path: string): Promise<any> {
        return this.call('GET', path);
    }

    public post(path: string, body: unknown = {}): Promise<any> {
        return this.call('POST', path, body);
    }
}

/** Logs a person in at Rocket.Chat. @returns a client under `/api/v1` of this person */
export async function logInToRocketChat(url: string, user: string, password: string): Promise<Rest> {
    const nobody = new Rest('Rocket.Chat', `${url}/api`);
    const { data } = await nobody.post('/v1/login', { user, password });
    return nobody.with({ 'X-User-Id': data.userId, 'X-Auth-Token': data.authToken });
}

/** @returns a client of the homeserver as the person of that token */
export function matrixAs(url: string, accessToken: string): Rest {
    return new Rest('The homeserver', url, { Authorization: `Bearer ${accessToken}` });
}

/** Waits until `look` gives something. @returns it, or undefined when the time is over */
export async function eventually<T>(look: () => Promise<T | undefined>, withinMs: number, everyMs = 150): Promise<T | undefined> {
    const deadline = Date.now() + withinMs;
    for (;;) {
        const found = await look();
        if (found !== undefined || Date.now() > deadline) {
            return found;
        }
        await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
}
