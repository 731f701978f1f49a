import type { IMessage, IRoom, IUser } from '../contract.mts';
import { MeteorError } from '../contract.mts';
import type { Server } from '../context.mts';
import { canAccessRoom } from '../permissions/access.mts';
import { hasPermission } from '../permissions/permissions.mts';
import { notifyRoom } from '../rooms/subscriptions.mts';
import { deleteFile } from '../uploads/store.mts';
import { uncountReply } from './hooks/threads.mts';
import { keepHistory } from './update.mts';

/** Whether a user may delete a message (apps/meteor/server/lib/authorization/canDeleteMessage.ts). */
async function canDelete(server: Server, user: IUser, message: IMessage, room: IRoom): Promise<boolean> {
    const can = (permission: string) => hasPermission(server, user, permission, message.rid);
    if (!(await canAccessRoom(server, room, user))) return false;
    if (await can('force-delete-message')) return true;
    if (!server.settings.get<boolean>('Message_AllowDeleting')) return false;
    const own = message.u._id === user._id && (await can('delete-own-message'));
    if (!own && !(await can('delete-message'))) return false;
    const minutes = server.settings.get<number>('Message_AllowDeleting_BlockDeleteInMinutes');
    const late = minutes > 0 && Date.now() - message.ts.getTime() > minutes * 60_000;
    if (late && !(await can('bypass-time-limit-edit-and-delete'))) return false;
    if (room.ro && !(await can('post-readonly')) && !room.unmuted?.includes(user.username!)) {
        throw new Error('You can\'t delete messages because the room is readonly.');
    }
    return true;
}

/** A user deletes. @throws MeteorError `error-action-not-allowed` */
export async function deleteMessageByUser(server: Server, userId: string, messageId: string): Promise<void> {
    const user = await server.collections.users.findOneAsync({ _id: userId });
    const message = await server.collections.messages.findOneAsync({ _id: messageId });
    const room = message && (await server.collections.rooms.findOneAsync({ _id: message.rid }));
    if (!user || !message || !room || !(await canDelete(server, user, message, room))) {
        throw new MeteorError('error-action-not-allowed', 'Not allowed', { action: 'Delete_message' });
    }
    await deleteMessage(server, message, user);
}

/**
 * Deletes a message without any check (apps/meteor/server/lib/messages/deleteMessage.ts): gone with its files, or a `rm` message
 * (`Message_ShowDeletedStatus`; always for the first message of a thread), or hidden (`Message_KeepHistory`).
 * Fires IPreMessageDeletePrevent and, when there was such a message, IPostMessageDeleted.
 */
export async function deleteMessage(server: Server, message: IMessage, user: IUser): Promise<void> {
    const { messages, rooms, uploads } = server.collections;
    const stored = await messages.findOneAsync({ _id: message._id });
    const isThread = (stored?.tcount ?? 0) > 0;
    const keep = server.settings.get<boolean>('Message_KeepHistory') || isThread;
    const show = server.settings.get<boolean>('Message_ShowDeletedStatus') || isThread;
    if (stored && (await server.apps.triggerEvent('IPreMessageDeletePrevent', stored))) {
        throw new MeteorError('error-app-prevented-deleting', 'A Rocket.Chat App prevented the message deleting.');
    }
    if (stored?.tmid) await uncountReply(server, stored);

    const files = (message.files ?? [message.file]).flatMap((file) => file?._id ?? []);
    if (keep) {
        if (show && stored) await keepHistory(server, stored, user);
        else await messages.updateAsync({ _id: message._id }, { $set: { _hidden: true, _updatedAt: new Date() } });
        for (const id of files) await uploads.updateAsync({ _id: id }, { $set: { _hidden: true } } as never);
    } else {
        if (!show) await messages.removeAsync({ _id: message._id }, {});
        for (const id of files) await deleteFile(server, id);
    }
    if (show) await markDeleted(server, message._id, user);
    else server.notify('messageDeleted', message.rid, message._id);

    const room = await rooms.findOneAsync({ _id: message.rid });
    if (room) await forgetLastMessage(server, room, message._id);
    if (stored) void server.post('IPostMessageDeleted', stored, user);
}

async function markDeleted(server: Server, id: string, user: IUser): Promise<void> {
    const { messages } = server.collections;
    const now = new Date();
    await messages.updateAsync({ _id: id }, {
        $set: {
            msg: '', t: 'rm', urls: [], mentions: [], attachments: [], reactions: [], editedAt: now, _updatedAt: now,
            editedBy: { _id: user._id, username: user.username },
        },
        $unset: { md: true, blocks: true, tshow: true, file: true, files: true },
    } as never);
    const message = await messages.findOneAsync({ _id: id });
    if (message) server.notify('message', message);
}

async function forgetLastMessage(server: Server, room: IRoom, deletedId: string): Promise<void> {
    const { messages, rooms } = server.collections;
    await rooms.updateAsync({ _id: room._id }, { $inc: { msgs: -1 } });
    if (!room.lastMessage || room.lastMessage._id === deletedId) {
        const [last] = await messages.findAsync({ rid: room._id, _hidden: { $ne: true }, t: { $exists: false } }).sort({ ts: -1 }).limit(1);
        await rooms.updateAsync({ _id: room._id }, last ? { $set: { lastMessage: last } } : { $unset: { lastMessage: true } });
    }
    await notifyRoom(server, room._id);
}
