import { BridgeError } from '../../errors/BridgeError';
import type { Clock } from '../core/Context';
import { askedPause } from '../core/Patience';

const FIRST_MS = 500;
const CAP_MS = 30_000;
/** Rocket.Chat may be away for a while, and all arrives when it is back. */
const GIVE_UP_AFTER_MS = 900_000;
/** An event that fails this often while others succeed has its reason in itself: it must not hold up its room for long. */
const POISON_TRIES = 6;

const jittered = (ms: number): number => Math.round(ms * (0.9 + Math.random() * 0.2));

/** How long one event is tried before it is left behind. The parked transaction keeps it meanwhile. */
export class EventPatience {
    private successAt = 0;

    constructor(private readonly clock: Clock) {}

    /** @throws what the last try threw */
    public async keepTrying(attempt: () => Promise<void>): Promise<void> {
        const startedAt = this.clock.now();
        for (let tries = 1; ; tries += 1) {
            try {
                await attempt();
                this.successAt = this.clock.now();
                return;
            } catch (error) {
                const isPoison = tries >= POISON_TRIES && this.successAt > startedAt;
                if (!(error instanceof BridgeError) || !error.retriable || isPoison || this.clock.now() - startedAt > GIVE_UP_AFTER_MS) {
                    throw error;
                }
                // The lane waits meanwhile, so no longer than that, whatever is asked for.
                const asked = error.retryAfterMs;
                const pause = asked === undefined ? jittered(FIRST_MS * 2 ** Math.min(tries - 1, 10)) : askedPause(asked, tries - 1);
                await this.clock.sleep(Math.min(CAP_MS, pause));
            }
        }
    }
}
