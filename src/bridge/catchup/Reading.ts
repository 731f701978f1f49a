import type { MatrixEventId, MatrixRoomId } from '../../ids/types';
import type { MatrixEvent } from '../../matrix/Homeserver';
import { reasonOf } from '../core/Context';
import type { Parts } from '../core/Parts';
import type { CatchUp } from './CatchUp';
import type { Cursor, Cursors } from './Cursors';
import { Sight } from './Sight';

/** Rooms with news within this time are looked at, in milliseconds. */
const ACTIVE_MS = 2 * 86_400_000;
const MAX_ROOMS = 300;
/** Rooms that nobody can look into are read one by one: more and more seldom while nothing is new, and only so many at a time. */
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;
const AT_ONCE = 20;

/** What the rest of the bridge says of an event. */
export interface Handling {
    /** Takes an event that was read, once, whichever way it comes. */
    read(event: MatrixEvent): Promise<void>;
    /** Whether it is handled, or taken over. */
    isKnown(event: MatrixEventId): boolean;
}

/** Reads rooms without waiting for pushes: while they have stopped, and for what a homeserver never pushes. */
export class Reading {
    private readonly sight: Sight;
    private readonly pauses = new Map<MatrixRoomId, { ms: number; until: number }>();
    /** Seen at the look before, and not pushed then. */
    private missing: MatrixEvent[] = [];

    constructor(
        private readonly parts: Parts,
        private readonly cursors: Cursors,
        private readonly catchUp: CatchUp,
        private readonly handling: Handling,
    ) {
        this.sight = new Sight(parts);
    }

    /** Takes all that is new in the rooms that were active lately, and the invites of those who look. @returns how many events were new */
    public async all(): Promise<number> {
        const cursors = await this.active();
        const byRoom = new Map(cursors.map((cursor) => [cursor.roomId, cursor]));
        const { news, invites, first, unseen } = await this.sight.look([...byRoom.keys()]);
        let found = this.take(invites);
        const behind = new Set<MatrixRoomId>(first);
        for (const { roomId, events, limited } of news) {
            if (limited || behind.has(roomId)) {
                behind.add(roomId);
                // Of a room without news for days it is not known how far it was read: from here on it is new.
                const from = Math.min(...events.map(({ origin_server_ts: ts }) => ts));
                byRoom.set(roomId, byRoom.get(roomId) || { roomId, event: '', ts: from, at: from });
            } else {
                found += this.take(events);
            }
        }
        const due = unseen.filter((room) => this.isDue(room)).slice(0, AT_ONCE);
        for (const room of [...behind, ...due]) {
            const cursor = byRoom.get(room) || (await this.placeIn(room));
            const read = cursor ? await this.catchUp.rooms([cursor]) : 0;
            this.pace(room, read > 0);
            found += read;
        }
        return found;
    }

    /**
     * Takes the redactions that are new, and looks whether anything else was not pushed.
     * @returns whether an event has not been pushed for longer than pushes take
     */
    public async redactions(): Promise<boolean> {
        const { news, first } = await this.sight.look((await this.active()).map(({ roomId }) => roomId));
        const late = this.unknown(this.missing);
        this.missing = [];
        const behind = new Set(first);
        for (const { roomId, events, limited } of news) {
            this.take(events.filter(({ type }) => type === 'm.room.redaction'));
            if (limited) {
                behind.add(roomId);
            } else {
                this.missing.push(...this.unknown(events));
            }
        }
        const cursors = await Promise.all([...behind].map((room) => this.placeIn(room)));
        await this.catchUp.rooms(cursors.filter((cursor): cursor is Cursor => Boolean(cursor)));
        return this.take(late) > 0;
    }

    public forget(): void {
        this.sight.forget();
        this.missing = [];
    }

    private async active(): Promise<Cursor[]> {
        await this.cursors.ready();
        return this.cursors.since(this.parts.context.clock.now() - ACTIVE_MS).slice(0, MAX_ROOMS);
    }

    /** How far a room has been read; waits for one that is just being made. */
    private async placeIn(room: MatrixRoomId): Promise<Cursor | undefined> {
        await this.parts.portals.ofMatrixRoom(room);
        return this.cursors.of(room);
    }

    private unknown(events: MatrixEvent[]): MatrixEvent[] {
        const { namespace } = this.parts.context;
        return events.filter(({ sender, event_id: id }) => !namespace.isOurs(sender) && !this.handling.isKnown(id));
    }

    /** Their room's lane keeps the order; a room that stands still holds up no other. */
    private take(events: MatrixEvent[]): number {
        const fresh = this.unknown(events);
        fresh.forEach((event) => {
            void this.handling.read(event).catch((error) => this.parts.context.log.warn(`The event ${event.event_id} was read, and not taken: ${reasonOf(error)}`));
        });
        return fresh.length;
    }

    private isDue(room: MatrixRoomId): boolean {
        const pause = this.pauses.get(room);
        return !pause || pause.until <= this.parts.context.clock.now();
    }

    private pace(room: MatrixRoomId, isBusy: boolean): void {
        const before = this.pauses.get(room);
        const ms = isBusy || !before ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, before.ms * 2);
        this.pauses.set(room, { ms, until: this.parts.context.clock.now() + ms });
    }
}
