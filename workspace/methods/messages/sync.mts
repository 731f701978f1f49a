import { MeteorError, type Domain, type IMessage, type IUser } from '../../server/contract.mts';
import { accessibleRoom } from '../rooms/access.mts';
import { channelHistory, type History } from './history.mts';

export interface SyncQuery {
    lastUpdate?: Date;
    latestDate?: Date;
    oldestDate?: Date;
    inclusive?: boolean;
    count?: number;
    unreads?: boolean;
    next?: string;
    previous?: string;
    type?: string;
}

export interface Deleted {
    _id: string;
    _deletedAt: Date;
}

export interface SyncResult {
    updated: IMessage[];
    deleted: Deleted[];
    cursor?: { next: string | null; previous: string | null };
}

/** What was deleted in a room after a time (the server's trash collection). */
export function deletedAfter(domain: Domain, filter: Record<string, unknown>, since: Date) {
    return domain.collections.trash.findAsync({ ...filter, _deletedAt: { $gt: since } }).sort({ _deletedAt: 1 });
}

function timeOf(cursor: string): Date {
    const time = new Date(Number.parseInt(cursor, 10));
    if (Number.isNaN(time.getTime())) throw new Error('Invalid Date');
    return time;
}

const when = (document: IMessage | Deleted) => String(('_deletedAt' in document ? document._deletedAt : (document as IMessage)._updatedAt).getTime());

/** The cursors of a page, as `publications/messages.ts` makes them (mountNextCursor, mountPreviousCursor). */
function cursors(found: (IMessage | Deleted)[], count: number, next?: string, previous?: string): { next: string | null; previous: string | null } {
    if (found.length === 0) return { next: null, previous: null };
    const more = found.length > count;
    if (next) return { next: more ? when(found[found.length - 2]) : null, previous: when(found[0]) };
    if (previous) return { next: when(found[0]), previous: more ? when(found[found.length - 2]) : null };
    return { next: when(found[found.length - 1]), previous: when(found[0]) };
}

/**
 * The method `messages/get` (`publications/messages.ts`): changes of a room since a time, or page by page.
 * @throws MeteorError `error-not-allowed`, `error-type-param-not-supported`, `error-type-param-required`, `error-cursor-conflict`, `error-cursor-and-lastUpdate-conflict`
 */
export async function syncMessages(domain: Domain, user: IUser, roomId: string, query: SyncQuery): Promise<SyncResult | History | false> {
    const { lastUpdate, latestDate, oldestDate, inclusive, count = 20, unreads, next, previous, type } = query;
    if (!(await accessibleRoom(domain, user, roomId))) throw new MeteorError('error-not-allowed', 'Not allowed', { method: 'messages/get' });
    if (type && !['UPDATED', 'DELETED'].includes(type)) {
        throw new MeteorError('error-type-param-not-supported', 'The "type" parameter must be either "UPDATED" or "DELETED"');
    }
    if ((next || previous) && !type) {
        throw new MeteorError('error-type-param-required', 'The "type" parameter is required when using the "next" or "previous" parameters');
    }
    if (next && previous) throw new MeteorError('error-cursor-conflict', 'You cannot provide both "next" and "previous" parameters');
    if ((next || previous) && lastUpdate) {
        throw new MeteorError('error-cursor-and-lastUpdate-conflict', 'The attributes "next", "previous" and "lastUpdate" cannot be used together');
    }
    if (lastUpdate) {
        const updated = await domain.collections.messages.findAsync({ rid: roomId, _hidden: { $ne: true }, _updatedAt: { $gt: lastUpdate } }).sort({ ts: -1 });
        return { updated, deleted: await deletedAfter(domain, { rid: roomId }, lastUpdate) };
    }
    if (!next && !previous) return channelHistory(domain, user, roomId, { latest: latestDate, oldest: oldestDate, inclusive, count, unreads });
    const range = next ? { $gt: timeOf(next) } : { $lt: timeOf(previous as string) };
    const direction = next ? 1 : -1;
    const { messages, trash } = domain.collections;
    const found: (IMessage | Deleted)[] =
        type === 'UPDATED'
            ? await messages.findAsync({ rid: roomId, _hidden: { $ne: true }, _updatedAt: range }).sort({ _updatedAt: direction }).limit(count + 1)
            : await trash.findAsync({ rid: roomId, _deletedAt: range }).sort({ _deletedAt: direction }).limit(count + 1);
    const cursor = cursors(found, count, next, previous);
    if (found.length > count) found.pop();
    return type === 'UPDATED' ? { updated: found as IMessage[], deleted: [], cursor } : { updated: [], deleted: found as Deleted[], cursor };
}
