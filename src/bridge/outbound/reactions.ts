import { reactionContent, reactionKey, readRelation } from '../../convert/index';
import { BridgeError } from '../../errors/BridgeError';
import type { MatrixEventId, RcMessageId, RcRoomId } from '../../ids/types';
import type { RcUser } from '../../rocketchat/RocketChat';
import { reasonOf } from '../core/Context';
import type { Parts } from '../core/Parts';
import type { Portal } from '../portals/Portal';
import { portalOf } from './lookups';
import type { Sender } from './Sender';

/** A reaction that was given or taken back. */
export interface Reacted {
    message: { id: RcMessageId; roomId: RcRoomId };
    /** `:name:` */
    emoji: string;
    /** False when it was taken back. */
    on: boolean;
    /** Milliseconds since the epoch: tells a reaction from the same one that was given before and taken back. */
    at: number;
}

/**
 * Reactions of local users on their way to Matrix. Some emoji have several names on Rocket.Chat and are one on Matrix: they are
 * sent once (Synapse refuses a second one, Dendrite would show it), and taken back with the last name.
 */
export class OutboundReactions {
    constructor(
        private readonly parts: Parts,
        private readonly sender: Sender,
        private readonly ensure: (portal: Portal, message: RcMessageId) => Promise<void>,
    ) {}

    /**
     * @param again it was tried before, by a process that may have ended
     * @throws when it cannot be brought over; that it is there already is no failure
     */
    public async changed(portal: Portal, user: RcUser, { message, emoji, on, at }: Reacted, again = false): Promise<void> {
        const { links } = this.parts;
        const given = await links.reaction(message.id, user.id, emoji);
        if (!on) {
            if (given && !(await this.goesByAnotherName(message.id, user, emoji))) {
                await this.sender.redact(await portalOf(this.parts, portal, given.event), user, given.event);
                await links.forgetReaction(given);
            }
            return;
        }
        const event = given ? undefined : await this.eventOf(portal, message.id);
        if (!event) {
            return;
        }
        const there = await portalOf(this.parts, portal, event);
        const key = reactionKey(emoji);
        const mark = { id: message.id, kind: 'react', part: 0, revision: `${emoji} ${at}` };
        try {
            const content = reactionContent(event, key, key === emoji ? emoji : undefined);
            const sent = await this.sender.send(there, user, { type: 'm.reaction', content, mark, ts: at, ...(again && { perhapsSince: at }) });
            links.remember({ kind: 'reaction', event: sent.eventId, message: message.id, room: message.roomId, sender: sent.ghost.mxid, emoji, userId: user.id });
        } catch (error) {
            if (!(error instanceof BridgeError) || error.errcode !== 'M_DUPLICATE_ANNOTATION') {
                throw error;
            }
            await this.recognise(there, user, event, { message, emoji });
        }
    }

    /** The reaction may have overtaken its message. */
    private async eventOf(portal: Portal, message: RcMessageId): Promise<MatrixEventId | undefined> {
        const { links } = this.parts;
        const [event] = await links.eventsOf(message);
        if (event) {
            return event;
        }
        await this.ensure(portal, message);
        return (await links.eventsOf(message))[0];
    }

    /** The homeserver has the reaction, and the bridge has lost its record: without it, it could not be taken back. Never throws. */
    private async recognise(portal: Portal, user: RcUser, event: MatrixEventId, { message, emoji }: Pick<Reacted, 'message' | 'emoji'>): Promise<void> {
        const { links, context, ghosts } = this.parts;
        try {
            const ghost = await ghosts.of(user);
            const { events } = await context.homeserver.relations(portal.matrixRoomId, event, { as: ghost.mxid, relType: 'm.annotation', limit: 100 });
            const own = events.find(({ sender, content }) => sender === ghost.mxid && readRelation(content).key === reactionKey(emoji));
            if (own) {
                links.remember({ kind: 'reaction', event: own.event_id, message: message.id, room: message.roomId, sender: ghost.mxid, emoji, userId: user.id });
            }
        } catch (error) {
            context.log.warn(`A reaction that is there already could not be found: ${reasonOf(error)}`);
        }
    }

    /** @returns whether the user still reacts with the same emoji under another of its names */
    private async goesByAnotherName(id: RcMessageId, { username }: RcUser, emoji: string): Promise<boolean> {
        const message = await this.parts.context.rocketchat.message(id);
        const names = message ? Object.keys(message.reactions).filter((name) => message.reactions[name].includes(username)) : [];
        return names.some((name) => name !== emoji && reactionKey(name) === reactionKey(emoji));
    }
}
