/**
 * What the parts of the development workspace know of each other.
 *
 * The workspace stands in for a real Rocket.Chat server, so the services below are named after the server's own
 * functions (`sendMessage`, `addUserToRoom`, …) and keep their rules. REST and realtime (the outer doors) and the
 * Apps-Engine's bridges (the inner door) call the same services: there is no second way to change data.
 */
import type { IMessage, IPermission, IRole, IRoom, ISetting, ISubscription, IUpload, IUser } from '@rocket.chat/core-typings';
import type { Collections } from '../store/collections.mts';

export type { IMessage, IPermission, IRole, IRoom, ISetting, ISubscription, IUpload, IUser };

/** Differences between server versions that an app can notice. The default is the newest behaviour. */
export interface Quirks {
    /** express 4 leaves `req.body` as `{}` for unparsed content, express 5 as `undefined` (facts, open question 1). */
    unparsedBody: 'empty' | 'undefined';
    /** Older `setReaction`: removing a reaction from a message that has none adds it. */
    removeReactionAdds: boolean;
    /** `_unmappedProperties_._id` of an app's message becomes the message id. */
    chosenMessageIds: boolean;
    /** An `id` on a bot user given by an app becomes the user id. */
    chosenUserIds: boolean;
    /** The text of a file message stands in `attachments[0].description` instead of `msg`. */
    captionInAttachment: boolean;
}

export const newestQuirks: Quirks = {
    unparsedBody: 'empty',
    removeReactionAdds: false,
    chosenMessageIds: true,
    chosenUserIds: true,
    captionInAttachment: false,
};

/** What clients that follow the realtime API are told. Every instance's realtime door listens. */
export interface WorkspaceNotices {
    /** A message was stored or changed (`stream-room-messages`). */
    message: (message: IMessage) => void;
    /** A message was removed for good (`stream-notify-room` `<rid>/deleteMessage`). */
    messageDeleted: (roomId: string, messageId: string) => void;
    /** Somebody types, or stopped to (`stream-notify-room` `<rid>/user-activity`). `name` is shown as given. */
    userActivity: (roomId: string, name: string, activities: string[]) => void;
    /** An ephemeral message for one user (`stream-notify-user` `<uid>/message`). */
    ephemeral: (userId: string, message: Partial<IMessage> & { rid: string; msg: string }) => void;
    /** A room document changed (`rooms-changed`). */
    room: (action: 'inserted' | 'updated' | 'removed', room: IRoom) => void;
    /** A subscription changed (`subscriptions-changed`). */
    subscription: (action: 'inserted' | 'updated' | 'removed', subscription: ISubscription) => void;
    /** A user's presence changed (`presence.status`): every instance hears it. */
    presence: (user: IUser, status: string, previousStatus: string) => void;
    /** A UIKit surface is opened for one user (`stream-notify-user` `<uid>/uiInteraction`). */
    uiInteraction: (userId: string, interaction: Record<string, unknown>) => void;
    /** A user changed. */
    user: (user: IUser) => void;
}

/** The listener bridge as the server's code sees it: hands an event to the apps (server: `Apps.self?.triggerEvent`). */
export interface AppEvents {
    /**
     * Converts the payload and calls the listening apps.
     * @param event name of an `AppInterface`, e.g. `IPostMessageSent`
     * @param payload documents of the server, in the order the server hands them over
     * @returns for `IPre*` events what the apps made of the payload (`true` / a changed document), else nothing
     * @throws AppsEngineException when an app refuses (pre events only)
     */
    triggerEvent(event: string, ...payload: unknown[]): Promise<any>;
}

/** Error of the server with the form that REST and DDP clients see: message `reason [error]`. */
export class MeteorError extends Error {
    readonly isClientSafe = true;
    readonly errorType = 'Meteor.Error';
    constructor(
        readonly error: string,
        readonly reason?: string,
        readonly details?: unknown,
    ) {
        super(reason ? `${reason} [${error}]` : `[${error}]`);
    }
}

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

/** The domain: one per data directory, shared by the instances of a cluster. */
export interface Domain {
    readonly collections: Collections;
    readonly quirks: Quirks;
    readonly users: Users;
    readonly rooms: Rooms;
    readonly messages: Messages;
    readonly uploads: Uploads;
    readonly settings: Settings;
    /** Emits to every instance's realtime door. */
    notify<K extends keyof WorkspaceNotices>(notice: K, ...args: Parameters<WorkspaceNotices[K]>): void;
    on<K extends keyof WorkspaceNotices>(notice: K, listener: WorkspaceNotices[K]): () => void;
    /**
     * The apps of the instance on which the current action happens (an AsyncLocalStorage decides; without one the first
     * instance). Events of a user's action go only to that instance's apps, `presence` ones to all.
     */
    readonly apps: AppEvents;
    runOnInstance<T>(instance: number, action: () => Promise<T>): Promise<T>;
    attachApps(instance: number, apps: AppEvents): void;
}

/** An app as `GET /api/apps/:id` shows it: the record's info plus status and so on, in the server's shape. */
export type AppView = Record<string, any> & { id: string; name: string; version: string; status: string };

/** How an upload of a package ended; with an error nothing was installed. */
export interface Installed {
    app: AppView;
    implemented: string[];
    compilerErrors?: unknown[];
    storageError?: string;
    appUserError?: string;
}

export interface SlashCommandView {
    command: string;
    params: string;
    description: string;
    clientOnly: boolean;
    providesPreview: boolean;
    permission?: unknown;
    appId?: string;
}

/**
 * The apps of one instance: the real `AppManager` behind the calls that the server's REST routes make
 * (`ee/server/apps/communication/rest.ts`). Failures come as `MeteorError` or as the engine's own errors.
 */
export interface AppsHost extends AppEvents {
    /** @param permissions the `permissions` field of the upload; absent → the engine's default set is granted */
    install(zip: Buffer, permissions: { name: string }[] | undefined, user: IUser): Promise<Installed>;
    update(appId: string, zip: Buffer, permissions: { name: string }[] | undefined, user: IUser): Promise<Installed>;
    remove(appId: string, user: IUser): Promise<AppView>;
    list(): Promise<AppView[]>;
    find(appId: string): Promise<AppView | undefined>;
    setStatus(appId: string, status: 'manually_enabled' | 'manually_disabled'): Promise<string>;
    icon(appId: string): Promise<string | undefined>;
    languages(): Promise<Record<string, Record<string, unknown>>>;
    settings(appId: string): Promise<Record<string, any>>;
    setting(appId: string, settingId: string): Promise<any>;
    updateSetting(appId: string, setting: { id: string; value: unknown }): Promise<void>;
    apis(appId: string): Promise<unknown[]>;
    logs(appId: string, query: Record<string, any>): Promise<{ logs: unknown[]; total: number }>;
    actionButtons(): Promise<unknown[]>;
    slashCommands(): SlashCommandView[];
    /** @throws the executor's own error */
    runSlashCommand(command: string, params: string, room: IRoom, user: IUser, options: { threadId?: string; triggerId?: string }): Promise<unknown>;
    previewSlashCommand(command: string, params: string, room: IRoom, user: IUser): Promise<unknown>;
    executePreviewItem(command: string, params: string, room: IRoom, user: IUser, item: any, options: { threadId?: string; triggerId?: string }): Promise<void>;
    /** `POST /api/apps/ui.interaction/:appId` */
    uiInteraction(appId: string, payload: Record<string, any>, user: IUser): Promise<unknown>;
    /** Stops every sandbox process of this instance. */
    unload(): Promise<void>;
}
