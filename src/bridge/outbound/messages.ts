import type { TextContent } from '../../convert/index';
import { asEdit, messageLink, relate, toMatrix } from '../../convert/index';
import type { MatrixEventId, MatrixUserId } from '../../ids/types';
import type { Content } from '../../matrix/Homeserver';
import type { RcMessage, RcUser } from '../../rocketchat/RocketChat';
import type { Parts } from '../core/Parts';
import { OUTWARD } from '../core/Patience';
import { isForbidden } from '../people/Ghosts';
import type { Portal } from '../portals/Portal';
import { readReferences } from './lookups';
import type { Sender } from './Sender';

/** Messages of local users on their way to Matrix. Every function is one item of the room's lane and throws when it fails for good. */
export class OutboundMessages {
    constructor(
        private readonly parts: Parts,
        private readonly sender: Sender,
    ) {}

    /** A new message. One that has an event already is not sent again. */
    public async post(portal: Portal, message: RcMessage): Promise<void> {
        const { links } = this.parts;
        if (!links.isFresh(message.id) && (await links.eventsOf(message.id)).length) {
            return;
        }
        const content = await this.content(portal, message);
        const mark = { id: message.id, kind: 'message', part: 0, revision: '' };
        const { eventId, ghost } = await this.sender.send(portal, message.sender, { type: 'm.room.message', content, mark, ts: message.ts });
        links.remember({ kind: 'message', event: eventId, message: message.id, room: message.roomId, sender: ghost.mxid });
    }

    /** An edit, sent as the author: Matrix knows no edits by others. */
    public async edit(portal: Portal, message: RcMessage): Promise<void> {
        const [event] = await this.parts.links.eventsOf(message.id);
        if (!event) {
            // The edit has overtaken its message: what is sent is the text as it is now.
            if (message.ts >= portal.bridgedAt) {
                await this.post(portal, message);
            }
            return;
        }
        const plain = await this.content(portal, message, false);
        const mark = { id: message.id, kind: 'edit', part: 0, revision: String(message.editedAt || 0) };
        await this.sender.send(portal, message.sender, { type: 'm.room.message', content: asEdit(plain, event), mark, ts: message.editedAt });
    }

    /**
     * A deletion, of all events of the message. Whoever deletes another's message needs the power on Matrix; where the
     * person has none, the author's ghost or our host in the room does it: Rocket.Chat has checked the right.
     */
    public async delete(portal: Portal, message: RcMessage, by: RcUser): Promise<void> {
        const { links, ghosts, patience } = this.parts;
        for (const event of await links.eventsOf(message.id)) {
            try {
                await this.sender.redact(portal, by, event);
            } catch (error) {
                if (!isForbidden(error)) {
                    throw error;
                }
                const author = message.sender.isPuppet ? undefined : await ghosts.ifKnown(message.sender.id);
                await patience.keepTrying(() => this.sender.redactAs(portal, author ? author.mxid : portal.host, event), OUTWARD);
            }
        }
    }

    private async content(portal: Portal, message: RcMessage, related = true): Promise<Content> {
        const { context, authors } = await readReferences(this.parts, portal, message);
        const { content, replyTo } = toMatrix(message, context);
        const link = messageLink(context.siteUrl, { kind: portal.kind, id: portal.rcRoomId, name: portal.name || '' }, message.id);
        const author = replyTo && authors.get(replyTo);
        const linked: Content = { ...content, external_url: link, 'm.mentions': withAuthor(content['m.mentions'], author) };
        if (!related) {
            return linked;
        }
        const root: MatrixEventId | undefined = message.threadId && (await this.parts.links.eventsOf(message.threadId))[0];
        return relate(linked, { ...(replyTo && { replyTo }), ...(root && { thread: { root } }) });
    }
}

/** Whoever is answered is mentioned, too (Matrix spec, "User and room mentions", replies). */
function withAuthor(mentions: TextContent['m.mentions'], author?: MatrixUserId): TextContent['m.mentions'] {
    const ids = mentions.user_ids || [];
    return author && !ids.includes(author) ? { ...mentions, user_ids: [...ids, author] } : mentions;
}
