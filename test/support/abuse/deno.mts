/** The sandbox process of the app, through /proc: kills it, and looks at its memory. */
import { readFile } from 'node:fs/promises';
import { eventually, sleep } from '../eventually.mts';
import type { Stack } from '../servers/stack.mts';
import type { Workspace } from '../servers/workspace.mts';

/**
 * Kills the sandbox as the kernel would, and waits until the engine has started another one. A sandbox that dies while it is
 * being started is missed by the engine for 30 s (apps-engine `LivenessManager.js`: nothing is done while it restarts).
 */
export const killSandbox = async (workspace: Workspace, instance = 0): Promise<void> => {
    const pid = await eventually(async () => (await workspace.denoPids())[instance], { timeout: 120_000, what: 'a sandbox' });
    process.kill(pid, 'SIGKILL');
    const another = async (): Promise<boolean> => {
        const pids = await workspace.denoPids();
        return pids.length > instance && !pids.includes(pid);
    };
    await eventually(another, { timeout: 120_000, interval: 20, what: 'another sandbox' });
};

/** Waits until the app answers: without a token it says 401, and nobody else does. */
const untilAnswers = async (stack: Stack): Promise<void> => {
    const url = await stack.app.endpoint('_matrix/app/v1/ping');
    const ask = (): Promise<boolean> => fetch(url, { method: 'POST', signal: AbortSignal.timeout(2_000) }).then(({ status }) => status === 401, () => false);
    await eventually(ask, { timeout: 180_000, interval: 50, what: 'an answer of the app' });
};

/**
 * Kills the sandbox again and again at random moments.
 * @param longest the longest life, milliseconds
 * @param starting every so many-th kill hits a sandbox that is only just being started; 0: none
 */
export const killAtRandom = async (stack: Stack, times: number, longest: number, starting = 0): Promise<number> => {
    for (let kill = 1; kill <= times; kill++) {
        if (!starting || kill % starting) {
            await untilAnswers(stack);
        }
        await sleep(Math.random() * longest);
        await killSandbox(stack.workspace);
    }
    return times;
};

/** Resident memory of a process in MiB. */
export const memoryOf = async (pid: number): Promise<number> => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
};
