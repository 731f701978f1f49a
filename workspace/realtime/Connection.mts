import { randomBytes } from 'node:crypto';
import { EJSON } from './ejson.mts';
import type { AppsHost, Domain, IUser } from '../server/contract.mts';
import { notAllowed, subscriptionNotFound, toMethodError } from './errors.mts';
import { callMethod } from './methods.mts';
import { mayListen, streams, type Listener } from './streams.mts';

/** The wire under a connection: a WebSocket, or SockJS over one. */
export interface Wire {
    send(text: string): void;
    close(): void;
}

const heartbeat = 15_000;

/** What a client learns of its own user (Meteor publishes it to the collection `users`). */
const ownFields = ({ _id, username, emails, name, roles, status, statusText, statusConnection, type, active, avatarETag, settings }: IUser) => ({
    _id, username, emails, name, roles, status, statusText, statusConnection, type, active, avatarETag, settings,
});

/** One client of the realtime API: speaks DDP version 1 (Meteor: `packages/ddp/DDP.md`). */
export class Connection implements Listener {
    user: IUser | null = null;
    private token = '';
    private connected = false;
    private closed = false;
    /** Subscriptions by their id: stream and event. */
    private readonly subscriptions = new Map<string, { stream: string; eventName: string }>();
    private readonly followed = new Set<string>();
    private timer?: NodeJS.Timeout;
    /** What was received is handled one after the other: a client that sends its login need not wait before it subscribes. */
    private handled: Promise<void> = Promise.resolve();

    constructor(
        private readonly wire: Wire,
        private readonly domain: Domain,
        private readonly apps: AppsHost,
    ) {
        this.send({ server_id: '0' });
    }

    get presences(): ReadonlySet<string> {
        return this.followed;
    }

    listens(stream: string, eventName: string): boolean {
        for (const subscription of this.subscriptions.values()) if (subscription.stream === stream && subscription.eventName === eventName) return true;
        return false;
    }

    emit(stream: string, eventName: string, args: unknown[]): void {
        this.send({ msg: 'changed', collection: `stream-${stream}`, id: 'id', fields: { eventName, args } });
    }

    emitPresence(userId: string, args: unknown[]): void {
        this.send({ msg: 'changed', collection: 'stream-user-presence', id: 'id', fields: { args, uid: userId } });
    }

    /** Handles a message of the client. What is no DDP is answered with an error, and the connection goes on. */
    async receive(text: string): Promise<void> {
        let message: any;
        try {
            message = EJSON.parse(text);
        } catch {
            this.send({ msg: 'error', reason: 'Parse error' });
            return;
        }
        const { msg, id } = message ?? {};
        if (msg === 'connect') this.connect(message);
        else if (msg === 'ping') this.send({ msg: 'pong', ...(id !== undefined && { id }) });
        else if (msg === 'pong') return;
        else if (!this.connected) this.send({ msg: 'error', reason: 'Must connect first', offendingMessage: message });
        else await (this.handled = this.handled.then(() => this.handle(message)).catch((error) => this.refuse(message, error)));
    }

    private async handle(message: any): Promise<void> {
        const named = typeof message.id === 'string' && (message.params === undefined || Array.isArray(message.params));
        if (message.msg === 'method' && named && typeof message.method === 'string') await this.call(message);
        else if (message.msg === 'sub' && named && typeof message.name === 'string') await this.subscribe(message);
        else if (message.msg === 'unsub' && named) this.unsubscribe(message.id);
        else this.send({ msg: 'error', reason: 'Bad request', offendingMessage: message });
    }

    /** A fault of the workspace itself ends neither the connection nor what comes after. */
    private refuse(message: any, error: unknown): void {
        console.error('A message of the realtime API could not be handled:', error);
        this.send({ msg: 'error', reason: 'Internal server error', offendingMessage: message });
    }

    private connect({ version, support = [] }: { version: string; support?: string[] }): void {
        if (this.connected) {
            this.send({ msg: 'error', reason: 'Already connected' });
            return;
        }
        if (version !== '1' && !support.includes('1')) {
            this.send({ msg: 'failed', version: '1' });
            this.wire.close();
            return;
        }
        this.connected = true;
        this.send({ msg: 'connected', session: randomBytes(12).toString('base64url').slice(0, 17) });
        this.timer = setInterval(() => this.send({ msg: 'ping' }), heartbeat);
        this.timer.unref();
    }

    private async call({ id, method, params = [] }: { id: string; method: string; params?: any[] }): Promise<void> {
        // A renamed user, changed roles: each call sees the user as he is now.
        if (this.user) this.user = (await this.domain.users.findById(this.user._id)) ?? null;
        const context = { domain: this.domain, apps: this.apps, user: this.user as IUser, token: this.token, connection: this };
        const outcome = await callMethod(context, method, params);
        this.send({ msg: 'result', id, ...outcome });
        this.send({ msg: 'updated', methods: [id] });
    }

    private async subscribe({ id, name, params = [] }: { id: string; name: string; params?: any[] }): Promise<void> {
        const stream = name.startsWith('stream-') ? name.slice('stream-'.length) : '';
        // Publications of Meteor and of older servers that clients still ask for, and that bring no documents.
        if (['meteor.loginServiceConfiguration', 'meteor_autoupdate_clientVersions', 'userData', 'activeUsers'].includes(name)) {
            this.send({ msg: 'ready', subs: [id] });
            return;
        }
        if (!streams.has(stream)) {
            this.send({ msg: 'nosub', id, error: subscriptionNotFound(name) });
            return;
        }
        const [eventName, options] = params;
        try {
            if (typeof eventName !== 'string' || !(await mayListen(this.domain, this.user, stream, eventName))) {
                this.send({ msg: 'nosub', id, error: notAllowed() });
                return;
            }
        } catch (error) {
            this.send({ msg: 'nosub', id, error: toMethodError(error) });
            return;
        }
        this.subscriptions.set(id, { stream, eventName });
        if (stream === 'user-presence') this.followPresences(typeof options === 'object' ? (options?.args?.[0] ?? options) : {});
        this.send({ msg: 'ready', subs: [id] });
    }

    private followPresences({ added = [], removed = [] }: { added?: string[]; removed?: string[] }): void {
        added.forEach((userId) => this.followed.add(userId));
        removed.forEach((userId) => this.followed.delete(userId));
    }

    private unsubscribe(id: string): void {
        this.subscriptions.delete(id);
        this.send({ msg: 'nosub', id });
    }

    /** Logs this connection in, or out: it counts for the user's presence. */
    async setUser(user: IUser | null, token = ''): Promise<void> {
        const before = this.user;
        this.user = user;
        this.token = token;
        if (before?._id !== user?._id) {
            if (before) await this.domain.users.connectionClosed(before._id);
            if (before) this.send({ msg: 'removed', collection: 'users', id: before._id });
            if (user && !this.closed) await this.domain.users.connectionOpened(user._id);
        }
        if (!user) {
            for (const [id, { stream }] of this.subscriptions) if (stream !== 'notify-all') this.unsubscribe(id);
            return;
        }
        const { _id, ...fields } = ownFields((await this.domain.users.findById(user._id)) ?? user);
        this.send({ msg: 'added', collection: 'users', id: _id, fields });
    }

    /** The client is gone. */
    async end(): Promise<void> {
        if (this.closed) return;
        this.closed = true;
        clearInterval(this.timer);
        if (this.user) await this.domain.users.connectionClosed(this.user._id);
    }

    private send(message: object): void {
        if (!this.closed) this.wire.send(EJSON.stringify(message));
    }
}
