/**
 * The whole environment of a story: a Rocket.Chat with the packaged app, a homeserver with the app's registration, the
 * bridge enabled. Built before the first test of a file, torn down after the last.
 *
 * Without variables: the development workspace and a Synapse, both of this run alone. Aimed at servers that run already:
 * - `ROCKETCHAT_URL`, `ROCKETCHAT_ADMIN`, `ROCKETCHAT_PASSWORD`: the app is installed there (or updated);
 * - `HOMESERVER_URL`, `HOMESERVER_NAME`, `HOMESERVER_SHARED_SECRET`: a homeserver that has loaded the registration of the app
 *   in that Rocket.Chat (a run without these three starts a Synapse, which that Rocket.Chat must be able to reach:
 *   `HOMESERVER_HOST` is the name under which it sees this machine).
 */
import { BridgeApp, packageApp, setting, type SettingId } from '../apps/app.mts';
import { eventually, unique } from '../eventually.mts';
import { startHomeserver, type StoryHomeserver, type StoryHomeserverOptions } from './homeserver.mts';
import { Matrix } from '../clients/matrix.mts';
import { RocketChat } from '../clients/rocketchat.mts';
import { startWorkspace, type Workspace } from './workspace.mts';
import { freePort } from '../../../workspace/process/ports.mts';

/** False when the stories are aimed at a server that is not ours to stop, start or break. */
export const ownsWorkspace = !process.env.ROCKETCHAT_URL;
export const ownsHomeserver = !process.env.HOMESERVER_URL;

/** A test that must stop, start or reconfigure servers: runs only where they are ours, and says so where not. */
export const testWithOwnServers = ownsWorkspace && ownsHomeserver ? test : test.skip;

export interface StackOptions extends Pick<StoryHomeserverOptions, 'roomVersion' | 'maxUpload'> {
    /** No homeserver is started: for what happens before there is one. */
    homeserver?: false;
    /** Settings of the app besides the homeserver's. */
    settings?: Partial<Record<SettingId, string | boolean>>;
    /** Lines of the homeserver's own configuration file: each kind has its own. */
    homeserverConfig?: Record<string, unknown>;
    /** Of the Rocket.Chat server, on the same data: each has a process of the app of its own. */
    instances?: number;
    /** How the server differs from the newest one: `name=value`, see `workspace/main.mts --quirk`. */
    quirks?: string[];
    /** Keeps the workspace's data so that it can be stopped and started again. */
    dataDir?: string;
}

// A story waits for two servers: jest's five seconds are for functions. On Dendrite redactions take their time, see `eventually`.
jest.setTimeout(process.env.HOMESERVER_KIND === 'dendrite' ? 150_000 : 45_000);

const password = 'the-password-of-the-stories';

export class Stack {
    private readonly people: RocketChat[] = [];

    private constructor(
        readonly admin: RocketChat,
        readonly app: BridgeApp,
        private readonly dataDir: string | undefined,
        private readonly running: { workspace?: Workspace; homeserver?: StoryHomeserver },
    ) {}

    static async start(options: StackOptions = {}): Promise<Stack> {
        const zip = await packageApp();
        // A workspace that will be stopped must come back at the same address: it stands in the registration.
        const port = options.dataDir ? await freePort() : 0;
        const { dataDir, instances, quirks } = options;
        const workspace = ownsWorkspace ? await startWorkspace({ dataDir, port, instances, quirks }) : undefined;
        const running: { workspace?: Workspace; homeserver?: StoryHomeserver } = { workspace };
        try {
            const admin = workspace
                ? await RocketChat.login(workspace.url, workspace.admin.username, workspace.admin.password)
                : await RocketChat.login(process.env.ROCKETCHAT_URL as string, process.env.ROCKETCHAT_ADMIN ?? 'admin', process.env.ROCKETCHAT_PASSWORD ?? '');
            const stack = new Stack(admin, await BridgeApp.deploy(admin, zip), options.dataDir, running);
            if (options.homeserver !== false) {
                await stack.connectHomeserver(options);
            }
            return stack;
        } catch (error) {
            await running.homeserver?.stop();
            await workspace?.stop();
            throw error;
        }
    }

    /** What an admin does by the guide: settings, registration to the homeserver, enabled. */
    private async connectHomeserver({ settings = {}, homeserverConfig, roomVersion, maxUpload }: StackOptions): Promise<void> {
        const homeserver = await startHomeserver({
            config: homeserverConfig,
            roomVersion,
            maxUpload,
            registration: async (url, serverName) => {
                await this.app.change({ [setting.homeserverUrl]: url, [setting.domain]: serverName, ...settings });
                return this.app.registration(serverName.replaceAll('.', '\\.'));
            },
        });
        this.running.homeserver = homeserver;
        await this.app.change({ [setting.enabled]: true });
    }

    get workspace(): Workspace {
        return present(this.running.workspace, 'a workspace of our own');
    }

    get homeserver(): StoryHomeserver {
        return present(this.running.homeserver, 'a homeserver');
    }

    get serverName(): string {
        return this.homeserver.serverName;
    }

    /** A new Rocket.Chat user with a name of their own, logged in. @param name first part of the username */
    async rocketchatUser(name: string, extra: { name?: string; roles?: string[]; exactly?: boolean } = {}): Promise<RocketChat> {
        const username = extra.exactly ? name : unique(name);
        await this.admin.createUser({ username, name: extra.name ?? name, password, ...(extra.roles && { roles: extra.roles }) });
        const person = await RocketChat.login(this.admin.url, username, password);
        this.people.push(person);
        return person;
    }

    /** The same user at another instance of the server. */
    async through(person: RocketChat, instance: number): Promise<RocketChat> {
        const other = await RocketChat.login(this.workspace.urls[instance], person.username, password);
        this.people.push(other);
        return other;
    }

    /** A new Matrix user with an account of their own, logged in. */
    async matrixUser(name: string, displayName?: string): Promise<Matrix> {
        const { userId, accessToken } = await this.homeserver.createUser(unique(name), password);
        const person = new Matrix(this.homeserver.url, userId, accessToken);
        if (displayName) {
            await person.setDisplayName(displayName);
        }
        return person;
    }

    /**
     * Ends the workspace and starts it again, over the same data and at the same address: who was logged in still is.
     * @param how `kill`: as a crash
     * @param meanwhile what happens while it is away
     */
    async restartWorkspace(how: 'stop' | 'kill' = 'stop', meanwhile?: () => Promise<void>): Promise<void> {
        [this.admin, ...this.people].forEach((person) => person.close());
        await this.workspace[how]();
        await meanwhile?.();
        this.running.workspace = await startWorkspace({ dataDir: present(this.dataDir, 'a data folder'), port: Number(new URL(this.admin.url).port) });
        await eventually(async () => (await this.app.status()).includes('enabled'), { what: 'the app to be enabled again' });
    }

    /** Id of the ghost of a username that needs no escaping. */
    ghostOf(person: RocketChat | string): string {
        return `@rc_${typeof person === 'string' ? person : person.username}:${this.serverName}`;
    }

    async stop(): Promise<void> {
        [this.admin, ...this.people].forEach((person) => person.close());
        await this.running.homeserver?.stop();
        await this.running.workspace?.stop();
    }
}

const present = <T,>(thing: T | undefined, name: string): T => {
    if (thing === undefined) {
        throw new Error(`This environment has not ${name}`);
    }
    return thing;
};

/** For the top of a test file: builds the environment before the tests, tears it down after them. */
export const useStack = (options: StackOptions = {}): (() => Stack) => {
    let stack: Stack | undefined;
    beforeAll(async () => {
        stack = await Stack.start(options);
    }, 180_000);
    afterAll(async () => {
        await stack?.stop();
    }, 60_000);
    return () => present(stack, 'been started');
};
