import type { MatrixEventId, MatrixRoomAlias, MatrixRoomId, MatrixUserId, MxcUri, RcMessageId } from '../ids/types';
import type { Content } from '../matrix/Homeserver';

/**
 * What a conversion takes and gives. Nothing here does I/O: what must be looked up comes in as small synchronous
 * functions, filled by the caller from `referencesToMatrix` and `referencesFromMatrix`, which say beforehand what a
 * message speaks of.
 */

/** A message of Rocket.Chat, as far as its conversion goes. `RcMessage` fits. */
export interface OutwardMessage {
    id?: RcMessageId;
    text: string;
    /** The server's AST of `text`. */
    md?: unknown[];
    attachments?: Record<string, unknown>[];
    /** The name that it is shown under, where that is not its sender's. */
    alias?: string;
    /** UIKit, of apps. */
    blocks?: unknown[];
}

/** What the look-ups of an outward conversion answer. */
export interface OutwardContext {
    /** `Site_Url`, without or with a trailing slash; for links to messages and for relative links. */
    siteUrl: string;
    /** The room on Matrix; replies quote only its events. */
    roomId?: MatrixRoomId;
    /** The ghost or the Matrix user behind a username. */
    user?(username: string): { id: MatrixUserId; name: string } | undefined;
    /** The Matrix room behind a channel's name, or the channel's address where it is not bridged. */
    channel?(name: string): { id: MatrixRoomId | MatrixRoomAlias; via?: string[] } | { href: string } | undefined;
    /** The event of a message, only if it is of this room: of messages that it does not know nothing but the link is sent. */
    event?(id: RcMessageId): MatrixEventId | undefined;
    /** Of an edit: what its first event answers, null for nothing. Other quotes are told in the text then. */
    answers?: MatrixEventId | null;
    /** `@all` and `@here` become a mention of the room: only for those whose rights allow it. */
    mayMentionRoom?: boolean;
    /** Largest size of the content in bytes. Default 60,000 (the whole event may have 65,536, and the server adds to it). */
    maxBytes?: number;
}

/** Content of an `m.room.message` that is text. */
export interface TextContent extends Content {
    msgtype: 'm.text' | 'm.emote' | 'm.notice';
    body: string;
    format?: 'org.matrix.custom.html';
    formatted_body?: string;
    'm.mentions': { user_ids?: MatrixUserId[]; room?: true };
}

/** A message for Matrix. */
export interface OutwardText {
    content: TextContent;
    /** The event that this message answers: set as `m.in_reply_to` by `relate`. */
    replyTo?: MatrixEventId;
    /** Set when the text was too long for one event: the whole of it, to be sent as a file behind the message. */
    whole?: string;
}

/** What an inward event says of another one. */
export interface Relation {
    /** The event that is replaced by `m.new_content`. */
    edits?: MatrixEventId;
    /** The event that is answered; not set for the fallback of a thread. */
    replyTo?: MatrixEventId;
    thread?: MatrixEventId;
    /** The event that `key` is a reaction to. */
    reactsTo?: MatrixEventId;
    key?: string;
    /** Name of the picture that is the key of a reaction (MSC4027). */
    shortcode?: string;
    /** The poll that is answered or closed. */
    poll?: MatrixEventId;
}

/** What the look-ups of an inward conversion answer. */
export interface InwardContext {
    /** `Site_Url`; for links to messages. */
    siteUrl?: string;
    /** Room of the event. */
    roomId?: MatrixRoomId;
    /** Username on Rocket.Chat of a ghost's owner or of a puppet. */
    username?(id: MatrixUserId): string | undefined;
    /** Name of the Rocket.Chat channel that is this room. */
    channelName?(room: string): string | undefined;
    /** Link to the Rocket.Chat message of an event of this same room (`<Site_Url>/channel/<name>?msg=<id>`). */
    messageLink?(event: MatrixEventId): string | undefined;
    /** The sender may mention the whole room (power level `notifications.room`). */
    mayMentionRoom?: boolean;
}

/** How a file is shown. */
export type MediaKind = 'image' | 'video' | 'audio' | 'file' | 'sticker';

/** A file of an inward event. Sizes in bytes, lengths in milliseconds, all of them a stranger's words. */
export interface InwardMedia {
    kind: MediaKind;
    /** Missing when the event has none that is valid, or the file is encrypted. */
    url?: MxcUri;
    /** Safe to be a file's name: no path, no control characters, never empty. */
    filename: string;
    mimetype?: string;
    size?: number;
    width?: number;
    height?: number;
    durationMs?: number;
    /** A voice message (MSC3245). */
    voice: boolean;
    thumbnail?: { url: MxcUri; width?: number; height?: number };
    /** The file is end-to-end encrypted: the bridge cannot read it. */
    encrypted: boolean;
}

/** A message for Rocket.Chat. */
export interface InwardMessage {
    /** In Rocket.Chat's dialect, with the link of the answered message in front. Of a file: its caption. May be empty for a file only. */
    text: string;
    media?: InwardMedia;
    /** Several files of one event. */
    gallery?: InwardMedia[];
    emote: boolean;
    /** Made by a program: shown, never answered. */
    notice: boolean;
    relation: Relation;
    /** Type or msgtype that the bridge does not know: the text is its readable fallback. To be logged once per type. */
    unknown?: string;
    /** The event is encrypted; the text says so: to be shown once per room, not per message. */
    encrypted?: boolean;
}

/** An inward event, as far as its conversion goes. `MatrixEvent` fits. */
export interface InwardEvent {
    type: string;
    content: Content;
}
