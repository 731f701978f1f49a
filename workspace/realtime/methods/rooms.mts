import { MeteorError, type IRoom, type ISubscription, type IUser } from '../../server/contract.mts';
import { accessibleRoom } from '../../methods/rooms/access.mts';
import { createDiscussion, createRoom } from '../../methods/rooms/create.mts';
import { addUsersToRoom, joinRoom, leaveRoom, removeUserFromRoom, roomRoles, setBanned, setMuted, setRoomRole } from '../../methods/rooms/members.mts';
import { eraseRoom, saveNotifications, saveRoomSettings, setArchived, setFavorite } from '../../methods/rooms/settings.mts';
import type { MethodContext, Methods } from './types.mts';

/** Rooms or subscriptions that changed since a time; all of them, as a plain list, without one. */
async function changes<T extends { _updatedAt: Date }>(documents: T[], since?: Date | { $date: number }): Promise<T[] | { update: T[]; remove: [] }> {
    if (!since) return documents;
    const time = since instanceof Date ? since : new Date(since.$date);
    return { update: documents.filter(({ _updatedAt }) => _updatedAt > time), remove: [] };
}

async function ownSubscriptions({ domain, user }: MethodContext): Promise<ISubscription[]> {
    return domain.collections.subscriptions.findAsync({ 'u._id': user._id });
}

async function needAccessible({ domain, user }: MethodContext, roomId: string, method: string): Promise<IRoom> {
    const room = await accessibleRoom(domain, user, roomId);
    if (!room) throw new MeteorError('error-not-allowed', 'Not allowed', { method });
    return room;
}

const shown = ({ joinCode: _code, e2e: _e2e, ...room }: IRoom & { joinCode?: string; e2e?: unknown }) => room as IRoom;

/** `meteor-methods/rooms`, `publications/{room,subscription}`. */
export const roomMethods: Methods = {
    async 'rooms/get'(context, since) {
        const rids = (await ownSubscriptions(context)).map(({ rid }) => rid);
        const rooms = await context.domain.collections.rooms.findAsync({ _id: { $in: rids } });
        return changes(rooms.map(shown), since);
    },
    async 'subscriptions/get'(context, since) {
        return changes(await ownSubscriptions(context), since);
    },
    'getRoomById': async (context, roomId) => shown(await needAccessible(context, roomId, 'getRoomById')),
    async 'getRoomByTypeAndName'({ domain, user }, type, name) {
        const room = type === 'd' ? await domain.rooms.findById(name) : ((await domain.rooms.findByName(name)) ?? (await domain.rooms.findById(name)));
        const anonymous = !user && domain.settings.get('Accounts_AllowAnonymousRead') && room?.t === 'c';
        if (!room || room.t !== type) throw new MeteorError('error-invalid-room', 'Invalid room', { method: 'getRoomByTypeAndName' });
        if (!anonymous && !(user && (await domain.rooms.canAccess(room, user)))) throw new MeteorError('error-no-permission', 'No permission', { method: 'getRoomByTypeAndName' });
        return shown(room);
    },
    async 'getRoomIdByNameOrId'(context, nameOrId) {
        const room = await context.domain.rooms.findByIdOrName(nameOrId);
        if (!room) throw new MeteorError('error-not-allowed', 'Not allowed', { method: 'getRoomIdByNameOrId' });
        return (await needAccessible(context, room._id, 'getRoomIdByNameOrId'))._id;
    },
    async 'getRoomNameById'(context, roomId) {
        return (await needAccessible(context, roomId, 'getRoomNameById')).name;
    },
    'getRoomRoles': ({ domain, user }, roomId) => roomRoles(domain, user, roomId),
    async 'getUsersOfRoom'(context, roomId, showAll, options = {}) {
        const room = await needAccessible(context, roomId, 'getUsersOfRoom');
        const members = (await context.domain.rooms.members(room._id)).filter(({ active, status }) => active && (showAll || (status && status !== 'offline')));
        const { skip = 0, limit = members.length } = options;
        const shownUser = ({ _id, name, username, nickname, status, avatarETag }: IUser) => ({ _id, name, username, nickname, status, avatarETag });
        return { total: members.length, records: members.slice(skip, skip + limit).map(shownUser) };
    },
    'createChannel': ({ domain, user }, name, members = [], readOnly = false, customFields = {}, extraData = {}) =>
        createRoom(domain, user, 'c', { name, members, readOnly, customFields, extraData }),
    'createPrivateGroup': ({ domain, user }, name, members = [], readOnly = false, customFields = {}, extraData = {}) =>
        createRoom(domain, user, 'p', { name, members, readOnly, customFields, extraData }),
    'createDiscussion': ({ domain, user }, params) => createDiscussion(domain, user, params),
    async 'joinRoom'({ domain, user }, roomId, code) {
        const room = await domain.rooms.findById(roomId);
        if (!room) throw new MeteorError('error-invalid-room', 'Invalid room', { method: 'joinRoom' });
        return joinRoom(domain, user, room, code);
    },
    'leaveRoom': ({ domain, user }, roomId) => leaveRoom(domain, user, roomId),
    'addUserToRoom': ({ domain, user }, { rid, username }) => addUsersToRoom(domain, user, rid, [username]),
    'addUsersToRoom': ({ domain, user }, { rid, users }) => addUsersToRoom(domain, user, rid, users),
    'removeUserFromRoom': ({ domain, user }, { rid, username }) => removeUserFromRoom(domain, user, rid, username),
    'addRoomOwner': ({ domain, user }, rid, userId) => setRoomRole(domain, user, rid, userId, 'owner', true),
    'removeRoomOwner': ({ domain, user }, rid, userId) => setRoomRole(domain, user, rid, userId, 'owner', false),
    'addRoomModerator': ({ domain, user }, rid, userId) => setRoomRole(domain, user, rid, userId, 'moderator', true),
    'removeRoomModerator': ({ domain, user }, rid, userId) => setRoomRole(domain, user, rid, userId, 'moderator', false),
    'addRoomLeader': ({ domain, user }, rid, userId) => setRoomRole(domain, user, rid, userId, 'leader', true),
    'removeRoomLeader': ({ domain, user }, rid, userId) => setRoomRole(domain, user, rid, userId, 'leader', false),
    'muteUserInRoom': ({ domain, user }, { rid, username }) => setMuted(domain, user, rid, username, true),
    'unmuteUserInRoom': ({ domain, user }, { rid, username }) => setMuted(domain, user, rid, username, false),
    'banUserFromRoom': ({ domain, user }, { rid, username }) => setBanned(domain, user, rid, username, true),
    'unbanUserFromRoom': ({ domain, user }, { rid, username }) => setBanned(domain, user, rid, username, false),
    'saveRoomSettings': ({ domain, user }, roomId, settings, value) => saveRoomSettings(domain, user, roomId, typeof settings === 'object' ? settings : { [settings]: value }),
    'saveNotificationSettings': ({ domain, user }, roomId, field, value) => saveNotifications(domain, user, roomId, { [field]: value }).then(() => true),
    'archiveRoom': ({ domain, user }, roomId) => setArchived(domain, user, roomId, true),
    'unarchiveRoom': ({ domain, user }, roomId) => setArchived(domain, user, roomId, false),
    'eraseRoom': ({ domain, user }, roomId) => eraseRoom(domain, user, roomId).then(() => true),
    'openRoom': ({ domain, user }, roomId) => domain.rooms.open(roomId, user._id, true),
    'hideRoom': ({ domain, user }, roomId) => domain.rooms.open(roomId, user._id, false),
    'toggleFavorite': ({ domain, user }, roomId, favorite) => setFavorite(domain, user, roomId, favorite),
    async 'readMessages'(context, roomId) {
        await needAccessible(context, roomId, 'readMessages');
        await context.domain.rooms.markRead(roomId, context.user._id);
    },
    async 'canAccessRoom'({ domain, user }, roomId) {
        return (await accessibleRoom(domain, user, roomId)) ?? false;
    },
    async 'roomNameExists'({ domain }, name) {
        return (await domain.rooms.findByName(name)) !== null;
    },
};
