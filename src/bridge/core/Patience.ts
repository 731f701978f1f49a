import { BridgeError } from '../../errors/BridgeError';
import type { Clock } from './Context';
import type { Turn } from './Outage';
import { jittered, Outage } from './Outage';

/** How long something is repeated. */
export interface PatienceOptions {
    /** First pause in milliseconds; it doubles up to `capMs`, with a jitter of a fifth. */
    firstMs: number;
    capMs: number;
    /**
     * Tries when the other side answers, but with a failure of its own (5xx): some of these stay for ever. Where nothing
     * at all succeeds meanwhile it is more likely that its database is away, and there are three times as many.
     */
    maxTries: number;
    /** Give up when this many milliseconds have passed, whatever the failure. */
    giveUpAfterMs: number;
}

/** Outward: the homeserver may be down for hours, and all arrives when it is back. */
export const OUTWARD: PatienceOptions = { firstMs: 1_000, capMs: 60_000, maxTries: 8, giveUpAfterMs: Infinity };
/** For what somebody waits for: a command, an invite. It does not wait for its turn while the other side is away. */
export const SHORT: PatienceOptions = { firstMs: 500, capMs: 4_000, maxTries: 3, giveUpAfterMs: 12_000 };

/** The homeserver does not know us: people mend that, in hours. Whatever answers in its place, a proxy for instance, has codes of `homeserver.`. */
const AWAY_CODES = ['matrix.token', 'bridge.notSetUp'];
/** A failure that others do not meet lies in the thing itself: it ends after this many times `maxTries`. */
const OWN_TRIES = 3;
/** Longer is not waited at once, whatever the other side asks for; nor shorter when it asks for it again and again. */
const LONGEST_MS = 600_000;
const SHORTEST_MS = 50;
const SHORTEST_CAP_MS = 5_000;

type Meaning = 'away' | 'limited' | 'failed' | 'other';

function meaningOf({ code, status, retriable }: BridgeError): Meaning {
    if (!retriable) {
        // A refusal is an answer; an error of our own settings says nothing.
        return status === undefined ? 'other' : 'failed';
    }
    if (status === 429) {
        return 'limited';
    }
    // With a Matrix error 502 and 504 speak of a third server, that of an invited person say.
    if (code.startsWith('homeserver.') || AWAY_CODES.includes(code) || status === 503) {
        return 'away';
    }
    return status === undefined ? 'other' : 'failed';
}

/**
 * How long the other side wants us to wait, but neither for ever, nor not at all: some ask for 0 ms with each refusal.
 * @param tries that failed before
 */
export const askedPause = (asked: number, tries: number): number =>
    Math.max(Math.min(LONGEST_MS, asked), Math.min(SHORTEST_CAP_MS, SHORTEST_MS * 2 ** Math.min(tries, 20)));

/**
 * Repeats what can succeed later: connection failures, 408, 429 (waiting what the other side asked for), 5xx. While the
 * other side is away, one of those who wait asks for all, see `Outage`.
 */
export class Patience {
    public readonly outage: Outage;
    /** Why the homeserver counts, or last counted, as away. */
    public awayBecause?: BridgeError;
    private workedAt = -Infinity;
    /** How often it has worked. */
    private worked = 0;

    constructor(private readonly clock: Clock) {
        this.outage = new Outage(clock);
    }

    public get awaySince(): number | undefined {
        return this.outage.since;
    }

    public get hasWorked(): boolean {
        return this.workedAt !== -Infinity;
    }

    /** The other side did something: who fails now has trouble of their own. */
    public works(): void {
        this.workedAt = this.clock.now();
        this.worked += 1;
    }

    /**
     * Not to be called in an attempt of itself: both would wait for a turn.
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
        const waits = options.giveUpAfterMs === Infinity;
        let previous: BridgeError | undefined;
        let answered = 0;
        let alone = 0;
        for (let tries = 0; ; tries += 1) {
            // No turn is waited for while all is well: a warm message costs nothing here.
            const permission = waits ? this.outage.turn(tries === 0) : undefined;
            const turn = permission instanceof Promise ? await permission : permission;
            const { worked } = this;
            try {
                const result = await attempt(previous);
                this.outage.answered(turn);
                this.works();
                return result;
            } catch (error) {
                const meaning = error instanceof BridgeError ? meaningOf(error) : 'other';
                // Where something else was done meanwhile, say the room was read, it may be an outage, but this one may be its only cause.
                const isOutage = this.note(meaning, turn, error) && this.worked === worked;
                if (!(error instanceof BridgeError) || !error.retriable) {
                    throw error;
                }
                answered += meaning === 'failed' || (waits && meaning === 'other') ? 1 : 0;
                alone += meaning === 'away' && !isOutage ? 1 : 0;
                const asked = error.retryAfterMs;
                const own = asked === undefined ? jittered(Math.min(options.capMs, options.firstMs * 2 ** Math.min(tries, 20))) : askedPause(asked, tries);
                const pause = isOutage ? 0 : own;
                const late = this.clock.now() + pause - started > options.giveUpAfterMs;
                const isOwn = !waits || (error.status || 0) < 500 || this.workedAt > started;
                if (answered >= options.maxTries * (isOwn ? 1 : OWN_TRIES) || (waits && alone >= options.maxTries * OWN_TRIES) || late) {
                    throw error;
                }
                previous = error;
                if (onPause) {
                    onPause(error, pause);
                }
                if (pause) {
                    await this.clock.sleep(pause);
                }
            }
        }
    }

    /** @returns whether to wait for the end of an outage */
    private note(meaning: Meaning, turn: Turn | undefined, error: unknown): boolean {
        if (meaning === 'limited' || meaning === 'failed') {
            this.outage.answered(turn);
        } else if (turn && meaning === 'away') {
            this.awayBecause = error as BridgeError;
            return this.outage.failed(turn, Math.min(LONGEST_MS, this.awayBecause.retryAfterMs || 0));
        } else if (turn) {
            this.outage.withdrawn(turn);
        }
        return false;
    }
}
