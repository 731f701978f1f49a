/** The homeserver of a story: one of this run alone (`HOMESERVER_KIND`, default `synapse`), or one that runs already (`HOMESERVER_URL`). */
import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Matrix } from '../clients/matrix.mts';
import { assertHomeserverKind, createHomeserver, type Account, type HomeserverKind, type HomeserverOptions } from '../../../workspace/homeserver/index.mts';
import { freePort } from '../../../workspace/process/ports.mts';

export interface StoryHomeserver {
    /** Stories say what differs between the kinds, and tell both sides. */
    readonly kind: HomeserverKind;
    /** As this machine reaches it. */
    readonly url: string;
    readonly serverName: string;
    createUser(name: string, password: string): Promise<Account>;
    /** These four only where the homeserver is ours. */
    down(): Promise<void>;
    up(registration?: string): Promise<void>;
    crash(): Promise<void>;
    restart(registration?: string): Promise<void>;
    /** Ends it for good. */
    stop(): Promise<void>;
}

export interface StoryHomeserverOptions extends Pick<HomeserverOptions, 'roomVersion' | 'maxUpload'> {
    /** Server name, `hs.test` by default. */
    serverName?: string;
    /** Lines of its own configuration file over ours. */
    config?: Record<string, unknown>;
    /** Gives the registration, once it is known where the homeserver will be. `url` is as Rocket.Chat will reach it. */
    registration: (url: string, serverName: string) => Promise<string>;
}

/** What `HOMESERVER_KIND` says, else Synapse. @throws PlainError for a kind that is not there */
const kindOfStories = (): HomeserverKind => {
    const kind = process.env.HOMESERVER_KIND ?? 'synapse';
    assertHomeserverKind(kind);
    return kind;
};

const running = async (url: string, options: StoryHomeserverOptions): Promise<StoryHomeserver> => {
    const serverName = process.env.HOMESERVER_NAME ?? new URL(url).hostname;
    const secret = process.env.HOMESERVER_SHARED_SECRET ?? '';
    const notOurs = (): Promise<never> => Promise.reject(new Error('This homeserver is not ours to stop'));
    await options.registration(url, serverName);
    return {
        kind: kindOfStories(),
        url,
        serverName,
        createUser: (name, password) => registerBySecret(url, secret, name, password),
        down: notOurs,
        up: notOurs,
        crash: notOurs,
        restart: notOurs,
        stop: () => Promise.resolve(),
    };
};

/** `POST /_synapse/admin/v1/register`: Synapse's registration by shared secret, which Dendrite has as well. */
const registerBySecret = async (url: string, secret: string, username: string, password: string): Promise<Account> => {
    const endpoint = `${url}/_synapse/admin/v1/register`;
    const { nonce } = (await (await fetch(endpoint)).json()) as { nonce: string };
    const mac = createHmac('sha1', secret).update([nonce, username, password, 'notadmin'].join('\0')).digest('hex');
    const answer = await fetch(endpoint, { method: 'POST', body: JSON.stringify({ nonce, username, password, admin: false, mac }) });
    if (!answer.ok) {
        throw new Error(`The homeserver did not register ${username}: ${await answer.text()}`);
    }
    const { userId, accessToken } = await Matrix.login(url, username, password);
    return { userId, accessToken };
};

/** Starts the homeserver of a story and waits until it answers. */
export const startHomeserver = async (options: StoryHomeserverOptions): Promise<StoryHomeserver> => {
    if (process.env.HOMESERVER_URL) {
        return running(process.env.HOMESERVER_URL.replace(/\/$/, ''), options);
    }
    const { serverName = 'hs.test', config, roomVersion, maxUpload } = options;
    const dataDir = await mkdtemp(join(tmpdir(), 'bridge-homeserver-'));
    const port = await freePort();
    const kind = kindOfStories();
    const host = process.env.HOMESERVER_HOST;
    // A Rocket.Chat elsewhere must get through to it.
    const open = { listeners: [{ port, bind_addresses: ['0.0.0.0'], type: 'http', tls: false, resources: [{ names: ['client', 'federation'] }] }] };
    const server = createHomeserver(kind, { dataDir, port, serverName, roomVersion, maxUpload, config: { ...(host && open), ...config } });
    await server.install();
    const seenByRocketChat = `http://${host ?? '127.0.0.1'}:${port}`;
    await server.start(await options.registration(seenByRocketChat, serverName));
    return {
        kind,
        url: server.url,
        serverName,
        createUser: (name, password) => server.createUser(name, password),
        down: () => server.stop(),
        up: (registration) => server.start(registration),
        crash: () => server.kill(),
        restart: (registration) => server.restart(registration),
        stop: async () => {
            await server.stop();
            await rm(dataDir, { recursive: true, force: true });
        },
    };
};
