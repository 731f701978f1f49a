import type { MatrixEventId, MatrixRoomId } from '../../ids/types';
import type { MatrixEvent } from '../../matrix/Homeserver';
import type { StoreKey } from '../../rocketchat/RocketChat';
import type { BridgeContext } from '../core/Context';
import { reasonOf } from '../core/Context';
import { LruMap } from '../core/LruMap';

/** The last event of a Matrix room that was handled. */
export interface Cursor {
    roomId: MatrixRoomId;
    /** Empty while none was: the room is new. */
    event: MatrixEventId | '';
    /** As the event says, milliseconds since the epoch. */
    ts: number;
    /** When it was handled, likewise. */
    at: number;
}

/** A burst of events costs one write per room. */
const WRITE_AFTER_MS = 5_000;
/** How long a room counts as new after it was bridged. */
const NEW_MS = 60_000;
/** How many rooms memory holds. */
const MOST = 10_000;
const DAY_MS = 86_400_000;
/** Days, today included, of which the rooms with news count as active. */
const ACTIVE_DAYS = 2;

const byRoom = (room: MatrixRoomId): StoreKey => ({ model: 'misc', id: `mxcursor:${room}` });
const byDay = (time: number): StoreKey => ({ model: 'misc', id: `mxcursors:${new Date(time).toISOString().slice(0, 10)}` });

/**
 * How far each bridged room has been read. Kept by day, so that the rooms that were active lately are found without a look
 * at all the others.
 */
export class Cursors {
    private readonly known = new Map<MatrixRoomId, Cursor>();
    private readonly changed = new Set<MatrixRoomId>();
    /** Rooms of which this process has written something, and the day of that. */
    private readonly written = new LruMap<MatrixRoomId, string>(MOST);
    private frozen?: Map<MatrixRoomId, Cursor>;
    private reading?: Promise<void>;
    private timer?: Promise<void>;
    private flushing: Promise<void> = Promise.resolve();

    /** @param isBridged whether a Matrix room is bridged: no other needs a cursor */
    constructor(private readonly context: BridgeContext, private readonly isBridged: (room: MatrixRoomId) => Promise<boolean>) {}

    /** A room may be bridged just now: what is written there is looked for, too, although nothing was pushed of it yet. */
    public begin(roomId: MatrixRoomId, bridgedAt: number): void {
        if (!this.known.has(roomId) && this.context.clock.now() - bridgedAt < NEW_MS) {
            this.keep({ roomId, event: '', ts: bridgedAt });
        }
    }

    public handled({ room_id: roomId, event_id: event, origin_server_ts: ts }: MatrixEvent): void {
        this.keep({ roomId, event, ts });
    }

    private keep(place: Omit<Cursor, 'at'>): void {
        const { roomId } = place;
        this.known.delete(roomId);
        this.known.set(roomId, { ...place, at: this.context.clock.now() });
        if (this.known.size > MOST) {
            this.known.delete(this.known.keys().next().value as MatrixRoomId);
        }
        this.changed.add(roomId);
        if (!this.written.has(roomId)) {
            // Of a room without a cursor nothing would be read after a crash.
            void this.flush();
        }
        this.timer = this.timer || this.context.clock.sleep(WRITE_AFTER_MS).then(() => this.flush());
    }

    /** From now on `active` gives what is known now: what comes after a gap must not hide it. Twice is once. */
    public freeze(): void {
        this.frozen = this.frozen || new Map(this.known);
    }

    /** @returns the rooms that were active lately, the latest first, as they were when it was frozen; and unfreezes */
    public async active(): Promise<Cursor[]> {
        this.freeze();
        await this.load();
        const { frozen } = this;
        this.frozen = undefined;
        return [...(frozen as Map<MatrixRoomId, Cursor>).values()].sort((a, b) => b.at - a.at);
    }

    /** @returns when memory knows what the process before has read */
    public ready(): Promise<void> {
        return this.load();
    }

    public of(room: MatrixRoomId): Cursor | undefined {
        return this.known.get(room);
    }

    /** As it was when it was frozen, if it is. */
    public beforeGap(room: MatrixRoomId): Cursor | undefined {
        return (this.frozen && this.frozen.get(room)) || this.known.get(room);
    }

    /** Those that memory knows to have had news since then. */
    public since(time: number): Cursor[] {
        return [...this.known.values()].filter(({ at }) => at >= time).sort((a, b) => b.at - a.at);
    }

    /** Writes what only memory holds. Never throws: it is tried again with the next event. */
    public async flush(): Promise<void> {
        this.timer = undefined;
        this.flushing = this.flushing.then(() => this.writeChanged());
        return this.flushing;
    }

    private async writeChanged(): Promise<void> {
        try {
            await this.load();
            for (const room of [...this.changed]) {
                this.changed.delete(room);
                const cursor = this.known.get(room);
                if (cursor && (await this.isBridged(room))) {
                    await this.write(cursor);
                } else {
                    this.known.delete(room);
                }
            }
        } catch (error) {
            this.context.log.warn(`How far rooms have been read could not be stored: ${reasonOf(error)}`);
        }
    }

    /** One call, whole or not at all: a process can end between two. Days before are taken out afterwards. */
    private async write(cursor: Cursor): Promise<void> {
        const { store } = this.context.rocketchat;
        const { roomId, at } = cursor;
        const day = byDay(at);
        await store.put(cursor, byRoom(roomId), day);
        if (this.written.get(roomId) !== day.id) {
            this.written.set(roomId, day.id);
            for (const other of await store.read<Cursor>(byRoom(roomId))) {
                if (byDay(other.at).id !== day.id) {
                    await store.remove(byRoom(roomId), byDay(other.at));
                }
            }
        }
    }

    /** Once per process: where the one before had stopped. Frozen and newer ones stay. */
    private load(): Promise<void> {
        this.reading = this.reading || this.read().catch((error) => {
            this.reading = undefined;
            throw error;
        });
        return this.reading;
    }

    private async read(): Promise<void> {
        const now = this.context.clock.now();
        const stored = new Map<MatrixRoomId, Cursor>();
        for (let day = 0; day < ACTIVE_DAYS; day += 1) {
            for (const cursor of await this.context.rocketchat.store.read<Cursor>(byDay(now - day * DAY_MS))) {
                const other = stored.get(cursor.roomId);
                stored.set(cursor.roomId, other && other.at > cursor.at ? other : cursor);
            }
        }
        for (const cursor of stored.values()) {
            // What came in meanwhile may stand behind a gap: the older one is the safe one.
            this.frozen?.set(cursor.roomId, cursor);
            if (!this.known.has(cursor.roomId)) {
                this.known.set(cursor.roomId, cursor);
            }
        }
    }
}
