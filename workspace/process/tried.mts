import { setTimeout as sleep } from 'node:timers/promises';

const TRIES = 3;
const PAUSE_MS = 3_000;

/**
 * Runs a program that downloads, some times: a registry can fail for a moment, in more ways than its words tell.
 * @param again told before each further try
 * @returns the last result
 */
export async function tried<T extends { code: number }>(run: () => Promise<T>, again: () => void, signal?: AbortSignal): Promise<T> {
    for (let tries = 1; ; tries += 1) {
        const result = await run();
        if (result.code === 0 || tries === TRIES) {
            return result;
        }
        again();
        await sleep(PAUSE_MS * tries, undefined, { signal });
    }
}
