import { randomBytes } from 'crypto';
import type { StoreKey } from '../../rocketchat/RocketChat';
import type { BridgeContext } from '../core/Context';
import { reasonOf } from '../core/Context';
import { UnderWay } from '../core/UnderWay';

/** Sign of life of one process of the app. */
interface Sign {
    process: string;
    /** Milliseconds since the epoch. */
    at: number;
    /** It stopped in order, with nothing under way. */
    ended?: boolean;
}

/** How often a living process gives its sign. */
export const PULSE_MS = 3_000;
/** A process that gives no sign for this long, while it is watched, has ended. */
const GONE_MS = 10_000;
/** A sign older than this needs no watching; the clocks of two servers differ by less. */
const STALE_MS = 120_000;
const LOOK_MS = 1_000;

const KIND: StoreKey = { model: 'misc', id: 'process' };
const byProcess = (id: string): StoreKey => ({ model: 'misc', id: `process:${id}` });

/**
 * Which processes of the app live: there is one for each instance of the server, and a new one after each crash. What a
 * process that has ended had begun is taken up by another; what a living one does is left to it.
 */
export class Presence {
    /** Of this process. */
    public readonly id = randomBytes(8).toString('hex');
    private readonly seen = new Map<string, { at: number; since: number }>();
    private readonly aliveAt = new Map<string, number>();
    private readonly judging = new UnderWay<string, boolean>();
    private first?: Promise<void>;
    private writing?: Promise<void>;
    private endedAt?: number;

    constructor(private readonly context: Pick<BridgeContext, 'rocketchat' | 'clock' | 'log'>) {}

    /** To be called every `PULSE_MS` while the bridge is on. Never throws. */
    public async beat(): Promise<void> {
        this.writing = this.writing || this.write({ process: this.id, at: this.context.clock.now() }).finally(() => { this.writing = undefined; });
        await this.writing;
    }

    /** Before the first record that names this process: without a sign it would count as gone. */
    public known(): Promise<void> {
        this.first = this.first || this.beat();
        return this.first;
    }

    /**
     * The bridge is switched off in order. Never throws.
     * @param isIdle false when something is still under way, which goes on: then it is not said that it has ended
     */
    public async end(isIdle: boolean): Promise<void> {
        await this.writing;
        this.endedAt = this.context.clock.now();
        this.first = undefined;
        await this.write({ process: this.id, at: this.endedAt, ...(isIdle && { ended: true }) });
    }

    /** @returns whether a process has ended; that takes up to ten seconds when its last sign is fresh */
    public isGone(process: string): Promise<boolean> {
        if (process === this.id || this.context.clock.now() - (this.aliveAt.get(process) ?? -Infinity) < GONE_MS) {
            return Promise.resolve(false);
        }
        return this.judging.join(process, () => this.judge(process));
    }

    /**
     * Since when nobody may have heard what happened on one of the servers: the earliest last sign of the processes that
     * have ended since this was asked last. They are forgotten with it.
     * @param keep stores the time before they are forgotten
     * @returns milliseconds since the epoch, undefined when none has ended
     */
    public async offSince(keep: (since: number) => Promise<void> = async () => undefined): Promise<number | undefined> {
        const { store } = this.context.rocketchat;
        const signs = (await store.read<Sign>(KIND)).filter(({ process }) => process !== this.id);
        const gone = await Promise.all(signs.map(({ process }) => this.isGone(process)));
        const ended = signs.filter((_sign, at) => gone[at]);
        const times = [...ended.map(({ at }) => at), ...(this.endedAt === undefined ? [] : [this.endedAt])];
        const since = times.length ? Math.min(...times) : undefined;
        if (since !== undefined) {
            await keep(since);
        }
        this.endedAt = undefined;
        for (const { process } of ended) {
            await store.remove(byProcess(process), KIND);
        }
        return since;
    }

    /** @returns whether other processes seem to live now; costs one read */
    public async hasOthers(): Promise<boolean> {
        const now = this.context.clock.now();
        const signs = await this.context.rocketchat.store.read<Sign>(KIND);
        return signs.some(({ process, at, ended }) => process !== this.id && !ended && now - at < GONE_MS);
    }

    private async judge(process: string): Promise<boolean> {
        const { rocketchat, clock } = this.context;
        for (;;) {
            const sign = await rocketchat.store.readOne<Sign>(byProcess(process), KIND);
            const now = clock.now();
            if (!sign || sign.ended || now - sign.at > STALE_MS) {
                this.seen.delete(process);
                return true;
            }
            const before = this.seen.get(process);
            if (before && before.at !== sign.at) {
                this.seen.delete(process);
                this.aliveAt.set(process, now);
                return false;
            }
            if (before && now - before.since >= GONE_MS) {
                return true;
            }
            this.seen.set(process, before || { at: sign.at, since: now });
            await clock.sleep(LOOK_MS);
        }
    }

    private async write(sign: Sign): Promise<void> {
        try {
            await this.context.rocketchat.store.put(sign, byProcess(sign.process), KIND);
        } catch (error) {
            this.context.log.warn(`The sign of life could not be stored: ${reasonOf(error)}`);
        }
    }
}
