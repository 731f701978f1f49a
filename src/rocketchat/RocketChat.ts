import type { RcMessageId, RcRoomId, RcUserId } from '../ids/types';
import type { Workspace } from './Workspace';

/** Kind of a room: channel, private group, direct messages. */
export type RcRoomKind = 'c' | 'p' | 'd';

/** A user of the workspace: a person, a bot, or the user of an app. */
export interface RcUser {
    id: RcUserId;
    username: string;
    name: string;
    /** `user`, `bot`, `app` */
    type: string;
    roles: string[];
    active: boolean;
    /** Set for the users that this app made: the puppets. */
    isPuppet: boolean;
    isAppUser: boolean;
}

/** A room as the bridge sees it. */
export interface RcRoom {
    id: RcRoomId;
    kind: RcRoomKind;
    /** Slug; empty for direct messages. */
    name: string;
    displayName: string;
    topic?: string;
    creatorId?: RcUserId;
    /** The bridge must keep its hands off: encrypted, livechat, a discussion of such. The reason in words. */
    unbridgeable?: string;
    parentId?: RcRoomId;
    readOnly: boolean;
    archived: boolean;
    /** Age in days at which the room's own policy prunes messages; none when it has none. */
    retentionDays?: number;
}

/** An upload of a message. */
export interface RcFile {
    id: string;
    name: string;
    type: string;
    /** Bytes. */
    size?: number;
    /** The smaller copy that the server made of the file before it. */
    isThumbnail: boolean;
}

/** A message as the bridge sees it, from an event or from reading. */
export interface RcMessage {
    id: RcMessageId;
    roomId: RcRoomId;
    sender: RcUser;
    text: string;
    /** The name that it is shown under, where that is not its sender's: of integrations and apps. */
    alias?: string;
    /** Milliseconds since the epoch. */
    ts: number;
    editedAt?: number;
    editor?: RcUser;
    threadId?: RcMessageId;
    /** Shown in the channel, too ("also send to channel"). */
    threadShown?: boolean;
    /** Type of a system message, undefined for a person's message. */
    systemType?: string;
    /** Rocket.Chat's own AST of the text, when the server sent it along. */
    md?: unknown[];
    files: RcFile[];
    /** As the server stores them: `title_link`, `image_url`, `message_link`, … */
    attachments: Record<string, unknown>[];
    /** UIKit blocks of an app's message. */
    blocks?: unknown[];
    mentions: { id?: RcUserId; username: string; name?: string; type?: string }[];
    channels: { id: RcRoomId; name: string }[];
    reactions: Record<string, string[]>;
    pinned?: boolean;
    /** Fields of the server's document that the engine does not map. */
    unmapped: Record<string, unknown>;
}

/** A message to be posted. */
export interface PostMessage {
    /** Chosen by the app, derived from the Matrix event: creating it twice is impossible where the server honours it. */
    id: RcMessageId;
    roomId: RcRoomId;
    senderId: RcUserId;
    text: string;
    alias?: string;
    avatarUrl?: string;
    threadId?: RcMessageId;
    threadShown?: boolean;
    /** As the server stores them. */
    attachments?: Record<string, unknown>[];
    /** Uploads that the message shows: they go when it goes. */
    files?: RcFile[];
    parseUrls?: boolean;
}

/** Key of a document in the app's persistence: all keys together form its identity (the order counts on writing). */
export interface StoreKey {
    model: 'misc' | 'room' | 'user' | 'message';
    id: string;
}

/** The app's persistence. Nothing in it is unique or atomic: keys are derived, readers tolerate doubles. */
export interface Store {
    read<T extends object>(...keys: StoreKey[]): Promise<T[]>;
    readOne<T extends object>(...keys: StoreKey[]): Promise<T | undefined>;
    /** Replaces the document whose keys are exactly these, or makes it. */
    put(document: object, ...keys: StoreKey[]): Promise<void>;
    /** Always inserts. */
    add(document: object, ...keys: StoreKey[]): Promise<void>;
    remove(...keys: StoreKey[]): Promise<void>;
}

/** The Apps-Engine's accessors as the bridge uses them. Methods throw `BridgeError`s. */
export interface RocketChat {
    readonly store: Store;
    /** What the accessors do not offer, where an admin has entered a token for it. */
    readonly workspace: Workspace;

    serverSetting<T>(id: string): Promise<T | undefined>;
    siteUrl(): Promise<string>;
    /** @returns absolute address of a path of the app's public API */
    publicUrl(path: string): Promise<string>;

    user(id: RcUserId): Promise<RcUser | undefined>;
    userByName(username: string): Promise<RcUser | undefined>;
    /** @returns the picture as the server shows it to everybody; undefined for users without one */
    avatar(username: string): Promise<{ content: Buffer; contentType: string } | undefined>;
    appUser(): Promise<RcUser>;
    /** @returns the id it has: another than asked for when the server does not honour chosen ids. @throws when the id or the username is taken */
    createPuppet(puppet: { id: RcUserId; username: string; name: string }): Promise<RcUserId>;

    room(id: RcRoomId): Promise<RcRoom | undefined>;
    roomByName(name: string): Promise<RcRoom | undefined>;
    members(roomId: RcRoomId): Promise<RcUser[]>;
    owners(roomId: RcRoomId): Promise<RcUserId[]>;
    createRoom(room: { kind: 'c' | 'p'; name: string; displayName: string; creatorId: RcUserId; members: string[] }): Promise<RcRoomId>;
    /** @returns the id of the room of exactly these members, made if need be */
    createDirectRoom(creatorId: RcUserId, members: string[]): Promise<RcRoomId>;
    /** Sets the display name of a channel or group; direct rooms have none. */
    renameRoom(roomId: RcRoomId, displayName: string): Promise<void>;
    /** Nothing happens when the user is a member already. */
    addMember(roomId: RcRoomId, username: string): Promise<void>;
    removeMember(roomId: RcRoomId, username: string): Promise<void>;

    message(id: RcMessageId): Promise<RcMessage | undefined>;
    /** Newest first. */
    recentMessages(roomId: RcRoomId, options: { limit: number; skip?: number }): Promise<RcMessage[]>;
    /** @returns the id it has (another than asked for when the server does not honour chosen ids), and whether it was there already */
    post(message: PostMessage): Promise<{ id: RcMessageId; created: boolean }>;
    /** @param change `parseUrls`: the server may make quotes and previews of links; not by default */
    edit(id: RcMessageId, editorId: RcUserId, change: { text?: string; attachments?: Record<string, unknown>[]; parseUrls?: boolean }): Promise<void>;
    delete(id: RcMessageId, byId: RcUserId): Promise<void>;
    react(id: RcMessageId, userId: RcUserId, shortName: string, on: boolean): Promise<void>;
    typing(roomId: RcRoomId, name: string, on: boolean): Promise<void>;
    /** A message that only this user sees and nobody stores. */
    whisper(userId: RcUserId, roomId: RcRoomId, text: string, options?: { threadId?: RcMessageId }): Promise<void>;
    /** A direct message of the app user, stored. */
    tell(userId: RcUserId, text: string): Promise<void>;

    fileContent(id: string): Promise<Buffer>;
    /** The server posts a message with the file at once, without a text, under an id of its own. */
    uploadFile(file: { roomId: RcRoomId; userId: RcUserId; name: string; content: Buffer }): Promise<{ uploadId: string }>;
}
