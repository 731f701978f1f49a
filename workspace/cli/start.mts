import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RunningHomeserver } from '../homeserver/index.mts';
import { assertHomeserverKind, createHomeserver } from '../homeserver/index.mts';
import { Child } from '../process/child.mts';
import { describe, PlainError } from '../process/PlainError.mts';
import { assertPortFree } from '../process/ports.mts';
import { BridgeApp } from './app.mts';
import { makeDemo } from './demo.mts';
import { Interrupted, Interrupts } from './interrupts.mts';
import type { StartOptions } from './options.mts';
import { readyText } from './report.mts';
import { logInToRocketChat } from './rest.mts';
import type { Running, State } from './state.mts';
import { DataFolder } from './state.mts';
import type { WorkspaceProcess } from './workspaceProcess.mts';
import { startWorkspace } from './workspaceProcess.mts';

const ADMIN = 'admin';

/** What the workspace would read from the environment; here the options alone count. */
const WORKSPACE_VARIABLES = ['PORT', 'ROOT_URL', 'BIND_IP', 'DATA_DIR', 'INSTANCES'];

const say = (text: string) => process.stdout.write(`${text}\n`);

/** Builds the app's zip, unless nothing changed. @returns its path from the root */
async function packageApp(signal: AbortSignal): Promise<string> {
    try {
        await promisify(execFile)(process.execPath, ['tools/package.mjs'], { signal });
    } catch (error) {
        const { stderr, message } = error as { stderr?: string; message: string };
        throw new PlainError(`The app could not be packaged: ${stderr?.trim() || message}`);
    }
    const { nameSlug, version } = createRequire(join(process.cwd(), 'package.json'))('./app.json') as { nameSlug: string; version: string };
    return join('dist', `${nameSlug}_${version}.zip`);
}

/** Everything that one `npm start` started, in the order in which it must end. */
class Stack {
    private workspace: WorkspaceProcess | undefined;

    constructor(
        private readonly options: StartOptions,
        private readonly folder: DataFolder,
        private readonly homeserver: RunningHomeserver,
        private readonly signal: AbortSignal,
    ) {}

    /** Brings everything up. @returns where all is */
    public async up(): Promise<Running> {
        say('Packaging the app, checking the homeserver');
        const [zip] = await Promise.all([packageApp(this.signal), this.homeserver.install()]);

        this.signal.throwIfAborted();
        say('Starting the workspace');
        const { state } = this.folder;
        const workspace = await this.startWorkspace(state);
        const admin = await logInToRocketChat(workspace.url, ADMIN, state.adminPassword);
        const { app, hash } = await BridgeApp.deploy(admin, zip, state.zip);
        state.zip = hash;
        await this.folder.save();

        say(`Starting ${this.homeserver.kind}`);
        await this.connect(app, workspace.url);
        if (this.options.demo && !state.demo) {
            say('Making demo users and a federated room');
            state.demo = await makeDemo(workspace.url, admin, this.homeserver);
            await this.folder.save();
        }
        return this.describe(workspace, app.id, zip, state);
    }

    private async startWorkspace(state: State): Promise<WorkspaceProcess> {
        const { port } = this.options;
        const args = ['--port', String(port), '--data-dir', this.folder.file('workspace'), '--admin-username', ADMIN];
        const inherited = Object.entries(process.env).filter(([name]) => !WORKSPACE_VARIABLES.includes(name));
        const env = { ...Object.fromEntries(inherited), ADMIN_PASS: state.adminPassword, PAGE_CONFIG: this.folder.file('page.json') };
        this.workspace = await startWorkspace(args, env, this.folder.file('workspace.log'));
        return this.workspace;
    }

    /** What an admin does by the guide: settings, registration to the homeserver, enabled. */
    private async connect(app: BridgeApp, workspaceUrl: string): Promise<void> {
        const { url, serverName } = this.homeserver;
        await app.set({ Federation_Matrix_homeserver_url: url, Federation_Matrix_homeserver_domain: serverName });
        await this.homeserver.start(await app.registration(serverName, workspaceUrl));
        await app.set({ Federation_Matrix_enabled: true });
    }

    private describe(workspace: WorkspaceProcess, appId: string, zip: string, state: State): Running {
        const { kind, url, serverName } = this.homeserver;
        const demo = state.demo;
        return {
            rocketchat: {
                url: workspace.url,
                admin: { username: ADMIN, password: state.adminPassword },
                users: demo?.rocketchat.users ?? [],
                room: demo?.rocketchat.room ?? null,
            },
            homeserver: { kind, url, serverName, users: demo?.homeserver.users ?? [], room: demo?.homeserver.room ?? null },
            app: { id: appId, zip: join(process.cwd(), zip) },
            pids: { workspace: workspace.child.pid, homeserver: this.homeserver.pid ?? -1 },
        };
    }

    /** Resolves with a sentence when a part ends by itself. */
    public async broken(): Promise<string> {
        const gone = this.workspace?.child.exited.then(() => `The workspace ended by itself (log: ${this.folder.file('workspace.log')}).`);
        const homeserverGone = this.homeserver.exited.then(() => `${this.homeserver.kind} ended by itself (log: ${this.homeserver.logFile}).`);
        return Promise.race([gone ?? homeserverGone, homeserverGone]);
    }

    /** The homeserver first: it sends, the workspace answers until the end. Then what an interrupted start left half up. */
    public async down(): Promise<void> {
        await this.homeserver.stop();
        await this.workspace?.child.stop();
        await Child.stopAll();
    }
}

async function run(options: StartOptions, folder: DataFolder, interrupts: Interrupts, begin: number): Promise<number> {
    assertHomeserverKind(options.homeserver);
    const homeserver = createHomeserver(options.homeserver, {
        dataDir: folder.file(options.homeserver),
        port: options.homeserverPort,
        progress: say,
        signal: interrupts.signal,
    });
    const stack = new Stack(options, folder, homeserver, interrupts.signal);
    try {
        const running = await interrupts.during(stack.up());
        const { rocketchat, homeserver: matrix } = running;
        await folder.writePageConfig({ rocketchat: { users: rocketchat.users, room: rocketchat.room }, homeserver: matrix });
        await folder.writeRunning(running);
        say(readyText(running, folder.path, (performance.now() - begin) / 1000));
        const problem = await Promise.race([stack.broken(), interrupts.happened]);
        if (problem) {
            throw new PlainError(problem);
        }
        return 0;
    } finally {
        if (Child.anyLives) {
            say('Ending');
        }
        await stack.down();
    }
}

/**
 * Starts a workspace with the bridge in it and a homeserver beside it, and stays until it is interrupted.
 * @returns the exit code
 */
export async function start(options: StartOptions): Promise<number> {
    const begin = performance.now();
    const interrupts = new Interrupts();
    let folder: DataFolder | undefined;
    try {
        assertHomeserverKind(options.homeserver);
        folder = await DataFolder.open(options.dataDir);
        await assertPortFree(options.port, 'the workspace', '--port');
        await assertPortFree(options.homeserverPort, 'the homeserver', '--homeserver-port');
        return await run(options, folder, interrupts, begin);
    } catch (error) {
        if (error instanceof Interrupted || interrupts.signal.aborted) {
            return 130;
        }
        process.stderr.write(`${describe(error)}\n`);
        return 1;
    } finally {
        await folder?.close();
        interrupts.close();
    }
}
