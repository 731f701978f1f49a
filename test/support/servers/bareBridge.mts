/** An application service of the test's own, without Rocket.Chat: what the homeserver pushes to it, and the app's client to answer with. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '../eventually.mts';
import { fetchHttp } from '../clients/fetchHttp.mts';
import { startHomeserver, type StoryHomeserver, type StoryHomeserverOptions } from './homeserver.mts';
import { Matrix, type MatrixEvent } from '../clients/matrix.mts';
import type { MatrixUserId } from '../../../src/ids/types';
import { homeserverClient } from '../../../src/matrix/client/HomeserverClient';
import type { Homeserver } from '../../../src/matrix/Homeserver';

/** One transaction as it came. */
export interface Pushed {
    /** With everything before `/_matrix`. */
    path: string;
    /** The id in the path. */
    id: string;
    body: Record<string, unknown>;
    events: MatrixEvent[];
    /** What it was answered. */
    status: number;
}

const token = 'the-token-of-a-bare-bridge';

export class BareBridge {
    readonly pushed: Pushed[] = [];
    /** Status of the answer to each transaction. */
    answer: () => number = () => 200;
    private people = 0;

    private constructor(readonly homeserver: StoryHomeserver, readonly client: Homeserver, private readonly server: Server) {}

    /** @param options of the homeserver; `path` stands behind the address in the registration's `url` */
    static async start({ path = '', ...options }: Omit<StoryHomeserverOptions, 'registration'> & { path?: string } = {}): Promise<BareBridge> {
        const server = createServer((request, response) => void bridge.take(request, response));
        await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
        const own = (sigil: string, serverName: string): object[] => [{ exclusive: true, regex: `^${sigil}rc_.*:${serverName}$` }];
        const homeserver = await startHomeserver({
            ...options,
            registration: async (_url, serverName) => JSON.stringify({
                id: 'bare', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, as_token: token, hs_token: `${token}-of-the-homeserver`,
                sender_localpart: 'barebot', rate_limited: false, receive_ephemeral: true, 'de.sorunome.msc2409.push_ephemeral': true,
                namespaces: { users: own('@', serverName), aliases: own('#', serverName), rooms: [] },
            }),
        });
        const { serverName } = homeserver;
        const access = { homeserverUrl: homeserver.url, asToken: token, id: 'bare', domain: serverName, bot: `@barebot:${serverName}` as MatrixUserId };
        const bridge: BareBridge = new BareBridge(homeserver, homeserverClient(access, fetchHttp), server);
        return bridge;
    }

    get asToken(): string {
        return token;
    }

    /** A person with an account. */
    async person(name: string): Promise<Matrix> {
        this.people += 1;
        const { userId, accessToken } = await this.homeserver.createUser(`${name}${this.people}`, 'the-password-of-the-stories');
        return new Matrix(this.homeserver.url, userId, accessToken);
    }

    /** A new ghost. */
    ghost(name: string): Promise<MatrixUserId> {
        this.people += 1;
        return this.client.register(`rc_${name}${this.people}`);
    }

    /** Waits until an event was pushed and taken. @returns it as it was pushed */
    waitFor(matches: (event: MatrixEvent) => boolean, what: string): Promise<MatrixEvent> {
        return eventually(async () => this.taken().find(matches), { what: () => `${what} to be pushed; pushed were ${JSON.stringify(this.taken().map(({ type }) => type))}` });
    }

    /** Every event of a transaction that was answered 200. */
    taken(): MatrixEvent[] {
        return this.pushed.filter(({ status }) => status === 200).flatMap(({ events }) => events);
    }

    async stop(): Promise<void> {
        (this.server as Server & { closeAllConnections(): void }).closeAllConnections();
        await new Promise((resolve) => { this.server.close(resolve); });
        await this.homeserver.stop();
    }

    private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const chunks: Buffer[] = [];
        for await (const chunk of request) {
            chunks.push(chunk);
        }
        const [, id] = /\/transactions\/([^/?]+)/.exec(request.url ?? '') ?? [];
        let status = 200;
        if (id !== undefined) {
            const body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
            status = this.answer();
            this.pushed.push({ path: String(request.url), id, body, events: body.events ?? [], status });
        }
        response.writeHead(status, { 'Content-Type': 'application/json' }).end('{}');
    }
}
