import type { RcRoomId } from '../../ids/types';
import { reasonOf } from '../core/Context';
import type { Parts } from '../core/Parts';

/** Something that waits for its turn. */
export interface Queued {
    /** What it is, the same for the same thing: of messages the comparison with Matrix may do it before its turn. */
    key: string;
    /** Place among the waiting ones, see `Lanes`. */
    order?: number;
    /** Milliseconds since the epoch: from when on the database is read again when it cannot be held. */
    ts: number;
    task: () => Promise<void>;
}

/** Most things that wait in memory: of one room, and of all. What comes beyond is read again when its turn has come. */
export interface QueueLimits {
    perRoom: number;
    total: number;
}

const LIMITS: QueueLimits = { perRoom: 300, total: 10_000 };
const LANE = 'out ';

interface RoomQueue {
    waiting: Map<string, () => Promise<void>>;
    /** Set while more has come than is held: from when on to read. */
    behind?: number;
}

/**
 * What waits in the rooms' lanes to Matrix. While a homeserver is away for hours people go on chatting: so only some hundred
 * things of a room are held in memory, and of the rest only from when on the server's own records are to be read.
 */
export class RoomQueues {
    private readonly rooms = new Map<RcRoomId, RoomQueue>();
    private total = 0;

    /**
     * @param reread brings over what was not held; called in the lane
     * @param idle told when a room has no work any more
     */
    constructor(
        private readonly parts: Parts,
        private readonly reread: (roomId: RcRoomId, since: number) => Promise<void>,
        idle: (roomId: RcRoomId) => void,
        private readonly limits = LIMITS,
    ) {
        parts.lanes.onIdle = (key) => {
            if (key.startsWith(LANE)) {
                idle(key.slice(LANE.length) as RcRoomId);
            }
        };
    }

    /** Not awaited: the engine gives a handler up after 30 s, a homeserver may be away for hours. */
    public add(roomId: RcRoomId, { key, order, ts, task }: Queued): void {
        const room: RoomQueue = this.rooms.get(roomId) || { waiting: new Map() };
        this.rooms.set(roomId, room);
        if (room.behind !== undefined || room.waiting.size >= this.limits.perRoom || this.total >= this.limits.total) {
            this.fallBehind(roomId, room, ts);
            return;
        }
        if (!room.waiting.has(key)) {
            this.total += 1;
        }
        room.waiting.set(key, task);
        this.run(roomId, async () => {
            await this.claim(roomId, key)?.();
        }, order).catch((error) => this.log(roomId, error));
    }

    /** Something that is held in any case. @throws what the task throws */
    public run(roomId: RcRoomId, task: () => Promise<void>, order?: number): Promise<void> {
        return this.parts.lanes.run(`${LANE}${roomId}`, task, order);
    }

    /** @returns the task, which does not wait any more: who claims it does it; undefined when it does not wait (any more) */
    public claim(roomId: RcRoomId, key: string): (() => Promise<void>) | undefined {
        const room = this.rooms.get(roomId);
        const task = room && room.waiting.get(key);
        if (room && task) {
            room.waiting.delete(key);
            this.total -= 1;
            this.forget(roomId, room);
        }
        return task;
    }

    public isWaiting(roomId: RcRoomId, key: string): boolean {
        const room = this.rooms.get(roomId);
        return Boolean(room && room.waiting.has(key));
    }

    /** Whether more waits than is held. */
    public isBehind(roomId: RcRoomId): boolean {
        const room = this.rooms.get(roomId);
        return Boolean(room && room.behind !== undefined);
    }

    private fallBehind(roomId: RcRoomId, room: RoomQueue, ts: number): void {
        if (room.behind !== undefined) {
            room.behind = Math.min(room.behind, ts);
            return;
        }
        room.behind = ts;
        this.run(roomId, async () => {
            const since = room.behind ?? ts;
            // What comes from now on waits behind this.
            room.behind = undefined;
            await this.reread(roomId, since);
            this.forget(roomId, room);
        }).catch((error) => this.log(roomId, error));
    }

    private log(roomId: RcRoomId, error: unknown): void {
        this.parts.context.log.error(`Something of room ${roomId} could not be brought to Matrix: ${reasonOf(error)}`);
    }

    private forget(roomId: RcRoomId, room: RoomQueue): void {
        if (!room.waiting.size && room.behind === undefined && this.rooms.get(roomId) === room) {
            this.rooms.delete(roomId);
        }
    }
}
