import type { MatrixEventId, MatrixUserId } from '../../ids/types';
import type { MatrixEvent } from '../../matrix/Homeserver';
import type { Parts } from '../core/Parts';
import { OUTWARD } from '../core/Patience';
import { markOf } from '../links/mark';
import type { Portal } from '../portals/Portal';

/** An event of ours in a Matrix room. */
export interface OurEvent {
    event: MatrixEventId;
    sender: MatrixUserId;
    /** As we said it, milliseconds since the epoch. */
    ts: number;
}

/** What of ours is in a Matrix room, found by the marks: what was redacted has none any more. */
export interface Arrived {
    /** By message: the first event of each. */
    messages: Map<string, OurEvent>;
    /** `<message> <revision>` */
    edits: Set<string>;
    /** By `reactionOf`. */
    reactions: Map<string, OurEvent & { message: string; emoji: string }>;
}

const PAGE = 100;
/** Strangers say any time they like: after so many pages without an event of ours that matters there is none any more. */
const IDLE_PAGES = 20;

export const reactionOf = (message: string, emoji: string, ghost: string): string => `${message} ${emoji} ${ghost}`;

/**
 * Reads a Matrix room back to a time and remembers again which event is which message: a crash may have lost the records.
 * The place of an event in the room is that of its sending, its time that of the writing, which is earlier.
 */
export async function readArrived(parts: Parts, portal: Portal, from: number): Promise<Arrived> {
    const { context, patience } = parts;
    const arrived: Arrived = { messages: new Map(), edits: new Set(), reactions: new Map() };
    const acting = context.namespace.actingAs(portal.host);
    let token: string | undefined;
    for (let idle = 0; idle < IDLE_PAGES; idle += 1) {
        const options = { ...acting, dir: 'b' as const, limit: PAGE, ...(token && { from: token }) };
        const { events, end } = await patience.keepTrying(() => context.homeserver.messages(portal.matrixRoomId, options), OUTWARD);
        const ours = events.filter((event) => context.namespace.isGhost(event.sender));
        ours.forEach((event) => note(parts, portal, event, arrived));
        const relevant = (ours.length ? ours : events).some((event) => event.origin_server_ts >= from);
        if (!end || end === token || !events.length || !relevant) {
            break;
        }
        if (ours.some((event) => event.origin_server_ts >= from)) {
            idle = -1;
        }
        token = end;
    }
    return arrived;
}

function note({ links }: Parts, portal: Portal, event: MatrixEvent, arrived: Arrived): void {
    const mark = markOf(event.content);
    const { event_id: id, sender, origin_server_ts: ts } = event;
    if (!mark) {
        return;
    }
    if (mark.kind === 'message') {
        if (!mark.part) {
            arrived.messages.set(mark.id, { event: id, sender, ts });
        }
        links.remember({ kind: 'message', event: id, message: mark.id, room: portal.rcRoomId, sender, ...(mark.part && { part: mark.part }) });
    } else if (mark.kind === 'edit') {
        arrived.edits.add(`${mark.id} ${mark.revision}`);
    } else if (mark.kind === 'react') {
        const emoji = mark.revision.split(' ')[0];
        arrived.reactions.set(reactionOf(mark.id, emoji, sender), { event: id, sender, ts, message: mark.id, emoji });
    }
}
