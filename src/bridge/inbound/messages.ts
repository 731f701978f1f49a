import type { InwardMessage } from '../../convert/index';
import { fromMatrix, messageLink, readRelation, splitText } from '../../convert/index';
import { messageIdOf } from '../../ids/messages';
import type { RcMessageId } from '../../ids/types';
import type { MatrixEvent } from '../../matrix/Homeserver';
import { LruMap } from '../core/LruMap';
import type { Parts } from '../core/Parts';
import type { RcMessage } from '../../rocketchat/RocketChat';
import type { Brought } from '../media/InboundFiles';
import { InboundFiles } from '../media/InboundFiles';
import type { Puppet } from '../people/Puppets';
import type { Portal } from '../portals/Portal';
import { ChosenIds } from './ChosenIds';
import { inwardContext, messageOfEvent } from './lookups';

/** Server setting `Message_MaxAllowedSize`, when it cannot be read. */
const DEFAULT_LIMIT = 5_000;
const LIMIT_LIFE_MS = 300_000;

/** A text of more messages is posted as its beginning, with the whole as a file. */
const MAX_PARTS = 4;
const LONG_TEXT = 'message.txt';
const CUT = '\n[…]';

type Pieces = Pick<Brought, 'posted' | 'shown'> & { texts: string[] };

/** `m.room.message` and its like: posted by the sender's puppet under an id derived from the event. */
export class InboundMessages {
    private limit = { characters: 0, readAt: 0 };
    private readonly files: InboundFiles;
    private readonly ids: ChosenIds;
    private readonly toldEncrypted = new LruMap<string, true>(1_000);

    constructor(
        private readonly parts: Parts,
        private readonly touched: (portal: Portal) => void,
    ) {
        this.files = new InboundFiles(parts);
        this.ids = new ChosenIds(parts.context);
    }

    public async handle(event: MatrixEvent): Promise<void> {
        const { portals, puppets, context } = this.parts;
        const portal = await portals.ofMatrixRoom(event.room_id);
        if (!portal) {
            return;
        }
        this.touched(portal);
        const puppet = await puppets.of(event.sender);
        if (portal.kind !== 'd') {
            await puppets.ensureMember(puppet, portal.rcRoomId);
        }
        const message = fromMatrix(event, await inwardContext(this.parts, portal, event));
        if (message.encrypted && this.toldEncrypted.has(event.room_id)) {
            return;
        }
        if (message.unknown) {
            context.log.info(`A message of the unknown kind ${message.unknown.slice(0, 80)} is shown by its text.`);
        }
        if (readRelation(event.content).edits) {
            await this.edit(portal, event, puppet, message);
        } else {
            await this.post(portal, event, puppet, message);
        }
        if (message.encrypted) {
            this.toldEncrypted.set(event.room_id, true);
        }
    }

    private async post(portal: Portal, event: MatrixEvent, puppet: Puppet, message: InwardMessage): Promise<void> {
        const { context, links } = this.parts;
        const thread = message.relation.thread && (await messageOfEvent(this.parts, portal, message.relation.thread));
        const avatarUrl = await this.parts.avatars.urlOf(puppet.avatarUrl);
        const { texts, posted, shown } = await this.pieces(portal, event, puppet, message);
        if (posted) {
            links.remember({ kind: 'message', event: event.event_id, message: posted.id, room: portal.rcRoomId, sender: event.sender });
            const caption = await this.captionOf(portal, texts[0] || '', thread);
            if (caption && caption !== posted.text) {
                await context.rocketchat.edit(posted.id, puppet.rcUserId, { text: caption });
            }
        }
        const there = (await this.ids.areRefused()) ? await links.partsOf(event.event_id) : [];
        for (const [part, text] of texts.entries()) {
            if (posted && part === 0) {
                continue;
            }
            const wanted = messageIdOf(event.event_id, part);
            if (there.includes(part)) {
                continue;
            }
            const { id } = await context.rocketchat.post({
                id: wanted,
                roomId: portal.rcRoomId,
                senderId: puppet.rcUserId,
                text,
                ...(part === 0 && shown),
                ...(puppet.name !== puppet.createdName && { alias: puppet.name }),
                ...(avatarUrl && { avatarUrl }),
                ...(thread && { threadId: thread.threadId || thread.id }),
                // A quote is made of a link by the server, and only when it may look at links.
                parseUrls: Boolean(message.relation.replyTo),
            });
            if (id !== wanted) {
                // This server chooses ids itself: the record takes the place of the derived id.
                links.remember({ kind: 'message', event: event.event_id, message: id, room: portal.rcRoomId, sender: event.sender, part });
                await this.ids.noteRefused();
            }
        }
    }

    /** The texts to post one after another, and the file that the first of them shows. A file that is there already is not fetched again. */
    private async pieces(portal: Portal, event: MatrixEvent, puppet: Puppet, { media, text }: InwardMessage): Promise<Pieces> {
        const limit = await this.maxCharacters();
        const existing = media || text.length > limit ? await messageOfEvent(this.parts, portal, event.event_id) : undefined;
        const texts = splitText(text, limit);
        const long = !media && texts.length > MAX_PARTS;
        const beginning = long ? [`${splitText(text, limit - CUT.length)[0]}${CUT}`] : texts;
        if (existing && existing.id !== messageIdOf(event.event_id)) {
            // The server has posted it under its own id; a try before may have ended without the text.
            return existing.files.length && !existing.text ? { posted: existing, texts: beginning } : { texts: [] };
        }
        if (media && media.url) {
            const brought: Brought = existing ? {} : await this.files.bring(portal, event, puppet, { ...media, url: media.url });
            const all = brought.note ? splitText(`${brought.note}\n${text}`, limit) : texts;
            return { ...brought, texts: all.length || existing ? all : [''] };
        }
        if (!long || existing) {
            return { texts: long ? beginning : texts };
        }
        const brought = await this.files.text(portal, event, puppet, LONG_TEXT, text);
        return brought ? { ...brought, texts: beginning } : { texts };
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
        const [text = message.media ? '' : undefined] = splitText(message.text, await this.maxCharacters());
        if (text !== undefined && text !== edited.text) {
            await context.rocketchat.edit(edited.id as RcMessageId, puppet.rcUserId, { text });
        }
    }

    private async maxCharacters(): Promise<number> {
        const { rocketchat, clock } = this.parts.context;
        if (!this.limit.characters || clock.now() - this.limit.readAt > LIMIT_LIFE_MS) {
            const set = Number(await rocketchat.serverSetting<number>('Message_MaxAllowedSize').catch(() => undefined));
            this.limit = { characters: set > 100 ? set : DEFAULT_LIMIT, readAt: clock.now() };
        }
        return this.limit.characters;
    }
}
