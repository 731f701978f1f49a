import type { OutwardContext } from '../../convert/index';
import { referencesToMatrix } from '../../convert/index';
import type { MatrixEventId, MatrixUserId } from '../../ids/types';
import type { RcMessage } from '../../rocketchat/RocketChat';
import type { Parts } from '../core/Parts';
import type { Portal } from '../portals/Portal';

/** Reads what a message speaks of, so that its conversion can be pure. A plain text costs nothing here. */
export async function outwardContext(parts: Parts, portal: Portal, message: RcMessage): Promise<OutwardContext> {
    const { context, links, portals } = parts;
    const siteUrl = await context.rocketchat.siteUrl();
    const { usernames, channels, messages } = referencesToMatrix(message, { siteUrl });
    const users = new Map<string, { id: MatrixUserId; name: string }>();
    for (const username of usernames) {
        const found = await mentioned(parts, message, username);
        if (found) {
            users.set(username, found);
        }
    }
    const rooms = new Map<string, { id: Portal['matrixRoomId'] | NonNullable<Portal['alias']> }>();
    for (const name of channels) {
        const channel = message.channels.find((known) => known.name === name);
        const target = channel && (await portals.ofRcRoom(channel.id));
        if (target) {
            rooms.set(name, { id: target.alias || target.matrixRoomId });
        }
    }
    const events = new Map<string, MatrixEventId>();
    for (const id of messages) {
        // Only of this room: a reply to an event of another one would be refused, or shown to people who are not in it.
        const quoted = await context.rocketchat.message(id);
        const [event] = quoted && quoted.roomId === portal.rcRoomId ? await links.eventsOf(id) : [];
        if (event) {
            events.set(id, event);
        }
    }
    return {
        siteUrl,
        roomId: portal.matrixRoomId,
        user: (username) => users.get(username),
        channel: (name) => rooms.get(name),
        event: (id) => events.get(id),
        // The server itself refuses `@all` and `@here` of people without the right.
        mayMentionRoom: true,
    };
}

/** Only whom the server found in the text is mentioned: its list has the ids, so no name is guessed. */
async function mentioned({ context, puppets, ghosts }: Parts, message: RcMessage, username: string): Promise<{ id: MatrixUserId; name: string } | undefined> {
    const mention = message.mentions.find((known) => known.username === username);
    const user = mention && mention.id ? await context.rocketchat.user(mention.id) : await context.rocketchat.userByName(username);
    if (!user) {
        return undefined;
    }
    if (user.isPuppet) {
        const puppet = await puppets.byUserId(user.id);
        return puppet && { id: puppet.mxid, name: puppet.name };
    }
    const ghost = await ghosts.ifKnown(user.id);
    return ghost && { id: ghost.mxid, name: ghost.displayName };
}
