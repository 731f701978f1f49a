import type { InwardContext } from '../../convert/index';
import { messageLink, referencesFromMatrix } from '../../convert/index';
import type { MatrixEventId, MatrixUserId } from '../../ids/types';
import type { MatrixEvent } from '../../matrix/Homeserver';
import type { RcMessage } from '../../rocketchat/RocketChat';
import type { Parts } from '../core/Parts';
import type { Portal } from '../portals/Portal';

/**
 * The message of an event, when it is one of this very room: a stranger could otherwise make the bridge quote or touch
 * messages of rooms that the reader is not in (CVE-2024-32000).
 */
export async function messageOfEvent({ context, links }: Parts, portal: Portal, event: MatrixEventId): Promise<RcMessage | undefined> {
    const message = await context.rocketchat.message(await links.messageOf(event));
    return message && message.roomId === portal.rcRoomId ? message : undefined;
}

/** Reads what an event speaks of, so that its conversion can be pure. A plain text costs nothing here. */
export async function inwardContext(parts: Parts, portal: Portal, event: MatrixEvent): Promise<InwardContext> {
    const { context, portals } = parts;
    const references = referencesFromMatrix(event, { roomId: event.room_id });
    const names = new Map<MatrixUserId, string>();
    for (const id of references.users) {
        const username = await usernameOf(parts, id);
        if (username) {
            names.set(id, username);
        }
    }
    const links = new Map<MatrixEventId, string>();
    const siteUrl = await context.rocketchat.siteUrl();
    for (const id of references.events) {
        const message = await messageOfEvent(parts, portal, id);
        if (message) {
            links.set(id, messageLink(siteUrl, { kind: portal.kind, id: portal.rcRoomId, name: portal.name || '' }, message.id));
        }
    }
    const channels = new Map<string, string>();
    for (const room of references.rooms) {
        const target = room.startsWith('!') ? await portals.ofMatrixRoom(room as Portal['matrixRoomId']) : undefined;
        if (target && target.kind === 'c' && target.name) {
            channels.set(room, target.name);
        }
    }
    return {
        siteUrl,
        roomId: event.room_id,
        username: (id) => names.get(id),
        channelName: (room) => channels.get(room),
        messageLink: (id) => links.get(id),
        // Bots have not the right to `@all`: the server would refuse the whole message.
        mayMentionRoom: false,
    };
}

async function usernameOf({ context, ghosts, puppets }: Parts, id: MatrixUserId): Promise<string | undefined> {
    if (context.namespace.isGhost(id)) {
        const user = await ghosts.userOf(id);
        return user && user.username;
    }
    const puppet = await puppets.ifKnown(id);
    return puppet && puppet.username;
}
