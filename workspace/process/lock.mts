import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** @returns whether a process of that id lives (also one of another user) */
export function isAlive(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === 'EPERM';
    }
}

/** So long a holder may be between making the folder and writing its id: on a busy machine seconds. */
const UNNAMED_MS = 5_000;
const LOOK_MS = 200;

/** @returns the process that holds the lock; undefined when it is free or its holder is dead, `unnamed` when it has not said yet who it is */
async function holder(folder: string): Promise<number | 'unnamed' | undefined> {
    const text = await readFile(join(folder, 'pid'), 'utf8').catch(() => '');
    const pid = Number(text);
    if (text === '') {
        const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: 0 }));
        return Date.now() - mtimeMs < UNNAMED_MS ? 'unnamed' : undefined;
    }
    return Number.isInteger(pid) && pid > 0 && isAlive(pid) ? pid : undefined;
}

/**
 * Takes a lock between processes of this machine: a folder that only one of them can make, with the holder's process id in it.
 * A lock whose holder died is taken over.
 * @returns the release function, or the process id of the holder
 */
export async function tryLock(folder: string): Promise<{ release: () => Promise<void> } | { heldBy: number }> {
    await mkdir(dirname(folder), { recursive: true });
    for (let attempt = 0; ; attempt++) {
        try {
            await mkdir(folder);
            await writeFile(join(folder, 'pid'), String(process.pid));
            return { release: () => rm(folder, { recursive: true, force: true }) };
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
                throw error;
            }
        }
        const pid = await holder(folder);
        if (pid === 'unnamed') {
            await sleep(LOOK_MS);
            continue;
        }
        if (pid !== undefined) {
            return { heldBy: pid };
        }
        const aside = `${folder}.stale-${process.pid}-${attempt}`;
        await rename(folder, aside).catch(() => undefined);
        await rm(aside, { recursive: true, force: true });
    }
}

/** Runs `action` alone among all processes that use the same lock folder; waits for the others. */
export async function withLock<T>(folder: string, action: () => Promise<T>, onWait: () => void = () => undefined): Promise<T> {
    let told = false;
    for (;;) {
        const lock = await tryLock(folder);
        if ('release' in lock) {
            try {
                return await action();
            } finally {
                await lock.release();
            }
        }
        if (!told) {
            told = true;
            onWait();
        }
        await sleep(250);
    }
}
