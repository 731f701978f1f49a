/** A small client of Matrix' client-server API for one person, as the stories need it. */
import { eventually, type Patience } from '../eventually.mts';

export interface MatrixEvent {
    type: string;
    event_id: string;
    sender: string;
    origin_server_ts: number;
    content: Record<string, any>;
    state_key?: string;
    unsigned?: Record<string, any>;
    redacts?: string;
}

/** An answer of the homeserver that says no. */
export class MatrixError extends Error {
    constructor(
        readonly status: number,
        readonly body: any,
        call: string,
    ) {
        super(`${call}: ${status} ${JSON.stringify(body)?.slice(0, 300)}`);
    }

    get errcode(): string | undefined {
        return this.body?.errcode;
    }
}

const segment = encodeURIComponent;
let transactions = 0;

export class Matrix {
    constructor(
        readonly url: string,
        readonly userId: string,
        readonly accessToken: string,
    ) {}

    /** `example.org` of `@carol:example.org`. */
    get serverName(): string {
        return this.userId.slice(this.userId.indexOf(':') + 1);
    }

    static async login(url: string, user: string, password: string): Promise<Matrix> {
        const nobody = new Matrix(url, '', '');
        const answer = await nobody.request('POST', 'v3/login', { type: 'm.login.password', identifier: { type: 'm.id.user', user }, password });
        return new Matrix(url, answer.user_id, answer.access_token);
    }

    /**
     * One request under `/_matrix/client/`.
     * @throws MatrixError for every status from 400 on
     */
    async request(method: string, path: string, body?: unknown, query: Record<string, string | number> = {}): Promise<any> {
        const search = new URLSearchParams(Object.entries(query).map(([key, value]) => [key, String(value)])).toString();
        const response = await fetch(`${this.url}/_matrix/client/${path}${search && `?${search}`}`, {
            method,
            headers: { 'Content-Type': 'application/json', ...(this.accessToken && { Authorization: `Bearer ${this.accessToken}` }) },
            body: body === undefined ? undefined : JSON.stringify(body),
        });
        const answer = await response.json().catch(() => undefined);
        if (response.status >= 400) {
            throw new MatrixError(response.status, answer, `${method} ${path}`);
        }
        return answer;
    }

    /** What a request answers, or `undefined` where the homeserver says 404. */
    private async unlessMissing(method: string, path: string): Promise<any> {
        try {
            return await this.request(method, path);
        } catch (error) {
            if (error instanceof MatrixError && error.status === 404) {
                return undefined;
            }
            throw error;
        }
    }

    // --- people ---

    setDisplayName(name: string): Promise<unknown> {
        return this.request('PUT', `v3/profile/${segment(this.userId)}/displayname`, { displayname: name });
    }

    /** @returns undefined when the homeserver does not know the user */
    profile(userId: string): Promise<{ displayname?: string; avatar_url?: string } | undefined> {
        return this.unlessMissing('GET', `v3/profile/${segment(userId)}`);
    }

    // --- rooms ---

    async createRoom(options: Record<string, unknown> = {}): Promise<string> {
        return (await this.request('POST', 'v3/createRoom', options)).room_id;
    }

    async resolve(alias: string): Promise<string | undefined> {
        return (await this.unlessMissing('GET', `v3/directory/room/${segment(alias)}`))?.room_id;
    }

    async publicRooms(search: string): Promise<any[]> {
        return (await this.request('POST', 'v3/publicRooms', { filter: { generic_search_term: search }, limit: 50 })).chunk;
    }

    async join(roomIdOrAlias: string): Promise<string> {
        return (await this.request('POST', `v3/join/${segment(roomIdOrAlias)}`, {})).room_id;
    }

    invite(roomId: string, userId: string): Promise<unknown> {
        return this.request('POST', `v3/rooms/${segment(roomId)}/invite`, { user_id: userId });
    }

    leave(roomId: string): Promise<unknown> {
        return this.request('POST', `v3/rooms/${segment(roomId)}/leave`, {});
    }

    kick(roomId: string, userId: string, reason?: string): Promise<unknown> {
        return this.request('POST', `v3/rooms/${segment(roomId)}/kick`, { user_id: userId, reason });
    }

    ban(roomId: string, userId: string, reason?: string): Promise<unknown> {
        return this.request('POST', `v3/rooms/${segment(roomId)}/ban`, { user_id: userId, reason });
    }

    /** @returns undefined when there is no such state */
    state(roomId: string, type: string, stateKey = ''): Promise<Record<string, any> | undefined> {
        return this.unlessMissing('GET', `v3/rooms/${segment(roomId)}/state/${segment(type)}/${segment(stateKey)}`);
    }

    /** Whole events, where `state` gives the contents alone. */
    fullState(roomId: string): Promise<MatrixEvent[]> {
        return this.request('GET', `v3/rooms/${segment(roomId)}/state`);
    }

    sendState(roomId: string, type: string, content: object, stateKey = ''): Promise<unknown> {
        return this.request('PUT', `v3/rooms/${segment(roomId)}/state/${segment(type)}/${segment(stateKey)}`, content);
    }

    async joinedRooms(): Promise<string[]> {
        return (await this.request('GET', 'v3/joined_rooms')).joined_rooms;
    }

    async membership(roomId: string, userId: string): Promise<string | undefined> {
        return (await this.state(roomId, 'm.room.member', userId))?.membership;
    }

    waitForMembership(roomId: string, userId: string, wanted: string, patience?: Patience): Promise<boolean> {
        let seen: string | undefined;
        const look = async (): Promise<boolean> => {
            seen = await this.membership(roomId, userId);
            return seen === wanted;
        };
        return eventually(look, { what: () => `the membership "${wanted}" of ${userId}; it is ${seen}`, ...patience });
    }

    /** Invites that wait for this person: room id → the stripped state that came along. */
    async invites(): Promise<Map<string, MatrixEvent[]>> {
        // Synapse answers equal first syncs from a cache for two minutes: no two filters are alike.
        transactions += 1;
        const filter = JSON.stringify({ room: { timeline: { limit: 1, not_types: [`unlike.${transactions}`] } }, presence: { types: [] } });
        const sync = await this.request('GET', 'v3/sync', undefined, { filter, timeout: 0 });
        return new Map(Object.entries<any>(sync.rooms?.invite ?? {}).map(([roomId, room]) => [roomId, room.invite_state.events]));
    }

    /** Waits for an invite into any room but those known, or into the one that the function accepts. */
    async waitForInvite(matches: (roomId: string, state: MatrixEvent[]) => boolean = () => true, patience?: Patience): Promise<string> {
        const look = async (): Promise<string | undefined> => [...(await this.invites())].find(([roomId, state]) => matches(roomId, state))?.[0];
        return eventually(look, { what: `an invite for ${this.userId}`, interval: 250, ...patience });
    }

    // --- events ---

    async send(roomId: string, type: string, content: object): Promise<string> {
        transactions += 1;
        const path = `v3/rooms/${segment(roomId)}/send/${segment(type)}/t${Date.now()}.${transactions}`;
        return (await this.request('PUT', path, content)).event_id;
    }

    sendText(roomId: string, body: string, extra: object = {}): Promise<string> {
        return this.send(roomId, 'm.room.message', { msgtype: 'm.text', body, ...extra });
    }

    async redact(roomId: string, eventId: string, reason?: string): Promise<void> {
        transactions += 1;
        await this.request('PUT', `v3/rooms/${segment(roomId)}/redact/${segment(eventId)}/r${Date.now()}.${transactions}`, { reason });
    }

    /** The newest events of a room, oldest first. */
    async events(roomId: string, limit = 100): Promise<MatrixEvent[]> {
        return (await this.request('GET', `v3/rooms/${segment(roomId)}/messages`, undefined, { dir: 'b', limit })).chunk.reverse();
    }

    /** Waits for an event of the room: a text holding `wanted`, or one that the function accepts. */
    waitForEvent(roomId: string, wanted: string | ((event: MatrixEvent) => boolean), patience?: Patience): Promise<MatrixEvent> {
        const isText = (event: MatrixEvent): boolean => event.type === 'm.room.message' && String(event.content.body).includes(wanted as string);
        const matches = typeof wanted === 'string' ? isText : wanted;
        let seen: MatrixEvent[] = [];
        const look = async (): Promise<MatrixEvent | undefined> => {
            seen = await this.events(roomId);
            return seen.find(matches);
        };
        const brief = (event: MatrixEvent): string => event.content.body ?? event.type;
        const what = (): string => `the event ${typeof wanted === 'string' ? `"${wanted}"` : ''} in ${roomId}; it holds ${JSON.stringify(seen.map(brief))}`;
        return eventually(look, { what, ...patience });
    }
}
