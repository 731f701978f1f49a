import type { IHttp, ILogger, IModify, IPersistence, IRead } from '@rocket.chat/apps-engine/definition/accessors';
import type { IJobContext, IProcessor } from '@rocket.chat/apps-engine/definition/scheduler';
import { StartupType } from '@rocket.chat/apps-engine/definition/scheduler/IProcessor';
import type { HandlerAccessors } from '../rocketchat/Accessors';

/** What the job needs of the app. */
export interface HeartbeatHost {
    /** Finishes what a process that has ended had begun. */
    heartbeat(accessors: HandlerAccessors, logger: ILogger): Promise<void>;
}

/**
 * Wakes the bridge once a minute. After a crash nothing else may do it: only handlers, jobs and endpoint calls bring the
 * accessors that can write. The server's scheduler runs it on one instance.
 */
export function heartbeat(host: () => HeartbeatHost, logger: () => ILogger): IProcessor {
    return {
        id: 'heartbeat',
        startupSetting: { type: StartupType.RECURRING, interval: '1 minute' },
        processor: async (_context: IJobContext, read: IRead, modify: IModify, http: IHttp, persistence: IPersistence) => {
            await host().heartbeat({ read, modify, http, persistence }, logger());
        },
    };
}
