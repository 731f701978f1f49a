import type { MatrixEventId, MatrixRoomId, MatrixUserId } from '../../ids/types';
import type { MatrixEvent } from '../../matrix/Homeserver';
import type { BridgeContext } from '../core/Context';
import { reasonOf } from '../core/Context';
import { LruMap } from '../core/LruMap';

/** Pause between two requests of one room: a burst costs one request in this time. */
const PAUSE_MS = 4_000;
const ROOMS = 5_000;
/** How many ghosts of one room wait; the others' receipts move when they write again. */
const MOST_GHOSTS = 20;

/**
 * Who writes has read: a ghost's read receipt moves to what others on Matrix wrote last before. Apps see nothing else of
 * what people read (no event of Rocket.Chat tells it). In the background, one request per room in some seconds, and only
 * when there is something newer; nothing waits for it and nothing is lost with it.
 */
export class Receipts {
    private readonly newest = new LruMap<MatrixRoomId, MatrixEventId>(ROOMS);
    private readonly moved = new LruMap<string, MatrixEventId>(ROOMS);
    private readonly waiting = new Map<MatrixRoomId, Map<MatrixUserId, MatrixEventId>>();

    constructor(private readonly context: BridgeContext) {}

    /** An event of a room, in the order in which the homeserver has them: our own ones as well. */
    public seen({ room_id: room, event_id: event, sender, state_key: stateKey }: MatrixEvent): void {
        if (stateKey !== undefined) {
            return;
        }
        if (!this.context.namespace.isOurs(sender)) {
            this.newest.set(room, event);
            return;
        }
        const newest = this.newest.get(room);
        if (newest && this.context.namespace.isGhost(sender) && this.moved.get(`${sender} ${room}`) !== newest) {
            this.enqueue(room, sender, newest);
        }
    }

    public forget(): void {
        [this.newest, this.moved].forEach((known) => known.clear());
    }

    private enqueue(room: MatrixRoomId, ghost: MatrixUserId, event: MatrixEventId): void {
        const known = this.waiting.get(room);
        const ghosts = known || new Map<MatrixUserId, MatrixEventId>();
        if (ghosts.has(ghost) || ghosts.size < MOST_GHOSTS) {
            ghosts.set(ghost, event);
        }
        if (!known) {
            this.waiting.set(room, ghosts);
            void this.work(room, ghosts);
        }
    }

    private async work(room: MatrixRoomId, ghosts: Map<MatrixUserId, MatrixEventId>): Promise<void> {
        while (ghosts.size) {
            await this.context.clock.sleep(PAUSE_MS);
            const [[ghost, event]] = ghosts;
            ghosts.delete(ghost);
            await this.move(room, ghost, event);
        }
        this.waiting.delete(room);
    }

    private async move(room: MatrixRoomId, ghost: MatrixUserId, event: MatrixEventId): Promise<void> {
        try {
            await this.context.homeserver.readReceipt(room, event, ghost);
            this.moved.set(`${ghost} ${room}`, event);
        } catch (error) {
            this.context.log.debug(`A read receipt of ${ghost} could not be moved: ${reasonOf(error)}`);
        }
    }
}
