import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';

export interface ChildOptions {
    cwd?: string;
    env?: NodeJS.ProcessEnv;
    /** Where standard output and error go (appended). Standard output is piped instead when `pipeOutput` is set. */
    logFile: string;
    pipeOutput?: boolean;
}

/** How a process ended. */
export interface Exit {
    code: number | null;
    signal: NodeJS.Signals | null;
}

/**
 * A process that we started and must end.
 *
 * It runs in a process group of its own, so that Ctrl-C in a terminal reaches only us and we decide the order of the end. Its
 * standard input is a pipe that we never write to: it closes when we die, however we die, and the child ends itself then.
 */
export class Child {
    private static readonly living = new Set<Child>();

    public readonly exited: Promise<Exit>;
    private exit: Exit | undefined;

    private constructor(public readonly process: ChildProcess) {
        Child.living.add(this);
        this.exited = new Promise((resolve) => {
            const end = (exit: Exit) => {
                this.exit ??= exit;
                Child.living.delete(this);
                resolve(this.exit);
            };
            process.once('exit', (code, signal) => end({ code, signal }));
            process.once('error', () => end({ code: 127, signal: null }));
        });
    }

    /** Whether any child of this process runs. */
    public static get anyLives(): boolean {
        return Child.living.size > 0;
    }

    /** Stops whatever still runs, for the end of the process that started it. */
    public static async stopAll(): Promise<void> {
        await Promise.all([...Child.living].map((child) => child.stop()));
    }

    /** @param command path of a program @param args its arguments */
    public static start(command: string, args: string[], options: ChildOptions): Child {
        const log = openSync(options.logFile, 'a');
        try {
            const child = spawn(command, args, {
                cwd: options.cwd,
                env: options.env ?? process.env,
                stdio: ['pipe', options.pipeOutput ? 'pipe' : log, log],
                detached: true,
            });
            child.stdin?.on('error', () => undefined);
            return new Child(child);
        } finally {
            closeSync(log);
        }
    }

    public get pid(): number {
        return this.process.pid ?? -1;
    }

    public get ended(): Exit | undefined {
        return this.exit;
    }

    /** Asks politely (SIGTERM), then kills after `graceMs`. Resolves when the process is gone. */
    public async stop(graceMs = 10_000): Promise<Exit> {
        if (this.exit) {
            return this.exit;
        }
        this.process.kill('SIGTERM');
        const timer = setTimeout(() => this.process.kill('SIGKILL'), graceMs);
        const exit = await this.exited;
        clearTimeout(timer);
        return exit;
    }

    /** SIGKILL, as a crash would be. Resolves when the process is gone. */
    public async kill(): Promise<Exit> {
        this.process.kill('SIGKILL');
        return this.exited;
    }
}
