import { isDerivedMessageId } from '../../ids/messages';
import type { RcMessageId, RcRoomId, RcUserId } from '../../ids/types';
import type { RcMessage } from '../../rocketchat/RocketChat';
import type { BridgeContext } from '../core/Context';

/** A message, as light as a comparison needs it: a room can hold very many that are to be compared. */
export interface Ref {
    id: RcMessageId;
    senderId: RcUserId;
    ts: number;
    editedAt?: number;
    /** It has become several events, perhaps: files, or a text with the whole of it behind. */
    mayHaveParts: boolean;
    /** Of those that came from Matrix only reactions are compared. */
    isFromMatrix: boolean;
    /** Usernames by `:name:`, where there are any. */
    reactions?: Record<string, string[]>;
}

/** The newest messages of a room, back to a time. Times in milliseconds since the epoch. */
export interface Written {
    /** Oldest first; none of the system's. */
    messages: Ref[];
    /** All that were written since then are among them. */
    since: number;
    /** Time of the oldest one, without those that pruning passes over; undefined when there is none. */
    oldest?: number;
    /** There is not one message; of the system's the server does not tell (`AppRoomBridge.getMessages`). */
    isEmpty: boolean;
}

const PAGE = 100;
/** A longer text may not fit into one event: then a file with the whole of it follows. */
const LONG = 10_000;
/** Pages are counted from the newest message: while one reads, messages come and go, so each page begins within the one before. */
const OVERLAP = 20;

/**
 * Reads a room's messages back to a time; the page of the newest ones in any case.
 * @param progress told how many were read, for logs
 */
export async function readWritten(context: BridgeContext, roomId: RcRoomId, from: number, progress?: (read: number) => void): Promise<Written> {
    const found: Ref[] = [];
    const seen = new Set<string>();
    let first: number | undefined;
    let skip = 0;
    for (;;) {
        const page = await context.rocketchat.recentMessages(roomId, { limit: PAGE, skip });
        const joins = skip === 0 || page.some(({ id }) => seen.has(id));
        if (!joins && skip > 0 && page.length > 0) {
            // So many were deleted meanwhile that the pages do not touch: nearer.
            skip = Math.max(0, skip - PAGE);
            continue;
        }
        for (const message of page) {
            if (!seen.has(message.id)) {
                seen.add(message.id);
                if (!isSpared(message)) {
                    first = Math.min(message.ts, first ?? Infinity);
                }
                if (!message.systemType) {
                    found.push(toRef(message));
                }
            }
        }
        const oldest = page.length ? page[page.length - 1].ts : -Infinity;
        if (page.length < PAGE || oldest < from) {
            return { messages: found.sort((a, b) => a.ts - b.ts), since: page.length < PAGE ? -Infinity : oldest, oldest: first, isEmpty: seen.size === 0 };
        }
        progress?.(seen.size);
        skip += PAGE - OVERLAP;
    }
}

/** By default pruning passes over what is pinned, threads and discussions (server: `cleanRoomHistory`). */
const isSpared = ({ pinned, threadId, unmapped }: RcMessage): boolean => Boolean(pinned || threadId || unmapped.tcount || unmapped.drid);

function toRef({ id, ts, editedAt, reactions, sender, files, text }: RcMessage): Ref {
    const ref: Ref = { id, ts, editedAt, senderId: sender.id, mayHaveParts: files.length > 0 || text.length > LONG, isFromMatrix: isDerivedMessageId(id) };
    return Object.keys(reactions).length ? { ...ref, reactions } : ref;
}
