import { MeteorError, type IMessage, type IUpload } from '../../server/contract.mts';
import { channelHistory, loadHistory, messagePage, searchMessages, singleMessage } from '../../methods/messages/history.mts';
import { markUnread, readThread, reportMessage, setFollowed, setPinned, setStarred } from '../../methods/messages/marks.mts';
import { syncMessages } from '../../methods/messages/sync.mts';
import { viewMessages } from '../../methods/messages/views.mts';
import { accessibleRoom, needRoom } from '../../methods/rooms/access.mts';
import type { MethodContext, Methods } from './types.mts';

const dateOf = (value: unknown): Date | undefined => (value instanceof Date ? value : typeof value === 'string' || typeof value === 'number' ? new Date(value) : undefined);

async function need({ domain }: MethodContext, id: string, method: string): Promise<IMessage> {
    const message = await domain.messages.findById(id);
    if (!message) throw new MeteorError('error-invalid-message', 'Invalid message', { method });
    return message;
}

/** Only a text, its links' previews and the like can be changed by `updateMessage`. */
async function update(context: MethodContext, { _id, msg, customFields }: IMessage): Promise<void> {
    const original = await context.domain.messages.findById(_id);
    if (!original) return;
    await context.domain.messages.updateByUser(context.user._id, _id, msg, { ...(customFields && { customFields }) });
}

/**
 * One message with several files that were uploaded before (`rooms.media`): what newer clients send
 * (`client/lib/chats/flows/processMessageUploads.ts`, pull request 32703; the server's `parseMultipleFilesIntoMessageAttachments`).
 */
async function sendFiles({ domain, user }: MethodContext, message: any, filesToConfirm: { _id: string; name?: string }[]): Promise<IMessage | null> {
    const uploads: IUpload[] = [];
    for (const { _id, name } of filesToConfirm) {
        const stored = await domain.uploads.findById(_id);
        if (!stored) throw new MeteorError('error-invalid-file', 'Invalid file');
        uploads.push({ ...stored, expiresAt: undefined, name: name || stored.name });
    }
    const sent = await domain.uploads.sendFileMessage(user, message.rid, uploads, message);
    for (const { _id } of uploads) await domain.collections.uploads.updateAsync({ _id }, { $unset: { expiresAt: true } });
    return sent;
}

/** `meteor-methods/messages`, `publications/messages`. */
export const messageMethods: Methods = {
    async 'sendMessage'(context, message, previewUrls, filesToConfirm) {
        const { domain, user } = context;
        if (!message?.rid) throw new MeteorError('error-invalid-message', "The 'rid' property on the message object is missing.");
        if (message.t && message.t !== 'e2e') throw new MeteorError('error-invalid-message', 'Invalid message', { method: 'sendMessage' });
        const sent = filesToConfirm?.length
            ? await sendFiles(context, message, filesToConfirm)
            : await domain.messages.send(user._id, message, previewUrls?.length === 0 ? { parseUrls: false } : {});
        return sent ? (await viewMessages(domain, user._id, [sent]))[0] : undefined;
    },
    'updateMessage': update,
    async 'deleteMessage'({ domain, user }, { _id }) {
        await domain.messages.deleteByUser(user._id, _id);
    },
    async 'setReaction'(context, reaction, messageId, shouldReact) {
        const { domain, user } = context;
        const message = await need(context, messageId, 'setReaction');
        if (!(await accessibleRoom(domain, user, message.rid))) throw new MeteorError('not-authorized', 'Not Authorized', { method: 'setReaction' });
        await domain.messages.setReaction(user._id, messageId, reaction, shouldReact);
    },
    async 'loadHistory'({ domain, user }, roomId, end, limit = 20, lastSeen = undefined, showThreadMessages = true) {
        if (!user && !domain.settings.get('Accounts_AllowAnonymousRead')) throw new MeteorError('error-invalid-user', 'Invalid user', { method: 'loadHistory' });
        return loadHistory(domain, user ?? { _id: '' }, roomId, dateOf(end), limit, dateOf(lastSeen), showThreadMessages);
    },
    'getChannelHistory': ({ domain, user }, { rid, latest, oldest, ...query }) => channelHistory(domain, user, rid, { latest: dateOf(latest), oldest: dateOf(oldest), ...query }),
    async 'loadMissedMessages'({ domain, user }, roomId, start) {
        if (!(await accessibleRoom(domain, user, roomId))) return false;
        const found = await domain.collections.messages.findAsync({ rid: roomId, _hidden: { $ne: true }, ts: { $gt: dateOf(start) } }).sort({ ts: -1 });
        return viewMessages(domain, user._id, found);
    },
    async 'loadSurroundingMessages'({ domain, user }, { _id, rid }, limit = 50, showThreadMessages = true) {
        if (!(await accessibleRoom(domain, user, rid))) return false;
        const middle = await domain.messages.findById(_id);
        if (!middle) return false;
        const threads = showThreadMessages ? {} : { $or: [{ tmid: { $exists: false } }, { tshow: true }] };
        const filter = { rid, _hidden: { $ne: true }, ...threads };
        const half = Math.floor((limit - 1) / 2);
        const { messages } = domain.collections;
        const before = await messages.findAsync({ ...filter, ts: { $lt: middle.ts } }).sort({ ts: -1 }).limit(half);
        const after = await messages.findAsync({ ...filter, ts: { $gt: middle.ts } }).sort({ ts: 1 }).limit(limit - 1 - half);
        const all = [...before.reverse(), middle, ...after];
        const [moreBefore, moreAfter] = [before.length === half, after.length === limit - 1 - half];
        return { messages: await viewMessages(domain, user._id, all), moreBefore, moreAfter };
    },
    'messages/get': ({ domain, user }, roomId, query) =>
        syncMessages(domain, user, roomId, {
            ...query,
            lastUpdate: dateOf(query?.lastUpdate),
            latestDate: dateOf(query?.latestDate),
            oldestDate: dateOf(query?.oldestDate),
        }),
    'getSingleMessage': ({ domain, user }, id) => singleMessage(domain, user, id),
    async 'getMessages'({ domain, user }, ids) {
        const found = (await Promise.all(ids.map((id: string) => singleMessage(domain, user, id)))).filter(Boolean);
        if (found.length !== ids.length) throw new MeteorError('error-not-allowed', 'Not allowed', { method: 'getMessages' });
        return found;
    },
    async 'getThreadMessages'({ domain, user }, { tmid, limit = 50, skip = 0 }) {
        const thread = await domain.messages.findById(tmid);
        if (!thread) return [];
        await needRoom(domain, user, thread.rid, 'getThreadMessages');
        const { messages } = await messagePage(domain, user, { tmid, _hidden: { $ne: true } }, { offset: skip, count: limit, sort: { ts: -1 } });
        return [thread, ...messages];
    },
    async 'getThreadsList'({ domain, user }, { rid, limit = 50, skip = 0 }) {
        await needRoom(domain, user, rid, 'getThreadsList');
        return (await messagePage(domain, user, { rid, tcount: { $exists: true } }, { offset: skip, count: limit, sort: { tlm: -1 } })).messages;
    },
    'messageSearch': async ({ domain, user }, text, rid, limit = 20, offset = 0) => ({ message: { docs: await searchMessages(domain, user, text, rid, { offset, count: limit }) } }),
    async 'pinMessage'(context, { _id }) {
        return setPinned(context.domain, context.user, await need(context, _id, 'pinMessage'), true);
    },
    async 'unpinMessage'(context, { _id }) {
        await setPinned(context.domain, context.user, await need(context, _id, 'unpinMessage'), false);
        return true;
    },
    async 'starMessage'(context, { _id, starred }) {
        await setStarred(context.domain, context.user, await need(context, _id, 'starMessage'), starred);
        return true;
    },
    'followMessage': ({ domain, user }, { mid }) => setFollowed(domain, user, mid, true).then(() => true),
    'unfollowMessage': ({ domain, user }, { mid }) => setFollowed(domain, user, mid, false).then(() => true),
    'readThreads': ({ domain, user }, tmid) => readThread(domain, user, tmid),
    'unreadMessages': ({ domain, user }, first, roomId) => markUnread(domain, user, { messageId: first?._id, roomId }),
    'reportMessage': ({ domain, user }, id, description) => reportMessage(domain, user, id, description).then(() => true),
};
