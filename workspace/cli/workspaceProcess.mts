import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Child } from '../process/child.mts';
import { PlainError } from '../process/PlainError.mts';

const READY_WITHIN_MS = 120_000;

export interface WorkspaceProcess {
    child: Child;
    url: string;
}

/**
 * Starts the development workspace (`workspace/main.mts`) and waits for its ready line.
 * @param env all its variables
 * @throws PlainError with its own last words when it ends before it is ready
 */
export async function startWorkspace(args: string[], env: NodeJS.ProcessEnv, logFile: string): Promise<WorkspaceProcess> {
    const child = Child.start(process.execPath, ['--import', 'tsx', '--import', './workspace/process/endWithParent.mts', 'workspace/main.mts', ...args], {
        env,
        logFile,
        pipeOutput: true,
    });
    const url = await readyUrl(child);
    if (url === undefined) {
        await child.stop();
        const log = await readFile(logFile, 'utf8').catch(() => '');
        const lastWords = log.trim().split('\n').pop() ?? '';
        throw new PlainError(`The workspace did not start: ${lastWords || 'it said nothing'} (log: ${logFile}).`);
    }
    return { child, url };
}

/** @returns the URL of the ready line; undefined when the process ends or says nothing in time */
function readyUrl(child: Child): Promise<string | undefined> {
    return new Promise((resolve) => {
        const timer = setTimeout(() => resolve(undefined), READY_WITHIN_MS);
        const done = (url: string | undefined) => {
            clearTimeout(timer);
            resolve(url);
        };
        void child.exited.then(() => done(undefined));
        createInterface({ input: child.process.stdout as NodeJS.ReadableStream }).on('line', (line) => {
            const url = line.startsWith('{') ? urlOf(line) : undefined;
            if (url) {
                done(url);
            }
        });
    });
}

function urlOf(line: string): string | undefined {
    try {
        const message = JSON.parse(line) as { ready?: boolean; url?: string };
        return message.ready ? message.url?.replace(/\/$/, '') : undefined;
    } catch {
        return undefined;
    }
}
