import type { InwardMessage } from '../../convert/index';
import { fromMatrix, keepOriginalTime, messageLink, readRelation, withOriginalTime } from '../../convert/index';
import { messageIdOf } from '../../ids/messages';
import type { MatrixEventId } from '../../ids/types';
import type { MatrixEvent } from '../../matrix/Homeserver';
import type { Parts } from '../core/Parts';
import type { PostMessage, RcMessage } from '../../rocketchat/RocketChat';
import type { Brought } from '../media/InboundFiles';
import { InboundFiles } from '../media/InboundFiles';
import type { Puppet } from '../people/Puppets';
import type { Portal } from '../portals/Portal';
import { ChosenIds } from './ChosenIds';
import { EncryptedRooms } from './kinds/EncryptedRooms';
import { LongTexts } from './kinds/LongTexts';
import { UnknownKinds } from './kinds/Unknown';
import { inwardContext, messageOfEvent } from './lookups';

/** Name of the file that holds the whole of a very long text. */
const LONG_TEXT = 'message.txt';

type Pieces = Pick<Brought, 'posted' | 'shown'> & { texts: string[] };

/** Homeservers hand out what was redacted without its content. */
const isRedacted = ({ content, unsigned }: MatrixEvent): boolean => Boolean(unsigned && unsigned.redacted_because) || !Object.keys(content).length;

/** `m.room.message` and its like: posted by the sender's puppet under an id derived from the event. */
export class InboundMessages {
    private readonly files: InboundFiles;
    private readonly ids: ChosenIds;
    private readonly texts: LongTexts;
    private readonly encrypted: EncryptedRooms;
    private readonly unknown: UnknownKinds;

    constructor(
        private readonly parts: Parts,
        private readonly touched: (portal: Portal) => void,
    ) {
        this.files = new InboundFiles(parts);
        this.ids = new ChosenIds(parts.context);
        this.texts = new LongTexts(parts);
        this.encrypted = new EncryptedRooms(parts);
        this.unknown = new UnknownKinds(parts.context);
    }

    public async handle(event: MatrixEvent): Promise<void> {
        const { portals, puppets, context } = this.parts;
        const portal = await portals.ofMatrixRoom(event.room_id);
        if (!portal || isRedacted(event)) {
            return;
        }
        this.touched(portal);
        if (event.type === 'm.room.encrypted' || event.type === 'm.room.encryption') {
            await this.encrypted.tell(portal, event);
            return;
        }
        const puppet = await puppets.of(event.sender);
        if (portal.kind !== 'd') {
            await puppets.ensureMember(puppet, portal.rcRoomId);
        }
        const message = fromMatrix(event, await inwardContext(this.parts, portal, event));
        if (message.unknown) {
            this.unknown.note(message.unknown);
        }
        if (readRelation(event.content).edits) {
            await this.edit(portal, event, puppet, message);
        } else if (message.text || message.media) {
            await this.post(portal, event, puppet, { ...message, text: withOriginalTime(message.text, event.origin_server_ts, context.clock.now()) });
        }
    }

    private async post(portal: Portal, event: MatrixEvent, puppet: Puppet, message: InwardMessage): Promise<void> {
        const { context, links } = this.parts;
        const thread = message.relation.thread && (await messageOfEvent(this.parts, portal, message.relation.thread));
        const frame = await this.frame(portal, puppet, thread);
        const { texts, posted, shown } = await this.pieces(portal, event, puppet, message);
        if (posted) {
            links.remember({ kind: 'message', event: event.event_id, message: posted.id, room: portal.rcRoomId, sender: event.sender });
            const caption = await this.captionOf(portal, texts[0] || '', thread);
            if (caption && caption !== posted.text) {
                await context.rocketchat.edit(posted.id, puppet.rcUserId, { text: caption });
            }
        }
        const there = (await this.ids.areRefused()) ? await links.partsOf(event.event_id) : [];
        // A quote is made of a link by the server, and only when it may look at links.
        const parseUrls = Boolean(message.relation.replyTo);
        let left = texts;
        for (let part = 0; left.length; part += 1) {
            const [text, ...further] = left;
            if ((posted && part === 0) || there.includes(part)) {
                left = further;
                continue;
            }
            try {
                await this.postOne(event, { ...frame, ...(part === 0 && shown), text, parseUrls, id: messageIdOf(event.event_id, part) }, part);
                left = further;
            } catch (error) {
                left = await this.texts.shortened(error, left);
                part -= 1;
            }
        }
    }

    private async postOne(event: MatrixEvent, message: PostMessage, part: number): Promise<void> {
        const { context, links } = this.parts;
        const { id } = await context.rocketchat.post(message);
        if (id !== message.id) {
            // This server chooses ids itself: the record takes the place of the derived id.
            links.remember({ kind: 'message', event: event.event_id, message: id, room: message.roomId, sender: event.sender, part });
            await this.ids.noteRefused();
        }
    }

    /** What all messages of an event have in common. */
    private async frame(portal: Portal, puppet: Puppet, thread?: RcMessage): Promise<Omit<PostMessage, 'id' | 'text'>> {
        const avatarUrl = await this.parts.avatars.urlOf(puppet.avatarUrl);
        return {
            roomId: portal.rcRoomId,
            senderId: puppet.rcUserId,
            ...(puppet.name !== puppet.createdName && { alias: puppet.name }),
            ...(avatarUrl && { avatarUrl }),
            ...(thread && { threadId: thread.threadId || thread.id }),
        };
    }

    /** The texts to post one after another, and the file that the first of them shows. A file that is there already is not fetched again. */
    private async pieces(portal: Portal, event: MatrixEvent, puppet: Puppet, { media, text }: InwardMessage): Promise<Pieces> {
        const { texts, isCut } = media ? { texts: await this.texts.whole(text), isCut: false } : await this.texts.divide(text);
        const existing = media || isCut || texts.length > 1 ? await messageOfEvent(this.parts, portal, event.event_id) : undefined;
        if (existing && existing.id !== messageIdOf(event.event_id)) {
            // The server has posted it under its own id; a try before may have ended without the text.
            return existing.files.length && !existing.text ? { posted: existing, texts } : { texts: [] };
        }
        if (media && media.url) {
            const brought: Brought = existing ? {} : await this.files.bring(portal, event, puppet, { ...media, url: media.url });
            const all = brought.note ? await this.texts.whole(`${brought.note}\n${text}`) : texts;
            return { ...brought, texts: all.length || existing ? all : [''] };
        }
        if (!isCut || existing) {
            return { texts };
        }
        const brought = await this.files.text(portal, event, puppet, LONG_TEXT, text);
        return brought ? { ...brought, texts } : { texts: await this.texts.whole(text) };
    }

    /** A message that the server has posted stands outside of the thread: it quotes the thread's first message, unless it answers one. */
    private async captionOf(portal: Portal, text: string, thread?: RcMessage): Promise<string> {
        if (!thread || text.startsWith('[ ](')) {
            return text;
        }
        const siteUrl = await this.parts.context.rocketchat.siteUrl();
        const link = messageLink(siteUrl, { kind: portal.kind, id: portal.rcRoomId, name: portal.name || '' }, thread.threadId || thread.id);
        return `[ ](${link}) ${text}`.trim();
    }

    /** Only the author's own edits count: homeservers accept edits of another's event. */
    private async edit(portal: Portal, event: MatrixEvent, puppet: Puppet, message: InwardMessage): Promise<void> {
        const { context } = this.parts;
        const edited = message.relation.edits && (await messageOfEvent(this.parts, portal, message.relation.edits));
        if (!edited || edited.sender.id !== puppet.rcUserId) {
            context.log.info(`The edit ${event.event_id} is of no message of its author in this room and left out.`);
            return;
        }
        const before = edited.text;
        const { texts } = await this.texts.divide(keepOriginalTime(before, message.text));
        const [text = message.media ? '' : undefined] = texts;
        if (text === undefined) {
            return;
        }
        if (text !== before) {
            await context.rocketchat.edit(edited.id, puppet.rcUserId, { text });
        }
        await this.texts.editFurther(message.relation.edits as MatrixEventId, before, texts, await this.frame(portal, puppet));
    }
}
