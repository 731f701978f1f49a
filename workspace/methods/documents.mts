import type { Domain, IRoom, ISubscription, IUser } from '../server/contract.mts';
import { membership } from '../store/queries.mts';

/** Sets fields of a room that no service of the domain owns, and tells the clients. */
export async function updateRoom(domain: Domain, roomId: string, set: Record<string, unknown>): Promise<IRoom> {
    await domain.collections.rooms.updateAsync({ _id: roomId }, { $set: { ...set, _updatedAt: new Date() } });
    const room = (await domain.rooms.findById(roomId)) as IRoom;
    domain.notify('room', 'updated', room);
    return room;
}

/** Sets fields of a member's subscription, and tells the member's clients. @returns null when there is none */
export async function updateSubscription(domain: Domain, roomId: string, userId: string, set: Record<string, unknown>): Promise<ISubscription | null> {
    await domain.collections.subscriptions.updateAsync(membership(roomId, userId), { $set: { ...set, _updatedAt: new Date() } });
    const subscription = await domain.rooms.subscriptionOf(roomId, userId);
    if (subscription) domain.notify('subscription', 'updated', subscription);
    return subscription;
}

/** Sets fields of a user that no service of the domain owns, and tells the clients. */
export async function updateUser(domain: Domain, userId: string, set: Record<string, unknown>): Promise<IUser> {
    await domain.collections.users.updateAsync({ _id: userId }, { $set: { ...set, _updatedAt: new Date() } });
    const user = (await domain.users.findById(userId)) as IUser;
    domain.notify('user', user);
    return user;
}

/** Escapes what has a meaning in a regular expression (`@rocket.chat/string-helpers`, escapeRegExp). */
export const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Matches text anywhere, whatever its case. */
export const containing = (text: string): RegExp => new RegExp(escapeRegExp(text), 'i');
