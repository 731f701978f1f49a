import type { Clock } from '../../../src/bridge/core/Context';

/**
 * So many turns of the event loop. The fakes answer at once, so one turn is enough for all that can go on without time; in
 * each a running clock wakes one who sleeps. No real time is in it: it comes to the same however slow the machine is.
 */
export async function turns(count = 1): Promise<void> {
    for (let turn = 0; turn < count; turn += 1) {
        await new Promise<void>((resolve) => { setImmediate(resolve); });
    }
}

/** More than anything here needs. */
const MANY = 200_000;

/** Looks in each turn until it is so. @throws when it never is */
export async function until(isSo: () => unknown): Promise<void> {
    for (let turn = 0; !(await isSo()); turn += 1) {
        if (turn === MANY) {
            throw new Error(`Waited in vain until ${isSo}`);
        }
        await turns();
    }
}

interface Sleeper {
    at: number;
    wake: () => void;
}

const clocks = new Set<FakeClock>();

/** What a test leaves behind would go on for ever beside the next one. */
afterEach(() => {
    clocks.forEach((clock) => clock.stop());
    clocks.clear();
});

/** Time that runs as fast as it can: of those who sleep the one with the earliest time wakes next, and it is that time then. */
export class FakeClock implements Clock {
    public slept: number[] = [];
    private time = Date.now();
    private sleepers: Sleeper[] = [];
    private isRunning = true;
    private isTurning = false;

    constructor() {
        clocks.add(this);
    }

    public now(): number {
        return this.time;
    }

    public sleep(ms: number): Promise<void> {
        this.slept.push(ms);
        return new Promise((wake) => { this.after(ms, wake); });
    }

    public after(ms: number, then: () => void): () => void {
        const sleeper = { at: this.time + ms, wake: then };
        this.sleepers.push(sleeper);
        this.turn();
        return () => { this.sleepers = this.sleepers.filter((other) => other !== sleeper); };
    }

    /** Nobody is woken by it: whoever is late wakes in the next turns. */
    public pass(ms: number): void {
        this.time += ms;
    }

    /** Time stands still, also for those who sleep, until it runs again. */
    public stop(): void {
        this.isRunning = false;
    }

    public run(): void {
        this.isRunning = true;
        this.turn();
    }

    private turn(): void {
        if (this.isTurning || !this.isRunning || !this.sleepers.length) {
            return;
        }
        this.isTurning = true;
        setImmediate(() => {
            this.isTurning = false;
            const at = Math.min(...this.sleepers.map((sleeper) => sleeper.at));
            const next = this.sleepers.findIndex((sleeper) => sleeper.at === at);
            if (this.isRunning && next >= 0) {
                const [{ wake }] = this.sleepers.splice(next, 1);
                this.time = Math.max(this.time, at);
                wake();
            }
            this.turn();
        });
    }
}
