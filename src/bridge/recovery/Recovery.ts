import { BridgeError } from '../../errors/BridgeError';
import type { RcMessageId, RcUserId } from '../../ids/types';
import type { RcMessage, RcUser } from '../../rocketchat/RocketChat';
import { reasonOf } from '../core/Context';
import type { Parts } from '../core/Parts';
import type { OutItem } from '../outbound/items';
import type { OutboundMessages } from '../outbound/messages';
import type { Concerned } from '../outbound/Notices';
import type { OutboundReactions } from '../outbound/reactions';
import type { Sender } from '../outbound/Sender';
import type { Portal } from '../portals/Portal';
import { isDeleted, Unbridging } from '../portals/Unbridging';
import type { Arrived } from './Arrived';
import { readArrived } from './Arrived';
import { compareDeletions } from './deletions';
import { compareReactions } from './reactions';
import type { Ref, Written } from './Written';
import { readWritten } from './Written';

/**
 * The server takes the time of a message from the client when it is off by ten seconds at most, in both directions
 * (`sendMessage`), and the clocks of its instances differ a little: so a message can be older than one that came before it.
 */
const SLACK_MS = 30_000;
/** Long work is logged each time this many messages are done. */
const LOG_EACH = 500;

/** From when on something may be missing. */
export interface Past {
    /** Milliseconds: everything before is known to be done. */
    since: number;
    /** Compares with Matrix even when nothing was written since then: what was deleted leaves no trace here. */
    whole: boolean;
    /** Messages whose deletion waits for its turn. */
    deleted: Set<string>;
}

/** The lane of the room, as a comparison uses it. */
export interface RoomLane {
    /** Before the first thing is sent. */
    begin(): Promise<void>;
    /** Whether the message waits in the lane. */
    isWaiting(message: RcMessageId): boolean;
    /** @returns what does the message that waits, which is then done here, in the order of the messages */
    claim(message: RcMessageId): (() => Promise<void>) | undefined;
    /** Something could not be done. @throws the failure when it is to be done later */
    failed(item: OutItem, concerned: Concerned, error: unknown): Promise<void>;
}

/**
 * Brings to Matrix what was written while no process could: after a crash, a restart, while the app was off. Compares the
 * room's messages with the marks of the events that are there, so nothing is sent twice, whatever memory has lost.
 * Called in the room's lane.
 */
export class Recovery {
    private readonly unbridging: Unbridging;

    constructor(
        private readonly parts: Parts,
        private readonly messages: OutboundMessages,
        private readonly reactions: OutboundReactions,
        private readonly sender: Sender,
    ) {
        this.unbridging = new Unbridging(parts);
    }

    /** @returns how many messages were missing; none of a room that was deleted in Rocket.Chat, which is unbridged */
    public async room(portal: Portal, { since, whole, deleted }: Past, lane: RoomLane): Promise<number> {
        const { context } = this.parts;
        const from = Math.max(since, portal.bridgedAt) - SLACK_MS;
        const written = await this.written(portal, from);
        if (!written) {
            await lane.begin();
            await this.unbridging.end(portal);
            return 0;
        }
        const recent = written.messages.filter((ref) => !ref.isFromMatrix && (ref.ts >= from || (ref.editedAt || 0) >= from));
        if (!whole && recent.every(({ id }) => lane.isWaiting(id))) {
            return 0;
        }
        const arrived = await this.arrived(portal, from);
        let missing = 0;
        for (const [place, ref] of recent.entries()) {
            missing += (await this.one(portal, ref, arrived, from, lane)) ? 1 : 0;
            if (place % LOG_EACH === LOG_EACH - 1) {
                context.log.info(`Room ${portal.rcRoomId}: ${place + 1} of ${recent.length} messages compared with Matrix, ${missing} were missing.`);
            }
        }
        await compareDeletions(this.parts, this.sender, { portal, written, arrived, waiting: deleted }, lane);
        await compareReactions(this.parts, this.reactions, { portal, written, arrived, from, whole }, lane);
        if (missing) {
            context.log.info(`Room ${portal.rcRoomId} was compared with Matrix from ${new Date(from).toISOString()}: ${missing} of ${recent.length} messages were missing.`);
        }
        return missing;
    }

    /** @returns undefined when the room was deleted in Rocket.Chat */
    private async written(portal: Portal, from: number): Promise<Written | undefined> {
        const { context } = this.parts;
        try {
            const written = await readWritten(context, portal.rcRoomId, from, (read) => {
                context.log.debug(`Room ${portal.rcRoomId}: ${read} messages read, back to ${new Date(from).toISOString()}.`);
            });
            return written.isEmpty && (await isDeleted(this.parts, portal)) ? undefined : written;
        } catch (error) {
            if (await isDeleted(this.parts, portal)) {
                return undefined;
            }
            throw error;
        }
    }

    /** @returns whether it was missing */
    private async one(portal: Portal, ref: Ref, arrived: Arrived, from: number, lane: RoomLane): Promise<boolean> {
        const { links } = this.parts;
        const waiting = lane.claim(ref.id);
        if (waiting) {
            await waiting();
            return false;
        }
        const isThere = arrived.messages.has(ref.id) || (await links.eventsOf(ref.id)).length > 0;
        const isMissing = !isThere && ref.ts >= Math.max(from, portal.bridgedAt);
        const isEdited = isThere && (ref.editedAt || 0) >= from && !arrived.edits.has(`${ref.id} ${ref.editedAt}`);
        // Of its parts some may be missing.
        const isInParts = isThere && ref.mayHaveParts && ref.ts >= from;
        if (!isMissing && !isEdited && !isInParts) {
            return false;
        }
        const message = await this.current(ref.id, ref.senderId);
        if (!message) {
            return false;
        }
        await lane.begin();
        if (isMissing || isInParts) {
            await this.attempt('message', message, () => this.messages.post(portal, message), lane);
        }
        if (isEdited) {
            await this.attempt('edit', message, () => this.messages.edit(portal, message), lane);
        }
        return isMissing;
    }

    private async attempt(kind: 'message' | 'edit', message: RcMessage, action: () => Promise<void>, lane: RoomLane): Promise<void> {
        try {
            await action();
        } catch (error) {
            await lane.failed({ kind, room: message.roomId, message: message.id }, { message, actor: message.sender }, error);
        }
    }

    /** @returns a message as it is now, with the whole of its writer; undefined when it is none of a local person */
    private async current(id: RcMessageId, senderId: RcUserId): Promise<RcMessage | undefined> {
        const { rocketchat } = this.parts.context;
        const sender: RcUser | undefined = await rocketchat.user(senderId);
        const message = sender && !sender.isPuppet && !sender.isAppUser ? await rocketchat.message(id) : undefined;
        return message && sender && !message.systemType ? { ...message, sender } : undefined;
    }

    /** Where we may not read the room, the records tell what has arrived. */
    private async arrived(portal: Portal, from: number): Promise<Arrived> {
        try {
            return await readArrived(this.parts, portal, from);
        } catch (error) {
            if (!(error instanceof BridgeError) || error.retriable) {
                throw error;
            }
            this.parts.context.log.warn(`The room ${portal.matrixRoomId} could not be read: ${reasonOf(error)}`);
            return { messages: new Map(), edits: new Set(), reactions: new Map() };
        }
    }
}
