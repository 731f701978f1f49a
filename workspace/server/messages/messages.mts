import type { IMessage, Messages } from '../contract.mts';
import type { Server } from '../context.mts';
import { deleteMessage, deleteMessageByUser } from './delete.mts';
import { followMessage, pinMessage, reportMessage, starMessage } from './flags.mts';
import { setReaction } from './reactions.mts';
import { executeSendMessage } from './send.mts';
import { saveSystemMessage } from './system.mts';
import { updateMessage, updateMessageByUser } from './update.mts';

type HistoryQuery = NonNullable<Parameters<Messages['history']>[1]>;

/** Visible messages, newest first; of one thread, or all (replies in threads, too). */
async function history(server: Server, roomId: string, query: HistoryQuery = {}): Promise<IMessage[]> {
    const between = { ...(query.before && { $lt: query.before }), ...(query.after && { $gt: query.after }) };
    const filter = {
        rid: roomId,
        _hidden: { $ne: true },
        ...(Object.keys(between).length && { ts: between }),
        ...(query.thread && { tmid: query.thread }),
    };
    const cursor = server.collections.messages.findAsync(filter as never).sort({ ts: -1 });
    if (query.skip) cursor.skip(query.skip);
    if (query.limit) cursor.limit(query.limit);
    return cursor;
}

/** `server/lib/messages/*`, `server/lib/messaging/*` and `server/meteor-methods/messages/*` of the real server. */
export function messagesService(server: Server): Messages {
    return {
        findById: (id) => server.collections.messages.findOneAsync({ _id: id }),
        send: (userId, message, options) => executeSendMessage(server, userId, message, options),
        updateByUser: (userId, messageId, text, extra) => updateMessageByUser(server, userId, messageId, text, extra),
        update: (message, editor) => updateMessage(server, message, editor),
        deleteByUser: (userId, messageId) => deleteMessageByUser(server, userId, messageId),
        delete: (message, user) => deleteMessage(server, message, user),
        setReaction: (userId, messageId, reaction, shouldReact) => setReaction(server, userId, messageId, reaction, shouldReact),
        pin: (messageId, user, pinned) => pinMessage(server, messageId, user, pinned),
        star: (messageId, user, starred) => starMessage(server, messageId, user, starred),
        follow: (messageId, user, followed) => followMessage(server, messageId, user, followed),
        report: (messageId, user, reason) => reportMessage(server, messageId, user, reason),
        history: (roomId, query) => history(server, roomId, query),
        system: (type, roomId, text, user, extra) => saveSystemMessage(server, type, roomId, text, user, extra),
        typing: async (roomId, name, on) => server.notify('userActivity', roomId, name, on ? ['user-typing'] : []),
    };
}
