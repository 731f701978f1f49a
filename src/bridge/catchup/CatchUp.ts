import { BridgeError } from '../../errors/BridgeError';
import type { MatrixEventId, MatrixRoomId } from '../../ids/types';
import type { MatrixEvent } from '../../matrix/Homeserver';
import { reasonOf } from '../core/Context';
import type { Parts } from '../core/Parts';
import { OUTWARD } from '../core/Patience';
import { within } from '../core/within';
import type { Cursor, Cursors } from './Cursors';

/** After a sign the push may still bring what it has. */
const SETTLE_MS = 2_000;
const PAGE = 50;
const MAX_PAGES = 20;
const MAX_ROOMS = 200;
/** How often rooms that cannot be read now are tried, with pauses that double up to a minute. */
const MAX_TRIES = 12;
const AGAIN_CAP_MS = 60_000;
const AT_ONCE = 4;
/** How long newer events wait at most until older ones of their room have been read, in milliseconds. */
const BEFORE_MS = 15_000;
/** How far behind the last event handled is looked, too: newer events can have overtaken a lost one. */
const MARGIN_MS = 600_000;

/**
 * A homeserver that reaches us again can leave behind what was written at that very moment, until we are away the next time: Synapse looks
 * for what waits, finds nothing more, and only then pushes again. So rooms that were active within the hour are read once more, so long after.
 */
const LATER_MS = 20_000;
const LATER_ACTIVE_MS = 3_600_000;

/** Events that mean the same when they come again after newer ones. */
const REPEATABLE = ['m.room.message', 'm.sticker', 'm.reaction', 'm.room.redaction', 'm.poll.start', 'org.matrix.msc3381.poll.start'];

const isRedacted = ({ unsigned, content, type }: MatrixEvent): boolean =>
    Boolean(unsigned && unsigned.redacted_because) || (type !== 'm.room.redaction' && Object.keys(content).length === 0);

function isEdit({ content }: MatrixEvent): boolean {
    const relation = content['m.relates_to'] as { rel_type?: unknown } | null | undefined;
    return typeof relation === 'object' && relation !== null && relation.rel_type === 'm.replace';
}

/**
 * Reads what the homeserver did not push: pushes are no full record (Synapse loses and strands events around its own
 * restart, Dendrite never pushes redactions). After a sign of that the rooms that were active lately are read back to the
 * last event handled, and what is new takes the same way as the push.
 */
export class CatchUp {
    private waiting?: Promise<void>;
    private again = false;
    /** From a doubt until all rooms have been read: the reading of those in which something came since. */
    private seen?: Map<MatrixRoomId, Promise<void>>;

    /**
     * @param take handles an event once, whichever way it came
     * @param isDone whether it was handled, as far as memory knows
     */
    constructor(
        private readonly parts: Parts,
        private readonly cursors: Cursors,
        private readonly take: (event: MatrixEvent) => Promise<void>,
        private readonly isDone: (event: MatrixEventId) => boolean,
    ) {}

    /** From now on something may be missing: what is known now is kept, and each room is read before newer events go in. */
    public doubt(): void {
        this.cursors.freeze();
        this.seen = new Map();
    }

    /**
     * To be awaited before events that were pushed go into their lanes: where something older may be missing, it goes in first.
     * A transaction that comes again meanwhile waits as well. Never throws, and gives up after a moment: then what was missing
     * comes after them.
     */
    public async before(events: unknown[]): Promise<void> {
        const { seen } = this;
        if (!seen) {
            return;
        }
        const rooms = [...new Set(events.map((event) => (event && (event as MatrixEvent).room_id) as MatrixRoomId))];
        const unseen = rooms.filter((room) => !seen.has(room));
        // Once per room: where it cannot be read for a while, not each transaction waits anew.
        const reading = within(this.parts.context.clock, this.readBefore(unseen), BEFORE_MS);
        unseen.forEach((room) => seen.set(room, reading));
        await Promise.all(rooms.map((room) => seen.get(room)));
    }

    /** Takes what is missing in rooms. Never throws. */
    private async readBefore(rooms: MatrixRoomId[]): Promise<void> {
        const { log } = this.parts.context;
        try {
            await this.cursors.ready();
            await this.each(rooms.map((room) => this.cursors.beforeGap(room)), async (cursor) => {
                // Their lane keeps the order: nobody waits until they are there.
                (await this.missing(cursor)).forEach((event) => {
                    this.take(event).catch((error) => log.warn(`The event ${event.event_id} was read, and not taken: ${reasonOf(error)}`));
                });
            });
        } catch (error) {
            log.warn(`What may be missing could not be read: ${reasonOf(error)}`);
        }
    }

    /** Something may be missing. Several signs in a row are one. @param why for the log */
    public sign(why: string): void {
        this.doubt();
        if (this.waiting) {
            this.again = true;
            return;
        }
        this.waiting = this.afterSettling(why)
            .catch((error) => this.parts.context.log.error('What was not pushed could not be read', error))
            .then(() => {
                this.waiting = undefined;
                if (this.again) {
                    this.again = false;
                    this.sign(why);
                } else {
                    this.seen = undefined;
                    void this.later();
                }
            });
    }

    /** Never throws. */
    private async later(): Promise<void> {
        const { clock, log } = this.parts.context;
        await clock.sleep(LATER_MS);
        try {
            const found = this.waiting ? 0 : await this.rooms(this.cursors.since(clock.now() - LATER_ACTIVE_MS).slice(0, MAX_ROOMS));
            if (found) {
                log.info(`${found} events that the homeserver had left behind were read.`);
            }
        } catch (error) {
            log.warn(`What the homeserver may have left behind could not be read: ${reasonOf(error)}`);
        }
    }

    /** @param failed gets those that can be read another time @returns how many events were new */
    public async rooms(cursors: Cursor[], failed: Cursor[] = []): Promise<number> {
        let found = 0;
        failed.push(...(await this.each(cursors, async (cursor) => {
            const missing = await this.missing(cursor);
            for (const event of missing) {
                await this.take(event);
            }
            found += missing.length;
        })));
        return found;
    }

    /** A few at a time. @returns those that failed and can be read another time */
    private async each(cursors: (Cursor | undefined)[], action: (cursor: Cursor) => Promise<void>): Promise<Cursor[]> {
        const left = cursors.filter((cursor): cursor is Cursor => Boolean(cursor));
        const failed: Cursor[] = [];
        const worker = async (): Promise<void> => {
            for (let cursor = left.shift(); cursor; cursor = left.shift()) {
                try {
                    await action(cursor);
                } catch (error) {
                    this.parts.context.log.warn(`The room ${cursor.roomId} could not be read: ${reasonOf(error)}`);
                    if (error instanceof BridgeError && error.retriable) {
                        failed.push(cursor);
                    }
                }
            }
        };
        await Promise.all([...Array(AT_ONCE).keys()].map(worker));
        return failed;
    }

    private async afterSettling(why: string): Promise<void> {
        const { clock, log } = this.parts.context;
        await clock.sleep(SETTLE_MS);
        let found = 0;
        let left: Cursor[] | undefined;
        for (let tries = 1; !left || left.length; tries += 1) {
            try {
                const failed: Cursor[] = [];
                found += await this.rooms(left || (left = (await this.cursors.active()).slice(0, MAX_ROOMS)), failed);
                left = failed;
            } catch (error) {
                log.warn(`Which rooms were active could not be read: ${reasonOf(error)}`);
            }
            if (tries === MAX_TRIES) {
                break;
            }
            // A database or a homeserver that fails for a moment must not cost what was lost.
            await (left && !left.length ? undefined : clock.sleep(Math.min(AGAIN_CAP_MS, SETTLE_MS * 2 ** tries)));
        }
        if (found) {
            log.info(`${found} events that were not pushed were read from the homeserver (${why}).`);
        }
    }

    /** Events of a room that were not handled, the oldest first. */
    private async missing(cursor: Cursor): Promise<MatrixEvent[]> {
        const { context, portals, deletedHere } = this.parts;
        const portal = await portals.ofMatrixRoom(cursor.roomId);
        if (!portal) {
            return [];
        }
        const acting = context.namespace.actingAs(portal.host);
        // Strangers say any time they like: one in the future must not hide what was lost before it.
        const from = Math.max(Math.min(cursor.ts, cursor.at) - MARGIN_MS, portal.bridgedAt);
        const isWanted = (event: MatrixEvent): boolean => !cursor.event || (REPEATABLE.includes(event.type) && !isEdit(event));
        const read = await this.read(cursor, acting);
        const events = read.filter(({ event, isAfter }) => !context.namespace.isOurs(event.sender) && !isRedacted(event) && !this.isDone(event.event_id)
            && (isAfter || (event.origin_server_ts >= from && isWanted(event)))).map(({ event }) => event);
        return deletedHere.without(portal.rcRoomId, events);
    }

    /** Oldest first, back to the last event handled and to the beginning of the page that it is on. */
    private async read({ roomId, event: last }: Cursor, acting: { as?: MatrixEvent['sender'] }): Promise<{ event: MatrixEvent; isAfter: boolean }[]> {
        const { context, patience } = this.parts;
        const read: { event: MatrixEvent; isAfter: boolean }[] = [];
        let isAfter = true;
        let token: string | undefined;
        for (let page = 0; page < MAX_PAGES && isAfter; page += 1) {
            const options = { ...acting, dir: 'b' as const, limit: PAGE, ...(token && { from: token }) };
            const { events, end } = await patience.keepTrying(() => context.homeserver.messages(roomId, options), OUTWARD);
            for (const event of events) {
                isAfter = isAfter && event.event_id !== last;
                read.unshift({ event, isAfter });
            }
            if (!end || end === token || !events.length) {
                break;
            }
            token = end;
        }
        // The last one handled is not in reach: then nothing is known to come after it but by its time.
        return isAfter ? read.map(({ event }) => ({ event, isAfter: false })) : read;
    }
}
