import type { IRoom, IUser } from '../contract.mts';
import { MeteorError } from '../contract.mts';
import type { Server } from '../context.mts';
import { saveSystemMessage } from '../messages/system.mts';
import { hasPermission } from '../permissions/permissions.mts';
import { storePicture } from '../users/avatar.mts';
import { validRoomName } from './names.mts';
import { changeRoom, notifyRoom } from './subscriptions.mts';

/**
 * What `saveRoomSettings` lets a user change (apps/meteor/server/meteor-methods/rooms/saveRoomSettings.ts and
 * apps/meteor/server/lib/rooms/saveRoom*.ts). Apps hear of it only through the system message.
 */
async function editable(server: Server, roomId: string, user: IUser, permission = 'edit-room'): Promise<IRoom> {
    const room = await server.collections.rooms.findOneAsync({ _id: roomId });
    if (!room) throw new MeteorError('error-invalid-room', 'Invalid room');
    const directTopic = room.t === 'd' && permission === 'edit-room' && room.uids?.includes(user._id);
    if (!directTopic && !(await hasPermission(server, user, permission, roomId))) {
        throw new MeteorError('error-action-not-allowed', 'Editing room is not allowed', { action: 'Editing_room' });
    }
    return room;
}

/** `r`: text = the new name. Members' subscriptions get it, too. */
export async function saveRoomName(server: Server, roomId: string, name: string, user: IUser): Promise<void> {
    const room = await editable(server, roomId, user);
    if (room.t === 'd') throw new MeteorError('error-action-not-allowed', 'Not allowed');
    const displayName = name.trim();
    if (displayName === room.name || (displayName === room.fname && room.prid)) return;
    const slug = room.prid ? room.name! : await validRoomName(server, displayName, roomId);
    await changeRoom(server, roomId, { $set: { name: slug, fname: displayName } });
    const { subscriptions } = server.collections;
    await subscriptions.updateAsync({ rid: roomId }, { $set: { name: slug, fname: displayName, alert: true } }, { multi: true });
    for (const subscription of await subscriptions.findAsync({ rid: roomId })) server.notify('subscription', 'updated', subscription);
    await saveSystemMessage(server, 'r', roomId, displayName, user);
}

const textField = (field: 'topic' | 'announcement' | 'description') =>
    async (server: Server, roomId: string, text: string, user: IUser): Promise<void> => {
        const room = await editable(server, roomId, user);
        if ((room[field] ?? '') === text) return;
        await changeRoom(server, roomId, { $set: { [field]: text } });
        await saveSystemMessage(server, `room_changed_${field}`, roomId, text, user);
    };

export const saveRoomTopic = textField('topic');
export const saveRoomAnnouncement = textField('announcement');
export const saveRoomDescription = textField('description');

/** `room_changed_privacy`: text = `public` or `private`. */
export async function saveRoomType(server: Server, roomId: string, type: 'c' | 'p', user: IUser): Promise<void> {
    const room = await editable(server, roomId, user);
    if (room.t === type) return;
    if (room.t === 'd') throw new MeteorError('error-direct-room', 'Can\'t change type of direct rooms');
    if (room.default && type === 'p') throw new MeteorError('error-action-not-allowed', 'Default channels cannot be private');
    if (!(await hasPermission(server, user, `create-${type}`))) {
        throw new MeteorError('error-action-not-allowed', 'Changing a room\'s type is not allowed', { action: 'Change_Room_Type' });
    }
    await server.collections.subscriptions.updateAsync({ rid: roomId }, { $set: { t: type } }, { multi: true });
    await changeRoom(server, roomId, { $set: { t: type } });
    await saveSystemMessage(server, 'room_changed_privacy', roomId, type === 'c' ? 'public' : 'private', user);
}

export async function saveRoomReadOnly(server: Server, roomId: string, readOnly: boolean, user: IUser): Promise<void> {
    const room = await editable(server, roomId, user);
    if (!(await hasPermission(server, user, 'set-readonly', roomId))) throw new MeteorError('error-action-not-allowed', 'Not allowed');
    if (Boolean(room.ro) === readOnly) return;
    await changeRoom(server, roomId, readOnly ? { $set: { ro: true } } : { $set: { ro: false }, $unset: { muted: true, unmuted: true } });
    await saveSystemMessage(server, readOnly ? 'room-set-read-only' : 'room-removed-read-only', roomId, '', user);
}

/** `room_changed_avatar`. */
export async function saveRoomAvatar(
    server: Server, roomId: string, avatar: { content: Buffer; contentType: string } | null, user: IUser,
): Promise<void> {
    await editable(server, roomId, user, 'edit-room-avatar');
    const key = `room-${roomId}`;
    if (avatar) {
        const avatarETag = await storePicture(server, key, avatar.content, avatar.contentType);
        await changeRoom(server, roomId, { $set: { avatarETag } });
    } else {
        await server.collections.avatars.removeAsync({ _id: key }, {});
        await changeRoom(server, roomId, { $unset: { avatarETag: true } });
    }
    await saveSystemMessage(server, 'room_changed_avatar', roomId, '', user);
}

export async function saveRoomEncrypted(server: Server, roomId: string, encrypted: boolean, user: IUser): Promise<void> {
    const room = await editable(server, roomId, user, 'toggle-room-e2e-encryption');
    if (room.t === 'c') throw new MeteorError('error-action-not-allowed', 'Only groups or direct channels can enable encryption');
    if (Boolean(room.encrypted) === encrypted) return;
    await changeRoom(server, roomId, { $set: { encrypted } });
    await server.collections.subscriptions.updateAsync({ rid: roomId }, { $set: { encrypted } }, { multi: true });
    await saveSystemMessage(server, encrypted ? 'room_e2e_enabled' : 'room_e2e_disabled', roomId, user.username!, user);
}

/** No system message, no event. */
export async function saveRoomCustomFields(server: Server, roomId: string, customFields: Record<string, unknown>): Promise<void> {
    await server.collections.subscriptions.updateAsync({ rid: roomId }, { $set: { customFields } }, { multi: true });
    await changeRoom(server, roomId, { $set: { customFields } });
}

async function setArchived(server: Server, roomId: string, user: IUser, archived: boolean): Promise<void> {
    const room = await editable(server, roomId, user, archived ? 'archive-room' : 'unarchive-room');
    if (room.t === 'd') throw new MeteorError('error-direct-message-room', 'Direct Messages can not be archived');
    const change = archived ? { $set: { archived: true } } : { $unset: { archived: true } };
    await server.collections.subscriptions.updateAsync({ rid: roomId }, { $set: { archived, open: !archived, alert: false } }, { multi: true });
    await changeRoom(server, roomId, change);
    await saveSystemMessage(server, archived ? 'room-archived' : 'room-unarchived', roomId, '', user);
    await notifyRoom(server, roomId);
}

/** apps/meteor/server/lib/rooms/archiveRoom.ts */
export const archiveRoom = (server: Server, roomId: string, user: IUser) => setArchived(server, roomId, user, true);
export const unarchiveRoom = (server: Server, roomId: string, user: IUser) => setArchived(server, roomId, user, false);
