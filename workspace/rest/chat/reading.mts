import { MeteorError, type IMessage } from '../../server/contract.mts';
import { containing } from '../../methods/documents.mts';
import { messagePage, searchMessages, singleMessage } from '../../methods/messages/history.mts';
import { deletedAfter, syncMessages } from '../../methods/messages/sync.mts';
import { viewMessages } from '../../methods/messages/views.mts';
import { accessibleRoom } from '../../methods/rooms/access.mts';
import type { Api } from '../framework/Api.mts';
import type { Call } from '../framework/Call.mts';
import { failure } from '../framework/results.mts';

const notAllowed = (reason = 'Not allowed') => new MeteorError('error-not-allowed', reason);

async function needAccess(call: Call, roomId: string, reason?: string): Promise<void> {
    if (!(await accessibleRoom(call.domain, call.user, roomId))) throw notAllowed(reason);
}

function needThreads(call: Call): void {
    if (call.domain.settings.get('Threads_enabled') === false) throw notAllowed('Threads Disabled');
}

async function needThread(call: Call, id: string): Promise<IMessage> {
    needThreads(call);
    const thread = await call.domain.messages.findById(id);
    if (!thread?.rid) throw new MeteorError('error-invalid-message', 'Invalid Message');
    await needAccess(call, thread.rid, 'Not Allowed');
    return thread;
}

function dateOf(value: string): Date {
    if (Number.isNaN(Date.parse(value))) throw new MeteorError('error-updatedSince-param-invalid', 'The "updatedSince" query parameter must be a valid date.');
    return new Date(value);
}

/** What is read of messages (`apps/meteor/server/api/v1/chat.ts`). */
export function chatReadingRoutes(api: Api): void {
    single(api);
    lists(api);
    threads(api);
}

function single(api: Api): void {
    api.get('chat.getMessage', { query: 'isChatGetMessageProps' }, async (call) => {
        if (!call.query.msgId) return failure('The "msgId" query parameter must be provided.');
        const message = await singleMessage(call.domain, call.user, call.query.msgId);
        return message ? { message } : failure();
    });
    api.get('chat.search', { query: 'isChatSearchProps' }, async (call) => {
        const { roomId, searchText } = call.query;
        if (!roomId) throw new MeteorError('error-roomId-param-not-provided', 'The required "roomId" query param is missing.');
        if (!searchText) throw new MeteorError('error-searchText-param-not-provided', 'The required "searchText" query param is missing.');
        return { messages: await searchMessages(call.domain, call.user, searchText, roomId, call.page()) };
    });
    api.get('chat.syncMessages', { query: 'isChatSyncMessagesProps' }, async (call) => {
        const { roomId, lastUpdate, count, next, previous, type } = call.query;
        if (!roomId) throw new MeteorError('error-param-required', 'The required "roomId" query param is missing');
        if (!lastUpdate && !type) throw new MeteorError('error-param-required', 'The "type" or "lastUpdate" parameters must be provided');
        if (lastUpdate && Number.isNaN(Date.parse(lastUpdate))) {
            throw new MeteorError('error-lastUpdate-param-invalid', 'The "lastUpdate" query parameter must be a valid date');
        }
        const query = { lastUpdate: lastUpdate && new Date(lastUpdate), count: count || undefined, next, previous, type };
        const result = await syncMessages(call.domain, call.user, roomId, query);
        if (!result) return failure();
        if (!('updated' in result)) return { result: { updated: [], deleted: [] } };
        const updated = await viewMessages(call.domain, call.userId, result.updated);
        const deleted = result.deleted.map(({ _id, _deletedAt }) => ({ _id, _deletedAt }));
        return { result: { updated, deleted, cursor: result.cursor } };
    });
}

function lists(api: Api): void {
    api.get('chat.getDeletedMessages', { query: 'isChatGetDeletedMessagesProps' }, async (call) => {
        const { offset, count } = call.page();
        const all = await deletedAfter(call.domain, { rid: call.query.roomId }, new Date(call.query.since));
        const messages = all.slice(offset, count === 0 ? undefined : offset + count).map(({ _id }) => ({ _id }));
        return { messages, count: messages.length, offset, total: all.length };
    });
    api.get('chat.getPinnedMessages', { query: 'isChatGetPinnedMessagesProps' }, async (call) => {
        await needAccess(call, call.query.roomId);
        return messagePage(call.domain, call.user, { rid: call.query.roomId, t: { $ne: 'rm' }, _hidden: { $ne: true }, pinned: true }, { ...call.page(), sort: { ts: -1 } });
    });
    api.get('chat.getMentionedMessages', { query: 'isChatGetMentionedMessagesProps' }, async (call) => {
        await needAccess(call, call.query.roomId);
        const filter = { rid: call.query.roomId, _hidden: { $ne: true }, 'mentions.username': call.user.username };
        return messagePage(call.domain, call.user, filter, { ...call.page(), sort: call.sort({ ts: -1 }) });
    });
    api.get('chat.getStarredMessages', { query: 'isChatGetStarredMessagesProps' }, async (call) => {
        await needAccess(call, call.query.roomId);
        const filter = { rid: call.query.roomId, _hidden: { $ne: true }, 'starred._id': call.userId };
        return messagePage(call.domain, call.user, filter, { ...call.page(), sort: call.sort({ ts: -1 }) });
    });
    api.get('chat.getDiscussions', { query: 'isChatGetDiscussionsProps' }, async (call) => {
        await needAccess(call, call.query.roomId);
        const text = call.query.text ? { msg: { $regex: containing(call.query.text) } } : {};
        const filter = { rid: call.query.roomId, drid: { $exists: true }, ...text };
        return messagePage(call.domain, call.user, filter, { ...call.page(), sort: call.sort({ ts: -1 }) });
    });
}

function threads(api: Api): void {
    api.get('chat.getThreadsList', { query: 'isChatGetThreadsListProps' }, async (call) => {
        const { rid, type, text } = call.query;
        needThreads(call);
        await needAccess(call, rid, 'Not Allowed');
        const unread = type === 'unread' ? ((await call.domain.rooms.subscriptionOf(rid, call.userId))?.tunread ?? []) : [];
        const filter = {
            rid,
            _hidden: { $ne: true },
            tcount: { $exists: true },
            ...(type === 'following' && { replies: call.userId }),
            ...(type === 'unread' && { _id: { $in: unread } }),
            ...(text && { msg: { $regex: containing(text) } }),
        };
        const { messages, ...page } = await messagePage(call.domain, call.user, filter, { ...call.page(), sort: call.sort({ tlm: -1 }) });
        return { threads: messages, ...page };
    });
    api.get('chat.syncThreadsList', { query: 'isChatSyncThreadsListProps' }, async (call) => {
        needThreads(call);
        const since = dateOf(call.query.updatedSince);
        await needAccess(call, call.query.rid, 'Not Allowed');
        const update = await call.domain.collections.messages.findAsync({ rid: call.query.rid, tcount: { $exists: true }, _updatedAt: { $gt: since } });
        return { threads: { update, remove: await deletedAfter(call.domain, { rid: call.query.rid }, since) } };
    });
    api.get('chat.getThreadMessages', { query: 'isChatGetThreadMessagesProps' }, async (call) => {
        const { tmid, aroundId } = call.query;
        await needThread(call, tmid);
        const filter = { tmid, _hidden: { $ne: true } };
        const page = { ...call.page(), sort: aroundId ? ({ ts: 1 } as const) : call.sort({ ts: 1 }) };
        if (aroundId) {
            const target = aroundId === tmid ? null : await call.domain.messages.findById(aroundId);
            if (aroundId !== tmid && target?.tmid !== tmid) throw new MeteorError('error-invalid-message', 'The provided "aroundId" does not belong to the thread');
            const before = target ? await call.domain.collections.messages.countAsync({ ...filter, ts: { $lt: target.ts } }) : 0;
            page.offset = Math.max(0, target ? before - Math.floor(page.count / 2) : 0);
        }
        return messagePage(call.domain, call.user, filter, page);
    });
    api.get('chat.syncThreadMessages', { query: 'isChatSyncThreadMessagesProps' }, async (call) => {
        const { tmid, updatedSince } = call.query;
        needThreads(call);
        const since = dateOf(updatedSince);
        await needThread(call, tmid);
        const update = await call.domain.collections.messages.findAsync({ tmid, _updatedAt: { $gt: since } });
        return { messages: { update, remove: await deletedAfter(call.domain, { tmid }, since) } };
    });
}
