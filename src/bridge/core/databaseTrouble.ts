import { BridgeError } from '../../errors/BridgeError';
import type { BridgeContext } from './Context';
import { reasonOf } from './Context';

const TRIES = 5;
const PAUSE_MS = 2_000;

/** A failure of the homeserver: such a call was repeated with patience already. */
export const isHomeservers = (error: unknown): boolean => error instanceof BridgeError && /^(matrix|homeserver)\./.test(error.code);

/** A call of the server failed, and not by its rules. */
export const isServersTrouble = (error: unknown): boolean => error instanceof BridgeError && error.retriable && error.code.startsWith('rocketchat.');

/**
 * Rocket.Chat's database may be away for a moment: tries again for some seconds.
 * @param what for the log, as the beginning of a sentence
 * @param mayPass whether a failure may be over in a moment; by default each that is not the homeserver's
 * @throws the last failure
 */
export async function despiteDatabase<T>(
    { clock, log }: Pick<BridgeContext, 'clock' | 'log'>,
    what: string,
    action: () => Promise<T>,
    mayPass = (error: unknown): boolean => !isHomeservers(error),
): Promise<T> {
    for (let tries = 1; ; tries += 1) {
        try {
            return await action();
        } catch (error) {
            if (tries >= TRIES || !mayPass(error)) {
                throw error;
            }
            log.warn(`${what} could not be done, and is tried again: ${reasonOf(error)}`);
            await clock.sleep(PAUSE_MS * tries);
        }
    }
}
