/** Rocket.Chat's realtime API (DDP over WebSocket), as far as following the streams of one person needs it. */
import WebSocket from 'ws';

export type StreamListener = (...args: any[]) => void;

export class Realtime {
    private readonly listeners = new Map<string, StreamListener>();
    private readonly waiting = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
    private requests = 0;

    private constructor(private readonly socket: WebSocket) {
        socket.on('message', (data) => this.handle(JSON.parse(String(data))));
    }

    /** Connects and logs in with a login token. */
    static async open(url: string, token: string): Promise<Realtime> {
        const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/websocket`);
        const realtime = new Realtime(socket);
        const connected = realtime.answerTo('connected');
        socket.on('error', (error) => realtime.fail(error));
        socket.on('close', () => realtime.fail(new Error('the realtime API closed the connection')));
        socket.on('open', () => realtime.send({ msg: 'connect', version: '1', support: ['1'] }));
        await connected;
        const id = realtime.nextId();
        realtime.send({ msg: 'method', method: 'login', id, params: [{ resume: token }] });
        await realtime.answerTo(id);
        return realtime;
    }

    /**
     * Follows one event of a stream, e.g. `stream-room-messages` and a room id. Resolves when the server follows.
     * @param listener gets the arguments that the server sends
     */
    async follow(stream: string, event: string, listener: StreamListener): Promise<void> {
        this.listeners.set(`${stream} ${event}`, listener);
        const id = this.nextId();
        this.send({ msg: 'sub', id, name: stream, params: [event, { useCollection: false, args: [] }] });
        await this.answerTo(id);
    }

    close(): void {
        this.socket.removeAllListeners('close');
        this.socket.close();
    }

    private handle(message: any): void {
        switch (message.msg) {
            case 'ping':
                return this.send({ msg: 'pong', ...(message.id && { id: message.id }) });
            case 'connected':
                return this.settle('connected');
            case 'result':
                return this.settle(message.id, message.error);
            case 'ready':
                return message.subs.forEach((id: string) => this.settle(id));
            case 'nosub':
                return this.settle(message.id, message.error ?? { message: 'subscription refused' });
            case 'changed':
                this.listeners.get(`${message.collection} ${message.fields?.eventName}`)?.(...message.fields.args);
        }
    }

    private send(message: object): void {
        this.socket.send(JSON.stringify(message));
    }

    private nextId(): string {
        this.requests += 1;
        return `request-${this.requests}`;
    }

    private answerTo(id: string): Promise<void> {
        return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    }

    private settle(id: string, error?: { message?: string; reason?: string }): void {
        const waiting = this.waiting.get(id);
        this.waiting.delete(id);
        if (error) {
            waiting?.reject(new Error(`Realtime API: ${error.message ?? error.reason ?? JSON.stringify(error)}`));
        } else {
            waiting?.resolve();
        }
    }

    private fail(error: Error): void {
        this.waiting.forEach(({ reject }) => reject(error));
        this.waiting.clear();
    }
}
