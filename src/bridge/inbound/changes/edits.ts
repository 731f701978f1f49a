import { answering, emptyNote, fromMatrix, keepOriginalTime, quotesOf, readRelation, replacedNote } from '../../../convert/index';
import { isObject } from '../../../convert/values';
import type { MatrixEventId, MxcUri } from '../../../ids/types';
import type { MatrixEvent } from '../../../matrix/Homeserver';
import type { RcMessage } from '../../../rocketchat/RocketChat';
import { reasonOf } from '../../core/Context';
import { LruMap } from '../../core/LruMap';
import type { Parts } from '../../core/Parts';
import type { Puppet } from '../../people/Puppets';
import type { Portal } from '../../portals/Portal';
import type { LongTexts } from '../kinds/LongTexts';
import { isLate } from '../late';
import { inwardContext, isRedacted, messageOfEvent, onlyOwnQuotes, quietCode } from '../lookups';
import { frameOf } from '../posting';

const REMEMBERED = 5_000;
/** How many of the newest edits of a message are looked at when one of them is redacted. */
const LOOK_BACK = 50;
/** A message that is missing here and older than this was deleted here: an edit does not bring it back. */
const OVERTAKING_MS = 3_600_000;

/** `m.replace`: edits of texts and of captions. */
export class InboundEdits {
    /** Time of the newest edit of an event, in milliseconds: an older one that comes later changes nothing. */
    private readonly newest = new LruMap<MatrixEventId, number>(REMEMBERED);

    /** @param bring brings an event as a new message */
    constructor(
        private readonly parts: Parts,
        private readonly texts: LongTexts,
        private readonly bring: (portal: Portal, event: MatrixEvent, puppet: Puppet) => Promise<void>,
    ) {}

    /**
     * Only the author's own edits count: homeservers accept edits of another's event.
     * @param again it was found by an edit of an edit: not followed further
     */
    public async handle(portal: Portal, event: MatrixEvent, puppet: Puppet, again = false): Promise<void> {
        const target = readRelation(event.content).edits;
        const edited = target && (await messageOfEvent(this.parts, portal, target));
        if (!target || event.origin_server_ts < (this.newest.get(target) || 0) || (edited && (await this.isOvertaken(portal, event, target)))) {
            return;
        }
        if (!edited) {
            await this.overtaking(portal, event, puppet, target, again);
        } else if (edited.sender.id !== puppet.rcUserId || edited.systemType) {
            this.leaveOut(event);
        } else {
            await this.change(portal, event, puppet, target, edited);
            this.done(portal, event, target, edited.id);
        }
    }

    /**
     * An edit alone was redacted: the newest of the others counts, or the message as it was first (Matrix spec, "Event
     * replacements", "Redactions of edited events").
     */
    public async withdrawn(portal: Portal, { room_id: room, redacts }: MatrixEvent, target: MatrixEventId): Promise<void> {
        const { context, puppets } = this.parts;
        const acting = context.namespace.actingAs(portal.host);
        const original = await context.homeserver.event(room, target, acting);
        const message = original && !isRedacted(original) ? await messageOfEvent(this.parts, portal, target) : undefined;
        const puppet = original && message && (await puppets.of(original.sender));
        if (!original || !message || !puppet || message.systemType || message.sender.id !== puppet.rcUserId) {
            return;
        }
        const [now = original] = (await this.editsOf(portal, original, target)).filter((event) => event.event_id !== redacts);
        await this.change(portal, now, puppet, target, message);
        this.newest.set(target, now.origin_server_ts);
    }

    /** @param said the first event of the message, or one of its edits @returns the edits by the same author, the newest first */
    private async editsOf(portal: Portal, { room_id: room, sender, type }: MatrixEvent, target: MatrixEventId): Promise<MatrixEvent[]> {
        const { homeserver, namespace } = this.parts.context;
        const { events } = await homeserver.relations(room, target, { ...namespace.actingAs(portal.host), relType: 'm.replace', limit: LOOK_BACK });
        const counts = (edit: MatrixEvent): boolean => edit.sender === sender && edit.type === type && !isRedacted(edit) && isObject(edit.content['m.new_content']);
        return events.filter(counts).sort(newestFirst);
    }

    /** Whether an edit that comes late is not the newest one: memory may not reach back to that. Never throws. */
    private async isOvertaken(portal: Portal, event: MatrixEvent, target: MatrixEventId): Promise<boolean> {
        if (this.newest.has(target) || !isLate(this.parts, event)) {
            return false;
        }
        const [newest = event] = await this.editsOf(portal, event, target).catch((error) => {
            this.parts.context.log.debug(`Whether ${event.event_id} is the newest edit could not be asked: ${reasonOf(error)}`);
            return [];
        });
        return newestFirst(newest, event) < 0 && newest.event_id !== event.event_id;
    }

    /** @param said the edit, or the first event of the message */
    private async change(portal: Portal, said: MatrixEvent, puppet: Puppet, target: MatrixEventId, edited: RcMessage): Promise<void> {
        const { text: before } = edited;
        const context = await inwardContext(this.parts, portal, said);
        // The server checks the right to it in new messages only: what did not ring does not by an edit.
        const rang = edited.mentions.some(({ username }) => username === 'all');
        const { text: converted, media } = fromMatrix(said, { ...context, mayMentionRoom: context.mayMentionRoom && rang });
        const note = media && media.url && (await this.isOtherFile(portal, target, media.url)) ? replacedNote(media.filename) : '';
        const words = [converted.slice(quotesOf(converted).length), note].filter(Boolean).join('\n') || (showsSomething(edited) && !this.texts.isCut(edited) ? '' : emptyNote);
        // What is answered stands in the text here, while on Matrix an edit does not repeat it.
        const quotes = quotesOf(before).trimEnd();
        const timed = await quietCode(this.parts, keepOriginalTime(before, words));
        const whole = await onlyOwnQuotes(this.parts, portal, quotes ? answering(timed, quotes) : timed);
        // No file can be added by an edit: also a very long text becomes as many messages as it takes, and the file of the old one goes.
        const texts = await this.texts.whole(whole);
        const [text = ''] = texts;
        if (text !== before) {
            const withoutFile = this.texts.isCut(edited) ? { attachments: [] } : {};
            await this.parts.context.rocketchat.edit(edited.id, puppet.rcUserId, { text, ...withoutFile, parseUrls: Boolean(quotes) });
        }
        await this.texts.editFurther({ ...said, event_id: target }, before, texts, await frameOf(this.parts, portal, puppet));
    }

    /** The file of a message here stays as it is. */
    private async isOtherFile(portal: Portal, target: MatrixEventId, url: MxcUri): Promise<boolean> {
        const { homeserver, namespace } = this.parts.context;
        const original = await homeserver.event(portal.matrixRoomId, target, namespace.actingAs(portal.host));
        return original !== undefined && original.content.url !== url;
    }

    /** The message is not here yet: it is brought as it is now. Some clients edit an edit: then it is the first event that changes. */
    private async overtaking(portal: Portal, event: MatrixEvent, puppet: Puppet, target: MatrixEventId, again: boolean): Promise<void> {
        const { deletedHere, context: { homeserver, namespace } } = this.parts;
        const original = await homeserver.event(event.room_id, target, namespace.actingAs(portal.host));
        const age = original ? event.origin_server_ts - original.origin_server_ts : Infinity;
        if (!original || original.sender !== event.sender || original.type !== event.type || isRedacted(original)) {
            this.leaveOut(event);
            return;
        }
        const first = readRelation(original.content).edits;
        const content = event.content['m.new_content'];
        const { 'm.relates_to': relation } = original.content;
        if (first && !again) {
            await this.handle(portal, { ...event, content: { ...event.content, 'm.relates_to': { rel_type: 'm.replace', event_id: first } } }, puppet, true);
        } else if (age > OVERTAKING_MS || original.origin_server_ts < portal.bridgedAt || !isObject(content) || first
            || (await deletedHere.has(portal.rcRoomId, target))) {
            this.leaveOut(event);
        } else {
            await this.bring(portal, { ...original, content: { ...content, ...(relation !== undefined && { 'm.relates_to': relation }) } }, puppet);
            this.done(portal, event, target, await this.parts.links.messageOf(target));
        }
    }

    private done(portal: Portal, { event_id: event, sender, origin_server_ts: ts }: MatrixEvent, target: MatrixEventId, message: RcMessage['id']): void {
        this.newest.set(target, ts);
        this.parts.links.remember({ kind: 'edit', event, message, room: portal.rcRoomId, sender, target });
    }

    private leaveOut(event: MatrixEvent): void {
        this.parts.context.log.info(`The edit ${event.event_id} is of no message of its author in this room and left out.`);
    }
}

/** The later one counts, of the same time the one with the larger id (Matrix spec, "Event replacements"). */
const newestFirst = (a: MatrixEvent, b: MatrixEvent): number => b.origin_server_ts - a.origin_server_ts || (a.event_id < b.event_id ? 1 : -1);

/** Whether a message without a text is one to the server: it shows files or cards. Quotes are made of the text. */
const showsSomething = ({ attachments }: RcMessage): boolean => attachments.some((attachment) => !attachment.message_link);
