import { BridgeError } from '../../errors/BridgeError';
import { transactionId } from '../../ids/transactions';
import type { MatrixEventId, MatrixUserId } from '../../ids/types';
import type { Content } from '../../matrix/Homeserver';
import type { RcUser } from '../../rocketchat/RocketChat';
import { despiteOutage } from '../core/despiteOutage';
import type { Parts } from '../core/Parts';
import { OUTWARD } from '../core/Patience';
import type { Mark } from '../links/mark';
import { withMark } from '../links/mark';
import { SentEvents } from '../links/SentEvents';
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
    /** It may be in the room already, since then (milliseconds since the epoch): it is looked for first. */
    perhapsSince?: number;
}

/** @property isSeen false when nobody could look */
type Look = { found?: MatrixEventId; isSeen: boolean };

/** After such failures the homeserver may still be at work: Dendrite makes two events of one that is sent twice in parallel. */
const UNFINISHED = ['homeserver.timeout', 'homeserver.connectionLost', 'homeserver.unavailable'];
const SETTLE_MS = 3_000;
/** A Synapse that has much to do can answer a join before it lets the joined one send. */
const JOINED_MS = 1_500;
const isNotInYet = (error: unknown): boolean => isForbidden(error) && error instanceof BridgeError && /not in room/i.test(error.detail || '');

/**
 * Sends as a ghost until it is done or surely cannot be done: registers and joins the ghost when the homeserver says that
 * it is not in the room, repeats what may succeed later with the same transaction id, and looks in the room first when a
 * try may have succeeded. Never two tries at once: it is called in the room's lane.
 */
export class Sender {
    private readonly sent: SentEvents;

    constructor(private readonly parts: Parts) {
        this.sent = new SentEvents(parts.context);
    }

    /** @throws BridgeError when the event cannot be delivered */
    public async send(portal: Portal, user: RcUser, event: Outgoing): Promise<{ eventId: MatrixEventId; ghost: Ghost }> {
        const since = event.perhapsSince ?? this.parts.context.clock.now();
        // Stays until it was looked for: a later try may fail before that, and surely.
        let doubtful = event.perhapsSince !== undefined;
        let isBlind = false;
        const result = await this.asGhost(portal, user, async (ghost, previous) => {
            doubtful = doubtful || Boolean(previous && !previous.certain);
            if (doubtful) {
                if (previous && UNFINISHED.includes(previous.code)) {
                    await this.parts.context.clock.sleep(SETTLE_MS);
                }
                const { found, isSeen } = await this.look(portal, ghost.mxid, event, since);
                if (found) {
                    return { eventId: found, ghost };
                }
                // Where the room is read and this fails, it is not all of the homeserver that fails.
                this.parts.patience.works();
                doubtful = false;
                isBlind = isBlind || !isSeen;
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
        }).catch((error) => {
            // The last try failed surely; of one before it nobody knows.
            throw (doubtful || isBlind) && error instanceof BridgeError && error.certain ? new BridgeError({ ...error, certain: false }) : error;
        });
        this.sent.note(portal, result.eventId);
        return result;
    }

    /** Where the homeserver lets nobody read the room, the transaction id is what is left against doubling. */
    private async look(portal: Portal, ghost: MatrixUserId, { mark, perhapsSince }: Outgoing, since: number): Promise<Look> {
        try {
            return { found: await this.sent.find(portal, ghost, mark, { since, isLive: perhapsSince === undefined }), isSeen: true };
        } catch (error) {
            if (!(error instanceof BridgeError) || error.retriable || isForbidden(error)) {
                throw error;
            }
            this.parts.context.log.warn(`The room ${portal.matrixRoomId} could not be looked at: ${error.message}`);
            return { isSeen: false };
        }
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
        const { ghosts, context } = this.parts;
        let broughtIn = false;
        return despiteOutage(this.parts, async (previous) => {
            const ghost = await ghosts.of(user);
            try {
                return await action(ghost, previous);
            } catch (error) {
                if (broughtIn || !isForbidden(error)) {
                    throw error;
                }
                await ghosts.bringIn(ghost, portal);
                broughtIn = true;
                return action(ghost).catch(async (refused) => {
                    if (!isNotInYet(refused)) {
                        throw refused;
                    }
                    await context.clock.sleep(JOINED_MS);
                    return action(ghost);
                });
            }
        }, OUTWARD, (failure, ms) => context.log.warn(`Sending to ${portal.matrixRoomId} again in ${Math.round(ms)} ms: ${failure.message}`));
    }
}
