import { BridgeError } from '../../errors/BridgeError';
import type { Clock } from './Context';

export interface PatienceOptions {
    /** First pause in milliseconds; it doubles up to `capMs`, with a jitter of a fifth. */
    firstMs: number;
    capMs: number;
    /** Tries when the other side answers, but with a failure of its own (500): some of these stay for ever. */
    maxTries: number;
    /** Give up when this many milliseconds have passed, whatever the failure. */
    giveUpAfterMs: number;
}

/** Outward: the homeserver may be down for hours, and all arrives when it is back. */
export const OUTWARD: PatienceOptions = { firstMs: 1_000, capMs: 60_000, maxTries: 8, giveUpAfterMs: Infinity };
/** For what somebody waits for: a command, an invite. */
export const SHORT: PatienceOptions = { firstMs: 500, capMs: 4_000, maxTries: 3, giveUpAfterMs: 12_000 };

/** Statuses with which a server or the proxy in front of it says that it is not there now. */
const AWAY = [408, 425, 429, 502, 503, 504];

/**
 * Repeats what can succeed later: connection failures, 408, 429 (waiting what the other side asked for), 5xx. Whoever
 * waits is woken when any request of the same patience succeeds after failures: the homeserver is back.
 */
export class Patience {
    /** Told when the other side was first found to be away, and when it is back. */
    public onAway?: () => void;
    public onBack?: () => void;
    private readonly sleepers = new Set<() => void>();
    private down = false;

    constructor(private readonly clock: Clock) {}

    /** True from a failed try to the next success. */
    public get isDown(): boolean {
        return this.down;
    }

    /**
     * @param attempt one try; given the failure of the one before
     * @param onPause told before each pause, for logs
     * @throws the last failure, when it is permanent or patience has ended
     */
    public async keepTrying<T>(
        attempt: (previous?: BridgeError) => Promise<T>,
        options: PatienceOptions,
        onPause?: (failure: BridgeError, ms: number) => void,
    ): Promise<T> {
        const started = this.clock.now();
        let previous: BridgeError | undefined;
        let answered = 0;
        for (let tries = 0; ; tries += 1) {
            try {
                const result = await attempt(previous);
                this.recovered();
                return result;
            } catch (error) {
                if (!(error instanceof BridgeError) || !error.retriable) {
                    this.noteAnswer(error);
                    throw error;
                }
                const away = error.status === undefined || AWAY.includes(error.status);
                answered += away ? 0 : 1;
                const pause = error.retryAfterMs ?? jittered(Math.min(options.capMs, options.firstMs * 2 ** Math.min(tries, 20)));
                if (answered >= options.maxTries || this.clock.now() + pause - started > options.giveUpAfterMs) {
                    throw error;
                }
                previous = error;
                if (!this.down && away && error.status !== 429) {
                    this.down = true;
                    this.onAway?.();
                }
                if (onPause) {
                    onPause(error, pause);
                }
                await this.pause(pause, error.status !== 429);
            }
        }
    }

    /** A refusal is an answer, too: the homeserver is there. */
    private noteAnswer(error: unknown): void {
        if (error instanceof BridgeError && error.status !== undefined) {
            this.recovered();
        }
    }

    private recovered(): void {
        if (this.down) {
            this.down = false;
            this.onBack?.();
            for (const wake of [...this.sleepers]) {
                wake();
            }
        }
    }

    private async pause(ms: number, wakeable: boolean): Promise<void> {
        if (!wakeable) {
            await this.clock.sleep(ms);
            return;
        }
        await new Promise<void>((resolve) => {
            const wake = (): void => {
                this.sleepers.delete(wake);
                resolve();
            };
            this.sleepers.add(wake);
            void this.clock.sleep(ms).then(wake);
        });
    }
}

const jittered = (ms: number): number => Math.round(ms * (0.9 + Math.random() * 0.2));
