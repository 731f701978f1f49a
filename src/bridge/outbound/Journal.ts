import type { RcRoomId } from '../../ids/types';
import type { StoreKey } from '../../rocketchat/RocketChat';
import type { BridgeContext } from '../core/Context';
import { reasonOf } from '../core/Context';

/** How far a room has been brought to Matrix. Times in milliseconds since the epoch. */
export interface Progress {
    roomId: RcRoomId;
    /** Everything up to here has arrived, or its writer was told that it has not. */
    doneUntil: number;
    /** Set while something is under way: what was written from here on may be missing. */
    openSince?: number;
}

const OPEN: StoreKey = { model: 'misc', id: 'outbound-open' };
const KIND: StoreKey = { model: 'misc', id: 'outbound' };
/** A room without work for so long is closed: a burst costs two writes, not each message one. */
const QUIET_MS = 10_000;

const byRoom = (id: RcRoomId): StoreKey => ({ model: 'room', id });

/**
 * What survives a crash of the way to Matrix. A message in the server's database is its own intent; what is stored is only
 * which rooms have something under way, since when, and until when all is done. Written before the first send of a burst
 * and when the room has been quiet for a while.
 */
export class Journal {
    private readonly open = new Map<RcRoomId, { until: number; round: number; stored: Promise<void> }>();

    constructor(private readonly context: BridgeContext) {}

    /** To be awaited before the first send. Never throws: a message is not kept back for its record. @param ts time of what is to be sent */
    public begin(roomId: RcRoomId, ts: number): Promise<void> {
        const entry = this.open.get(roomId);
        if (entry) {
            entry.round += 1;
            entry.until = Math.max(entry.until, ts);
            return entry.stored;
        }
        const stored = this.write({ roomId, doneUntil: ts - 1, openSince: ts }).catch((error) => {
            this.open.delete(roomId);
            this.context.log.error(`What is under way in room ${roomId} could not be stored: ${reasonOf(error)}`);
        });
        this.open.set(roomId, { until: ts, round: 0, stored });
        return stored;
    }

    /** The room has no work now: when that stays so, it is closed. */
    public quiet(roomId: RcRoomId): void {
        const entry = this.open.get(roomId);
        if (!entry) {
            return;
        }
        const { round } = entry;
        void this.context.clock.sleep(QUIET_MS).then(async () => {
            if (this.open.get(roomId) === entry && entry.round === round) {
                this.open.delete(roomId);
                await this.write({ roomId, doneUntil: entry.until });
            }
        }).catch((error) => this.context.log.warn(`The progress of room ${roomId} could not be stored: ${reasonOf(error)}`));
    }

    /** Rooms in which a process that is no more had something under way. */
    public async unfinished(): Promise<Progress[]> {
        const open = await this.context.rocketchat.store.read<Progress>(OPEN);
        return open.filter(({ roomId }) => !this.open.has(roomId));
    }

    public async of(roomId: RcRoomId): Promise<Progress | undefined> {
        return this.context.rocketchat.store.readOne<Progress>(byRoom(roomId), KIND);
    }

    private async write(progress: Progress): Promise<void> {
        const { store } = this.context.rocketchat;
        await store.remove(byRoom(progress.roomId), KIND);
        await store.add(progress, byRoom(progress.roomId), KIND, ...(progress.openSince === undefined ? [] : [OPEN]));
    }
}
