import { MeteorError, type Domain, type IMessage, type IUser } from '../../server/contract.mts';
import { updateSubscription } from '../documents.mts';
import { accessibleRoom } from '../rooms/access.mts';

/**
 * `lib/messaging/pins/pinMessage.ts`.
 * @throws MeteorError `error-action-not-allowed` when pinning is off, `not-authorized` without `pin-message`, `error-pinning-message`
 */
export async function setPinned(domain: Domain, user: IUser, message: IMessage, on: boolean): Promise<IMessage> {
    const method = on ? 'pinMessage' : 'unpinMessage';
    if (domain.settings.get('Message_AllowPinning') === false) throw new MeteorError('error-action-not-allowed', 'Message pinning not allowed', { method, action: 'Message_pinning' });
    if (!(await domain.users.hasPermission(user, 'pin-message', message.rid))) throw new MeteorError('not-authorized', 'Not Authorized', { method });
    if (!(await domain.rooms.subscriptionOf(message.rid, user._id))) {
        throw new MeteorError('error-action-not-allowed', on ? 'Message pinning not allowed' : 'Message unpinning not allowed', { method });
    }
    if (on && message.pinned) return message;
    await domain.messages.pin(message._id, user, on);
    return (await domain.messages.findById(message._id)) ?? message;
}

/** `lib/messaging/stars/starMessage.ts`. @throws MeteorError `error-action-not-allowed`, `not-authorized` */
export async function setStarred(domain: Domain, user: IUser, message: IMessage, on: boolean): Promise<void> {
    const method = 'starMessage';
    if (domain.settings.get('Message_AllowStarring') === false) {
        throw new MeteorError('error-action-not-allowed', 'Message starring not allowed', { method, action: 'Message_starring' });
    }
    if (!(await domain.rooms.subscriptionOf(message.rid, user._id))) throw new MeteorError('not-authorized', 'Not Authorized', { method });
    await domain.messages.star(message._id, user, on);
}

/** `meteor-methods/messages/{follow,unfollow}Message.ts`. @throws MeteorError `error-not-allowed`, `error-invalid-message` */
export async function setFollowed(domain: Domain, user: IUser, messageId: string, on: boolean): Promise<void> {
    const method = on ? 'followMessage' : 'unfollowMessage';
    if (domain.settings.get('Threads_enabled') === false) throw new MeteorError('error-not-allowed', 'not-allowed', { method });
    const message = await domain.messages.findById(messageId);
    if (!message) throw new MeteorError('error-invalid-message', 'Invalid message', { method });
    if (!(await accessibleRoom(domain, user, message.rid))) throw new MeteorError('error-not-allowed', 'not-allowed', { method });
    await domain.messages.follow(message.tmid ?? messageId, user, on);
}

/** `meteor-methods/users/ignoreUser.ts`. @throws MeteorError `error-invalid-subscription` */
export async function setIgnored(domain: Domain, user: IUser, roomId: string, ignoredId: string, on: boolean): Promise<void> {
    const method = 'ignoreUser';
    const [subscription, other] = await Promise.all([domain.rooms.subscriptionOf(roomId, user._id), domain.rooms.subscriptionOf(roomId, ignoredId)]);
    if (!subscription || !other) throw new MeteorError('error-invalid-subscription', 'Invalid subscription', { method });
    const others = (subscription.ignored ?? []).filter((id) => id !== ignoredId);
    await updateSubscription(domain, roomId, user._id, { ignored: on ? [...others, ignoredId] : others });
}

/** `lib/messaging/threads/functions.ts`, readThread. @throws MeteorError `error-not-allowed`, `error-invalid-message` */
export async function readThread(domain: Domain, user: IUser, messageId: string): Promise<void> {
    if (domain.settings.get('Threads_enabled') === false) throw new MeteorError('error-not-allowed', 'Threads Disabled');
    const thread = await domain.messages.findById(messageId);
    if (!thread?.rid) throw new MeteorError('error-invalid-message', 'Invalid Message');
    if (!(await accessibleRoom(domain, user, thread.rid))) throw new MeteorError('error-not-allowed', 'Not Allowed');
    const subscription = await domain.rooms.subscriptionOf(thread.rid, user._id);
    if (!subscription) return;
    const without = (ids?: string[]) => (ids ?? []).filter((id) => id !== messageId);
    await updateSubscription(domain, thread.rid, user._id, {
        tunread: without(subscription.tunread),
        tunreadUser: without(subscription.tunreadUser),
        tunreadGroup: without(subscription.tunreadGroup),
    });
}

/** `meteor-methods/messages/markAsUnread.ts`. @throws MeteorError `error-no-message-for-unread`, `error-action-not-allowed` */
export async function markUnread(domain: Domain, user: IUser, first: { messageId?: string; roomId?: string }): Promise<void> {
    const method = 'unreadMessages';
    const { messages } = domain.collections;
    const message = first.roomId
        ? (await messages.findAsync({ rid: first.roomId, 'u._id': { $ne: user._id }, t: { $exists: false } }).sort({ ts: -1 }).limit(1))[0]
        : await domain.messages.findById(first.messageId ?? '');
    if (!message) throw new MeteorError('error-no-message-for-unread', 'There are no messages to mark unread', { method, action: 'Unread_messages' });
    if (!first.roomId && message.u._id === user._id) throw new MeteorError('error-action-not-allowed', 'Not allowed', { method, action: 'Unread_messages' });
    const [previous] = await messages.findAsync({ rid: message.rid, ts: { $lt: message.ts } }).sort({ ts: -1 }).limit(1);
    await updateSubscription(domain, message.rid, user._id, { ls: new Date((previous ?? message).ts), open: true, alert: true });
}

/** `lib/moderation/reportMessage.ts`. @throws MeteorError `error-invalid-message_id`, `error-invalid-description` */
export async function reportMessage(domain: Domain, user: IUser, messageId: string, description: string): Promise<void> {
    const method = 'reportMessage';
    if (!description.trim()) throw new MeteorError('error-invalid-description', 'Invalid description', { method });
    const message = await domain.messages.findById(messageId);
    const room = message && (await accessibleRoom(domain, user, message.rid));
    if (!message || !room) throw new MeteorError('error-invalid-message_id', 'Invalid message id', { method });
    await domain.messages.report(messageId, user, description);
}
