import type { BridgeContext } from '../core/Context';

/** How often a homeserver that does not push everything is asked. */
const PAUSE_MS = 20_000;
/** The first time, after it was switched on. */
const START_MS = 5_000;

/** Reading of rooms without pushes, see `catchup/Reading.ts`. */
export interface Reads {
    /** Takes what is new in the rooms that were active lately. */
    all(): Promise<unknown>;
    /** Takes new redactions. @returns whether something else has not been pushed for longer than pushes take */
    redactions(): Promise<boolean>;
}

/**
 * Dendrite never pushes redactions: where the homeserver is of that kind (it has no ping, and no redaction was ever pushed)
 * they are read, with one cheap request for many rooms. Elsewhere it costs one ping.
 */
export class Lookout {
    private isNeeded?: boolean;
    private lookedAt = 0;

    constructor(private readonly context: Pick<BridgeContext, 'homeserver' | 'clock'>, private readonly reads: Reads) {}

    /** The homeserver may be another one now. */
    public reset(): void {
        this.isNeeded = undefined;
        this.lookedAt = this.context.clock.now() - PAUSE_MS + START_MS;
    }

    /** @param events that were pushed */
    public pushed(events: unknown[]): void {
        if (events.some((event) => Boolean(event) && (event as { type?: unknown }).type === 'm.room.redaction')) {
            this.isNeeded = false;
        }
    }

    /** To be called often. @returns whether pushes seem to have stopped. @throws when the homeserver cannot be asked */
    public async tick(): Promise<boolean> {
        const { clock, homeserver } = this.context;
        if (this.isNeeded === false || clock.now() - this.lookedAt < PAUSE_MS) {
            return false;
        }
        this.lookedAt = clock.now();
        if (this.isNeeded === undefined) {
            const ping = await homeserver.ping(`look-${clock.now()}`);
            this.isNeeded = ping.ok || ping.reason === 'unsupported' ? !ping.ok : undefined;
        }
        return this.isNeeded === true && this.reads.redactions();
    }
}
