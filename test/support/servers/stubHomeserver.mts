/**
 * A homeserver that costs next to nothing: answers what the bridge asks at once, from memory, and pushes transactions as
 * Synapse does (one in flight, up to 100 events in the next one). What is measured with it is the bridge and the engine.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually, sleep } from '../eventually.mts';
import { inShort, read } from './stubRequests.mts';

interface Pushed {
    type: string;
    room_id: string;
    sender: string;
    content: object;
    state_key?: string;
}

interface StubRoom {
    id: string;
    members: Set<string>;
    state: Map<string, object>;
}

type Reply = [status: number, body: object];

const notFound: Reply = [404, { errcode: 'M_NOT_FOUND', error: 'Not found' }];
const maxEventsPerTransaction = 100;

export class StubHomeserver {
    readonly serverName = 'stub.test';
    /** Called for each message that the bridge sends. */
    onMessage: (body: string) => void = () => undefined;
    /** Every request since the start: `PUT rooms/…/send/m.room.message`, without ids and query. */
    readonly log: string[] = [];
    /** Number of transactions that the bridge did not take at once. */
    refused = 0;

    private readonly rooms = new Map<string, StubRoom>();
    private readonly aliases = new Map<string, string>();
    private readonly sent = new Map<string, string>();
    private readonly profiles = new Map<string, Record<string, string>>();
    private readonly queue: object[] = [];
    private inFlight = false;
    private stopped = false;
    private counter = 0;
    /** Without gaps, as Synapse counts: one stands for a transaction that another process of the app was given. */
    private transactions = 0;
    private registration = { url: '', token: '', bot: '' };

    private constructor(private readonly server: Server) {}

    static async start(): Promise<StubHomeserver> {
        const server = createServer();
        server.keepAliveTimeout = 60_000;
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        const stub = new StubHomeserver(server);
        server.on('request', async (request, response) => {
            stub.log.push(inShort(request));
            const [status, body] = stub.answer(request, await read(request));
            const text = JSON.stringify(body);
            response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }).end(text);
        });
        return stub;
    }

    get url(): string {
        return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    /** Resolves when every event was pushed, and the push answered. */
    readonly idle = (): Promise<true> => eventually(() => !this.inFlight, { what: 'the stub to be idle', interval: 1 });

    /** What the homeserver takes from the registration file. */
    register(url: string, token: string, bot: string): void {
        this.registration = { url, token, bot: `@${bot}:${this.serverName}` };
    }

    /** A room that nobody made. @returns its id */
    room(): string {
        return (this.createRoom(this.registration.bot, {})[1] as { room_id: string }).room_id;
    }

    /** Room of an alias that the bridge made. */
    roomOf(alias: string): string | undefined {
        return this.aliases.get(alias);
    }

    /** An event of a person: goes out with the next transaction. */
    readonly push = (event: Pushed): void => void this.accept(event);

    async stop(): Promise<void> {
        this.stopped = true;
        (this.server as Server & { closeAllConnections(): void }).closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
    }

    private async deliver(): Promise<void> {
        if (this.inFlight || !this.registration.url) {
            return;
        }
        this.inFlight = true;
        while (this.queue.length) {
            this.transactions += 1;
            await this.transaction(this.transactions, this.queue.splice(0, maxEventsPerTransaction));
        }
        this.inFlight = false;
    }

    /** Repeated until it is taken, as homeservers do, or until the end of the stub. */
    private async transaction(id: number, events: object[]): Promise<void> {
        for (let pause = 100; !this.stopped; pause *= 2) {
            const status = await fetch(`${this.registration.url}/_matrix/app/v1/transactions/${id}`, {
                method: 'PUT',
                headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${this.registration.token}` },
                body: JSON.stringify({ events }),
            }).then((answer) => answer.arrayBuffer().then(() => answer.status), () => 0);
            if (status === 200) {
                return;
            }
            this.refused += 1;
            await sleep(pause);
        }
    }

    private eventId(): string {
        this.counter += 1;
        return `$${this.counter.toString(36).padStart(43, '0')}`;
    }

    private answer(request: IncomingMessage, body: any): Reply {
        const url = new URL(request.url ?? '/', 'http://stub');
        const user = url.searchParams.get('user_id') ?? this.registration.bot;
        const path = url.pathname.replace(/^\/_matrix\/client\/(v\d+|r0|unstable)\//, '').split('/').map(decodeURIComponent);
        switch (path[0]) {
            case '':
                return this.root(url.pathname);
            case 'account':
                return [200, { user_id: user }];
            case 'appservice':
                return [200, { duration_ms: 1 }];
            case 'capabilities':
                return [200, { capabilities: { 'm.room_versions': { default: '11', available: { 11: 'stable' } } } }];
            case 'register':
                return [200, { user_id: `@${body.username}:${this.serverName}` }];
            case 'profile':
                return this.profile(request.method, path, body);
            case 'createRoom':
                return this.createRoom(user, body);
            case 'directory':
                return this.directory(request.method, path, body);
            case 'join':
                return this.inRoom([, path[1], 'join'], user, body, request.method);
            case 'rooms':
                return this.inRoom(path, user, body, request.method);
            case 'joined_rooms':
                return [200, { joined_rooms: [...this.rooms.values()].filter((room) => room.members.has(user)).map((room) => room.id) }];
        }
        return [404, { errcode: 'M_UNRECOGNIZED', error: 'Unrecognized request' }];
    }

    private root(path: string): Reply {
        if (path === '/_matrix/client/versions') {
            return [200, { versions: ['v1.1', 'v1.7', 'v1.11'] }];
        }
        return path === '/_matrix/federation/v1/version' ? [200, { server: { name: 'Stub', version: '1' } }] : notFound;
    }

    private profile(method: string | undefined, [, user, field]: (string | undefined)[], body: any): Reply {
        const profile = this.profiles.get(user as string) ?? {};
        if (method === 'PUT') {
            this.profiles.set(user as string, { ...profile, [field as string]: body[field as string] });
            return [200, {}];
        }
        return [200, field ? { [field]: profile[field] } : profile];
    }

    private createRoom(creator: string, body: any): Reply {
        const id = `!${this.eventId().slice(1)}`;
        const room: StubRoom = { id, members: new Set([creator]), state: new Map() };
        this.rooms.set(id, room);
        if (body.room_alias_name) {
            this.aliases.set(`#${body.room_alias_name}:${this.serverName}`, id);
        }
        (body.initial_state ?? []).forEach((event: any) => room.state.set(`${event.type} ${event.state_key ?? ''}`, event.content));
        room.state.set('m.room.power_levels ', body.power_level_content_override ?? {});
        return [200, { room_id: id }];
    }

    private directory(method: string | undefined, [, kind, alias]: string[], body: any): Reply {
        if (kind !== 'room' || method === 'DELETE') {
            return [200, {}];
        }
        if (method === 'PUT') {
            this.aliases.set(alias, body.room_id);
            return [200, {}];
        }
        const id = this.aliases.get(alias);
        return id ? [200, { room_id: id, servers: [this.serverName] }] : notFound;
    }

    private inRoom([, id, action, type, key]: (string | undefined)[], user: string, body: any, method?: string): Reply {
        const room = this.rooms.get(this.aliases.get(id as string) ?? (id as string));
        if (!room) {
            return [403, { errcode: 'M_FORBIDDEN', error: 'Unknown room' }];
        }
        switch (action) {
            case 'send':
                return this.send({ type: String(type), room_id: room.id, sender: user, content: body }, `${room.id} ${type} ${key}`);
            case 'join':
                room.members.add(user);
                return [200, { room_id: room.id }];
            case 'joined_members':
                return [200, { joined: Object.fromEntries([...room.members].map((member) => [member, this.profiles.get(member) ?? {}])) }];
            case 'messages':
                return [200, { chunk: [], start: 's', end: undefined }];
            case 'state':
                return this.state(room, user, method, `${type} ${key ?? ''}`, body);
        }
        return [200, {}];
    }

    private state(room: StubRoom, user: string, method: string | undefined, key: string, body: any): Reply {
        if (method === 'PUT') {
            room.state.set(key, body);
            const [type, stateKey] = key.split(' ');
            return [200, { event_id: this.accept({ type, room_id: room.id, sender: user, content: body, state_key: stateKey }) }];
        }
        const content = room.state.get(key);
        return content ? [200, content] : notFound;
    }

    /** A transaction id that is known gives the first event again, as every homeserver does. */
    private send(event: Pushed, key: string): Reply {
        let id = this.sent.get(key);
        if (!id) {
            id = this.accept(event);
            this.sent.set(key, id);
            this.onMessage(String((event.content as { body?: string }).body));
        }
        return [200, { event_id: id }];
    }

    /** Events of the bridge's own users are pushed to it as well. @returns the id */
    private accept(event: Pushed): string {
        const id = this.eventId();
        this.queue.push({ ...event, event_id: id, origin_server_ts: Date.now(), unsigned: {} });
        void this.deliver();
        return id;
    }
}
