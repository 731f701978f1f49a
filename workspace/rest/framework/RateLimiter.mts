import { MeteorError, type Domain } from '../../server/contract.mts';
import type { Call } from './Call.mts';

export interface RateLimit {
    /** Calls allowed … */
    calls: number;
    /** … in this many milliseconds. */
    interval: number;
    /** Permissions beside `api-bypass-rate-limit` that lift the limit. */
    bypass?: string[];
}

/**
 * Limits calls per route and address (`ApiClass.ts`, enforceRateLimit): on where the setting `API_Enable_Rate_Limiter`
 * is, by default 10 calls a minute, lifted by the permission `api-bypass-rate-limit`.
 */
export class RateLimiter {
    private readonly windows = new Map<string, { since: number; calls: number }>();

    constructor(private readonly domain: Domain) {}

    /** @throws MeteorError `error-too-many-requests` (429) */
    async check(call: Call, route: string, limit: RateLimit | false | undefined): Promise<void> {
        const settings = this.domain.settings;
        if (limit === false || settings.get('API_Enable_Rate_Limiter') !== true) return;
        const calls = limit?.calls ?? settings.get<number>('API_Enable_Rate_Limiter_Limit_Calls_Default');
        const interval = limit?.interval ?? settings.get<number>('API_Enable_Rate_Limiter_Limit_Time_Default');
        if (!calls || !interval) return;
        for (const permission of ['api-bypass-rate-limit', ...(limit?.bypass ?? [])]) if (call.user && (await call.may(permission))) return;
        const now = Date.now();
        const key = `${call.request.method} ${route} ${call.request.ip}`;
        const known = this.windows.get(key);
        const window = known && now - known.since < interval ? known : { since: now, calls: 0 };
        this.windows.set(key, window);
        window.calls += 1;
        if (window.calls <= calls) return;
        const timeToReset = window.since + interval - now;
        const seconds = Math.ceil(timeToReset / 1000);
        throw new MeteorError(
            'error-too-many-requests',
            `Error, too many requests. Please slow down. You must wait ${seconds} seconds before trying this endpoint again.`,
            { timeToReset, seconds },
        );
    }
}
