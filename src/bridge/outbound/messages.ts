import type { OutwardMessage, TextContent } from '../../convert/index';
import { asEdit, asNotice, emptied, locationContent, mentionsOf, messageLink, readRelation, relate, toMatrix } from '../../convert/index';
import { BridgeError } from '../../errors/BridgeError';
import type { MatrixEventId, RcMessageId } from '../../ids/types';
import type { Content } from '../../matrix/Homeserver';
import type { RcMessage, RcUser } from '../../rocketchat/RocketChat';
import { LruMap } from '../core/LruMap';
import type { Parts } from '../core/Parts';
import { OUTWARD } from '../core/Patience';
import { MediaLimits } from '../media/MediaLimits';
import { filesOf, OutboundFiles } from '../media/OutboundFiles';
import { isForbidden } from '../people/Ghosts';
import type { Portal } from '../portals/Portal';
import { answeredBy, editsOf, isByProgram, mentionedBefore, portalOf, readReferences, withAuthor } from './lookups';
import type { Outgoing, Sender } from './Sender';
import { Threads } from './Threads';

/** Number of the event that shows a thread's message in the room as well: behind those of its files. */
const SHOWN = 500;

type Said = { content: TextContent; whole?: string };
/** Where a text stands. */
type Place = { edited?: MatrixEventId; isFurther?: boolean };

/** Messages of local users on their way to Matrix. Every function is one item of the room's lane and throws when it fails for good. */
export class OutboundMessages {
    private readonly files: OutboundFiles;
    private readonly threads: Threads;
    /** Deleted before they were sent: the deletion has overtaken them. */
    private readonly deleted = new LruMap<RcMessageId, true>(1_000);
    /** Of a message as it is on Matrix: whom it mentions, the time of its newest edit (older ones may come later), and the events of its edits. */
    private readonly said = new LruMap<RcMessageId, { editedAt: number; mentions?: TextContent['m.mentions']; edits: MatrixEventId[] }>(5_000);

    constructor(
        private readonly parts: Parts,
        private readonly sender: Sender,
    ) {
        this.files = new OutboundFiles(parts, sender, new MediaLimits(parts.context));
        this.threads = new Threads(parts, sender);
    }

    /**
     * A new message: one event, or one for each file. Events that are there already are not sent again.
     * @param again it was tried before, by a process that may have ended: what memory does not know is looked for
     */
    public async post(portal: Portal, message: RcMessage, again = false): Promise<void> {
        const { links } = this.parts;
        if (this.deleted.has(message.id)) {
            return;
        }
        const perhaps = again ? { perhapsSince: message.ts } : {};
        const sent = links.isFresh(message.id) && !again ? [] : await links.linksOf(message.id);
        const contents = this.contents(portal, message);
        for (let part = 0; part < contents.length; part += 1) {
            const isSent = sent.some((link) => (link.part || 0) === part);
            // Of a text that is there the file with the whole of it may be missing.
            if (isSent && (part > 0 || filesOf(message).length)) {
                continue;
            }
            const { content, whole } = await contents[part]().catch(inPart(part));
            if (whole !== undefined && part === 0) {
                contents.push(async () => ({ content: await this.whole(portal, message, whole) }));
            }
            if (isSent) {
                continue;
            }
            const mark = { id: message.id, kind: 'message', part, revision: '' };
            const outgoing = { type: 'm.room.message', content, mark, ts: message.ts, ...perhaps };
            const { eventId, ghost, threaded } = await this.threads.send(portal, message.sender, outgoing).catch(inPart(part));
            links.remember({ kind: 'message', event: eventId, message: message.id, room: message.roomId, sender: ghost.mxid, ...(part && { part }) });
            if (part === 0) {
                this.said.set(message.id, { editedAt: message.editedAt || 0, mentions: mentionsOf(content), edits: [] });
            }
            if (message.threadShown && threaded) {
                await this.alsoShow(portal, message, outgoing).catch(inPart(part + 1));
            }
        }
    }

    /** "Also send to channel": Matrix shows an event in its thread only, so it is said a second time, as an answer to the thread's first message. */
    private async alsoShow(portal: Portal, message: RcMessage, outgoing: Outgoing): Promise<void> {
        const { thread, replyTo } = readRelation(outgoing.content);
        const content = relate({ ...outgoing.content, 'm.mentions': {} }, { replyTo: replyTo || thread });
        const mark = { ...outgoing.mark, part: SHOWN + outgoing.mark.part };
        const { eventId, ghost } = await this.sender.send(portal, message.sender, { ...outgoing, content, mark });
        this.parts.links.remember({ kind: 'message', event: eventId, message: message.id, room: message.roomId, sender: ghost.mxid, part: mark.part });
    }

    /** For what comes before its message: events of Rocket.Chat are in no order. Messages of before the bridge are not sent. */
    public async ensure(portal: Portal, id: RcMessageId): Promise<void> {
        const { rocketchat } = this.parts.context;
        const message = await rocketchat.message(id);
        const sender = message && message.ts >= portal.bridgedAt && !message.systemType ? await rocketchat.user(message.sender.id) : undefined;
        if (message && sender && !sender.isPuppet && !sender.isAppUser) {
            await this.post(portal, { ...message, sender });
        }
    }

    /** An edit, sent as the author: Matrix knows no edits by others. Of a message with files the caption is edited. */
    public async edit(newest: Portal, message: RcMessage, again = false): Promise<void> {
        const said = this.said.get(message.id);
        if (said && said.editedAt >= (message.editedAt || Infinity)) {
            return;
        }
        const events = await this.parts.links.eventsOf(message.id);
        const [first] = events;
        if (!first) {
            // The edit has overtaken its message: what is sent is the text as it is now.
            if (message.ts >= newest.bridgedAt) {
                await this.post(newest, message, again);
            }
            return;
        }
        const portal = await portalOf(this.parts, newest, first);
        const files = filesOf(message);
        const [file] = files;
        const converted = file && !file.caption ? undefined : await this.content(portal, (file && file.caption) || message, message, { edited: first });
        // Of several files the first may have been taken away on Matrix: the next one carries the caption then.
        const captioned = file && (await this.files.recaptioned(portal, message, events.slice(0, files.length), converted && converted.content));
        const event = captioned ? captioned.event : first;
        const plain = (captioned && captioned.content) || (converted && emptied(converted.content));
        if (!plain || (file && !captioned)) {
            return;
        }
        const mentions = mentionsOf(plain);
        const before = mentions && (said ? said.mentions : await mentionedBefore(this.parts, portal, event));
        const shown = (await this.parts.links.linksOf(message.id)).filter(({ part }) => part === SHOWN);
        const edits = said ? [...said.edits] : [];
        for (const { event: edited, part = 0 } of [{ event }, ...shown] as { event: MatrixEventId; part?: number }[]) {
            const mark = { id: message.id, kind: 'edit', part, revision: String(message.editedAt || 0) };
            const outgoing = { type: 'm.room.message', content: asEdit(plain, edited, part ? mentions : before), mark, ts: message.editedAt, ...(again && { perhapsSince: message.editedAt }) };
            edits.push((await this.sender.send(portal, message.sender, outgoing)).eventId);
        }
        this.said.set(message.id, { editedAt: message.editedAt || 0, mentions, edits });
        if (!file) {
            const whole = converted && converted.whole;
            await this.files.editWhole(portal, message, whole === undefined ? undefined : () => this.whole(portal, message, whole));
        }
    }

    /** The file behind a text that did not fit into an event. Of what is shown in the room as well it is in the room. */
    private async whole(portal: Portal, message: RcMessage, text: string): Promise<Content> {
        const content = await this.files.whole(portal, message, text);
        return message.threadShown ? content : relate(content, await this.threadOf(message));
    }

    /**
     * A deletion, of all events of the message, and of its edits: they hold its text, too.
     * @param wasEdited false when it surely was never edited: then nothing is looked for
     */
    public async delete(newest: Portal, message: Pick<RcMessage, 'id' | 'sender'>, by: RcUser, wasEdited = true): Promise<void> {
        const events = await this.parts.links.eventsOf(message.id);
        if (!events.length) {
            this.deleted.set(message.id, true);
        }
        // Dendrite tells of edits a moment after it has taken them.
        const { edits: sent = [] } = this.said.get(message.id) || {};
        const redacted = new Set<MatrixEventId>();
        for (const event of events) {
            const portal = await portalOf(this.parts, newest, event);
            // Of an event that is gone its edits may not be told any more.
            const edits = wasEdited ? [...(await editsOf(this.parts, portal, event)), ...sent] : [];
            for (const gone of new Set([event, ...edits])) {
                if (!redacted.has(gone)) {
                    redacted.add(gone);
                    await this.redact(portal, message, by, gone);
                }
            }
        }
    }

    /**
     * Whoever deletes another's message needs the power on Matrix; where the person has none, the author's ghost or our host
     * in the room does it: Rocket.Chat has checked the right.
     */
    private async redact(portal: Portal, message: Pick<RcMessage, 'sender'>, by: RcUser, event: MatrixEventId): Promise<void> {
        try {
            await this.sender.redact(portal, by, event);
        } catch (error) {
            if (!isForbidden(error)) {
                throw error;
            }
            const { ghosts, patience } = this.parts;
            const author = message.sender.isPuppet ? undefined : await ghosts.ifKnown(message.sender.id);
            const reason = by.id === message.sender.id ? undefined : `Deleted by ${by.name} on Rocket.Chat`;
            await patience.keepTrying(() => this.sender.redactAs(portal, author ? author.mxid : portal.host, event, reason), OUTWARD);
        }
    }

    /** What the events of a message are made by, in their order: nothing is uploaded for one that is there already. */
    private contents(portal: Portal, message: RcMessage): (() => Promise<{ content: Content; whole?: string }>)[] {
        const files = filesOf(message);
        if (!files.length) {
            return [() => this.words(portal, message)];
        }
        return files.map((file, part) => async () => {
            const caption = file.caption && (await this.content(portal, file.caption, message, { isFurther: part > 0 }));
            const content = await this.files.content(portal, message, file, caption && caption.content);
            const relation = caption && caption.content['m.relates_to'] ? { 'm.relates_to': caption.content['m.relates_to'] } : undefined;
            const linked = { ...content, external_url: await this.linkOf(portal, message) };
            const whole = caption && part === 0 ? caption.whole : undefined;
            return { content: relation ? { ...linked, ...relation } : relate(linked, await this.threadOf(message)), ...(whole !== undefined && { whole }) };
        });
    }

    /** A message without files: text, or a place. */
    private async words(portal: Portal, message: RcMessage): Promise<{ content: Content; whole?: string }> {
        const { content, whole } = await this.content(portal, message, message);
        const place = locationContent(message.unmapped.location, content);
        const { external_url: link, 'm.relates_to': relation } = content;
        return { content: place ? { ...place, external_url: link, ...(relation !== undefined && { 'm.relates_to': relation }) } : emptied(content), ...(whole !== undefined && { whole }) };
    }

    /**
     * @param text what is converted: the message, or the caption of one of its files
     * @param place - `edited`: the event that is edited, from which Matrix takes what is answered; `isFurther`: not the first event of the message
     */
    private async content(portal: Portal, text: OutwardMessage, message: RcMessage, { edited, isFurther }: Place = {}): Promise<Said> {
        const { context, authors } = await readReferences(this.parts, portal, text === message ? message : { ...message, ...text });
        const first = toMatrix(text, context);
        const answers = edited && first.replyTo && (await answeredBy(this.parts, portal, edited));
        const { content: plain, replyTo, whole } = answers === undefined ? first : toMatrix(text, { ...context, answers });
        const content = isByProgram(message) ? asNotice(plain) : plain;
        const author = replyTo && authors.get(replyTo);
        const link = await this.linkOf(portal, message);
        const linked: TextContent = { ...content, external_url: link, 'm.mentions': withAuthor(content['m.mentions'], author) };
        if (edited || isFurther) {
            return { content: linked, ...(whole !== undefined && { whole }) };
        }
        return { content: relate(linked, { ...(replyTo && { replyTo }), ...(await this.threadOf(message)) }), ...(whole !== undefined && { whole }) };
    }

    private async threadOf(message: RcMessage): Promise<{ thread?: { root: MatrixEventId } }> {
        const root = message.threadId && (await this.parts.links.eventsOf(message.threadId))[0];
        return root ? { thread: { root } } : {};
    }

    private async linkOf(portal: Portal, message: RcMessage): Promise<string | undefined> {
        const siteUrl = await this.parts.context.rocketchat.siteUrl();
        return siteUrl ? messageLink(siteUrl, { kind: portal.kind, id: portal.rcRoomId, name: portal.name || '' }, message.id) : undefined;
    }
}

/** Of a message that is there in part it cannot be said that it was not delivered. @param part that failed */
const inPart = (part: number) => (error: unknown): never => {
    throw part > 0 && error instanceof BridgeError && error.certain ? new BridgeError({ ...error, certain: false }) : error;
};
