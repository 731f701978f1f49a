import type { IMessage, IRoom, IUser } from '../../contract.mts';
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

/** Opens and marks the others' subscriptions, counts what the settings count, and marks the sender's as read. */
async function markUnread(server: Server, message: IMessage, room: IRoom, user: IUser): Promise<void> {
    const { subscriptions } = server.collections;
    const others = { 'rid': room._id, 'u._id': { $ne: user._id }, 'status': { $ne: 'BANNED' } };
    const mode = server.settings.get<string>(room.t === 'd' ? 'Unread_Count_DM' : 'Unread_Count');
    const counted = mode === 'all_messages';
    await subscriptions.updateAsync(others as never, { $set: { alert: true, open: true }, ...(counted && { $inc: { unread: 1 } }) }, { multi: true });

    const ids = new Set(message.mentions?.map(({ _id }) => _id));
    if ((ids.has('all') || ids.has('here')) && mode.includes('group')) {
        await subscriptions.updateAsync(others as never, { $inc: { groupMentions: 1, ...(!counted && { unread: 1 }) } }, { multi: true });
    }
    const mentioned = [...ids].filter((id) => id !== user._id && id !== 'all' && id !== 'here');
    if (mentioned.length) {
        const query = { 'rid': room._id, 'u._id': { $in: mentioned } };
        await subscriptions.updateAsync(query, { $inc: { userMentions: 1, ...(!counted && { unread: 1 }) } }, { multi: true });
    }
    await subscriptions.updateAsync({ 'rid': room._id, 'u._id': user._id }, { $set: { ls: message.ts, alert: false, open: true } });
    for (const subscription of await subscriptions.findAsync({ rid: room._id })) server.notify('subscription', 'updated', subscription);
}
