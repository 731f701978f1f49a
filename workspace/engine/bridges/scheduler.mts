import type { IOnetimeSchedule, IProcessor, IRecurringSchedule } from '@rocket.chat/apps-engine/definition/scheduler';
import type { SchedulerBridge } from '@rocket.chat/apps-engine/server/bridges';
import type { BridgeHost } from '../load.mts';
import type { Agenda } from '../scheduler/Agenda.mts';

/** Apps' jobs. Failures are logged, the app gets nothing. Server: `app/apps/server/bridges/scheduler.ts`. */
export function schedulerBridge({ engine }: BridgeHost, agenda: Agenda): SchedulerBridge {
    const logged = async (action: Promise<string>): Promise<string | void> => action.catch((error) => console.error('Scheduler:', error));

    return new (class extends engine.bridges.SchedulerBridge {
        async registerProcessors(processors: IProcessor[] = [], appId: string): Promise<void | string[]> {
            const atStart: Promise<string | void>[] = [];
            for (const { id, processor, startupSetting } of processors) {
                agenda.define(id, (data) => (processor as unknown as (context: object) => Promise<void>)(data));
                if (startupSetting?.type === 'onetime') atStart.push(this.scheduleOnceAtStart({ ...startupSetting, id }, appId));
                if (startupSetting?.type === 'recurring') atStart.push(this.scheduleRecurring({ ...startupSetting, id }, appId));
            }
            if (atStart.length > 0) return (await Promise.all(atStart)) as string[];
        }

        scheduleOnce({ id, when, data }: IOnetimeSchedule, appId: string): Promise<string | void> {
            agenda.start();
            return logged(agenda.schedule(when, id, { ...data, appId }));
        }

        scheduleRecurring({ id, interval, skipImmediate = false, data }: IRecurringSchedule, appId: string): Promise<string | void> {
            agenda.start();
            return logged(agenda.every(interval, id, { ...data, appId }, skipImmediate));
        }

        /** The engine hands over `<id>_<app id>`; a job's own id is 24 hexadecimal digits, anything else is a name. */
        async cancelJob(jobId: string): Promise<void> {
            const [id] = jobId.split('_');
            await agenda.cancel(/^[0-9a-f]{24}$/.test(id) ? { _id: id } : { name: jobId });
        }

        async cancelAllJobs(appId: string): Promise<void> {
            await agenda.cancel({ name: { $regex: new RegExp(`_${appId}$`) } });
        }

        private async scheduleOnceAtStart(job: IOnetimeSchedule, appId: string): Promise<string | void> {
            if (!(await agenda.has(job.id, 'normal'))) return this.scheduleOnce(job, appId);
        }
    })();
}
