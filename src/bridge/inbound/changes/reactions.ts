import { answering, quoteLink, reactionName, reactionText, readRelation } from '../../../convert/index';
import { BridgeError } from '../../../errors/BridgeError';
import type { MatrixEvent } from '../../../matrix/Homeserver';
import type { RcMessage } from '../../../rocketchat/RocketChat';
import type { Parts } from '../../core/Parts';
import type { Puppet } from '../../people/Puppets';
import type { Portal } from '../../portals/Portal';
import { linkToMessage, messageOfEvent, openThread } from '../lookups';
import { postNote } from '../posting';

/** A custom emoji is known to the workspace alone: whether there is one of a name shows when it is used. */
const asked = (): boolean => true;

/** What a stranger calls a picture (MSC4027) as a name of Rocket.Chat. */
const named = (shortcode: string | undefined): string | undefined => (shortcode ? `:${shortcode.replace(/^:|:$/g, '')}:` : undefined);

/** `m.reaction`: the puppet reacts. What this workspace has no emoji for is shown in words. */
export class InboundReactions {
    constructor(private readonly parts: Parts) {}

    public async handle(event: MatrixEvent): Promise<void> {
        const { portals, puppets } = this.parts;
        const { reactsTo, key, shortcode } = readRelation(event.content);
        const portal = reactsTo && key && (await portals.ofMatrixRoom(event.room_id));
        const message = portal && (await messageOfEvent(this.parts, portal, reactsTo));
        if (!portal || !key || !message || message.systemType === 'rm') {
            return;
        }
        const puppet = await puppets.of(event.sender);
        await puppets.ensureMember(puppet, portal);
        const emoji = reactionName(key, asked) || reactionName(named(shortcode) || '', asked);
        if (!emoji || !(await this.react(event, message, puppet, emoji))) {
            await this.tell(portal, event, message, puppet, reactionText(puppet.name, key, shortcode));
        }
    }

    /** @returns false when the workspace has no such emoji */
    private async react(event: MatrixEvent, message: RcMessage, puppet: Puppet, emoji: string): Promise<boolean> {
        const { links, context } = this.parts;
        try {
            await context.rocketchat.react(message.id, puppet.rcUserId, emoji, true);
        } catch (error) {
            if (error instanceof BridgeError && error.code === 'rocketchat.unknownEmoji') {
                return false;
            }
            throw error;
        }
        links.remember({ kind: 'reaction', event: event.event_id, message: message.id, room: message.roomId, sender: event.sender, emoji, userId: puppet.rcUserId });
        return true;
    }

    /** A message in the place of a reaction, under the reaction's own id: who takes the reaction back deletes it. */
    private async tell(portal: Portal, event: MatrixEvent, message: RcMessage, puppet: Puppet, sentence: string): Promise<void> {
        const text = answering(sentence, quoteLink(await linkToMessage(this.parts, portal, message.id)));
        const threadId = await openThread(this.parts, message.threadId);
        await postNote(this.parts, portal, event, puppet, text, { ...(threadId && { threadId }), parseUrls: true });
    }
}
