import type { IMessage, IMessageRaw } from '@rocket.chat/apps-engine/definition/messages';
import type { IRoom } from '@rocket.chat/apps-engine/definition/rooms';
import type { IUser } from '@rocket.chat/apps-engine/definition/users';
import { rcMessageId, rcRoomId, rcUserId } from '../../ids/rocketchat';
import { isPuppetId } from '../../ids/puppets';
import { fromEngineAttachment } from './attachments';
import type { RcMessage, RcRoom, RcRoomKind, RcUser } from '../RocketChat';

/** Fields that the engine does not map arrive here (server: `transformMappedData`). */
type Unmapped = { _unmappedProperties_?: Record<string, unknown> | null };

/** Over the sandbox's border `undefined` becomes `null`, dates may arrive as text. */
const time = (value: unknown): number | undefined => {
    const date = value instanceof Date ? value : typeof value === 'string' || typeof value === 'number' ? new Date(value) : undefined;
    return date && !Number.isNaN(date.getTime()) ? date.getTime() : undefined;
};
const list = <T>(value: unknown): T[] => (Array.isArray(value) ? (value as T[]) : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/**
 * @param appId of this app: tells our own users, the puppets, from other apps' bots. A sender as it is stored (`IMessageRaw`) does not
 * say whose it is: then the id tells, where we chose it
 */
export function toUser(user: Partial<IUser> & Pick<IUser, 'id'>, appId: string): RcUser {
    const type = text(user.type) || 'user';
    return {
        id: rcUserId(user.id),
        username: text(user.username),
        name: text(user.name) || text(user.username),
        type,
        roles: list<string>(user.roles),
        active: user.isEnabled !== false,
        isPuppet: user.appId ? user.appId === appId && type === 'bot' : isPuppetId(user.id),
        isAppUser: user.appId === appId && type === 'app',
    };
}

/** @returns the room as the bridge sees it */
export function toRoom(room: IRoom): RcRoom {
    const unmapped = (room as Unmapped)._unmappedProperties_ || {};
    const type = String(room.type);
    return {
        id: rcRoomId(room.id),
        kind: (type === 'p' || type === 'd' ? type : 'c') as RcRoomKind,
        name: text(room.slugifiedName),
        displayName: text(room.displayName) || text(room.slugifiedName),
        topic: text(unmapped.topic) || undefined,
        creatorId: room.creator ? rcUserId(room.creator.id) : undefined,
        unbridgeable: unbridgeable(room),
        parentId: room.parentRoom ? rcRoomId(room.parentRoom.id) : undefined,
        readOnly: Boolean(room.isReadOnly),
        archived: Boolean(unmapped.archived),
        retentionDays: retentionDays(unmapped.retention),
    };
}

/** A room's own policy counts when it overrides the global one; 30 days where it names none (server: `cronPruneMessages.ts`). */
function retentionDays(retention: unknown): number | undefined {
    const { enabled, overrideGlobal, maxAge = 30 } = (retention || {}) as { enabled?: unknown; overrideGlobal?: unknown; maxAge?: unknown };
    return enabled === true && overrideGlobal === true && typeof maxAge === 'number' ? maxAge : undefined;
}

/** Why the bridge must keep its hands off a room, in words; undefined when it may be bridged. */
function unbridgeable(room: IRoom, depth = 0): string | undefined {
    const unmapped = (room as Unmapped)._unmappedProperties_ || {};
    const type = String(room.type);
    if (type === 'l' || type === 'v') {
        return 'omnichannel conversations cannot be bridged';
    }
    if (unmapped.encrypted) {
        return 'it is end-to-end encrypted, and the bridge cannot read encrypted messages';
    }
    // Apps-engine 1.66 has a field of its own for it, older ones leave it among the unmapped.
    if (unmapped.federated || (room as { isFederated?: boolean }).isFederated) {
        return 'it is a room of Rocket.Chat\'s own federation';
    }
    if (!['c', 'p', 'd'].includes(type)) {
        return `rooms of the type "${type}" cannot be bridged`;
    }
    if (room.parentRoom && depth < 3) {
        const parent = unbridgeable(room.parentRoom, depth + 1);
        return parent && `it is a discussion of a room that cannot be bridged: ${parent}`;
    }
    return undefined;
}

/** @returns undefined for what is no whole message (a missing sender, for instance one whose user was deleted) */
export function toMessage(message: IMessage | IMessageRaw, appId: string): RcMessage | undefined {
    const raw = message as Partial<IMessage & IMessageRaw> & Unmapped & { _id?: string; u?: unknown };
    const sender = raw.sender as (Partial<IUser> & { id?: string; _id?: string }) | undefined | null;
    const senderId = sender && (sender.id || sender._id);
    const roomId = raw.roomId || (raw.room && raw.room.id);
    if (!raw.id || !sender || !senderId || !roomId) {
        return undefined;
    }
    const unmapped = raw._unmappedProperties_ || {};
    const editor = raw.editor as (Partial<IUser> & { id?: string; _id?: string }) | undefined | null;
    const editorId = editor && (editor.id || editor._id);
    const file = raw.file || unmapped.file;
    const alias = text(raw.alias).trim();
    const files = list<Record<string, unknown>>(raw.files || unmapped.files || (file ? [file] : []));
    return {
        id: rcMessageId(raw.id),
        roomId: rcRoomId(roomId),
        sender: toUser({ ...sender, id: senderId }, appId),
        text: text(raw.text),
        ...(alias && alias !== sender.name && alias !== sender.username && { alias }),
        ts: time(raw.createdAt) || 0,
        editedAt: time(raw.editedAt),
        editor: editor && editorId ? toUser({ ...editor, id: editorId }, appId) : undefined,
        threadId: raw.threadId ? rcMessageId(raw.threadId) : undefined,
        threadShown: unmapped.tshow === true,
        systemType: text(raw.type) || text(unmapped.t) || undefined,
        md: Array.isArray(unmapped.md) ? unmapped.md : undefined,
        files: files.map((file) => ({
            id: text(file._id) || text(file.id),
            name: text(file.name),
            type: text(file.type),
            size: typeof file.size === 'number' ? file.size : undefined,
            isThumbnail: file.typeGroup === 'thumb',
        })),
        attachments: list(raw.attachments).map(fromEngineAttachment),
        ...(list(raw.blocks).length > 0 && { blocks: list(raw.blocks) }),
        mentions: list<Record<string, unknown>>(unmapped.mentions).map((mention) => ({
            id: mention._id ? rcUserId(text(mention._id)) : undefined,
            username: text(mention.username),
            name: text(mention.name) || undefined,
            type: text(mention.type) || undefined,
        })),
        channels: list<Record<string, unknown>>(unmapped.channels).map((channel) => ({ id: rcRoomId(text(channel._id)), name: text(channel.name) })),
        reactions: reactions(raw.reactions),
        pinned: raw.pinned === true || unmapped.pinned === true,
        unmapped,
    };
}

/**
 * The names are taken out by destructuring: a source with the text `.` + `usernames` is rewritten by the sandbox, which makes
 * every function around it asynchronous (apps-engine `deno-runtime/lib/sanitizeDeprecatedUsage.ts`).
 */
function reactions(value: unknown): Record<string, string[]> {
    const result: Record<string, string[]> = {};
    if (value && typeof value === 'object') {
        for (const [name, reaction] of Object.entries(value as Record<string, { usernames?: string[] } | null>)) {
            const { usernames } = reaction || {};
            result[name] = list(usernames);
        }
    }
    return result;
}
