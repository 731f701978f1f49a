import { DDPSDK } from '@rocket.chat/ddp-client/dist/DDPSDK';

export interface Session {
    userId: string;
    token: string;
}

/** Rocket.Chat's REST API and realtime API as one logged-in person. */
export class RocketChatApi {
    public session: Session | undefined;
    private realtime: DDPSDK | undefined;
    private subscriptions: { stop: () => void }[] = [];

    public async call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<any> {
        const response = await fetch(`/api/v1/${path}`, {
            method,
            headers: {
                ...(this.session && { 'X-User-Id': this.session.userId, 'X-Auth-Token': this.session.token }),
                ...(body !== undefined && { 'Content-Type': 'application/json' }),
            },
            body: body === undefined ? undefined : JSON.stringify(body),
        });
        const answer = await response.json().catch(() => ({}));
        if (!response.ok || answer.success === false) {
            throw new Error(answer.error ?? answer.message ?? `Rocket.Chat answered ${response.status}`);
        }
        return answer;
    }

    public get(path: string, query: Record<string, string> = {}): Promise<any> {
        const search = new URLSearchParams(query).toString();
        return this.call('GET', search ? `${path}?${search}` : path);
    }

    public post(path: string, body: unknown): Promise<any> {
        return this.call('POST', path, body);
    }

    /**
     * Connects to the realtime API, by Rocket.Chat's own client.
     * @param onState told whenever the connection is lost or there again
     */
    public async connect(onState: (connected: boolean) => void): Promise<void> {
        const realtime = DDPSDK.create(location.origin, { retryCount: 100, retryTime: 500 });
        realtime.connection.on('connection', (status) => onState(status === 'connected'));
        this.realtime = realtime;
        await realtime.connection.connect();
        await realtime.account.loginWithToken((this.session as Session).token);
    }

    /** Follows a stream, e.g. `room-messages`, until `disconnect`. */
    public follow(stream: string, key: string, onEvent: (...args: any[]) => void): { stop: () => void } {
        const subscription = (this.realtime as any).stream(stream, key, onEvent) as { stop: () => void };
        this.subscriptions.push(subscription);
        return subscription;
    }

    public disconnect(): void {
        this.subscriptions.splice(0).forEach((subscription) => subscription.stop());
        this.realtime?.connection.close();
        this.realtime = undefined;
    }
}
