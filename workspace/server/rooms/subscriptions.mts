import type { IRoom, ISubscription, IUser } from '../contract.mts';
import type { Server } from '../context.mts';
import { objectId } from '../lib/ids.mts';
import { withoutUndefined } from '../lib/objects.mts';
import { membership } from '../../store/queries.mts';

/** Stores a membership of a channel or group (packages/models/src/models/Subscriptions.ts `createWithRoomAndUser`). */
export async function createSubscription(server: Server, room: IRoom, user: IUser, extra: Partial<ISubscription> = {}): Promise<ISubscription> {
    const now = new Date();
    const subscription = await server.collections.subscriptions.insertAsync(
        withoutUndefined({
            _id: objectId(),
            open: false,
            alert: false,
            unread: 0,
            userMentions: 0,
            groupMentions: 0,
            ts: room.ts ?? now,
            rid: room._id,
            name: room.name,
            fname: room.fname,
            customFields: room.customFields,
            t: room.t,
            prid: room.prid,
            teamId: room.teamId,
            teamMain: room.teamMain,
            u: { _id: user._id, username: user.username!, name: user.name },
            ...extra,
            _updatedAt: now,
        }) as ISubscription,
    );
    server.notify('subscription', 'inserted', subscription);
    return subscription;
}

/** @returns the membership; also one that ended with a ban */
export function subscriptionOf(server: Server, roomId: string, userId: string): Promise<ISubscription | null> {
    return server.collections.subscriptions.findOneAsync(membership(roomId, userId));
}

/** Changes one membership and tells its owner's clients. */
export async function changeSubscription(server: Server, roomId: string, userId: string, change: Record<string, unknown>): Promise<void> {
    const query = membership(roomId, userId);
    const $set = { ...(change.$set as object | undefined), _updatedAt: new Date() };
    await server.collections.subscriptions.updateAsync(query, { ...change, $set });
    const subscription = await subscriptionOf(server, roomId, userId);
    if (subscription) server.notify('subscription', 'updated', subscription);
}

/** @returns whether there was one */
export async function removeSubscription(server: Server, roomId: string, userId: string): Promise<boolean> {
    const subscription = await subscriptionOf(server, roomId, userId);
    if (!subscription) return false;
    await server.collections.subscriptions.removeAsync({ _id: subscription._id }, {});
    await server.collections.rooms.updateAsync({ _id: roomId }, { $inc: { usersCount: -1 } });
    server.notify('subscription', 'removed', subscription);
    return true;
}

/** Tells clients that the room's document changed. */
export async function notifyRoom(server: Server, roomId: string, action: 'inserted' | 'updated' = 'updated'): Promise<void> {
    const room = await server.collections.rooms.findOneAsync({ _id: roomId });
    if (room) server.notify('room', action, room);
}

/** Sets fields of a room and tells clients; no event reaches the apps. */
export async function changeRoom(server: Server, roomId: string, change: Record<string, unknown>): Promise<void> {
    const $set = { ...(change.$set as object | undefined), _updatedAt: new Date() };
    await server.collections.rooms.updateAsync({ _id: roomId }, { ...change, $set });
    await notifyRoom(server, roomId);
}
