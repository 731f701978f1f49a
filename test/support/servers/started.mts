/** `npm start`, run as a person runs it, on ports and in a data folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../eventually.mts';
import type { Running } from '../../../workspace/cli/state.mts';

export class Started {
    output = '';
    exitCode: number | null | undefined;
    private readonly ended: Promise<void>;

    private constructor(
        private readonly process: ChildProcess,
        readonly dataDir: string,
    ) {
        for (const stream of [process.stdout, process.stderr]) {
            stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
        }
        this.ended = new Promise((resolve) => {
            process.once('close', (code) => {
                this.exitCode = code;
                resolve();
            });
        });
    }

    /** Runs the command. @param args options after `npm start --`; free ports unless they say otherwise */
    static run(dataDir: string, args: string[] = ['--port', '0', '--homeserver-port', '0']): Started {
        const child = spawn(process.execPath, ['tools/start.mjs', '--data-dir', dataDir, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
        return new Started(child, dataDir);
    }

    /** Waits for `running.json`. @throws Error with what the command printed when it ends before */
    async ready(timeout = 150_000): Promise<Running> {
        const read = async (): Promise<Running | undefined> => {
            const text = await readFile(join(this.dataDir, 'running.json'), 'utf8').catch(() => undefined);
            return text === undefined ? undefined : (JSON.parse(text) as Running);
        };
        const patience = { timeout, what: () => `npm start to be ready; it printed:\n${this.output}` };
        const running = await eventually<Running | 'ended'>(async () => (this.exitCode === undefined ? read() : 'ended'), patience);
        if (running === 'ended') {
            throw new Error(`npm start ended with ${this.exitCode}:\n${this.output}`);
        }
        return running;
    }

    signal(signal: NodeJS.Signals): void {
        this.process.kill(signal);
    }

    /** Waits for the end. @returns the exit code */
    async end(): Promise<number | null | undefined> {
        await this.ended;
        return this.exitCode;
    }

    /** As Ctrl-C does: the terminal signals the command, and npm hands its own signal on. */
    stop(): Promise<number | null | undefined> {
        this.signal('SIGINT');
        setTimeout(() => this.signal('SIGINT'), 20);
        return this.end();
    }
}

/** Ids of all processes that descend from one, by /proc (Linux). */
export async function descendants(pid: number): Promise<number[]> {
    const parents = new Map<number, number>();
    for (const name of await readdir('/proc')) {
        const stat = /^\d+$/.test(name) ? await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '') : '';
        const parent = /^\d+ \(.*\) \S (\d+)/s.exec(stat)?.[1];
        if (parent) {
            parents.set(Number(name), Number(parent));
        }
    }
    const found = [pid];
    for (const ancestor of found) {
        found.push(...[...parents].filter(([, parent]) => parent === ancestor).map(([child]) => child));
    }
    return found.slice(1);
}

/** Whether a process of that id runs (a zombie does not). */
export async function isRunning(pid: number): Promise<boolean> {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    return stat !== '' && !/^\d+ \(.*\) [ZX]/s.test(stat);
}
