import type { AppLogStorage } from '@rocket.chat/apps-engine/server/storage';

/** Log levels of the REST API and the severities that each of them shows. */
const severities: Record<string, string[]> = { 0: ['error'], 1: ['error', 'info', 'warn', 'warning', 'log'] };

/**
 * An app's logs by the query of `GET /api/apps/:id/logs`, newest first.
 * Server: `ee/server/apps/communication/endpoints/appLogsHandler.ts`, `…/lib/makeAppLogsQuery.ts`.
 * @param query offset, count, logLevel, method, instanceId, startDate, endDate
 */
export async function findLogs(storage: AppLogStorage, appId: string, query: Record<string, any>): Promise<{ logs: unknown[]; total: number }> {
    const conditions: Record<string, unknown> = { appId };
    const levels = severities[String(query.logLevel ?? 2)];
    if (levels) conditions.entries = { $elemMatch: { severity: { $in: levels } } };
    if (query.method) conditions.method = query.method;
    if (query.instanceId) conditions.instanceId = query.instanceId;
    const from = query.startDate && new Date(query.startDate);
    const to = query.endDate && new Date(query.endDate);
    if (from || to) conditions._updatedAt = { ...(from && { $gte: from }), ...(to && { $lte: to }) };
    return storage.findPaginated(conditions, { sort: { _updatedAt: -1 }, skip: Number(query.offset ?? 0), limit: Number(query.count ?? 50) });
}
