import type { By, IRoom, IUser } from '../contract.mts';
import { MeteorError } from '../contract.mts';
import type { Server } from '../context.mts';
import { saveSystemMessage } from '../messages/system.mts';
import { hasPermission, hasRole } from '../permissions/permissions.mts';
import { changeSubscription, createSubscription, notifyRoom, removeSubscription, subscriptionOf } from './subscriptions.mts';

async function askApps(server: Server, event: string, ...payload: unknown[]): Promise<void> {
    await server.apps.triggerEvent(event, ...payload).catch((error: Error) => {
        throw error.name === 'AppsEngineException' ? new MeteorError('error-app-prevented', error.message) : error;
    });
}

/**
 * Adds a user (apps/meteor/server/lib/rooms/addUserToRoom.ts): without inviter he "joined" (`uj`), with one he was "added" (`au`).
 * IPreRoomUserJoined also for one who is a member already; IPostRoomUserJoined for channels and groups, on the next tick.
 * Direct rooms let nobody in: nothing happens, silently.
 * @returns false when he is a member already, or when the room lets nobody in
 */
export async function addUserToRoom(server: Server, roomId: string, user: Pick<IUser, '_id'>, inviter?: IUser): Promise<boolean> {
    const room = await server.collections.rooms.findOneAsync({ _id: roomId });
    if (!room) throw new MeteorError('error-invalid-room', 'Invalid room');
    const added = await server.collections.users.findOneAsync({ _id: user._id });
    if (!added) throw new MeteorError('user-not-found');
    if (room.t !== 'c' && room.t !== 'p') return false;
    if (added.username!.includes('@') && added.username!.includes(':')) {
        throw new MeteorError('error-federated-users-in-non-federated-rooms');
    }
    await askApps(server, 'IPreRoomUserJoined', room, added, inviter);

    const subscription = await subscriptionOf(server, roomId, added._id);
    if (subscription && subscription.status !== 'BANNED') return false;
    const now = new Date();
    if (subscription) {
        await server.collections.subscriptions.removeAsync({ _id: subscription._id }, {});
        if (inviter) await saveSystemMessage(server, 'user-unbanned', roomId, added.username!, inviter, { ts: now });
    }
    await createSubscription(server, room, added, { ts: now, open: true, alert: true, unread: 1, userMentions: 1, groupMentions: 0 });
    await server.collections.rooms.updateAsync({ _id: roomId }, { $inc: { usersCount: 1 } });
    if (inviter) {
        await saveSystemMessage(server, 'au', roomId, added.username!, added, { ts: now, u: { _id: inviter._id, username: inviter.username! } });
    } else {
        await saveSystemMessage(server, room.prid ? 'ut' : 'uj', roomId, added.username!, added, { ts: now });
    }
    process.nextTick(() => void server.post('IPostRoomUserJoined', room, added, inviter));
    await notifyRoom(server, roomId);
    return true;
}

/**
 * A user leaves or is taken out (apps/meteor/server/lib/rooms/removeUserFromRoom.ts): `ul`, or `ru` with who did it. Nobody asks whether
 * he is the last owner. IPreRoomUserLeave and IPostRoomUserLeave, also for one who is no member.
 */
export async function removeUserFromRoom(server: Server, roomId: string, user: IUser, by: By = {}): Promise<void> {
    const room = await server.collections.rooms.findOneAsync({ _id: roomId });
    if (!room) return;
    await askApps(server, 'IPreRoomUserLeave', room, user, by.byUser);
    await performRemoval(server, room, user, by.byUser);
    await server.post('IPostRoomUserLeave', room, user, by.byUser);
}

async function performRemoval(server: Server, room: IRoom, user: IUser, byUser?: IUser): Promise<void> {
    if (!(await subscriptionOf(server, room._id, user._id))) return;
    if (byUser) {
        await saveSystemMessage(server, 'ru', room._id, user.username!, user, { u: { _id: byUser._id, username: byUser.username! } });
    } else {
        await saveSystemMessage(server, 'ul', room._id, user.username!, user);
    }
    await removeSubscription(server, room._id, user._id);
    if (room.t === 'd') {
        await server.collections.rooms.updateAsync({ _id: room._id }, { $pull: { uids: user._id, usernames: user.username! } });
    }
    await notifyRoom(server, room._id);
}

async function checkLastOwner(server: Server, room: IRoom, userId: string, text: string): Promise<void> {
    const own = await subscriptionOf(server, room._id, userId);
    if (!own?.roles?.includes('owner')) return;
    const owners = await server.collections.subscriptions.countAsync({ rid: room._id, roles: 'owner' });
    const members = await server.collections.subscriptions.countAsync({ rid: room._id });
    if (owners === 1 && members > 1) throw new MeteorError('error-you-are-last-owner', text);
}

/** A user leaves by himself (apps/meteor/server/meteor-methods/rooms/leaveRoom.ts): with `leave-<t>`, and not as the last owner. */
export async function leaveRoom(server: Server, roomId: string, user: IUser): Promise<void> {
    const room = await server.collections.rooms.findOneAsync({ _id: roomId });
    if (!room) throw new MeteorError('error-invalid-room', 'Invalid room');
    const mayLeave = (room.t === 'c' || room.t === 'p') && (await hasPermission(server, user, `leave-${room.t}`));
    if (!mayLeave) throw new MeteorError('error-not-allowed', 'Not allowed');
    const subscription = await subscriptionOf(server, roomId, user._id);
    if (!subscription || subscription.status === 'BANNED') throw new MeteorError('error-user-not-in-room', 'You are not in this room');
    await checkLastOwner(server, room, user._id, 'You are the last owner. Please set new owner before leaving the room.');
    await removeUserFromRoom(server, roomId, user);
}

/** A user joins a public channel by himself (apps/meteor/server/lib/rooms/joinRoom / services/room `join`). */
export async function joinRoom(server: Server, roomId: string, user: IUser): Promise<boolean> {
    const room = await server.collections.rooms.findOneAsync({ _id: roomId });
    if (!room) throw new MeteorError('error-invalid-room', 'Invalid room');
    const banned = (await subscriptionOf(server, roomId, user._id))?.status === 'BANNED';
    const open = room.t === 'c' && !banned && (await hasPermission(server, user, 'view-c-room'));
    if (!open && !(await isMember(server, roomId, user._id))) throw new MeteorError('error-not-allowed', 'Not allowed');
    return addUserToRoom(server, roomId, user);
}

async function isMember(server: Server, roomId: string, userId: string): Promise<boolean> {
    const subscription = await subscriptionOf(server, roomId, userId);
    return subscription !== null && subscription.status !== 'BANNED';
}

async function moderated(server: Server, roomId: string, user: IUser, byUser: IUser, permission: string): Promise<IRoom> {
    const room = await server.collections.rooms.findOneAsync({ _id: roomId });
    if (!room || (room.t !== 'c' && room.t !== 'p')) throw new MeteorError('error-not-allowed', 'Not allowed');
    if (!(await hasPermission(server, byUser, permission, roomId))) throw new MeteorError('error-not-allowed', 'Not allowed');
    if (!(await subscriptionOf(server, roomId, user._id))) throw new MeteorError('error-user-not-in-room', 'User is not in this room');
    return room;
}

/**
 * Kick by a user (apps/meteor/server/meteor-methods/rooms/removeUserFromRoom.ts): needs `remove-user` (or `kick-user-from-any-<t>-room`),
 * `ru` message, leave events with `removedBy`.
 */
export async function kickUser(server: Server, roomId: string, user: IUser, byUser: IUser): Promise<void> {
    const type = (await server.collections.rooms.findOneAsync({ _id: roomId }))?.t;
    const anywhere = await hasPermission(server, byUser, `kick-user-from-any-${type}-room`);
    const room = anywhere ? (await server.collections.rooms.findOneAsync({ _id: roomId }))! : await moderated(server, roomId, user, byUser, 'remove-user');
    await checkLastOwner(server, room, user._id, 'You are the last owner. Please set new owner before leaving the room.');
    await removeUserFromRoom(server, roomId, user, { byUser });
}

/** Ban (apps/meteor/server/lib/rooms/banUserFromRoom.ts): the subscription stays, as BANNED; `user-banned` message, **no leave event**. */
export async function banUser(server: Server, roomId: string, user: IUser, byUser: IUser): Promise<void> {
    const room = await moderated(server, roomId, user, byUser, 'ban-user');
    const subscription = await subscriptionOf(server, roomId, user._id);
    if (!subscription || subscription.status === 'BANNED') return;
    if (await hasRole(server, user._id, 'owner', roomId)) await checkLastOwner(server, room, user._id, 'This user is the last owner of the room.');
    await changeSubscription(server, roomId, user._id, { $set: { status: 'BANNED', open: false }, $unset: { roles: true } });
    await server.collections.rooms.updateAsync({ _id: roomId }, { $inc: { usersCount: -1 } });
    await saveSystemMessage(server, 'user-banned', roomId, user.username!, user, { u: { _id: byUser._id, username: byUser.username! } });
    server.notify('subscription', 'removed', subscription);
    await notifyRoom(server, roomId);
}

/** Lifts a ban: the user may join again, and is no member until then. */
export async function unbanUser(server: Server, roomId: string, user: IUser, byUser: IUser): Promise<void> {
    await moderated(server, roomId, user, byUser, 'ban-user');
    const subscription = await subscriptionOf(server, roomId, user._id);
    if (subscription?.status !== 'BANNED') throw new MeteorError('error-user-not-banned', 'User is not banned from this room');
    await server.collections.subscriptions.removeAsync({ _id: subscription._id }, {});
    await saveSystemMessage(server, 'user-unbanned', roomId, user.username!, user, { u: { _id: byUser._id, username: byUser.username! } });
}
