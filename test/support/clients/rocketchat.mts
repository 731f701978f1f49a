/**
 * A small client of Rocket.Chat's public REST API, bound to one person's login. Nothing in it knows the development
 * workspace: the stories run against any server (`ROCKETCHAT_URL`).
 */
import { eventually, sleep, type Patience } from '../eventually.mts';
import { Realtime } from './realtime.mts';
import type { RcMessage, RcRoom, RcUser } from './rocketchatTypes.mts';

export type { RcMessage, RcRoom, RcUser };

/** An answer of Rocket.Chat that says no. */
export class RocketChatError extends Error {
    constructor(
        readonly status: number,
        readonly body: any,
        call: string,
    ) {
        super(`${call}: ${status} ${typeof body === 'string' ? body.slice(0, 300) : JSON.stringify(body).slice(0, 300)}`);
    }

    get errorType(): string | undefined {
        return this.body?.errorType;
    }
}

const namespaceOf = { c: 'channels', p: 'groups', d: 'im' } as const;

export interface Answer {
    status: number;
    headers: Headers;
    body: any;
}

export class RocketChat {
    private realtime?: Promise<Realtime>;
    /** Ephemeral messages that this person was shown, oldest first. */
    private whispers: { rid: string; msg: string }[] = [];

    private constructor(
        readonly url: string,
        readonly userId: string,
        readonly token: string,
        readonly username: string,
    ) {}

    static async login(url: string, user: string, password: string): Promise<RocketChat> {
        const nobody = new RocketChat(url, '', '', user);
        const { data } = await nobody.post('v1/login', { user, password });
        return new RocketChat(url, data.userId, data.authToken, data.me?.username ?? user);
    }

    /** One request under `/api/`; waits out the server's rate limit (429) and answers whatever else comes. */
    async request(method: string, path: string, body?: unknown): Promise<Answer> {
        const form = body instanceof FormData;
        for (let attempt = 1; ; attempt++) {
            const response = await fetch(`${this.url}/api/${path}`, {
                method,
                headers: {
                    ...(this.token && { 'X-Auth-Token': this.token, 'X-User-Id': this.userId }),
                    ...(body !== undefined && !form && { 'Content-Type': 'application/json' }),
                },
                body: body === undefined ? undefined : form ? body : JSON.stringify(body),
            });
            const text = await response.text();
            if (response.status === 429 && attempt < 10) {
                await sleep((Number(/wait (\d+) second/.exec(text)?.[1] ?? 5) + 1) * 1000);
                continue;
            }
            return { status: response.status, headers: response.headers, body: parse(text) };
        }
    }

    /** @throws RocketChatError unless the server says success */
    private async call(method: string, path: string, body?: unknown): Promise<any> {
        const answer = await this.request(method, path, body);
        if (answer.status >= 400 || answer.body?.success === false || answer.body?.status === 'error') {
            throw new RocketChatError(answer.status, answer.body, `${method} ${path}`);
        }
        return answer.body;
    }

    get(path: string, query: Record<string, string | number | boolean> = {}): Promise<any> {
        const search = new URLSearchParams(Object.entries(query).map(([key, value]) => [key, String(value)])).toString();
        return this.call('GET', search ? `${path}?${search}` : path);
    }

    post(path: string, body: unknown = {}): Promise<any> {
        return this.call('POST', path, body);
    }

    delete(path: string): Promise<any> {
        return this.call('DELETE', path);
    }

    // --- people ---

    async createUser(user: { username: string; name: string; password: string; roles?: string[] }): Promise<RcUser> {
        const email = `${user.username.replace(/[^a-z0-9]/gi, '')}@example.org`;
        return (await this.post('v1/users.create', { email, verified: true, joinDefaultChannels: false, requirePasswordChange: false, ...user })).user;
    }

    async user(username: string): Promise<RcUser | undefined> {
        const answer = await this.request('GET', `v1/users.info?username=${encodeURIComponent(username)}`);
        return answer.status === 200 ? answer.body.user : undefined;
    }

    // --- rooms ---

    async createRoom(t: 'c' | 'p', name: string, members: string[] = [], extra: Record<string, unknown> = {}): Promise<RcRoom> {
        const answer = await this.post(`v1/${namespaceOf[t]}.create`, { name, members, ...extra });
        return answer[t === 'c' ? 'channel' : 'group'];
    }

    /** The 1:1 room with somebody, made if need be. */
    async directRoom(username: string): Promise<RcRoom> {
        const { room } = await this.post('v1/im.create', { username });
        return { ...room, _id: room._id ?? room.rid, t: 'd' };
    }

    async room(roomId: string): Promise<RcRoom> {
        return (await this.get('v1/rooms.info', { roomId })).room;
    }

    /** Rooms that this person is in. */
    async rooms(): Promise<RcRoom[]> {
        return (await this.get('v1/rooms.get')).update;
    }

    /** Waits for a room that this person gets into, for instance by an invite from Matrix. */
    waitForRoom(matches: (room: RcRoom) => boolean, patience?: Patience): Promise<RcRoom> {
        return eventually(async () => (await this.rooms()).find(matches), { what: `a room of ${this.username}`, ...patience });
    }

    async members(room: RcRoom): Promise<RcUser[]> {
        return (await this.get(`v1/${namespaceOf[room.t]}.members`, { roomId: room._id, count: 100 })).members;
    }

    waitForMember(room: RcRoom, username: string, present = true): Promise<boolean> {
        const look = async (): Promise<boolean> => (await this.members(room)).some((member) => member.username === username) === present;
        return eventually(look, { what: `${username} ${present ? 'in' : 'out of'} the room ${room.name ?? room._id}` });
    }

    invite(room: RcRoom, userId: string): Promise<unknown> {
        return this.post(`v1/${namespaceOf[room.t]}.invite`, { roomId: room._id, userId });
    }

    kick(room: RcRoom, userId: string): Promise<unknown> {
        return this.post(`v1/${namespaceOf[room.t]}.kick`, { roomId: room._id, userId });
    }

    leave(room: RcRoom): Promise<unknown> {
        return this.post('v1/rooms.leave', { roomId: room._id });
    }

    // --- messages ---

    async send(room: RcRoom, text: string, extra: Record<string, unknown> = {}): Promise<RcMessage> {
        return (await this.post('v1/chat.sendMessage', { message: { rid: room._id, msg: text, ...extra } })).message;
    }

    async edit(message: RcMessage, text: string): Promise<void> {
        await this.post('v1/chat.update', { roomId: message.rid, msgId: message._id, text });
    }

    async deleteMessage(message: RcMessage): Promise<void> {
        await this.post('v1/chat.delete', { roomId: message.rid, msgId: message._id, asUser: true });
    }

    async react(message: RcMessage, emoji: string, shouldReact = true): Promise<void> {
        await this.post('v1/chat.react', { messageId: message._id, emoji, shouldReact });
    }

    async message(id: string): Promise<RcMessage> {
        return (await this.get('v1/chat.getMessage', { msgId: id })).message;
    }

    /** The newest messages of a room, oldest first, system messages among them. */
    async messages(room: RcRoom, count = 100): Promise<RcMessage[]> {
        const { messages } = await this.get(`v1/${namespaceOf[room.t]}.messages`, { roomId: room._id, count });
        return messages.sort((a: RcMessage, b: RcMessage) => a.ts.localeCompare(b.ts));
    }

    /** Waits for a message whose text holds `wanted`, or that the function accepts. */
    waitForMessage(room: RcRoom, wanted: string | ((message: RcMessage) => boolean), patience?: Patience): Promise<RcMessage> {
        const matches = typeof wanted === 'string' ? (message: RcMessage): boolean => !message.t && message.msg.includes(wanted) : wanted;
        let seen: RcMessage[] = [];
        const look = async (): Promise<RcMessage | undefined> => {
            seen = await this.messages(room);
            return seen.find(matches);
        };
        const what = (): string => `the message ${typeof wanted === 'string' ? `"${wanted}"` : ''} in ${room.name ?? room._id}; it holds ${JSON.stringify(seen.map(({ t, msg }) => t ?? msg))}`;
        return eventually(look, { what, ...patience });
    }

    // --- commands ---

    /** Begins to listen for what only this person is told: ephemeral messages go through the realtime API alone. */
    async listen(): Promise<void> {
        this.realtime ??= Realtime.open(this.url, this.token).then(async (realtime) => {
            await realtime.follow('stream-notify-user', `${this.userId}/message`, (whisper) => this.whispers.push(whisper));
            return realtime;
        });
        await this.realtime;
    }

    /** What this person alone was told in a room since they listen. */
    whispersIn(room: RcRoom): string[] {
        return this.whispers.filter((whisper) => whisper.rid === room._id).map((whisper) => whisper.msg);
    }

    /**
     * Runs a slash command as this person and returns what the app answered them, in words.
     * @param line the command as typed, e.g. `/matrix bridge`
     */
    async run(room: RcRoom, line: string, patience: Patience = {}): Promise<string> {
        await this.listen();
        const before = this.whispersIn(room).length;
        const [, command, params] = /^\/(\S+)\s*(.*)$/s.exec(line) ?? [];
        await this.post('v1/commands.run', { command, params, roomId: room._id });
        const answers = (): string[] => this.whispersIn(room).slice(before);
        await eventually(() => answers().length > 0, { what: `an answer to "${line}"`, timeout: 30_000, interval: 25, ...patience });
        return answers().join('\n');
    }

    close(): void {
        void this.realtime?.then((realtime) => realtime.close());
        this.realtime = undefined;
    }
}

const parse = (text: string): any => {
    try {
        return JSON.parse(text);
    } catch {
        return text;
    }
};
