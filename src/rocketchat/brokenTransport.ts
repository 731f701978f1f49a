/** The sandbox's global object: there is no `globalThis` in it. */
declare const self: { addEventListener?(type: string, listener: (event: { reason?: unknown }) => void): void } | undefined;
declare const process: { exit?(code: number): void } | undefined;

/** What the engine's decoder says (`@msgpack/msgpack`) of a key that it does not take. */
const BROKEN = /The key __proto__ is not allowed/;
/** What waits to be written is handed over meanwhile: that way still works. */
const LAST_WORDS_MS = 400;

/**
 * A key `__proto__` in a body that the server hands to the app ends the sandbox's reading loop (apps-engine
 * `deno-runtime/main.ts`): the process goes on and hears nothing more, until the engine misses its answers, up to a minute
 * later. Any stranger on Matrix can cause that, again at each repetition of the transaction. So the process ends itself
 * when it happens, with an error: the engine then starts a new one at once (`LivenessManager`).
 * @param before told before the end
 */
export function endWhenTransportBreaks(before: () => void): void {
    if (typeof self === 'undefined' || typeof self.addEventListener !== 'function') {
        return;
    }
    self.addEventListener('unhandledrejection', ({ reason }) => {
        if (BROKEN.test(reason instanceof Error ? reason.message : String(reason))) {
            before();
            setTimeout(() => {
                if (typeof process !== 'undefined' && typeof process.exit === 'function') {
                    process.exit(1);
                }
            }, LAST_WORDS_MS);
        }
    });
}
