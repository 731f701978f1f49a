import type { InwardContext } from '../../convert/index';
import { mentionsInCode, messageLink, messagesLinked, referencesFromMatrix, withoutForeignQuotes, withoutMentionsInCode } from '../../convert/index';
import { isObject } from '../../convert/values';
import type { MatrixEventId, MatrixRoomAlias, MatrixRoomId, MatrixUserId, RcMessageId } from '../../ids/types';
import type { MatrixEvent } from '../../matrix/Homeserver';
import type { RcMessage } from '../../rocketchat/RocketChat';
import type { Parts } from '../core/Parts';
import type { Portal } from '../portals/Portal';
import { hasPower } from '../portals/powers';

/** How many of a text's links to messages are looked up; further ones lose their target. */
const MAX_LINKED = 20;
/** How many names in code are looked up. */
const MAX_NAMES = 10;

/**
 * The message of an event, when it is one of this very room: a stranger could otherwise make the bridge quote or touch
 * messages of rooms that the reader is not in (CVE-2024-32000).
 */
export async function messageOfEvent({ context, links }: Parts, portal: Portal, event: MatrixEventId): Promise<RcMessage | undefined> {
    const message = await context.rocketchat.message(await links.messageOf(event));
    return message && message.roomId === portal.rcRoomId ? message : undefined;
}

/** Homeservers hand out what was redacted without its content. */
export const isRedacted = ({ content, unsigned }: MatrixEvent): boolean => Boolean(unsigned && unsigned.redacted_because) || !Object.keys(content).length;

/**
 * @param known messages of this room
 * @returns the text without links of which the server would make quotes of other rooms' messages
 */
export async function onlyOwnQuotes({ context }: Parts, portal: Portal, text: string, known: Iterable<RcMessage> = []): Promise<string> {
    const siteUrl = await context.rocketchat.siteUrl();
    const own = new Set<RcMessageId>([...known].map(({ id }) => id));
    for (const id of [...new Set(messagesLinked(text, siteUrl))].filter((linked) => !own.has(linked)).slice(0, MAX_LINKED)) {
        const message = await context.rocketchat.message(id);
        if (message && message.roomId === portal.rcRoomId) {
            own.add(id);
        }
    }
    return withoutForeignQuotes(text, siteUrl, (id) => own.has(id));
}

/** @returns the text in whose code nobody is mentioned who has an account: the server would ring them */
export async function quietCode({ context }: Parts, text: string): Promise<string> {
    const people = new Set<string>();
    for (const name of mentionsInCode(text).slice(0, MAX_NAMES)) {
        if (await context.rocketchat.userByName(name)) {
            people.add(name);
        }
    }
    return withoutMentionsInCode(text, people);
}

/** @returns the link to a message of a portal, out of which the server makes a quote */
export async function linkToMessage({ context }: Parts, portal: Portal, message: RcMessageId): Promise<string> {
    return messageLink(await context.rocketchat.siteUrl(), { kind: portal.kind, id: portal.rcRoomId, name: portal.name || '' }, message);
}

/** @returns the thread; undefined where threads are switched off (server: `Threads_enabled`), which refuses what stands in one */
export async function openThread({ context }: Parts, thread: RcMessageId | undefined): Promise<RcMessageId | undefined> {
    const isOn = thread && (await context.rocketchat.serverSetting<boolean>('Threads_enabled').catch(() => undefined));
    return isOn === false ? undefined : thread;
}

/** What a conversion needs, and the messages of this room that the event speaks of. */
export type Inward = InwardContext & { messages: Map<MatrixEventId, RcMessage> };

/** Reads what an event speaks of, so that its conversion can be pure. A plain text costs nothing here. */
export async function inwardContext(parts: Parts, portal: Portal, event: MatrixEvent): Promise<Inward> {
    const { context } = parts;
    const references = referencesFromMatrix(event, { roomId: event.room_id });
    const names = new Map<MatrixUserId, string>();
    for (const id of references.users) {
        const username = await usernameOf(parts, id);
        if (username) {
            names.set(id, username);
        }
    }
    const links = new Map<MatrixEventId, string>();
    const messages = new Map<MatrixEventId, RcMessage>();
    for (const id of references.events) {
        const message = await messageOfEvent(parts, portal, id);
        if (message) {
            messages.set(id, message);
            links.set(id, await linkToMessage(parts, portal, message.id));
        }
    }
    const channels = new Map<string, string>();
    for (const room of references.rooms) {
        const target = await portalOf(parts, room);
        if (target && target.kind === 'c' && target.name) {
            channels.set(room, target.name);
        }
    }
    return {
        siteUrl: await context.rocketchat.siteUrl(),
        roomId: event.room_id,
        username: (id) => names.get(id),
        channelName: (room) => channels.get(room),
        messageLink: (id) => links.get(id),
        messages,
        mayMentionRoom: mentionsRoom(event) && (await hasPower(context, portal, event.room_id, event.sender, 'mentionRoom')),
    };
}

/** Only aliases of the own homeserver are asked for: it knows them without asking others. */
async function portalOf({ context, portals }: Parts, room: MatrixRoomId | MatrixRoomAlias): Promise<Portal | undefined> {
    if (room.startsWith('!')) {
        return portals.ofMatrixRoom(room as MatrixRoomId);
    }
    const alias = room as MatrixRoomAlias;
    const made = await portals.ofAlias(alias);
    const found = made || !alias.endsWith(`:${context.namespace.domain}`) ? undefined : await context.homeserver.resolveAlias(alias).catch(() => undefined);
    return made || (found && portals.ofMatrixRoom(found.roomId));
}

function mentionsRoom({ content }: MatrixEvent): boolean {
    const { 'm.mentions': mentions } = isObject(content['m.new_content']) ? content['m.new_content'] : content;
    return isObject(mentions) && mentions.room === true;
}

async function usernameOf({ context, ghosts, puppets }: Parts, id: MatrixUserId): Promise<string | undefined> {
    if (context.namespace.isGhost(id)) {
        const user = await ghosts.userOf(id);
        return user && user.username;
    }
    const puppet = await puppets.ifKnown(id);
    return puppet && puppet.username;
}
