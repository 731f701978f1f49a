import type { IMessage, IRoom, ISetting, ISubscription, IUpload, IUser } from './common.mts';

export interface NewUser {
    username: string;
    name: string;
    email?: string;
    password?: string;
    roles?: string[];
    active?: boolean;
    customFields?: Record<string, unknown>;
    /** Into the default channels, with `uj` messages and without join events; `true` when absent. */
    joinDefaultChannels?: boolean;
}

/** Who did it; without one the action is the user's own. */
export interface By {
    byUser?: IUser;
}

/** What an edit of a user may change. */
export type UserChanges = Partial<Pick<IUser, 'name' | 'username' | 'bio' | 'statusText' | 'roles' | 'customFields'>> & { email?: string; password?: string };

/** `server/lib/users/*` */
export interface Users {
    create(user: NewUser, performedBy?: IUser): Promise<IUser>;
    findById(id: string): Promise<IUser | null>;
    /** Case-insensitive, as the server's `findOneByUsernameIgnoringCase`. */
    findByUsername(username: string): Promise<IUser | null>;
    /** `checkUsernameAvailability`. @throws MeteorError `error-blocked-username` */
    isUsernameAvailable(username: string): Promise<boolean>;
    /** @returns a login token (clear text); stored hashed. @throws MeteorError 'Unauthorized' (401) */
    login(usernameOrEmail: string, password: string): Promise<{ user: IUser; token: string }>;
    loginWithToken(token: string): Promise<{ user: IUser; token: string } | null>;
    /** A new login token without a password: what `users.createToken` gives. */
    startSession(user: IUser): Promise<{ user: IUser; token: string }>;
    findByToken(userId: string, token: string): Promise<IUser | null>;
    createPersonalAccessToken(userId: string, tokenName: string): Promise<string>;
    logout(userId: string, token: string): Promise<void>;
    /** Admin's edit and own profile: fires IPostUserUpdated. */
    save(userId: string, changes: UserChanges, performedBy: IUser): Promise<IUser>;
    setAvatar(userId: string, content: Buffer, contentType: string): Promise<void>;
    resetAvatar(userId: string): Promise<void>;
    getAvatar(username: string): Promise<{ content: Buffer; contentType: string; etag: string } | null>;
    setActive(userId: string, active: boolean, confirmRelinquish: boolean): Promise<void>;
    /** @throws MeteorError 'user-last-owner' */
    remove(userId: string, performedBy: IUser | undefined, confirmRelinquish: boolean): Promise<void>;
    /** Through Presence: a bot without a connection stays offline. */
    setStatus(userId: string, status: string | undefined, statusText: string | undefined): Promise<void>;
    connectionOpened(userId: string): Promise<void>;
    connectionClosed(userId: string): Promise<void>;
    /** A client says whether somebody sits at it (`UserPresence:online`, `UserPresence:away`). */
    setConnectionStatus(userId: string, status: 'online' | 'away'): Promise<void>;
    hasPermission(user: Pick<IUser, '_id' | 'roles'>, permission: string, roomId?: string): Promise<boolean>;
}

export interface RoomOptions {
    readOnly?: boolean;
    extraData?: Partial<IRoom>;
    creatorExcluded?: boolean;
}

/** `server/lib/rooms/*` */
export interface Rooms {
    findById(id: string): Promise<IRoom | null>;
    findByName(name: string): Promise<IRoom | null>;
    findByIdOrName(idOrName: string): Promise<IRoom | null>;
    canAccess(room: IRoom, user: IUser): Promise<boolean>;
    subscriptionOf(roomId: string, userId: string): Promise<ISubscription | null>;
    members(roomId: string): Promise<IUser[]>;
    /** `createRoom`: name rules, duplicates, unknown members skipped, no join events for first members. */
    create(type: 'c' | 'p', name: string, owner: IUser, members: string[], options?: RoomOptions): Promise<IRoom>;
    /** `createDirectRoom`: an existing room of the same members is returned. */
    createDirect(members: IUser[], creator: IUser, extraData?: Partial<IRoom>): Promise<{ room: IRoom; inserted: boolean }>;
    createDiscussion(parent: IRoom, name: string, owner: IUser, members: string[], parentMessageId?: string, reply?: string): Promise<IRoom>;
    /** @returns false when already a member (then only the pre event fired) */
    addUser(roomId: string, user: IUser, inviter?: IUser): Promise<boolean>;
    /** Leave (no `byUser`) or removal. */
    removeUser(roomId: string, user: IUser, by?: By): Promise<void>;
    /** A user joins by himself: public channels only. @returns false when a member already. @throws MeteorError `error-not-allowed` */
    join(roomId: string, user: IUser): Promise<boolean>;
    /** A user leaves by himself, with the checks of the `leaveRoom` method. @throws MeteorError `error-you-are-last-owner`, … */
    leave(roomId: string, user: IUser): Promise<void>;
    /** Kick by a user: `ru` + leave event with removedBy. */
    kick(roomId: string, user: IUser, byUser: IUser): Promise<void>;
    ban(roomId: string, user: IUser, byUser: IUser): Promise<void>;
    unban(roomId: string, user: IUser, byUser: IUser): Promise<void>;
    saveName(roomId: string, name: string, user: IUser): Promise<void>;
    saveTopic(roomId: string, topic: string, user: IUser): Promise<void>;
    saveAnnouncement(roomId: string, announcement: string, user: IUser): Promise<void>;
    saveDescription(roomId: string, description: string, user: IUser): Promise<void>;
    saveType(roomId: string, type: 'c' | 'p', user: IUser): Promise<void>;
    saveReadOnly(roomId: string, readOnly: boolean, user: IUser): Promise<void>;
    saveAvatar(roomId: string, avatar: { content: Buffer; contentType: string } | null, user: IUser): Promise<void>;
    saveEncrypted(roomId: string, encrypted: boolean, user: IUser): Promise<void>;
    saveCustomFields(roomId: string, customFields: Record<string, unknown>): Promise<void>;
    archive(roomId: string, user: IUser): Promise<void>;
    unarchive(roomId: string, user: IUser): Promise<void>;
    setRole(roomId: string, userId: string, role: 'owner' | 'moderator' | 'leader', on: boolean, byUser: IUser): Promise<void>;
    mute(roomId: string, username: string, byUser: IUser): Promise<void>;
    unmute(roomId: string, username: string, byUser: IUser): Promise<void>;
    /** Deletion by a user (REST, DDP): fires the room-deleted events. */
    erase(roomId: string, byUser: IUser): Promise<void>;
    /** `deleteRoom`: no check, no event. */
    remove(roomId: string): Promise<void>;
    open(roomId: string, userId: string, open: boolean): Promise<void>;
    markRead(roomId: string, userId: string): Promise<void>;
}

export interface NewMessage {
    _id?: string;
    rid: string;
    msg?: string;
    tmid?: string;
    tshow?: boolean;
    ts?: Date;
    alias?: string;
    avatar?: string;
    emoji?: string;
    groupable?: boolean;
    parseUrls?: boolean;
    attachments?: any[];
    [key: string]: any;
}

/** `server/lib/messages/*`, `server/lib/messaging/*`, `server/meteor-methods/messages/*` */
export interface Messages {
    findById(id: string): Promise<IMessage | null>;
    /** `executeSendMessage`: all checks of a sender, then `sendMessage`. @returns null when the id is taken */
    send(userId: string, message: NewMessage, options?: { parseUrls?: boolean }): Promise<IMessage | null>;
    /** Checked update by a user (REST `chat.update`): permission, time limit. */
    updateByUser(userId: string, messageId: string, text: string, extra?: { customFields?: unknown }): Promise<IMessage>;
    /** `updateMessage` without checks, as the apps' bridge calls it. */
    update(message: Partial<IMessage> & { _id: string }, editor: IUser): Promise<IMessage>;
    deleteByUser(userId: string, messageId: string): Promise<void>;
    delete(message: IMessage, user: IUser): Promise<void>;
    /** @throws MeteorError `error-invalid-emoji…` for an unknown name */
    setReaction(userId: string, messageId: string, reaction: string, shouldReact?: boolean): Promise<void>;
    pin(messageId: string, user: IUser, pinned: boolean): Promise<void>;
    star(messageId: string, user: IUser, starred: boolean): Promise<void>;
    follow(messageId: string, user: IUser, followed: boolean): Promise<void>;
    report(messageId: string, user: IUser, reason: string): Promise<void>;
    history(roomId: string, query?: { before?: Date; after?: Date; limit?: number; skip?: number; thread?: string }): Promise<IMessage[]>;
    /** System message (`uj`, `ru`, `room_changed_topic`, …). */
    system(type: string, roomId: string, text: string, user: IUser, extra?: Record<string, unknown>): Promise<IMessage>;
    typing(roomId: string, name: string, on: boolean): Promise<void>;
}

export interface NewUpload {
    name: string;
    type?: string;
    rid: string;
    userId: string;
    content: Buffer;
}

/** What a message with files may carry besides. */
export interface FileMessage {
    msg?: string;
    description?: string;
    tmid?: string;
    tshow?: boolean;
    groupable?: boolean;
}

/** `server/lib/file-upload/*` */
export interface Uploads {
    findById(id: string): Promise<IUpload | null>;
    /** Stores the file (limits, media type rules, thumbnail for images, IPreFileUpload for each). */
    store(upload: NewUpload): Promise<IUpload>;
    content(id: string): Promise<Buffer>;
    /** Removes a stored file; `content` throws from then on. */
    remove(id: string): Promise<void>;
    /** `sendFileMessage`: posts one message for one or more stored files. */
    sendFileMessage(user: IUser, roomId: string, uploads: IUpload[], message?: FileMessage): Promise<IMessage | null>;
}

export interface Settings {
    get<T = any>(id: string): T;
    find(id: string): Promise<ISetting | null>;
    all(): Promise<ISetting[]>;
    set(id: string, value: unknown): Promise<void>;
}
