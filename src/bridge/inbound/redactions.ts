import { messageIdOf } from '../../ids/messages';
import type { MatrixEvent } from '../../matrix/Homeserver';
import type { Parts } from '../core/Parts';
import { messageOfEvent } from './lookups';

const MAX_PARTS = 50;

/**
 * `m.room.redaction`: takes a reaction back or deletes a message. The homeserver has checked the power of who redacts
 * (Matrix spec, room versions, "Redactions").
 */
export class InboundRedactions {
    constructor(private readonly parts: Parts) {}

    public async handle(event: MatrixEvent): Promise<void> {
        const { portals, puppets, links, context } = this.parts;
        const portal = event.redacts && (await portals.ofMatrixRoom(event.room_id));
        if (!portal || !event.redacts) {
            return;
        }
        const link = await links.ofEvent(event.redacts);
        if (link && link.room !== portal.rcRoomId) {
            return;
        }
        if (link && link.kind === 'reaction') {
            const message = await context.rocketchat.message(link.message);
            const given = message && link.userId && link.emoji ? message.reactions[link.emoji] : undefined;
            // Older servers add a reaction when one is removed that is not there.
            if (given && link.userId && link.emoji) {
                await context.rocketchat.react(link.message, link.userId, link.emoji, false);
            }
            await links.forgetReaction(link);
            return;
        }
        const message = await messageOfEvent(this.parts, portal, event.redacts);
        if (!message) {
            return;
        }
        const puppet = await puppets.of(event.sender);
        await context.rocketchat.delete(message.id, puppet.rcUserId);
        for (let part = 1; part < MAX_PARTS && message.id === messageIdOf(event.redacts); part += 1) {
            const further = await context.rocketchat.message(messageIdOf(event.redacts, part));
            if (!further || further.roomId !== portal.rcRoomId) {
                break;
            }
            await context.rocketchat.delete(further.id, puppet.rcUserId);
        }
    }
}
