import { MeteorError, type Domain, type IRoom, type IUser } from '../../server/contract.mts';
import { updateRoom, updateSubscription } from '../documents.mts';

type Saver = (context: { domain: Domain; user: IUser; room: IRoom; value: any }) => unknown;

const changed = (value: unknown, current: unknown) => (Boolean(value) || Boolean(current)) && value !== current;

/** How each setting of a room is stored (`saveRoomSettings.ts`, settingSavers). */
const savers: Record<string, Saver> = {
    roomName: ({ domain, user, room, value }) => value !== room.name && domain.rooms.saveName(room._id, value, user),
    roomTopic: ({ domain, user, room, value }) => changed(value, room.topic) && domain.rooms.saveTopic(room._id, value, user),
    roomAnnouncement: ({ domain, user, room, value }) => changed(value, room.announcement) && domain.rooms.saveAnnouncement(room._id, value, user),
    roomDescription: ({ domain, user, room, value }) => changed(value, room.description) && domain.rooms.saveDescription(room._id, value, user),
    roomCustomFields: ({ domain, room, value }) => domain.rooms.saveCustomFields(room._id, value),
    roomType: ({ domain, user, room, value }) => value !== room.t && domain.rooms.saveType(room._id, value, user),
    readOnly: ({ domain, user, room, value }) => value !== room.ro && domain.rooms.saveReadOnly(room._id, value, user),
    encrypted: ({ domain, user, room, value }) => Boolean(value) !== Boolean(room.encrypted) && domain.rooms.saveEncrypted(room._id, value, user),
    roomAvatar: ({ domain, user, room, value }) => domain.rooms.saveAvatar(room._id, value ? imageOf(value) : null, user),
    reactWhenReadOnly: ({ domain, room, value }) => updateRoom(domain, room._id, { reactWhenReadOnly: value }),
    systemMessages: ({ domain, room, value }) => updateRoom(domain, room._id, { sysMes: value }),
    joinCode: ({ domain, room, value }) => updateRoom(domain, room._id, { joinCode: String(value), joinCodeRequired: String(value).trim() !== '' }),
    default: ({ domain, room, value }) => updateRoom(domain, room._id, { default: value }),
    featured: ({ domain, room, value }) => updateRoom(domain, room._id, { featured: value }),
    favorite: ({ domain, room, value }) => updateRoom(domain, room._id, { favorite: value.favorite, default: value.defaultValue }),
    retentionEnabled: retention('enabled'),
    retentionMaxAge: retention('maxAge'),
    retentionExcludePinned: retention('excludePinned'),
    retentionFilesOnly: retention('filesOnly'),
    retentionIgnoreThreads: retention('ignoreThreads'),
    retentionOverrideGlobal: retention('overrideGlobal'),
};

function retention(field: string): Saver {
    return ({ domain, room, value }) => updateRoom(domain, room._id, { [`retention.${field}`]: value });
}

/** Parses a `data:` URI. @throws MeteorError `error-invalid-image` */
function imageOf(dataUri: string): { content: Buffer; contentType: string } {
    const match = /^data:([^;,]+);base64,(.*)$/s.exec(dataUri);
    if (!match) throw new MeteorError('error-avatar-invalid-url', 'Invalid image');
    return { contentType: match[1], content: Buffer.from(match[2], 'base64') };
}

/** What each setting needs beside `edit-room` (`saveRoomSettings.ts`, validators). */
async function refuse(domain: Domain, user: IUser, room: IRoom, setting: string, value: unknown): Promise<void> {
    const no = (reason: string, action: string) => new MeteorError('error-action-not-allowed', reason, { method: 'saveRoomSettings', action });
    const may = (permission: string) => domain.users.hasPermission(user, permission, room._id);
    if ((setting === 'default' || setting === 'featured') && !(await may('view-room-administration'))) {
        throw no('Viewing room administration is not allowed', 'Viewing_room_administration');
    }
    if (setting === 'roomType' && value !== room.t) {
        if (value === 'c' && !(await may('create-c'))) throw no('Changing a private group to a public channel is not allowed', 'Change_Room_Type');
        if (value === 'p' && !(await may('create-p'))) throw no('Changing a public channel to a private room is not allowed', 'Change_Room_Type');
    }
    if (setting === 'encrypted' && Boolean(value) !== Boolean(room.encrypted)) {
        if (!['p', 'd'].includes(room.t) || !domain.settings.get('E2E_Enable')) {
            throw no('Only groups or direct channels can enable encryption', 'Change_Room_Encrypted');
        }
        if (room.t !== 'd' && !(await may('toggle-room-e2e-encryption'))) throw no('You do not have permission to toggle E2E encryption', 'Change_Room_Encrypted');
    }
    if (setting.startsWith('retention') && setting !== 'retentionOverrideGlobal' && !(await may('edit-room-retention-policy'))) {
        throw no('Editing room retention policy is not allowed', 'Editing_room');
    }
    if (setting === 'roomAvatar' && !(await may('edit-room-avatar'))) throw no('Editing a room avatar is not allowed', 'Editing_room');
}

/**
 * `meteor-methods/rooms/saveRoomSettings.ts`.
 * @param settings by the names that clients use: `roomName`, `roomTopic`, `roomType`, `readOnly`, …
 * @throws MeteorError `error-invalid-settings`, `error-invalid-room`, `error-action-not-allowed`, and those of the single savers
 */
export async function saveRoomSettings(domain: Domain, user: IUser, roomId: string, settings: Record<string, unknown>): Promise<{ result: true; rid: string }> {
    const method = 'saveRoomSettings';
    if (!Object.keys(settings).every((key) => key in savers)) throw new MeteorError('error-invalid-settings', 'Invalid settings provided', { method });
    const room = await domain.rooms.findById(roomId);
    if (!room) throw new MeteorError('error-invalid-room', 'Invalid room', { method });
    const mayEdit = room.t === 'd' ? (room.uids ?? []).includes(user._id) : await domain.users.hasPermission(user, 'edit-room', roomId);
    const onlyRetentionOrEncryption = Object.keys(settings).every((key) => key.startsWith('retention') || key === 'encrypted');
    if (!mayEdit && !(onlyRetentionOrEncryption && room.t !== 'd')) {
        throw new MeteorError('error-action-not-allowed', 'Editing room is not allowed', { method, action: 'Editing_room' });
    }
    for (const [setting, value] of Object.entries(settings)) await refuse(domain, user, room, setting, value);
    for (const [setting, value] of Object.entries(settings)) await savers[setting]({ domain, user, room, value });
    return { result: true, rid: room._id };
}

/** `meteor-methods/rooms/{archive,unarchive}Room.ts`. @throws MeteorError `error-not-authorized`, `error-direct-message-room` */
export async function setArchived(domain: Domain, user: IUser, roomId: string, on: boolean): Promise<void> {
    const method = on ? 'archiveRoom' : 'unarchiveRoom';
    const room = await domain.rooms.findById(roomId);
    if (!room) throw new MeteorError('error-invalid-room', 'Invalid room', { method });
    if (room.t === 'd') throw new MeteorError('error-direct-message-room', `rooms type: ${room.t} can not be archived`, { method });
    if (!(await domain.users.hasPermission(user, on ? 'archive-room' : 'unarchive-room', roomId))) throw new MeteorError('error-not-authorized', 'Not authorized', { method });
    await (on ? domain.rooms.archive(roomId, user) : domain.rooms.unarchive(roomId, user));
}

/** `lib/eraseRoom.ts`. @throws MeteorError `error-invalid-room`, `error-not-allowed` without `delete-c|p|d` */
export async function eraseRoom(domain: Domain, user: IUser, roomId: string): Promise<void> {
    const room = await domain.rooms.findById(roomId);
    if (!room) throw new MeteorError('error-invalid-room', 'Invalid room', { method: 'eraseRoom' });
    if (!(await domain.users.hasPermission(user, `delete-${room.t}`, roomId))) throw new MeteorError('error-not-allowed', 'Not allowed', { method: 'eraseRoom' });
    await domain.rooms.erase(roomId, user);
}

/** `meteor-methods/rooms/toggleFavorite.ts`. @throws MeteorError `error-invalid-subscription` */
export async function setFavorite(domain: Domain, user: IUser, roomId: string, favorite: boolean): Promise<void> {
    if (!(await domain.rooms.subscriptionOf(roomId, user._id))) {
        throw new MeteorError('error-invalid-subscription', 'You must be part of a room to favorite it', { method: 'toggleFavorite' });
    }
    await updateSubscription(domain, roomId, user._id, { f: favorite });
}

const notificationFields: Record<string, (value: string) => Record<string, unknown>> = {
    desktopNotifications: (value) => ({ desktopNotifications: value }),
    mobilePushNotifications: (value) => ({ mobilePushNotifications: value }),
    emailNotifications: (value) => ({ emailNotifications: value }),
    audioNotificationValue: (value) => ({ audioNotificationValue: value }),
    unreadAlert: (value) => ({ unreadAlert: value }),
    disableNotifications: (value) => ({ disableNotifications: value === '1' }),
    hideUnreadStatus: (value) => ({ hideUnreadStatus: value === '1' }),
    hideMentionStatus: (value) => ({ hideMentionStatus: value === '1' }),
    muteGroupMentions: (value) => ({ muteGroupMentions: value === '1' }),
};

/** `meteor-methods/users/saveNotificationSettings.ts`. @throws MeteorError `error-invalid-settings`, `error-invalid-subscription` */
export async function saveNotifications(domain: Domain, user: IUser, roomId: string, notifications: Record<string, string>): Promise<void> {
    const method = 'saveNotificationSettings';
    for (const [field, value] of Object.entries(notifications)) {
        if (!(field in notificationFields)) throw new MeteorError('error-invalid-settings', 'Invalid settings field', { method });
        if (!(await domain.rooms.subscriptionOf(roomId, user._id))) throw new MeteorError('error-invalid-subscription', 'Invalid subscription', { method });
        await updateSubscription(domain, roomId, user._id, notificationFields[field](value));
    }
}
