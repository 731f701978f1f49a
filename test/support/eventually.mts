/** Waiting in tests: for something to become true, and for nothing more to happen. */

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Dendrite does not push redactions: the bridge reads them every 20 s, and there may be several one after the other. */
const defaultMs = process.env.HOMESERVER_KIND === 'dendrite' ? 45_000 : 20_000;

export interface Patience {
    /** Milliseconds until the wait is given up. */
    timeout?: number;
    /** Milliseconds between two looks. */
    interval?: number;
    /** What is waited for, in words: stands in the error. A function can tell what was there instead. */
    what?: string | (() => string);
}

/** Fewer were no wait: where one took all the time, the machine stood still. */
const MIN_LOOKS = 3;

/**
 * Looks again and again until the look returns something other than `undefined`, `null` or `false`.
 * @throws Error naming what was waited for; the last error of a look that threw is its cause
 */
export const eventually = async <T,>(look: () => Promise<T | undefined | null | false> | T | undefined | null | false, patience: Patience = {}): Promise<T> => {
    const { timeout = defaultMs, interval = 100, what = 'the condition' } = patience;
    const end = Date.now() + timeout;
    let lastError: unknown;
    for (let looks = 1; ; looks += 1) {
        try {
            const found = await look();
            if (found !== undefined && found !== null && found !== false) {
                return found;
            }
            lastError = undefined;
        } catch (error) {
            lastError = error;
        }
        if (Date.now() >= end && looks >= MIN_LOOKS) {
            const words = typeof what === 'function' ? what() : what;
            const reason = lastError instanceof Error ? `: ${lastError.message}` : '';
            throw new Error(`Waited ${timeout} ms in vain for ${words}${reason}`, { cause: lastError });
        }
        await sleep(interval);
    }
};

let counter = Math.floor(Math.random() * 36 ** 4);

/** A name that no earlier run and no other test used: the stories also run against servers that live on. */
export const unique = (stem: string): string => {
    counter += 1;
    return `${stem}-${Date.now().toString(36).slice(-5)}${counter.toString(36)}`;
};
