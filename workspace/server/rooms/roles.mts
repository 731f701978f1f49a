import type { IRoom, IUser } from '../contract.mts';
import { MeteorError } from '../contract.mts';
import type { Server } from '../context.mts';
import { saveSystemMessage } from '../messages/system.mts';
import { hasPermission } from '../permissions/permissions.mts';
import { findByUsername } from '../users/availability.mts';
import { changeRoom, changeSubscription, subscriptionOf } from './subscriptions.mts';

type RoomRole = 'owner' | 'moderator' | 'leader';

/**
 * Gives or takes a room role (apps/meteor/server/meteor-methods/rooms/addRoomOwner.ts and its siblings): needs `set-<role>`. Apps see the
 * system message `subscription-role-added`/`-removed`: text = the username, the role in the field `role`.
 */
export async function setRoomRole(server: Server, roomId: string, userId: string, role: RoomRole, on: boolean, byUser: IUser): Promise<void> {
    if (!(await hasPermission(server, byUser, `set-${role}`, roomId))) throw new MeteorError('error-not-allowed', 'Not allowed');
    const user = await server.collections.users.findOneAsync({ _id: userId });
    if (!user?.username) throw new MeteorError('error-invalid-user', 'Invalid user');
    const subscription = await subscriptionOf(server, roomId, userId);
    if (!subscription) throw new MeteorError('error-user-not-in-room', 'User is not in this room');
    const has = Boolean(subscription.roles?.includes(role));
    if (on && has) throw new MeteorError(`error-user-already-${role}`, `User is already a${role === 'owner' ? 'n' : ''} ${role}`);
    if (!on && !has) throw new MeteorError(`error-user-not-${role}`, `User is not a${role === 'owner' ? 'n' : ''} ${role}`);
    if (!on && role === 'owner' && (await server.collections.subscriptions.countAsync({ rid: roomId, roles: 'owner' })) === 1) {
        throw new MeteorError('error-remove-last-owner', 'This is the last owner. Please set a new owner before removing this one.');
    }
    await changeSubscription(server, roomId, userId, on ? { $addToSet: { roles: role } } : { $pull: { roles: role } });
    const type = on ? 'subscription-role-added' : 'subscription-role-removed';
    await saveSystemMessage(server, type, roomId, user.username, user, { u: { _id: byUser._id, username: byUser.username! }, role });
}

async function mutable(server: Server, roomId: string, username: string, byUser: IUser): Promise<{ room: IRoom; user: IUser }> {
    if (!(await hasPermission(server, byUser, 'mute-user', roomId))) throw new MeteorError('error-not-allowed', 'Not allowed');
    const room = await server.collections.rooms.findOneAsync({ _id: roomId });
    if (!room) throw new MeteorError('error-invalid-room', 'Invalid room');
    if (room.t === 'd') throw new MeteorError('error-invalid-room-type', `${room.t} is not a valid room type`);
    const user = await findByUsername(server, username);
    if (!user || !(await subscriptionOf(server, roomId, user._id))) throw new MeteorError('error-user-not-in-room', 'User is not in this room');
    return { room, user };
}

/** apps/meteor/server/meteor-methods/rooms/muteUserInRoom.ts: `user-muted`, text = the username. */
export async function muteUser(server: Server, roomId: string, username: string, byUser: IUser): Promise<void> {
    const { room, user } = await mutable(server, roomId, username, byUser);
    const lists = { muted: [...new Set([...(room.muted ?? []), user.username!])], unmuted: (room.unmuted ?? []).filter((name) => name !== user.username) };
    await changeRoom(server, roomId, { $set: lists });
    await saveSystemMessage(server, 'user-muted', roomId, user.username!, byUser);
}

/** apps/meteor/server/meteor-methods/rooms/unmuteUserInRoom.ts: in a read-only room this lets the user write. */
export async function unmuteUser(server: Server, roomId: string, username: string, byUser: IUser): Promise<void> {
    const { room, user } = await mutable(server, roomId, username, byUser);
    const unmuted = room.ro ? [...new Set([...(room.unmuted ?? []), user.username!])] : (room.unmuted ?? []);
    await changeRoom(server, roomId, { $set: { muted: (room.muted ?? []).filter((name) => name !== user.username), unmuted } });
    await saveSystemMessage(server, 'user-unmuted', roomId, user.username!, byUser);
}
