import { matrixRoomId } from '../../ids/matrix';
import { rcRoomId } from '../../ids/rocketchat';
import type { RcRoomId } from '../../ids/types';
import type { Parts } from '../core/Parts';
import type { Waiting } from '../core/Waiting';

/** All that waits. Times in milliseconds since the epoch. */
export interface QueueState {
    /** The longest waiting first. */
    rooms: Waiting[];
    /** Since when the homeserver is away; undefined while it is there. */
    awaySince?: number;
    nextTryAt?: number;
}

const OUT = 'out ';

/** What waits for its turn, for administrators. */
export class Queue {
    /**
     * @param inward what came from Matrix and is not in Rocket.Chat yet, by Matrix room
     * @param isBehind whether more waits in a room, on its way to Matrix, than its lane holds
     */
    constructor(
        private readonly parts: Parts,
        private readonly inward: () => Waiting[],
        private readonly isBehind: (roomId: RcRoomId) => boolean,
    ) {}

    public look(): QueueState {
        const { lanes, patience } = this.parts;
        const outward = lanes.waiting(OUT).map((waiting): Waiting => ({
            ...waiting, direction: 'out', ...(this.isBehind(rcRoomId(waiting.room)) && { hasMore: true }),
        }));
        const rooms = [...outward, ...this.inward()];
        const { since, nextProbeAt } = patience.outage;
        return {
            rooms: rooms.sort((a, b) => a.oldestAt - b.oldestAt),
            ...(since !== undefined && { awaySince: since, nextTryAt: nextProbeAt }),
        };
    }

    /** @returns the name by which people know the room; its id when it is not bridged (any more) */
    public async roomName(direction: Waiting['direction'], id: string): Promise<string> {
        const { portals, context } = this.parts;
        const matrixId = direction === 'in' ? matrixRoomId(id) : undefined;
        const portal = matrixId && (await portals.ofMatrixRoom(matrixId));
        const rcId = direction === 'out' ? rcRoomId(id) : portal && portal.rcRoomId;
        const room = rcId && (await context.rocketchat.room(rcId));
        if (!room) {
            return id;
        }
        return room.kind === 'd' ? `a direct conversation (${room.id})` : `#${room.displayName || room.name}`;
    }
}
