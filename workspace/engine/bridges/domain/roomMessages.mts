import type { GetMessagesOptions } from '@rocket.chat/apps-engine/server/bridges/RoomBridge';
import type { Domain, IMessage } from '../../../server/contract.mts';
import { membership } from '../../../store/queries.mts';

const direction = (order: unknown): 1 | -1 => (order === 'desc' || order === -1 ? -1 : 1);

/** A page of a room's visible messages that are no system messages; replies in threads only when asked for. */
export async function roomMessages(domain: Domain, roomId: string, options: GetMessagesOptions): Promise<IMessage[]> {
    const threads = options.showThreadMessages ? {} : { tmid: { $exists: false } };
    const query = { rid: roomId, _hidden: { $ne: true }, t: { $exists: false }, ...threads };
    const cursor = domain.collections.messages.findAsync(query as never);
    if (options.sort?.createdAt) cursor.sort({ ts: direction(options.sort.createdAt) });
    return cursor.skip(options.skip ?? 0).limit(options.limit);
}

/** @throws Error `User not subscribed to room` */
export async function unreadMessages(domain: Domain, roomId: string, userId: string, options: GetMessagesOptions): Promise<IMessage[]> {
    const subscription = await domain.collections.subscriptions.findOneAsync(membership(roomId, userId));
    if (!subscription) throw new Error('User not subscribed to room');
    if (!subscription.ls) return [];
    const threads = options.showThreadMessages ? {} : { tmid: { $exists: false } };
    const query = { rid: roomId, _hidden: { $ne: true }, ts: { $gt: subscription.ls, $lt: new Date() }, ...threads };
    const cursor = domain.collections.messages.findAsync(query as never).sort({ ts: direction(options.sort?.createdAt) });
    if (options.skip) cursor.skip(options.skip);
    if (options.limit) cursor.limit(options.limit);
    return cursor;
}
