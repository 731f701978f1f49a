import type { MatrixEventId, MatrixRoomId, MatrixUserId } from '../../ids/types';
import type { MatrixEvent } from '../../matrix/Homeserver';
import type { BridgeContext } from '../core/Context';
import { LruMap } from '../core/LruMap';
import type { Portal } from '../portals/Portal';
import type { Mark } from './mark';
import { markOf } from './mark';

const PAGE = 100;
/** Further back nothing is looked for: then only the transaction id guards against doubling. */
const MAX_PAGES = 50;
/** Two servers' clocks differ. */
const SLACK_MS = 600_000;
const REMEMBERED = 5_000;

/** From when on an event may be in the room. */
export interface Span {
    /** Milliseconds since the epoch. */
    since: number;
    /** It was tried now, so it stands behind everything that was sent to the room before. */
    isLive: boolean;
}

const isSame = (a: Mark, b: Mark): boolean => a.id === b.id && a.kind === b.kind && a.part === b.part && a.revision === b.revision;

/** Finds what was sent although no answer told so: by its mark, in the room. */
export class SentEvents {
    /** The last event of each room that surely was sent. */
    private readonly last = new LruMap<MatrixRoomId, MatrixEventId>(REMEMBERED);

    constructor(private readonly context: Pick<BridgeContext, 'homeserver' | 'namespace'>) {}

    /** An event was sent, or found. */
    public note(portal: Portal, event: MatrixEventId): void {
        this.last.set(portal.matrixRoomId, event);
    }

    /**
     * Reads back until nothing of the time in question can follow.
     * @throws BridgeError when the room cannot be read
     */
    public async find(portal: Portal, ghost: MatrixUserId, mark: Mark, span: Span): Promise<MatrixEventId | undefined> {
        const room = portal.matrixRoomId;
        const last = span.isLive ? this.last.get(room) : undefined;
        let token: string | undefined;
        for (let page = 0; page < MAX_PAGES; page += 1) {
            const { events, end } = await this.context.homeserver.messages(room, { as: ghost, dir: 'b', limit: PAGE, ...(token && { from: token }) });
            const found = events.find((event) => {
                const other = event.sender === ghost ? markOf(event.content) : undefined;
                return other && isSame(other, mark);
            });
            if (found) {
                return found.event_id;
            }
            if (!end || end === token || events.some(({ event_id }) => event_id === last) || this.isBefore(events, span.since - SLACK_MS)) {
                return undefined;
            }
            token = end;
        }
        return undefined;
    }

    /** What we send carries the time of its message, which proves nothing; one stranger could back-date (Dendrite), a whole page hardly. */
    private isBefore(events: MatrixEvent[], time: number): boolean {
        const others = events.filter(({ sender }) => !this.context.namespace.isOurs(sender));
        return others.length > 0 && others.every((event) => event.origin_server_ts < time);
    }
}
