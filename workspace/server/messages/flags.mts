import type { IMessage, IUser } from '../contract.mts';
import { MeteorError } from '../contract.mts';
import type { Server } from '../context.mts';
import { userAvatarUrl } from '../lib/links.mts';
import { canAccessRoom } from '../permissions/access.mts';
import { hasPermission } from '../permissions/permissions.mts';
import { saveSystemMessage } from './system.mts';

async function visible(server: Server, messageId: string, user: IUser): Promise<IMessage> {
    const message = await server.collections.messages.findOneAsync({ _id: messageId });
    const room = message && (await server.collections.rooms.findOneAsync({ _id: message.rid }));
    if (!message) throw new MeteorError('error-invalid-message', 'Invalid message');
    if (!room || !(await canAccessRoom(server, room, user))) throw new MeteorError('not-authorized', 'Not Authorized');
    return message;
}

async function change(server: Server, messageId: string, update: Record<string, unknown>): Promise<IMessage> {
    const { messages } = server.collections;
    const $set = { ...(update.$set as object | undefined), _updatedAt: new Date() };
    await messages.updateAsync({ _id: messageId }, { ...update, $set });
    const message = (await messages.findOneAsync({ _id: messageId }))!;
    server.notify('message', message);
    return message;
}

/**
 * Pins or unpins (apps/meteor/server/lib/messages/pinMessage.ts): needs `pin-message`. Pinning leaves a `message_pinned` system message.
 * Fires IPostMessagePinned.
 */
export async function pinMessage(server: Server, messageId: string, user: IUser, pinned: boolean): Promise<void> {
    if (!server.settings.get<boolean>('Message_AllowPinning')) throw new MeteorError('error-action-not-allowed', 'Message pinning not allowed');
    const message = await visible(server, messageId, user);
    if (!(await hasPermission(server, user, 'pin-message', message.rid))) throw new MeteorError('not-authorized', 'Not Authorized');
    if (Boolean(message.pinned) === pinned) return;
    const by = { _id: user._id, username: user.username };
    const changed = await change(server, messageId, { $set: pinned ? { pinned, pinnedAt: new Date(), pinnedBy: by } : { pinned } });
    void server.post('IPostMessagePinned', changed, user, pinned);
    if (!pinned) return;
    await saveSystemMessage(server, 'message_pinned', message.rid, '', user, {
        attachments: [{
            text: message.msg,
            author_name: message.u.username,
            author_icon: userAvatarUrl(message.u.username),
            ts: message.ts,
            attachments: message.attachments ?? [],
        }],
    });
}

/** apps/meteor/server/meteor-methods/messages/starMessage.ts; fires IPostMessageStarred. */
export async function starMessage(server: Server, messageId: string, user: IUser, starred: boolean): Promise<void> {
    if (!server.settings.get<boolean>('Message_AllowStarring')) throw new MeteorError('error-action-not-allowed', 'Message starring not allowed');
    const message = await visible(server, messageId, user);
    const others = (message.starred ?? []).filter(({ _id }) => _id !== user._id);
    const changed = await change(server, messageId, { $set: { starred: starred ? [...others, { _id: user._id }] : others } });
    void server.post('IPostMessageStarred', changed, user, starred);
}

/** apps/meteor/server/lib/threads/functions.ts `follow`; fires IPostMessageFollowed. */
export async function followMessage(server: Server, messageId: string, user: IUser, followed: boolean): Promise<void> {
    if (!server.settings.get<boolean>('Threads_enabled')) throw new MeteorError('error-not-allowed', 'not-allowed');
    const message = await visible(server, messageId, user);
    const id = message.tmid ?? messageId;
    const changed = await change(server, id, followed ? { $addToSet: { replies: user._id } } : { $pull: { replies: user._id } });
    void server.post('IPostMessageFollowed', changed, user, followed);
}

/** apps/meteor/server/lib/moderation/reportMessage.ts; fires IPostMessageReported. */
export async function reportMessage(server: Server, messageId: string, user: IUser, reason: string): Promise<void> {
    if (!reason.trim()) throw new MeteorError('error-invalid-description', 'Invalid description');
    const message = await visible(server, messageId, user);
    void server.post('IPostMessageReported', message, user, reason);
}
