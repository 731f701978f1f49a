import { deletionNote } from '../../../convert/index';
import { messageIdOf } from '../../../ids/messages';
import { serverOf } from '../../../ids/matrix';
import { transactionId } from '../../../ids/transactions';
import type { MatrixUserId, RcMessageId } from '../../../ids/types';
import type { MatrixEvent } from '../../../matrix/Homeserver';
import type { RcMessage } from '../../../rocketchat/RocketChat';
import { reasonOf } from '../../core/Context';
import type { Parts } from '../../core/Parts';
import type { Link } from '../../links/Links';
import type { Puppet } from '../../people/Puppets';
import type { Portal } from '../../portals/Portal';
import { hasPower } from '../../portals/powers';
import { MAX_MESSAGES } from '../kinds/LongTexts';
import { messageOfEvent } from '../lookups';
import { postNote } from '../posting';
import type { InboundEdits } from './edits';

/** `m.room.redaction`: takes a reaction or an edit back, or deletes a message. */
export class InboundRedactions {
    constructor(
        private readonly parts: Parts,
        private readonly edits: InboundEdits,
    ) {}

    public async handle(event: MatrixEvent): Promise<void> {
        const { portals, puppets, links } = this.parts;
        const portal = event.redacts && (await portals.ofMatrixRoom(event.room_id));
        if (!portal || !event.redacts) {
            return;
        }
        const link = await links.ofEvent(event.redacts);
        if (link && link.room !== portal.rcRoomId) {
            return;
        }
        if (link && link.kind === 'reaction') {
            if (await this.isAllowed(portal, event, link.sender)) {
                await this.takeBack(link);
            }
            return;
        }
        if (link && link.kind === 'edit' && link.target) {
            if (await this.isAllowed(portal, event, link.sender)) {
                await this.edits.withdrawn(portal, event, link.target);
            }
            return;
        }
        const message = await messageOfEvent(this.parts, portal, event.redacts);
        if (!message || message.systemType === 'rm') {
            return;
        }
        const author = link ? link.sender : await this.authorOf(message);
        if (await this.isAllowed(portal, event, author)) {
            const puppet = await puppets.of(event.sender);
            await this.delete(portal, message, puppet, link);
            await this.tellReason(portal, event, message, puppet);
        }
    }

    /**
     * Redactions are events that anybody may send: they count from the author, from whoever has the power, and from the
     * author's server, which answers for its users (Matrix spec, room version 3, "Handling redactions").
     */
    private async isAllowed(portal: Portal, event: MatrixEvent, author?: MatrixUserId): Promise<boolean> {
        const { context } = this.parts;
        if (author && serverOf(author) === serverOf(event.sender)) {
            return true;
        }
        const allowed = await hasPower(context, portal, event.room_id, event.sender, 'redact');
        if (!allowed) {
            context.log.info(`The redaction ${event.event_id} is left out: its sender lacks the power.`);
        }
        return allowed;
    }

    private async authorOf({ sender }: RcMessage): Promise<MatrixUserId | undefined> {
        const puppet = sender.isPuppet ? await this.parts.puppets.byUserId(sender.id) : undefined;
        return puppet && puppet.mxid;
    }

    /** The record goes last: when something fails here the event comes again, and must find what it takes back. */
    private async takeBack(link: Link): Promise<void> {
        const { links, context } = this.parts;
        const { emoji, userId } = link;
        // Some homeservers take the same reaction twice: it is gone with the last of them.
        if (emoji && userId && !(await links.isDouble(link))) {
            const [message, user] = await Promise.all([context.rocketchat.message(link.message), context.rocketchat.user(userId)]);
            // Older servers add a reaction when one is removed that is not there.
            if (message && user && (message.reactions[emoji] || []).includes(user.username)) {
                await context.rocketchat.react(link.message, userId, emoji, false);
            }
        }
        await links.forgetReaction(link);
    }

    private async delete(portal: Portal, message: RcMessage, puppet: Puppet, link?: Link): Promise<void> {
        const { links, context } = this.parts;
        const ours = link && context.namespace.isOurs(link.sender) ? link : undefined;
        const rest = ours ? withoutFile(message, ours.part || 0) : undefined;
        if (rest) {
            await context.rocketchat.edit(message.id, puppet.rcUserId, rest);
            return;
        }
        // The first one goes last: when something fails here the event comes again, and finds the rest by it.
        const further = ours ? [] : await this.furtherOf(portal, message, link ? await links.messagesOf(link.event) : new Map());
        for (const id of [...further.reverse(), message.id]) {
            await context.rocketchat.delete(id, puppet.rcUserId);
        }
        if (ours) {
            await this.redactFurther(portal, message, ours);
        }
    }

    /** What else a message of ours is on Matrix (the file with the whole of a long text) goes with it. */
    private async redactFurther(portal: Portal, message: RcMessage, redacted: Link): Promise<void> {
        const { links, context } = this.parts;
        for (const { event, sender } of await links.linksOf(message.id)) {
            if (event !== redacted.event) {
                const txnId = transactionId({ kind: 'redact', id: event, ghost: sender });
                await context.homeserver.redact(portal.matrixRoomId, event, { txnId, as: sender }).catch((error: unknown) => {
                    context.log.warn(`The rest of message ${message.id} could not be redacted: ${reasonOf(error)}`);
                });
            }
        }
    }

    /** The messages behind the first one of an event: its further texts. */
    private async furtherOf(portal: Portal, message: RcMessage, recorded: Map<number, RcMessageId>): Promise<RcMessageId[]> {
        const { context, links } = this.parts;
        const [event] = await links.eventsOf(message.id);
        const found: RcMessageId[] = [];
        for (let part = 1; event && part < MAX_MESSAGES; part += 1) {
            const id = recorded.get(part) || messageIdOf(event, part);
            const further = await context.rocketchat.message(id);
            if (!further || further.roomId !== portal.rcRoomId) {
                break;
            }
            found.push(id);
        }
        return found;
    }

    private async tellReason(portal: Portal, event: MatrixEvent, message: RcMessage, puppet: Puppet): Promise<void> {
        const { reason } = event.content;
        if (typeof reason !== 'string' || !reason.trim()) {
            return;
        }
        const text = deletionNote(reason, message.sender.id === puppet.rcUserId ? undefined : message.sender.name);
        await postNote(this.parts, portal, event, puppet, text);
    }
}

/**
 * A message with several files is as many events: without one of them the others stay.
 * @param part number of the file; the first one carries the text
 * @returns the change of the message; undefined when nothing stays
 */
function withoutFile({ files, attachments }: RcMessage, part: number): { text?: string; attachments: RcMessage['attachments'] } | undefined {
    const file = files.filter(({ isThumbnail }) => !isThumbnail)[part];
    const shows = (attachment: RcMessage['attachments'][number]): boolean => ['title_link', 'image_url', 'audio_url', 'video_url']
        .some((field) => typeof attachment[field] === 'string' && (attachment[field] as string).includes('/file-upload/'));
    const rest = file ? attachments.filter((attachment) => attachment.fileId !== file.id && !String(attachment.title_link).includes(`/${file.id}/`)) : [];
    return rest.some(shows) ? { ...(part === 0 && { text: '' }), attachments: rest } : undefined;
}
