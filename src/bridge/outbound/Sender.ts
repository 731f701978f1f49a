import { BridgeError } from '../../errors/BridgeError';
import { transactionId } from '../../ids/transactions';
import type { MatrixEventId, MatrixUserId } from '../../ids/types';
import type { Content } from '../../matrix/Homeserver';
import type { RcUser } from '../../rocketchat/RocketChat';
import type { Parts } from '../core/Parts';
import { OUTWARD } from '../core/Patience';
import type { Mark } from '../links/mark';
import { markOf, withMark } from '../links/mark';
import type { Ghost } from '../people/Ghosts';
import { isForbidden } from '../people/Ghosts';
import type { Portal } from '../portals/Portal';

/** An event to be sent for a Rocket.Chat user. */
export interface Outgoing {
    type: string;
    content: Content;
    mark: Mark;
    /** Milliseconds since the epoch. */
    ts?: number;
}

/** How many of the room's newest events are looked through for a send whose outcome is not known. */
const LOOK_BACK = 100;

/**
 * Sends as a ghost until it is done or surely cannot be done: registers and joins the ghost when the homeserver says that
 * it is not in the room, repeats what may succeed later with the same transaction id, and looks in the room first when a
 * try may have succeeded. Never two tries at once: it is called in the room's lane.
 */
export class Sender {
    constructor(private readonly parts: Parts) {}

    /** @throws BridgeError when the event cannot be delivered */
    public async send(portal: Portal, user: RcUser, event: Outgoing): Promise<{ eventId: MatrixEventId; ghost: Ghost }> {
        return this.asGhost(portal, user, async (ghost, previous) => {
            if (previous && !previous.certain) {
                const found = await this.find(portal, ghost.mxid, event.mark);
                if (found) {
                    return { eventId: found, ghost };
                }
            }
            const eventId = await this.parts.context.homeserver.send({
                roomId: portal.matrixRoomId,
                type: event.type,
                content: withMark(event.content, event.mark),
                txnId: transactionId({ ...event.mark, ghost: ghost.mxid }),
                as: ghost.mxid,
                ...(event.ts && { ts: event.ts }),
            });
            return { eventId, ghost };
        });
    }

    /** Redacts as a user's ghost. An event that is gone or unknown counts as redacted. */
    public async redact(portal: Portal, user: RcUser, eventId: MatrixEventId, reason?: string): Promise<void> {
        await this.asGhost(portal, user, (ghost) => this.redactAs(portal, ghost.mxid, eventId, reason));
    }

    /** Redacts as one of ours who is in the room, or as the bot. */
    public async redactAs(portal: Portal, user: MatrixUserId, eventId: MatrixEventId, reason?: string): Promise<void> {
        const { homeserver, namespace } = this.parts.context;
        const txnId = transactionId({ kind: 'redact', id: eventId, ghost: user });
        try {
            await homeserver.redact(portal.matrixRoomId, eventId, { txnId, ...(user !== namespace.bot && { as: user }), ...(reason && { reason }) });
        } catch (error) {
            if (!(error instanceof BridgeError) || error.errcode !== 'M_NOT_FOUND') {
                throw error;
            }
        }
    }

    /**
     * Does something as the user's ghost, with patience. A first refusal may mean that the ghost is not in the room: it is
     * brought in, once.
     */
    public async asGhost<T>(portal: Portal, user: RcUser, action: (ghost: Ghost, previous?: BridgeError) => Promise<T>): Promise<T> {
        const { ghosts, patience, context } = this.parts;
        let broughtIn = false;
        return patience.keepTrying(async (previous) => {
            const ghost = await ghosts.of(user);
            try {
                return await action(ghost, previous);
            } catch (error) {
                if (broughtIn || !isForbidden(error)) {
                    throw error;
                }
                broughtIn = true;
                await ghosts.bringIn(ghost, portal);
                return action(ghost);
            }
        }, OUTWARD, (failure, ms) => context.log.warn(`Sending to ${portal.matrixRoomId} again in ${Math.round(ms)} ms: ${failure.message}`));
    }

    /** Looks for an event of ours among the newest of the room. */
    private async find(portal: Portal, ghost: MatrixUserId, mark: Mark): Promise<MatrixEventId | undefined> {
        const { events } = await this.parts.context.homeserver.messages(portal.matrixRoomId, { as: ghost, dir: 'b', limit: LOOK_BACK });
        const found = events.find((event) => {
            const other = event.sender === ghost ? markOf(event.content) : undefined;
            return other && other.id === mark.id && other.kind === mark.kind && other.part === mark.part && other.revision === mark.revision;
        });
        return found && found.event_id;
    }
}
