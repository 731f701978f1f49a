import type { IMessage, IRoom, ISubscription, IUser } from '../../contract.mts';
import type { Server } from '../../context.mts';
import { countInDiscussion, countReply } from './threads.mts';

/**
 * What follows the storing of a message (apps/meteor/server/lib/messages/notifyUsersOnMessage.ts and the thread callbacks): the room's
 * counters and last message, the thread's counters, unread marks.
 */
export async function afterSave(server: Server, message: IMessage, room: IRoom, user: IUser): Promise<void> {
    const { rooms } = server.collections;
    const edited = 'editedAt' in message;
    const inRoom = !message.tmid || Boolean(message.tshow);
    const storeLast = server.settings.get<boolean>('Store_Last_Message');
    if (edited) {
        const isLast = !room.lastMessage || room.lastMessage._id === message._id;
        if (storeLast && inRoom && isLast) await rooms.updateAsync({ _id: room._id }, { $set: { lastMessage: message } });
        return;
    }
    if (message.tmid) await countReply(server, message, room);
    if (room.prid) await countInDiscussion(server, message, room);
    if (!inRoom) {
        await rooms.updateAsync({ _id: room._id }, { $inc: { msgs: 1 } });
        return;
    }
    const activity = { lm: message.ts, ...(storeLast && { lastMessage: message }), _updatedAt: new Date() };
    await rooms.updateAsync({ _id: room._id }, { $inc: { msgs: 1 }, $set: activity });
    await markUnread(server, message, room, user);
}

/** Opens and marks the others' subscriptions and counts what the settings count. The sender's own stays as it is. */
async function markUnread(server: Server, message: IMessage, room: IRoom, user: IUser): Promise<void> {
    const { subscriptions } = server.collections;
    const others = { 'rid': room._id, 'u._id': { $ne: user._id }, 'status': { $ne: 'BANNED' } } as any;
    const mode = server.settings.get<string>(room.t === 'd' ? 'Unread_Count_DM' : 'Unread_Count');
    const counted = mode === 'all_messages';
    const changed = new Map<string, ISubscription>();
    const update = async (query: any, change: any): Promise<void> => {
        const { affectedDocuments } = await subscriptions.updateAsync(query, change, { multi: true, returnUpdatedDocs: true });
        for (const subscription of (affectedDocuments ?? []) as ISubscription[]) changed.set(subscription._id, subscription);
    };
    const unmarked = { $or: [{ alert: { $ne: true } }, { open: { $ne: true } }] };
    await update({ ...others, ...(!counted && unmarked) }, { $set: { alert: true, open: true }, ...(counted && { $inc: { unread: 1 } }) });

    const ids = new Set(message.mentions?.map(({ _id }) => _id));
    if ((ids.has('all') || ids.has('here')) && mode.includes('group')) {
        await update(others, { $inc: { groupMentions: 1, ...(!counted && { unread: 1 }) } });
    }
    const mentioned = [...ids].filter((id) => id !== user._id && id !== 'all' && id !== 'here');
    if (mentioned.length) {
        await update({ 'rid': room._id, 'u._id': { $in: mentioned } }, { $inc: { userMentions: 1, ...(!counted && { unread: 1 }) } });
    }
    for (const subscription of changed.values()) server.notify('subscription', 'updated', subscription);
}
