import type { OutwardContext, TextContent } from '../../convert/index';
import { mentionsOf, readRelation, referencesToMatrix } from '../../convert/index';
import { objectOf } from '../../convert/values';
import { matrixUserId, serverOf } from '../../ids/matrix';
import type { MatrixEventId, MatrixUserId, RcRoomId } from '../../ids/types';
import type { MatrixEvent } from '../../matrix/Homeserver';
import type { RcMessage, RcUser } from '../../rocketchat/RocketChat';
import { reasonOf } from '../core/Context';
import { readDespiteOutage } from '../core/despiteOutage';
import type { Parts } from '../core/Parts';
import type { Portal } from '../portals/Portal';

/** What a conversion needs, and who wrote the messages that are quoted. */
export interface Outward {
    context: OutwardContext & { siteUrl: string };
    authors: Map<MatrixEventId, MatrixUserId>;
}

/** Reads what a message speaks of, so that its conversion can be pure. A plain text costs nothing here. */
export async function readReferences(parts: Parts, portal: Portal, message: RcMessage): Promise<Outward> {
    const { context, links, portals } = parts;
    const siteUrl = await context.rocketchat.siteUrl();
    const { users: usernames, channels, messages } = referencesToMatrix(message, { siteUrl });
    const users = new Map<string, { id: MatrixUserId; name: string }>();
    for (const username of usernames) {
        const found = await mentioned(parts, message, username);
        if (found) {
            users.set(username, found);
        }
    }
    const rooms = new Map<string, ReturnType<NonNullable<OutwardContext['channel']>>>();
    for (const name of channels) {
        const channel = await channelNamed(parts, message, name);
        const target = channel && (await portals.ofRcRoom(channel.id));
        if (target) {
            // From room version 12 on an id does not tell which server knows the room.
            rooms.set(name, target.alias ? { id: target.alias } : { id: target.matrixRoomId, via: [context.namespace.domain] });
        } else if (channel) {
            rooms.set(name, { href: `${siteUrl}/channel/${encodeURIComponent(name)}` });
        }
    }
    const events = new Map<string, MatrixEventId>();
    const authors = new Map<MatrixEventId, MatrixUserId>();
    for (const id of messages) {
        // Only of this room: a reply to an event of another one would be refused, or shown to people who are not in it.
        const quoted = await context.rocketchat.message(id);
        const [event] = quoted && quoted.roomId === portal.rcRoomId ? await links.eventsOf(id) : [];
        if (event && quoted) {
            events.set(id, event);
            const author = await matrixUser(parts, quoted.sender);
            if (author) {
                authors.set(event, author.id);
            }
        }
    }
    const conversion: Outward['context'] = {
        siteUrl,
        roomId: portal.matrixRoomId,
        user: (username) => users.get(username),
        channel: (name) => rooms.get(name),
        event: (id) => events.get(id),
        mayMentionRoom: ringsRoom(message),
    };
    return { context: conversion, authors };
}

/**
 * The server refuses `@all` and `@here` of people without the right, and does not count them in rooms that are too large
 * (server: `MentionsServer.getUsersByMentions`). A message that was read has no list: then the text decides.
 */
function ringsRoom({ unmapped }: RcMessage): boolean {
    const { mentions } = unmapped;
    return !Array.isArray(mentions) || mentions.some((mention) => Boolean(mention) && ['all', 'here'].includes((mention as { username?: string }).username || ''));
}

/** `see you @10:30` and `@alice:please` have the form of an id: strangers are of servers with a domain. */
const isLikely = (mxid: MatrixUserId, ownDomain: string): boolean => serverOf(mxid) === ownDomain || /\.[a-z]/i.test(serverOf(mxid));

/** The room that the server found in the text; where it says nothing of rooms, the channel of that name. */
async function channelNamed({ context }: Parts, { channels, unmapped }: RcMessage, name: string): Promise<{ id: RcRoomId } | undefined> {
    const known = channels.find((channel) => channel.name === name);
    if (known || Array.isArray(unmapped.channels)) {
        return known;
    }
    const room = await context.rocketchat.roomByName(name);
    return room && room.kind === 'c' ? room : undefined;
}

/** Only whom the server found in the text is mentioned: its list has the ids, so no name is guessed. A whole Matrix id is its own. */
async function mentioned(parts: Parts, message: RcMessage, username: string): Promise<{ id: MatrixUserId; name: string } | undefined> {
    const { rocketchat, namespace } = parts.context;
    const mxid = /[.:-]$/.test(username) ? undefined : matrixUserId(`@${username}`);
    const puppet = mxid && (await parts.puppets.ifKnown(mxid));
    if (mxid && (puppet || isLikely(mxid, namespace.domain))) {
        return { id: mxid, name: puppet ? puppet.name : mxid };
    }
    const mention = message.mentions.find((known) => known.username === username);
    const user = mention && mention.id ? await rocketchat.user(mention.id) : await rocketchat.userByName(username);
    return user && matrixUser(parts, user);
}

async function matrixUser(parts: Parts, user: RcUser): Promise<{ id: MatrixUserId; name: string } | undefined> {
    const { context, puppets, ghosts } = parts;
    if (user.isPuppet) {
        const puppet = await puppets.byUserId(user.id);
        return puppet && { id: puppet.mxid, name: puppet.name };
    }
    if (user.type !== 'user') {
        return undefined;
    }
    // One that must be made waits for the homeserver, as its message does. A message does not fail because that cannot be: the name stays text then.
    const make = (): ReturnType<typeof ghosts.of> => ghosts.of(user);
    const ghost = await ((await ghosts.ifKnown(user.id)) ? make() : readDespiteOutage(parts, make)).catch((error) => context.log.warn(`No ghost for the mentioned ${user.id}: ${reasonOf(error)}`));
    return ghost ? { id: ghost.mxid, name: ghost.displayName } : undefined;
}

/** Whoever is answered is mentioned, too (Matrix spec, "User and room mentions", replies). */
export function withAuthor(mentions: TextContent['m.mentions'], author?: MatrixUserId): TextContent['m.mentions'] {
    const ids = mentions.user_ids || [];
    return author && !ids.includes(author) ? { ...mentions, user_ids: [...ids, author] } : mentions;
}

/**
 * People on Matrix begin new direct rooms with the same people: a direct room here can have several there. Costs nothing for all others.
 * @returns the portal with the Matrix room in which an event is
 */
export async function portalOf(parts: Parts, portal: Portal, event: MatrixEventId): Promise<Portal> {
    const { homeserver, namespace, log } = parts.context;
    for (const matrixRoomId of portal.formerRooms.length ? [portal.matrixRoomId, ...portal.formerRooms] : []) {
        const read = () => homeserver.event(matrixRoomId, event, namespace.actingAs(portal.host));
        const found = await readDespiteOutage(parts, read).catch((error) => log.debug(`${event} could not be read: ${reasonOf(error)}`));
        if (found) {
            return { ...portal, matrixRoomId };
        }
    }
    return portal;
}

/** @returns the edits of an event by our people. Never throws: where they cannot be found the message goes all the same */
export async function editsOf(parts: Parts, portal: Portal, event: MatrixEventId): Promise<MatrixEventId[]> {
    const { homeserver, namespace, log } = parts.context;
    const options = { ...namespace.actingAs(portal.host), relType: 'm.replace', limit: 100 };
    try {
        const { events } = await readDespiteOutage(parts, () => homeserver.relations(portal.matrixRoomId, event, options));
        return events.filter(({ sender }) => namespace.isGhost(sender)).map(({ event_id: id }) => id);
    } catch (error) {
        log.debug(`The edits of ${event} could not be found: ${reasonOf(error)}`);
        return [];
    }
}

/** By a bot, an app, or an integration (server: `bot` of the message, `processWebhookMessage`). */
export const isByProgram = ({ sender, unmapped }: RcMessage): boolean => sender.type === 'bot' || sender.type === 'app' || Boolean(unmapped.bot);

/** @returns the event that an event of ours answers, null for none; undefined when the homeserver does not let us read it */
export async function answeredBy(parts: Parts, portal: Portal, event: MatrixEventId): Promise<MatrixEventId | null | undefined> {
    const read = await eventOfOurs(parts, portal, event);
    return read && (readRelation(read.content).replyTo ?? null);
}

/**
 * Whom an event of ours mentions, with its newest edit where the homeserver tells it (client-server API, "Bundled aggregations"):
 * an edit must not ring them again.
 */
export async function mentionedBefore(parts: Parts, portal: Portal, event: MatrixEventId): Promise<TextContent['m.mentions'] | undefined> {
    const read = await eventOfOurs(parts, portal, event);
    const newest = objectOf(objectOf(objectOf(read && read.unsigned)['m.relations'])['m.replace']);
    return mentionsOf(objectOf(objectOf(newest.content)['m.new_content'])) || mentionsOf(objectOf(read && read.content));
}

async function eventOfOurs(parts: Parts, portal: Portal, event: MatrixEventId): Promise<MatrixEvent | undefined> {
    const { homeserver, namespace, log } = parts.context;
    try {
        return await readDespiteOutage(parts, () => homeserver.event(portal.matrixRoomId, event, namespace.actingAs(portal.host)));
    } catch (error) {
        log.debug(`The event ${event} could not be read: ${reasonOf(error)}`);
        return undefined;
    }
}
