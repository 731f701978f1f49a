import type { Collections } from '../../store/collections.mts';
import { escapeKeys, unescapeKeys } from '../../store/keys.mts';
import { objectId } from '../../store/objectId.mts';
import { nextCron } from './cron.mts';
import { humanInterval, timeOf } from './intervals.mts';

export interface Job {
    _id: string;
    name: string;
    /** `normal` runs once, `single` again and again (one of its name). */
    type: 'normal' | 'single';
    data: Record<string, unknown>;
    nextRunAt: Date | null;
    lockedAt: Date | null;
    repeatInterval?: string | number;
    lastRunAt?: Date;
    lastFinishedAt?: Date;
    failedAt?: Date;
    failReason?: string;
    failCount?: number;
}

type Processor = (data: Record<string, unknown>) => Promise<unknown>;

const scanEvery = 5_000;
const lockLifetime = 10 * 60_000;

/**
 * The server's scheduler (`packages/agenda`): jobs lie in the store; every five seconds it locks those that are due before
 * its next scan and runs them at their time, one of a name at a time. A lock makes sure that one instance runs a job; a
 * failed job is not tried again; a job that was locked when its process died runs again after ten minutes.
 */
export class Agenda {
    private readonly processors = new Map<string, Processor>();
    private readonly lanes = new Map<string, Promise<void>>();
    private readonly timers = new Set<NodeJS.Timeout>();
    private interval: NodeJS.Timeout | undefined;
    private nextScanAt = 0;

    constructor(private readonly store: Collections['appsScheduler']) {}

    define(name: string, processor: Processor): void {
        this.processors.set(name, processor);
    }

    start(): void {
        if (this.interval) return;
        this.interval = setInterval(() => void this.scan(), scanEvery);
        setImmediate(() => void this.scan());
    }

    stop(): void {
        clearInterval(this.interval);
        this.interval = undefined;
        this.timers.forEach(clearTimeout);
    }

    /** @throws Error when `when` says no time */
    async schedule(when: Date | string, name: string, data: object): Promise<string> {
        const nextRunAt = timeOf(when);
        if (!nextRunAt) throw new Error(`Not a time to schedule a job at: ${String(when)}`);
        const job: Job = { _id: objectId(), name, type: 'normal', data: { ...data }, nextRunAt, lockedAt: null };
        await this.store.insertAsync(escapeKeys(job));
        await this.runSoon(job);
        return job._id;
    }

    /** One recurring job of a name: a second call changes the first job's interval and data. */
    async every(interval: string | number, name: string, data: object, skipImmediate: boolean): Promise<string> {
        const nextRunAt = nextRun(interval, undefined, skipImmediate);
        const existing = await this.store.findOneAsync({ name, type: 'single' });
        const fields = escapeKeys({ data: { ...data }, repeatInterval: interval });
        // A job that is due at once does not bring forward the time of the one that is already there.
        const due = nextRunAt && nextRunAt <= new Date() && existing ? {} : { nextRunAt };
        const _id = existing?._id ?? objectId();
        if (existing) await this.store.updateAsync({ _id }, { $set: { ...fields, ...due } }, {});
        else await this.store.insertAsync({ _id, name, type: 'single', lockedAt: null, ...fields, ...due });
        const job = await this.find(_id);
        if (job) await this.runSoon(job);
        return _id;
    }

    async has(name: string, type: Job['type']): Promise<boolean> {
        return (await this.store.countAsync({ name, type })) > 0;
    }

    async cancel(query: Record<string, unknown>): Promise<void> {
        await this.store.removeAsync(query, { multi: true });
    }

    private async find(_id: string): Promise<Job | undefined> {
        const found = await this.store.findOneAsync({ _id });
        return found ? (unescapeKeys(found) as Job) : undefined;
    }

    private async scan(): Promise<void> {
        this.nextScanAt = Date.now() + scanEvery;
        const due = await this.store.findAsync({ name: { $in: [...this.processors.keys()] } }).sort({ nextRunAt: 1 });
        for (const job of due as unknown as Job[]) {
            const free = job.lockedAt === null && job.nextRunAt !== null && job.nextRunAt.getTime() <= this.nextScanAt;
            const abandoned = job.lockedAt !== null && job.lockedAt.getTime() <= Date.now() - lockLifetime;
            if (free || abandoned) await this.lockAndRun(job);
        }
    }

    private async runSoon(job: Job): Promise<void> {
        if (this.interval && job.nextRunAt && job.nextRunAt.getTime() < this.nextScanAt && this.processors.has(job.name)) await this.lockAndRun(job);
    }

    private async lockAndRun({ _id, lockedAt, nextRunAt }: Job): Promise<void> {
        const { numAffected } = await this.store.updateAsync({ _id, lockedAt, nextRunAt } as object, { $set: { lockedAt: new Date() } }, {});
        if (numAffected === 0) return;
        const wait = Math.max(0, (nextRunAt?.getTime() ?? 0) - Date.now());
        const timer = setTimeout(() => {
            this.timers.delete(timer);
            void this.inLane(_id);
        }, wait);
        this.timers.add(timer);
    }

    private async inLane(_id: string): Promise<void> {
        const job = await this.find(_id);
        if (!job || !this.interval) return;
        const run = (this.lanes.get(job.name) ?? Promise.resolve()).then(() => this.run(job)).catch((error) => console.error('Scheduler:', error));
        this.lanes.set(job.name, run);
    }

    private async run({ _id, name, type, data, repeatInterval }: Job): Promise<void> {
        const lastRunAt = new Date();
        await this.store.updateAsync({ _id }, { $set: { lastRunAt, nextRunAt: repeatInterval ? nextRun(repeatInterval, lastRunAt, true) : null } }, {});
        const context: Record<string, unknown> = { ...data, jobId: _id };
        delete context.appId;
        try {
            await this.processors.get(name)?.(context);
            if (type === 'normal') return await this.cancel({ _id });
            await this.store.updateAsync({ _id }, { $set: { lockedAt: null, lastFinishedAt: new Date() } }, {});
        } catch (error) {
            const failReason = error instanceof Error ? error.message : String(error);
            const failed = { lockedAt: null, lastFinishedAt: new Date(), failedAt: new Date(), failReason };
            await this.store.updateAsync({ _id }, { $set: failed, $inc: { failCount: 1 } }, {});
        }
        const again = await this.find(_id);
        if (again) await this.runSoon(again);
    }
}

/** A cron text counts from the last run, an interval that never ran is due at once unless `skipImmediate`. */
function nextRun(interval: string | number, lastRunAt: Date | undefined, skipImmediate: boolean): Date | null {
    const from = lastRunAt ?? new Date();
    const cron = typeof interval === 'string' ? nextCron(interval, from) : undefined;
    if (cron) return cron;
    const pause = humanInterval(interval);
    if (Number.isNaN(pause)) return null;
    return new Date(from.getTime() + (lastRunAt || skipImmediate ? pause : 0));
}
