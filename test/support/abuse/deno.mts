/** The sandbox process of the app, through /proc: kills it, and looks at its memory. */
import { readFile } from 'node:fs/promises';
import { eventually, sleep } from '../eventually.mts';
import type { Workspace } from '../workspace.mts';

/** Kills the sandbox as the kernel would. @returns its id, once the engine has started another one */
export const killSandbox = async (workspace: Workspace, instance = 0): Promise<number> => {
    const pid = (await workspace.denoPids())[instance];
    if (pid === undefined) {
        return killSandbox(workspace, (await sleep(50), instance));
    }
    process.kill(pid, 'SIGKILL');
    await eventually(async () => {
        const pids = await workspace.denoPids();
        return pids.length > 0 && !pids.includes(pid);
    }, { timeout: 30_000, interval: 20, what: 'another sandbox' });
    return pid;
};

/** Kills it again and again at random moments. @param longest the longest life, milliseconds */
export const killAtRandom = async (workspace: Workspace, times: number, longest: number): Promise<number> => {
    for (let kill = 0; kill < times; kill++) {
        await sleep(Math.random() * longest);
        await killSandbox(workspace);
    }
    return times;
};

/** Resident memory of a process in MiB. */
export const memoryOf = async (pid: number): Promise<number> => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
};
