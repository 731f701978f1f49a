import { BridgeError } from '../../errors/BridgeError';
import type { Parts } from './Parts';
import type { PatienceOptions } from './Patience';
import { OUTWARD } from './Patience';

type Needed = Pick<Parts, 'context' | 'patience'>;

/** Failures that may be an outage, or the answer to this request alone: a firewall's page, a connection that is cut, an upload that takes too long. */
const PERHAPS_ALONE = ['homeserver.timeout', 'homeserver.connectionLost', 'homeserver.unavailable', 'homeserver.notMatrix', 'homeserver.noPermission'];
/** What something does not depend on is soon given up, if it is not for an outage. */
const SOON: PatienceOptions = { ...OUTWARD, maxTries: 2 };

/**
 * Repeats a request with patience. Before another try after a failure that may be an outage the homeserver is asked for a sign: where it
 * gives one it is no outage, and ends after some tries, also on a server on which nothing else happens.
 * @param attempt given the failure of the one before; of one whose outcome is not known also when other ones came after it
 * @param onPause as of `Patience.keepTrying`
 */
export async function despiteOutage<T>(
    { context, patience }: Needed,
    attempt: (previous?: BridgeError) => Promise<T>,
    options = OUTWARD,
    onPause?: (failure: BridgeError, ms: number) => void,
): Promise<T> {
    // A sign that fails says for sure that nothing was done by it, and nothing of the try before.
    let doubt: BridgeError | undefined;
    return patience.keepTrying(async (previous) => {
        if (previous && PERHAPS_ALONE.includes(previous.code)) {
            await context.homeserver.whoami();
            patience.works();
        }
        try {
            return await attempt(previous && previous.certain ? doubt || previous : previous);
        } catch (error) {
            doubt = error instanceof BridgeError && !error.certain ? error : doubt;
            throw error;
        }
    }, options, onPause);
}

/** The same for something that a message can do without: a path that a proxy does not pass on is asked for once. */
export async function readDespiteOutage<T>(parts: Needed, read: () => Promise<T>): Promise<T> {
    return despiteOutage(parts, (previous) => {
        if (previous && previous.code === 'homeserver.notMatrix') {
            throw new BridgeError({ ...previous, retriable: false });
        }
        return read();
    }, SOON);
}
