import { MeteorError, type Domain, type IRoom, type ISubscription, type IUser } from '../../server/contract.mts';
import { membership } from '../../store/queries.mts';

/** Is there a subscription that only keeps a ban (`isBannedSubscription`)? It is none to the domain's `subscriptionOf`. */
async function isBanned(domain: Domain, roomId: string, userId: string): Promise<boolean> {
    const subscription: ISubscription | null = await domain.collections.subscriptions.findOneAsync(membership(roomId, userId));
    return (subscription as { status?: string } | null)?.status === 'BANNED';
}

/**
 * `services/room/service.ts`, join.
 * @throws MeteorError `error-not-allowed`, `error-code-required`, `error-code-invalid`, `error-user-is-banned`
 */
export async function joinRoom(domain: Domain, user: IUser, room: IRoom, joinCode?: string): Promise<boolean> {
    const method = 'joinRoom';
    if (await isBanned(domain, room._id, user._id)) throw new MeteorError('error-user-is-banned', 'User is banned from this room', { method });
    if (await domain.rooms.subscriptionOf(room._id, user._id)) return true;
    const mayJoin = room.t === 'c' || Boolean(room.prid);
    if (!mayJoin || !(await domain.rooms.canAccess(room, user))) throw new MeteorError('error-not-allowed', 'Not allowed', { method });
    if (room.joinCodeRequired && !(await domain.users.hasPermission(user, 'join-without-join-code'))) {
        if (!joinCode) throw new MeteorError('error-code-required', 'Code required', { method });
        if ((room as { joinCode?: string }).joinCode !== joinCode) throw new MeteorError('error-code-invalid', 'Invalid Room Password', { method });
    }
    return domain.rooms.addUser(room._id, user);
}

/**
 * `meteor-methods/rooms/addUsersToRoom.ts`.
 * @throws MeteorError `error-invalid-room`, `error-cant-invite-for-direct-room`, `error-not-allowed`, `error-user-not-found`, `error-user-is-banned`
 */
export async function addUsersToRoom(domain: Domain, user: IUser, roomId: string, usernames: string[]): Promise<true> {
    const method = 'addUsersToRoom';
    const room = await domain.rooms.findById(roomId);
    if (!room) throw new MeteorError('error-invalid-room', 'Invalid room', { method });
    if (room.t === 'd') throw new MeteorError('error-cant-invite-for-direct-room', "Can't invite user to direct rooms", { method });
    const inRoom = await domain.rooms.subscriptionOf(roomId, user._id);
    const mayAdd =
        (inRoom && (await domain.users.hasPermission(user, 'add-user-to-joined-room', roomId))) ||
        (room.t === 'c' && (await domain.users.hasPermission(user, 'add-user-to-any-c-room'))) ||
        (room.t === 'p' && (await domain.users.hasPermission(user, 'add-user-to-any-p-room')));
    if (!mayAdd) throw new MeteorError('error-not-allowed', 'Not allowed', { method });
    for (const username of usernames) {
        const sanitized = username.includes('@') && username.includes(':') ? username : username.replace(/(^@)|( @)/, '');
        const added = await domain.users.findByUsername(sanitized);
        if (!added) throw new MeteorError('error-user-not-found', 'User not found', { method });
        if (await isBanned(domain, roomId, added._id)) throw new MeteorError('error-user-is-banned', 'User is banned from this room', { method });
        if (!(await domain.rooms.subscriptionOf(roomId, added._id))) await domain.rooms.addUser(roomId, added, user);
        else domain.notify('ephemeral', user._id, { rid: roomId, msg: `\`@${added.username}\` is already in here.` });
    }
    return true;
}

async function ownersOf(domain: Domain, roomId: string): Promise<number> {
    return domain.collections.subscriptions.countAsync({ rid: roomId, roles: 'owner' });
}

/** @throws MeteorError `error-you-are-last-owner` when the user is the room's only owner */
async function refuseLastOwner(domain: Domain, roomId: string, userId: string, method: string): Promise<void> {
    const subscription = await domain.rooms.subscriptionOf(roomId, userId);
    if (!subscription?.roles?.includes('owner') || (await ownersOf(domain, roomId)) !== 1) return;
    throw new MeteorError('error-you-are-last-owner', 'You are the last owner. Please set new owner before leaving the room.', { method });
}

/**
 * `meteor-methods/rooms/removeUserFromRoom.ts` (kick).
 * @throws MeteorError `error-not-allowed`, `error-room-not-found`, `error-user-not-in-room`, `error-you-are-last-owner`
 */
export async function removeUserFromRoom(domain: Domain, user: IUser, roomId: string, username: string): Promise<true> {
    const method = 'removeUserFromRoom';
    if (!(await domain.users.hasPermission(user, 'remove-user', roomId))) throw new MeteorError('error-not-allowed', 'Not allowed', { method });
    const room = await domain.rooms.findById(roomId);
    if (!room || room.t === 'd') throw new MeteorError('error-not-allowed', 'Not allowed', { method });
    const kickAny = await domain.users.hasPermission(user, room.t === 'c' ? 'kick-user-from-any-c-room' : 'kick-user-from-any-p-room');
    if (!kickAny && !(await domain.rooms.canAccess(room, user))) {
        throw new MeteorError('error-room-not-found', 'The required "roomId" or "roomName" param provided does not match any group');
    }
    const removed = await domain.users.findByUsername(username);
    if (!removed || !(await domain.rooms.subscriptionOf(roomId, removed._id))) throw new MeteorError('error-user-not-in-room', 'User is not in this room', { method });
    await refuseLastOwner(domain, roomId, removed._id, method);
    await domain.rooms.kick(roomId, removed, user);
    return true;
}

/**
 * `meteor-methods/rooms/leaveRoom.ts`.
 * @throws MeteorError `error-invalid-room`, `error-not-allowed`, `error-user-not-in-room`, `error-you-are-last-owner`
 */
export async function leaveRoom(domain: Domain, user: IUser, roomId: string): Promise<void> {
    const method = 'leaveRoom';
    const room = await domain.rooms.findById(roomId);
    if (!room || (room.t === 'd' && (room.usersCount ?? 2) <= 2)) throw new MeteorError('error-not-allowed', 'Not allowed', { method });
    const permission = { c: 'leave-c', p: 'leave-p' }[room.t as string];
    if (permission && !(await domain.users.hasPermission(user, permission))) throw new MeteorError('error-not-allowed', 'Not allowed', { method });
    if (!(await domain.rooms.subscriptionOf(roomId, user._id))) throw new MeteorError('error-user-not-in-room', 'You are not in this room', { method });
    await refuseLastOwner(domain, roomId, user._id, method);
    await domain.rooms.removeUser(roomId, user);
}

const roleNouns = { owner: 'an owner', moderator: 'a moderator', leader: 'a leader' };

/**
 * `meteor-methods/rooms/{add,remove}Room{Owner,Moderator,Leader}.ts`.
 * @throws MeteorError `error-invalid-room`, `error-not-allowed`, `error-user-not-in-room`, `error-user-already-owner`…, `error-user-not-owner`…, `error-remove-last-owner`
 */
export async function setRoomRole(domain: Domain, user: IUser, roomId: string, userId: string, role: 'owner' | 'moderator' | 'leader', on: boolean): Promise<true> {
    const method = `${on ? 'add' : 'remove'}Room${role[0].toUpperCase()}${role.slice(1)}`;
    const room = await domain.rooms.findById(roomId);
    if (!room) throw new MeteorError('error-invalid-room', 'Invalid room', { method });
    if (!(await domain.users.hasPermission(user, `set-${role}`, roomId))) throw new MeteorError('error-not-allowed', 'Not allowed', { method });
    const subscription = await domain.rooms.subscriptionOf(roomId, userId);
    if (!subscription) throw new MeteorError('error-user-not-in-room', 'User is not in this room', { method });
    const has = subscription.roles?.includes(role) ?? false;
    if (on && has) throw new MeteorError(`error-user-already-${role}`, `User is already ${roleNouns[role]}`, { method });
    if (!on && !has) throw new MeteorError(`error-user-not-${role}`, `User is not ${roleNouns[role]}`, { method });
    if (!on && role === 'owner' && (await ownersOf(domain, roomId)) === 1) {
        throw new MeteorError('error-remove-last-owner', 'This is the last owner. Please set a new owner before removing this one.', { method });
    }
    await domain.rooms.setRole(roomId, userId, role, on, user);
    return true;
}

/** `lib/banUserFromRoom.ts`, `lib/unbanUserFromRoom.ts`. @throws MeteorError `error-not-allowed`, `error-user-not-in-room`, `error-you-are-last-owner` */
export async function setBanned(domain: Domain, user: IUser, roomId: string, username: string, on: boolean): Promise<void> {
    const method = on ? 'banUserFromRoom' : 'unbanUserFromRoom';
    if (!(await domain.users.hasPermission(user, 'ban-user', roomId))) throw new MeteorError('error-not-allowed', 'Not allowed', { method });
    const room = await domain.rooms.findById(roomId);
    if (!room || room.t === 'd') throw new MeteorError('error-not-allowed', 'Not allowed', { method });
    const other = await domain.users.findByUsername(username);
    if (!other) throw new MeteorError('error-user-not-in-room', 'User is not in this room', { method });
    if (!on && !(await isBanned(domain, roomId, other._id))) throw new MeteorError('error-user-not-banned', 'User is not banned', { method });
    if (on) {
        if (!(await domain.rooms.subscriptionOf(roomId, other._id))) throw new MeteorError('error-user-not-in-room', 'User is not in this room', { method });
        await refuseLastOwner(domain, roomId, other._id, method);
        await domain.rooms.ban(roomId, other, user);
    } else {
        await domain.rooms.unban(roomId, other, user);
    }
}

/** `meteor-methods/rooms/{mute,unmute}UserInRoom.ts`. @throws MeteorError `error-not-allowed`, `error-invalid-room`, `error-user-not-in-room` */
export async function setMuted(domain: Domain, user: IUser, roomId: string, username: string, on: boolean): Promise<void> {
    const method = on ? 'muteUserInRoom' : 'unmuteUserInRoom';
    if (!(await domain.users.hasPermission(user, 'mute-user', roomId))) throw new MeteorError('error-not-allowed', 'Not allowed', { method });
    const room = await domain.rooms.findById(roomId);
    if (!room) throw new MeteorError('error-invalid-room', 'Invalid room', { method });
    const other = await domain.users.findByUsername(username);
    if (!other || !(await domain.rooms.subscriptionOf(roomId, other._id))) throw new MeteorError('error-user-not-in-room', 'User is not in this room', { method });
    await (on ? domain.rooms.mute(roomId, username, user) : domain.rooms.unmute(roomId, username, user));
}

/** `meteor-methods/rooms/addAllUserToRoom.ts`. @throws MeteorError `error-not-allowed` without `add-all-to-room`, `error-user-limit-exceeded` */
export async function addAllUsers(domain: Domain, user: IUser, roomId: string, activeOnly: boolean): Promise<void> {
    const method = 'addAllToRoom';
    if (!(await domain.users.hasPermission(user, 'add-all-to-room'))) throw new MeteorError('error-not-allowed', 'Not allowed', { method });
    const all = await domain.collections.users.findAsync(activeOnly ? { active: true } : {});
    const limit = domain.settings.get<number>('API_User_Limit');
    if (limit && all.length > limit) throw new MeteorError('error-user-limit-exceeded', 'User Limit Exceeded', { method });
    for (const added of all) if (!(await domain.rooms.subscriptionOf(roomId, added._id))) await domain.rooms.addUser(roomId, added, user);
}

export interface RoomRole {
    _id: string;
    rid: string;
    u: { _id: string; username: string; name?: string };
    roles: string[];
}

/** `meteor-methods/rooms/getRoomRoles.ts`: the members that have a role in the room. @throws MeteorError `error-invalid-room` */
export async function roomRoles(domain: Domain, user: IUser, roomId: string): Promise<RoomRole[]> {
    const room = await domain.rooms.findById(roomId);
    if (!room || !(await domain.rooms.canAccess(room, user))) throw new MeteorError('error-invalid-room', 'Invalid room', { method: 'getRoomRoles' });
    const subscriptions = await domain.collections.subscriptions.findAsync({ rid: roomId, roles: { $in: ['owner', 'moderator', 'leader'] } });
    return subscriptions
        .sort((a, b) => String(a.u.username).localeCompare(String(b.u.username)))
        .map(({ _id, rid, u, roles }) => ({ _id, rid, u: { _id: u._id, username: u.username as string, name: u.name }, roles: roles ?? [] }));
}
