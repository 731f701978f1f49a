import { reactionName, readRelation } from '../../convert/index';
import type { MatrixEvent } from '../../matrix/Homeserver';
import type { Parts } from '../core/Parts';
import { messageOfEvent } from './lookups';

/** `m.reaction`: the puppet reacts. What Rocket.Chat has no emoji for is left out. */
export class InboundReactions {
    constructor(private readonly parts: Parts) {}

    public async handle(event: MatrixEvent): Promise<void> {
        const { portals, puppets, links, context } = this.parts;
        const { reactsTo, key } = readRelation(event.content);
        const portal = reactsTo && key && (await portals.ofMatrixRoom(event.room_id));
        if (!portal || !reactsTo || !key) {
            return;
        }
        const emoji = reactionName(key);
        const message = emoji && (await messageOfEvent(this.parts, portal, reactsTo));
        if (!emoji || !message) {
            return;
        }
        const puppet = await puppets.of(event.sender);
        if (portal.kind !== 'd') {
            await puppets.ensureMember(puppet, portal.rcRoomId);
        }
        await context.rocketchat.react(message.id, puppet.rcUserId, emoji, true);
        links.remember({ kind: 'reaction', event: event.event_id, message: message.id, room: message.roomId, sender: event.sender, emoji, userId: puppet.rcUserId });
    }
}
