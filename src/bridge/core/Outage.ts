import type { Clock } from './Context';

/** Permission for one try, to be given back by `answered`, `failed` or `withdrawn`. */
export interface Turn {
    kind: 'free' | 'fresh' | 'probe' | 'returning';
    /** How many tries had been answered when it began. */
    answers: number;
}

/** The first pause between two probes, in milliseconds; it doubles up to the second, with a jitter of a fifth. */
const FIRST_MS = 1_000;
const CAP_MS = 5_000;
/** Whoever begins something while the other side is away may try at once, but only one a second: a single lane that fails holds up nobody else. */
const FRESH_MS = 1_000;
/** How many try at once when the other side is back: it must not fall over again. */
const WIDTH = 24;

/**
 * Whether the other side is there. While it is away only one of those who wait tries at a time, and the others wait without
 * asking; when it is back they go on, some at a time, in the order in which they came. A failure while others are answered
 * is no outage but the matter of who failed.
 */
export class Outage {
    /** Told when the other side was first found to be away, and when it is back. */
    public onAway?: () => void;
    public onBack?: () => void;
    private awaySince?: number;
    private answers = 0;
    private probes = 0;
    private round = 0;
    private probing = false;
    private due = false;
    private nextAt = 0;
    private freshAt = -Infinity;
    private freshOut = false;
    private returning = 0;
    private readonly waiting: ((turn: Turn) => void)[] = [];

    constructor(private readonly clock: Clock) {}

    /** Milliseconds since the epoch; undefined while the other side is there. */
    public get since(): number | undefined {
        return this.awaySince;
    }

    /** When the next try of those who wait is due, in milliseconds since the epoch. */
    public get nextProbeAt(): number | undefined {
        return this.awaySince === undefined ? undefined : this.nextAt;
    }

    /** How many wait for their turn. */
    public get sleepers(): number {
        return this.waiting.length;
    }

    /** @param fresh whether it is a first try @returns at once while the other side is there, else when it is the caller's turn */
    public turn(fresh: boolean): Turn | Promise<Turn> {
        if (this.awaySince === undefined && !this.waiting.length) {
            return this.permit('free');
        }
        const now = this.clock.now();
        if (this.awaySince !== undefined && fresh && !this.freshOut && now - this.freshAt >= FRESH_MS) {
            this.freshOut = true;
            this.freshAt = now;
            return this.permit('fresh');
        }
        return new Promise((resolve) => {
            this.waiting.push(resolve);
            this.serve();
        });
    }

    /** A try was answered, be it by a refusal: the other side is there. */
    public answered(turn?: Turn): void {
        this.answers += 1;
        this.giveBack(turn);
        if (this.awaySince !== undefined) {
            this.awaySince = undefined;
            this.round += 1;
            this.due = false;
            this.onBack?.();
        }
        this.serve();
    }

    /**
     * A try found nobody there.
     * @param pauseMs what was asked for, if anything
     * @returns false when others were answered meanwhile: then it is the caller's own trouble
     */
    public failed(turn: Turn, pauseMs = 0): boolean {
        this.giveBack(turn);
        if (this.answers !== turn.answers) {
            this.serve();
            return false;
        }
        if (this.awaySince === undefined) {
            this.awaySince = this.clock.now();
            this.probes = 0;
            this.onAway?.();
            this.schedule(pauseMs);
        } else if (turn.kind === 'probe') {
            this.probes += 1;
            this.schedule(pauseMs);
        }
        return true;
    }

    /** A try ended without asking the other side, or in an error of our own: that says nothing of it. */
    public withdrawn(turn: Turn): void {
        this.giveBack(turn);
        if (this.awaySince !== undefined && turn.kind === 'probe') {
            this.schedule(0);
        }
        this.serve();
    }

    /** A sign of life that is no answer, say that the other side asked us something: one of those who wait tries now. */
    public hint(): void {
        if (this.awaySince !== undefined && !this.probing && this.nextAt - this.clock.now() > FRESH_MS) {
            this.probes = 0;
            this.due = true;
            this.serve();
        }
    }

    private schedule(pauseMs: number): void {
        const pause = Math.max(pauseMs, jittered(Math.min(CAP_MS, FIRST_MS * 2 ** Math.min(this.probes, 10))));
        this.round += 1;
        this.due = false;
        const { round } = this;
        this.nextAt = this.clock.now() + pause;
        void this.clock.sleep(pause).then(() => {
            if (round === this.round) {
                this.due = true;
                this.serve();
            }
        });
    }

    /** Gives turns to those who may have them now. */
    private serve(): void {
        if (this.awaySince !== undefined && this.due && !this.probing && this.waiting.length) {
            this.probing = true;
            this.due = false;
            this.next('probe');
        }
        while (this.awaySince === undefined && this.returning < WIDTH && this.waiting.length) {
            this.returning += 1;
            this.next('returning');
        }
    }

    private next(kind: Turn['kind']): void {
        (this.waiting.shift() as (turn: Turn) => void)(this.permit(kind));
    }

    private giveBack(turn?: Turn): void {
        if (turn && turn.kind === 'probe') {
            this.probing = false;
        } else if (turn && turn.kind === 'fresh') {
            this.freshOut = false;
        } else if (turn && turn.kind === 'returning') {
            this.returning -= 1;
        }
    }

    private permit(kind: Turn['kind']): Turn {
        return { kind, answers: this.answers };
    }
}

/** @returns the time, a tenth more or less */
export const jittered = (ms: number): number => Math.round(ms * (0.9 + Math.random() * 0.2));
