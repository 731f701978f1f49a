import type { Rooms } from '../contract.mts';
import type { Server } from '../context.mts';
import { canAccessRoom } from '../permissions/access.mts';
import { createRoom } from './create.mts';
import { createDirectRoom } from './direct.mts';
import { createDiscussion } from './discussion.mts';
import { deleteRoom, eraseRoom } from './erase.mts';
import { addUserToRoom, banUser, joinRoom, kickUser, leaveRoom, removeUserFromRoom, unbanUser } from './members.mts';
import { muteUser, setRoomRole, unmuteUser } from './roles.mts';
import * as settings from './settings.mts';
import { changeSubscription, subscriptionOf } from './subscriptions.mts';

/** `server/lib/rooms/*` of the real server. */
export function roomsService(server: Server): Rooms {
    const { rooms, subscriptions, users } = server.collections;
    const findById = (id: string) => rooms.findOneAsync({ _id: id });
    const findByName = (name: string) => rooms.findOneAsync({ name, t: { $ne: 'd' } });
    return {
        findById,
        findByName,
        findByIdOrName: async (idOrName) => (await findById(idOrName)) ?? findByName(idOrName),
        canAccess: (room, user) => canAccessRoom(server, room, user),
        subscriptionOf: async (roomId, userId) => {
            const subscription = await subscriptionOf(server, roomId, userId);
            return subscription?.status === 'BANNED' ? null : subscription;
        },
        members: async (roomId) => {
            const memberships = await subscriptions.findAsync({ rid: roomId, status: { $ne: 'BANNED' } as never }).sort({ ts: 1 });
            const found = await users.findAsync({ _id: { $in: memberships.map(({ u }) => u._id) } });
            return memberships.flatMap(({ u }) => found.find(({ _id }) => _id === u._id) ?? []);
        },
        create: (type, name, owner, members, options) => createRoom(server, type, name, owner, members, options),
        createDirect: (members, creator, extraData) => createDirectRoom(server, members, creator, extraData),
        createDiscussion: (parent, name, owner, members, parentMessageId, reply) =>
            createDiscussion(server, parent, name, owner, members, parentMessageId, reply),
        addUser: (roomId, user, inviter) => addUserToRoom(server, roomId, user, inviter),
        removeUser: (roomId, user, by) => removeUserFromRoom(server, roomId, user, by),
        join: (roomId, user) => joinRoom(server, roomId, user),
        leave: (roomId, user) => leaveRoom(server, roomId, user),
        kick: (roomId, user, byUser) => kickUser(server, roomId, user, byUser),
        ban: (roomId, user, byUser) => banUser(server, roomId, user, byUser),
        unban: (roomId, user, byUser) => unbanUser(server, roomId, user, byUser),
        saveName: (roomId, name, user) => settings.saveRoomName(server, roomId, name, user),
        saveTopic: (roomId, text, user) => settings.saveRoomTopic(server, roomId, text, user),
        saveAnnouncement: (roomId, text, user) => settings.saveRoomAnnouncement(server, roomId, text, user),
        saveDescription: (roomId, text, user) => settings.saveRoomDescription(server, roomId, text, user),
        saveType: (roomId, type, user) => settings.saveRoomType(server, roomId, type, user),
        saveReadOnly: (roomId, readOnly, user) => settings.saveRoomReadOnly(server, roomId, readOnly, user),
        saveAvatar: (roomId, avatar, user) => settings.saveRoomAvatar(server, roomId, avatar, user),
        saveEncrypted: (roomId, encrypted, user) => settings.saveRoomEncrypted(server, roomId, encrypted, user),
        saveCustomFields: (roomId, customFields) => settings.saveRoomCustomFields(server, roomId, customFields),
        archive: (roomId, user) => settings.archiveRoom(server, roomId, user),
        unarchive: (roomId, user) => settings.unarchiveRoom(server, roomId, user),
        setRole: (roomId, userId, role, on, byUser) => setRoomRole(server, roomId, userId, role, on, byUser),
        mute: (roomId, username, byUser) => muteUser(server, roomId, username, byUser),
        unmute: (roomId, username, byUser) => unmuteUser(server, roomId, username, byUser),
        erase: (roomId, byUser) => eraseRoom(server, roomId, byUser),
        remove: (roomId) => deleteRoom(server, roomId),
        open: (roomId, userId, open) => changeSubscription(server, roomId, userId, { $set: { open } }),
        markRead: (roomId, userId) =>
            changeSubscription(server, roomId, userId, {
                $set: { open: true, alert: false, unread: 0, userMentions: 0, groupMentions: 0, ls: new Date() },
                $unset: { tunread: true, tunreadUser: true, tunreadGroup: true },
            }),
    };
}
