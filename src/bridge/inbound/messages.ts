import type { InwardMedia, InwardMessage } from '../../convert/index';
import { answering, fromMatrix, quoteLink, quotesOf, readRelation, unknownTarget, withOriginalTime } from '../../convert/index';
import { BridgeError } from '../../errors/BridgeError';
import { messageIdOf } from '../../ids/messages';
import type { MxcUri } from '../../ids/types';
import type { MatrixEvent } from '../../matrix/Homeserver';
import type { Parts } from '../core/Parts';
import type { PostMessage, RcMessage } from '../../rocketchat/RocketChat';
import type { Brought } from '../media/InboundFiles';
import { Galleries } from '../media/Galleries';
import { InboundFiles } from '../media/InboundFiles';
import { UploadLock } from '../media/UploadLock';
import type { Puppet } from '../people/Puppets';
import type { Portal } from '../portals/Portal';
import type { Processes } from '../transactions/parked';
import { InboundEdits } from './changes/edits';
import { EncryptedRooms } from './kinds/EncryptedRooms';
import { LONG_TEXT, LongTexts } from './kinds/LongTexts';
import { UnknownKinds } from './kinds/Unknown';
import { isLate, LATE_MESSAGE_MS } from './late';
import type { Inward } from './lookups';
import { inwardContext, isRedacted, linkToMessage, messageOfEvent, onlyOwnQuotes, openThread, quietCode } from './lookups';
import { frameOf, postOnce } from './posting';

type Place = Pick<PostMessage, 'threadId' | 'threadShown'>;

/**
 * An answer that stands in the room on Matrix and answers something in a thread is what Rocket.Chat calls "also sent to channel".
 * @param answered by an event outside of threads
 */
const placeOf = (thread?: RcMessage, answered?: RcMessage): Place =>
    (thread ? { threadId: thread.threadId || thread.id } : answered && answered.threadId ? { threadId: answered.threadId, threadShown: true } : {});

type Pieces = Pick<Brought, 'posted' | 'shown'> & { texts: string[] };

/** The server lets nobody write `@all` who lacks the right (`BeforeSavePreventMention`); by default puppets do. */
const isRingingRefused = (error: unknown): boolean => error instanceof BridgeError && error.code === 'rocketchat.error-action-not-allowed';
const REFUSED_FOR_MS = 300_000;
/** How a text begins that quotes something. */
const QUOTE = '[ ](';

/** `m.room.message` and its like: posted by the sender's puppet under an id derived from the event. */
export class InboundMessages {
    private readonly files: InboundFiles;
    private readonly galleries: Galleries;
    private readonly lock: UploadLock;
    private readonly texts: LongTexts;
    private readonly encrypted: EncryptedRooms;
    private readonly unknown: UnknownKinds;
    public readonly edits: InboundEdits;
    /** Until then nobody rings a whole room: the server has refused it. Milliseconds since the epoch. */
    private noRingingUntil = 0;

    constructor(
        private readonly parts: Parts,
        processes: Processes,
        private readonly touched: (portal: Portal) => void,
    ) {
        this.files = new InboundFiles(parts);
        this.galleries = new Galleries(parts, this.files);
        this.lock = new UploadLock(parts, processes);
        this.texts = new LongTexts(parts);
        this.encrypted = new EncryptedRooms(parts);
        this.unknown = new UnknownKinds(parts.context);
        this.edits = new InboundEdits(parts, this.texts, (portal, event, puppet) => this.bring(portal, event, puppet));
    }

    public async handle(event: MatrixEvent): Promise<void> {
        const { portals, puppets, deletedHere } = this.parts;
        const portal = await portals.ofMatrixRoom(event.room_id);
        if (!portal || isRedacted(event) || (isLate(this.parts, event, LATE_MESSAGE_MS) && (await deletedHere.has(portal.rcRoomId, event.event_id)))) {
            return;
        }
        this.touched(portal);
        if (event.type === 'm.room.encrypted' || event.type === 'm.room.encryption') {
            await this.encrypted.tell(portal, event);
            return;
        }
        const puppet = await puppets.of(event.sender);
        await puppets.ensureMember(puppet, portal);
        if (readRelation(event.content).edits) {
            await this.edits.handle(portal, event, puppet);
        } else {
            await this.bring(portal, event, puppet);
        }
    }

    private async bring(portal: Portal, event: MatrixEvent, puppet: Puppet): Promise<void> {
        const { clock } = this.parts.context;
        const context = await inwardContext(this.parts, portal, event);
        const rings = context.mayMentionRoom === true && clock.now() >= this.noRingingUntil;
        try {
            await this.show(portal, event, puppet, fromMatrix(event, { ...context, mayMentionRoom: rings }), context.messages);
        } catch (error) {
            if (!rings || !isRingingRefused(error)) {
                throw error;
            }
            this.noRingingUntil = clock.now() + REFUSED_FOR_MS;
            await this.show(portal, event, puppet, fromMatrix(event, { ...context, mayMentionRoom: false }), context.messages);
        }
    }

    private async show(portal: Portal, event: MatrixEvent, puppet: Puppet, message: InwardMessage, known: Inward['messages']): Promise<void> {
        if (message.unknown) {
            this.unknown.note(message.unknown);
        }
        if (!message.text && !message.media && !message.gallery) {
            return;
        }
        const { thread: root, replyTo } = message.relation;
        const thread = root && (await messageOfEvent(this.parts, portal, root));
        const answered = replyTo && known.get(replyTo);
        const placed = root && !thread && !quotesOf(message.text) ? answering(message.text, unknownTarget(event.room_id, root)) : message.text;
        const text = withOriginalTime(placed, event.origin_server_ts, this.parts.context.clock.now());
        const quiet = await quietCode(this.parts, text);
        const checked = answered ? await onlyOwnQuotes(this.parts, portal, quiet, known.values()) : quiet;
        const place = placeOf(thread, root ? undefined : answered);
        const isOpen = (await openThread(this.parts, place.threadId)) === place.threadId;
        const said = isOpen ? checked : await this.captionOf(portal, checked, place);
        const post = (): Promise<void> => this.post(portal, event, puppet, { ...message, text: said }, isOpen ? place : {});
        await (message.media || message.gallery ? this.lock.during(event.event_id, post) : post());
    }

    private async post(portal: Portal, event: MatrixEvent, puppet: Puppet, message: InwardMessage, place: Place): Promise<void> {
        const { context, links } = this.parts;
        const frame = { ...(await frameOf(this.parts, portal, puppet)), ...place };
        const { texts, posted, shown } = await this.pieces(portal, event, puppet, message);
        if (posted) {
            links.remember({ kind: 'message', event: event.event_id, message: posted.id, room: portal.rcRoomId, sender: event.sender });
            const caption = await this.captionOf(portal, texts[0] || '', place);
            if (caption && caption !== posted.text) {
                await context.rocketchat.edit(posted.id, puppet.rcUserId, { text: caption, parseUrls: caption.startsWith(QUOTE) });
            }
        }
        const there = (await this.parts.ids.areRefused('messages')) ? await links.partsOf(event.event_id) : [];
        // A quote is made of a link by the server, and only when it may look at links.
        const parseUrls = message.text.startsWith(QUOTE);
        let left = texts;
        for (let part = 0; left.length; part += 1) {
            const [text, ...further] = left;
            if ((posted && part === 0) || there.includes(part)) {
                left = further;
                continue;
            }
            try {
                await postOnce(this.parts, event, { ...frame, ...(part === 0 && shown), text, parseUrls, id: messageIdOf(event.event_id, part) }, part);
                left = further;
            } catch (error) {
                left = await this.texts.shortened(error, left);
                part -= 1;
            }
        }
    }

    /** The texts to post one after another, and the file that the first of them shows. A file that is there already is not fetched again. */
    private async pieces(portal: Portal, event: MatrixEvent, puppet: Puppet, { media, gallery, text }: InwardMessage): Promise<Pieces> {
        const { texts, isCut } = media || gallery ? { texts: await this.texts.whole(text), isCut: false } : await this.texts.divide(text);
        const existing = media || gallery || isCut || texts.length > 1 ? await messageOfEvent(this.parts, portal, event.event_id) : undefined;
        if (existing && existing.id !== messageIdOf(event.event_id) && !gallery) {
            // The server has posted it under its own id; a try before may have ended without the text.
            return existing.files.length && !existing.text ? { posted: existing, texts } : { texts: [] };
        }
        if (existing && existing.editor && texts.length > 1) {
            // It was brought as a whole before it was edited: what is not there any more was taken away by that.
            return { texts: [] };
        }
        if (gallery || (media && media.url)) {
            const isShown = existing && existing.id === messageIdOf(event.event_id);
            const bring = (): Promise<Brought> => (gallery
                ? this.galleries.bring(portal, event, puppet, gallery)
                : this.files.bring(portal, event, puppet, media as InwardMedia & { url: MxcUri }));
            const brought: Brought = isShown ? {} : await bring();
            const all = brought.note ? await this.texts.whole([brought.note, text].filter(Boolean).join('\n')) : texts;
            return { ...brought, texts: all.length || existing ? all : [''] };
        }
        if (!isCut || existing) {
            return { texts };
        }
        const brought = await this.files.text(portal, event, puppet, LONG_TEXT, text);
        return brought ? { ...brought, texts } : { texts: await this.texts.whole(text) };
    }

    /** A message that stands outside of its thread, as the server has posted it or has no threads: it quotes the thread's first message, unless it answers one. */
    private async captionOf(portal: Portal, text: string, { threadId, threadShown }: Place): Promise<string> {
        if (!threadId || threadShown || text.startsWith(QUOTE)) {
            return text;
        }
        return answering(text, quoteLink(await linkToMessage(this.parts, portal, threadId)));
    }
}
