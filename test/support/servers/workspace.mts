import { spawn, type ChildProcess } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { RocketChat } from '../clients/rocketchat.mts';

export interface WorkspaceOptions {
    /** Where the data stays; absent: in memory. */
    dataDir?: string;
    instances?: number;
    /** 0 (default): any free one. */
    port?: number;
    /** `name=value` of `Quirks`. */
    quirks?: string[];
    env?: NodeJS.ProcessEnv;
    /** Further arguments of the process. */
    args?: string[];
    /** A large store takes its time to load. */
    readyWithinMs?: number;
}

/** A workspace process of a test. */
export class Workspace {
    private constructor(
        private readonly child: ChildProcess,
        readonly urls: string[],
        readonly admin: { username: string; password: string },
        private readonly output: string[],
    ) {}

    static async start({ dataDir, instances, port = 0, quirks = [], env, args = [], readyWithinMs = 60_000 }: WorkspaceOptions = {}): Promise<Workspace> {
        const child = spawn(process.execPath, [
            '--import', 'tsx', '--import', './workspace/process/endWithParent.mts', 'workspace/main.mts', '--port', String(port), ...args,
            ...(dataDir ? ['--data-dir', dataDir] : []),
            ...(instances ? ['--instances', String(instances)] : []),
            ...quirks.flatMap((quirk) => ['--quirk', quirk]),
        ], { cwd: process.cwd(), env: { ...process.env, NODE_OPTIONS: '', ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
        const output: string[] = [];
        child.stderr?.setEncoding('utf8').on('data', (text: string) => {
            output.push(text);
            if (process.env.WORKSPACE_LOG) process.stderr.write(text);
        });
        const ready = await new Promise<{ urls: string[] }>((resolve, reject) => {
            const fail = (why: string): void => reject(new Error(`The workspace ${why}:\n${output.join('').slice(-2000)}`));
            const timer = setTimeout(() => {
                child.kill('SIGKILL');
                fail('was not ready in time');
            }, readyWithinMs);
            child.once('exit', (code) => {
                clearTimeout(timer);
                fail(`ended with code ${code}`);
            });
            createInterface({ input: child.stdout as NodeJS.ReadableStream }).once('line', (line) => {
                clearTimeout(timer);
                resolve(JSON.parse(line));
            });
        });
        return new Workspace(child, ready.urls.map((url) => url.replace('localhost', '127.0.0.1')), { username: 'admin', password: 'admin' }, output);
    }

    get url(): string {
        return this.urls[0];
    }

    get pid(): number {
        return this.child.pid as number;
    }

    /** The admin, logged in. @param instance whose door is used */
    login(instance = 0): Promise<RocketChat> {
        return RocketChat.login(this.urls[instance], this.admin.username, this.admin.password);
    }

    /** What the process printed on standard error. */
    log(): string {
        return this.output.join('');
    }

    /** Process ids of the Deno sandboxes of this workspace, in the order of their start. */
    denoPids(): Promise<number[]> {
        return denoChildrenOf(this.pid);
    }

    /** Ends the process as Ctrl-C does. @returns its exit code */
    stop(): Promise<number | null> {
        return this.end('SIGTERM');
    }

    /** Ends the process as a crash does. */
    kill(): Promise<number | null> {
        return this.end('SIGKILL');
    }

    private end(signal: NodeJS.Signals): Promise<number | null> {
        if (this.child.exitCode !== null || this.child.signalCode !== null) return Promise.resolve(this.child.exitCode);
        return new Promise((resolve) => {
            const timer = setTimeout(() => this.child.kill('SIGKILL'), 15_000);
            this.child.once('exit', (code) => {
                clearTimeout(timer);
                resolve(code);
            });
            this.child.kill(signal);
        });
    }
}

export const startWorkspace = (options: WorkspaceOptions = {}): Promise<Workspace> => Workspace.start(options);

/** @returns ids of the `deno` processes whose parent is `pid` (through /proc) */
async function denoChildrenOf(pid: number): Promise<number[]> {
    const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
    const found = await Promise.all(processes.map(async (candidate) => {
        const stat = await readFile(`/proc/${candidate}/stat`, 'utf8').catch(() => '');
        const [, name, rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(stat) ?? [];
        return name === 'deno' && Number(rest.split(' ')[1]) === pid;
    }));
    return processes.filter((_candidate, index) => found[index]).sort((left, right) => left - right);
}

/** For the top of a test file: one workspace for all of its tests. */
export const useWorkspace = (options: WorkspaceOptions = {}): (() => { workspace: Workspace; admin: RocketChat }) => {
    jest.setTimeout(30_000);
    let running: { workspace: Workspace; admin: RocketChat } | undefined;
    beforeAll(async () => {
        const workspace = await startWorkspace(options);
        running = { workspace, admin: await workspace.login() };
    }, 90_000);
    afterAll(async () => {
        running?.admin.close();
        await running?.workspace.stop();
    }, 60_000);
    return () => {
        if (!running) throw new Error('The workspace has not been started');
        return running;
    };
};
