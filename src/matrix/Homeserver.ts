import type { MatrixEventId, MatrixRoomAlias, MatrixRoomId, MatrixUserId, MxcUri } from '../ids/types';

/** Content of an event: JSON without floats. */
export type Content = Record<string, unknown>;

/** An event as the homeserver gives it, its envelope validated (see `events/`); the content is a stranger's. */
export interface MatrixEvent<C extends Content = Content> {
    type: string;
    room_id: MatrixRoomId;
    event_id: MatrixEventId;
    sender: MatrixUserId;
    /** Milliseconds since the epoch, as the sender's server says: not to be trusted for order. */
    origin_server_ts: number;
    content: C;
    state_key?: string;
    redacts?: MatrixEventId;
    unsigned?: Record<string, unknown>;
}

/** Who a request is made as: a ghost, or the application service's own user (the bot) when left out. */
export interface Acting {
    as?: MatrixUserId;
}

/** An event to be sent. */
export interface SendEvent extends Acting {
    roomId: MatrixRoomId;
    type: string;
    content: Content;
    /** Deterministic, holds the ghost: homeservers key their cache by path and application service only. */
    txnId: string;
    /** Time of the message in milliseconds; shown instead of the time of sending (`?ts=`, Matrix 1.3). */
    ts?: number;
}

/** A room to be made. */
export interface CreateRoom extends Acting {
    name?: string;
    topic?: string;
    aliasLocalpart?: string;
    preset: 'private_chat' | 'public_chat';
    visibility: 'private' | 'public';
    invite?: MatrixUserId[];
    isDirect?: boolean;
    /** Levels for users other than the creator; what the room version wants of the creator is added or left out here. */
    userLevels?: Record<string, number>;
}

/** How a user presents themselves. */
export interface Profile {
    displayName?: string;
    avatarUrl?: MxcUri;
}

/** What is new in the rooms of one of our users. */
export interface News {
    /** Where the next look begins. */
    next: string;
    /** Rooms with new events, oldest first; `limited`: there were more than these. */
    rooms: { roomId: MatrixRoomId; events: MatrixEvent[]; limited: boolean }[];
    /** Rooms that the user is not in any more. */
    left: MatrixRoomId[];
    /** New invites of the user, as they are pushed: with the stripped state of the room (`unsigned.invite_room_state`). */
    invites: MatrixEvent[];
}

/** How the round trip homeserver → bridge went, see the application service `ping` of Matrix 1.7. */
export type PingOutcome =
    | { ok: true; durationMs: number }
    | { ok: false; reason: 'unsupported' | 'bridge-unreachable' | 'bridge-timeout' | 'bridge-refused' | 'homeserver'; detail: string };

/**
 * The client-server API as the bridge uses it. Every method throws a `BridgeError` of the catalogue in `errors/`
 * (never a raw response), waits no rate limit out and repeats nothing: that is the work of the lanes in `bridge/`.
 */
export interface Homeserver {
    versions(): Promise<string[]>;
    /** Software and version, when the server tells it (`/_matrix/federation/v1/version`). */
    software(): Promise<{ name: string; version: string } | undefined>;
    whoami(): Promise<MatrixUserId>;
    ping(transactionId: string): Promise<PingOutcome>;

    /** Registers a user of our namespace (`inhibit_login`). Succeeds when it exists. @returns the id the server gave */
    register(localpart: string): Promise<MatrixUserId>;
    setDisplayName(user: MatrixUserId, name: string): Promise<void>;
    setAvatarUrl(user: MatrixUserId, avatar: MxcUri | ''): Promise<void>;
    /** @returns undefined when the homeserver says that there is no such user. */
    profile(user: MatrixUserId): Promise<Profile | undefined>;

    createRoom(options: CreateRoom): Promise<MatrixRoomId>;
    resolveAlias(alias: MatrixRoomAlias): Promise<{ roomId: MatrixRoomId; servers: string[] } | undefined>;
    createAlias(alias: MatrixRoomAlias, roomId: MatrixRoomId): Promise<void>;
    deleteAlias(alias: MatrixRoomAlias): Promise<void>;
    /** @returns false when the homeserver does not let rooms into its directory */
    publish(roomId: MatrixRoomId, visible: boolean): Promise<boolean>;

    join(room: MatrixRoomId | MatrixRoomAlias, options?: Acting & { via?: string[] }): Promise<MatrixRoomId>;
    invite(roomId: MatrixRoomId, user: MatrixUserId, options?: Acting & { reason?: string }): Promise<void>;
    leave(roomId: MatrixRoomId, options?: Acting & { reason?: string }): Promise<void>;
    kick(roomId: MatrixRoomId, user: MatrixUserId, options?: Acting & { reason?: string }): Promise<void>;
    ban(roomId: MatrixRoomId, user: MatrixUserId, options?: Acting & { reason?: string }): Promise<void>;
    /** Who is not banned must not be unbanned. */
    unban(roomId: MatrixRoomId, user: MatrixUserId, options?: Acting): Promise<void>;

    send(event: SendEvent): Promise<MatrixEventId>;
    sendState(roomId: MatrixRoomId, type: string, stateKey: string, content: Content, options?: Acting & { ts?: number }): Promise<MatrixEventId>;
    redact(roomId: MatrixRoomId, eventId: MatrixEventId, options: Acting & { txnId: string; reason?: string }): Promise<MatrixEventId>;

    /** @returns undefined when there is no such state */
    state(roomId: MatrixRoomId, type: string, stateKey?: string, options?: Acting): Promise<Content | undefined>;
    joinedMembers(roomId: MatrixRoomId, options?: Acting): Promise<Map<MatrixUserId, Profile>>;
    joinedRooms(options?: Acting): Promise<MatrixRoomId[]>;
    /** @returns undefined when unknown; an event of another room counts as unknown (Dendrite hands it out) */
    event(roomId: MatrixRoomId, eventId: MatrixEventId, options?: Acting): Promise<MatrixEvent | undefined>;
    messages(roomId: MatrixRoomId, options: Acting & { from?: string; dir: 'b' | 'f'; limit: number }): Promise<{ events: MatrixEvent[]; end?: string }>;

    /** Events that relate to another one, newest first (Matrix 1.3). @throws matrix.unsupported, matrix.notFound where it is not offered */
    relations(
        roomId: MatrixRoomId,
        eventId: MatrixEventId,
        options: Acting & { relType: string; limit: number; from?: string },
    ): Promise<{ events: MatrixEvent[]; next?: string }>;

    /**
     * What is new since then for one of our users, at once.
     * @param options without `since` only a place to begin from is given
     */
    news(options: Acting & { since?: string }): Promise<News>;

    typing(roomId: MatrixRoomId, user: MatrixUserId, timeoutMs: number): Promise<void>;
    readReceipt(roomId: MatrixRoomId, eventId: MatrixEventId, user: MatrixUserId): Promise<void>;

    /** Largest upload in bytes, undefined when the server does not say. */
    uploadLimit(): Promise<number | undefined>;
    upload(content: Buffer, options: Acting & { filename?: string; contentType: string }): Promise<MxcUri>;
    /** @throws a certain, permanent error when the media is larger than `maxBytes` */
    download(mxc: MxcUri, options: { maxBytes: number }): Promise<{ content: Buffer; contentType: string }>;
    thumbnail(mxc: MxcUri, options: { width: number; height: number }): Promise<{ content: Buffer; contentType: string }>;
}
