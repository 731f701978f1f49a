import { extensibleText, fromMatrix, isPollResponse, isPollStart, pollResults, quoteLink, readRelation } from '../../../convert/index';
import type { PollAnswer } from '../../../convert/index';
import { isObject } from '../../../convert/values';
import { isFailure } from '../../../errors/catalogue';
import { noticeIdOf } from '../../../ids/messages';
import type { MatrixEventId } from '../../../ids/types';
import type { Acting, Content, MatrixEvent } from '../../../matrix/Homeserver';
import type { Parts } from '../../core/Parts';
import type { Portal } from '../../portals/Portal';
import { hasPower } from '../../portals/powers';
import { linkToMessage, messageOfEvent, openThread } from '../lookups';
import { postNote } from '../posting';

const PAGE = 100;
/** Votes that are read of one poll. */
const MAX_PAGES = 50;

/** The end of a poll (MSC3381): its results are posted by who has closed it, as an answer to the poll. */
export class InboundPolls {
    constructor(private readonly parts: Parts) {}

    /** @throws when it may succeed later */
    public async ended(event: MatrixEvent): Promise<void> {
        const { portals, puppets, context } = this.parts;
        const portal = await portals.ofMatrixRoom(event.room_id);
        const { poll } = readRelation(event.content);
        if (!portal || !poll) {
            return;
        }
        const acting: Acting = context.namespace.actingAs(portal.host);
        const start = await context.homeserver.event(event.room_id, poll, acting);
        if (!start || !isPollStart(start.type) || !(await this.mayEnd(portal, event, start))) {
            context.log.info(`The end ${event.event_id} is of no poll of this room that its sender may close, and left out.`);
            return;
        }
        const puppet = await puppets.of(event.sender);
        const message = await messageOfEvent(this.parts, portal, poll);
        const link = message && (await linkToMessage(this.parts, portal, message.id));
        const threadId = await openThread(this.parts, message && message.threadId);
        const text = `${link ? `${quoteLink(link)} ` : ''}${await this.results(event, start, acting)}`;
        // Only the first end counts: whatever closes the poll again has the same id.
        await postNote(this.parts, portal, event, puppet, text, { id: noticeIdOf('poll', poll), parseUrls: Boolean(link), ...(threadId && { threadId }) });
    }

    /** Its author, and those who may remove other people's messages. */
    private async mayEnd(portal: Portal, event: MatrixEvent, start: MatrixEvent): Promise<boolean> {
        return event.sender === start.sender || hasPower(this.parts.context, portal, event.room_id, event.sender, 'redact');
    }

    private async results(event: MatrixEvent, start: MatrixEvent, acting: Acting): Promise<string> {
        try {
            const asked = await this.asked(event, start, acting);
            return pollResults(asked, await this.answers(event, start.event_id, acting));
        } catch (error) {
            if (!isFailure(error, 'matrix.unsupported', 'homeserver.notMatrix', 'matrix.notFound')) {
                throw error;
            }
            // A homeserver that hands out no relations: what the client of who closed it says of the results.
            const { text } = fromMatrix({ type: 'm.room.message', content: { msgtype: 'm.text', body: extensibleText(event.content) || 'The poll was closed.' } }, {});
            return `📊 ${text}`;
        }
    }

    /** What the poll asks since its author edited it: the votes name the options that it has now. */
    private async asked(end: MatrixEvent, start: MatrixEvent, acting: Acting): Promise<Content> {
        const { events } = await this.parts.context.homeserver.relations(end.room_id, start.event_id, { ...acting, relType: 'm.replace', limit: PAGE });
        const edits = events.filter(({ type, sender, origin_server_ts: ts }) => type === start.type && sender === start.sender && ts <= end.origin_server_ts);
        const { content } = edits.reduce((newest, edit) => (edit.origin_server_ts > newest.origin_server_ts ? edit : newest), start);
        return isObject(content['m.new_content']) ? content['m.new_content'] : content;
    }

    /** What was voted until the end, by the clock of the voters' servers. */
    private async answers(end: MatrixEvent, poll: MatrixEventId, acting: Acting): Promise<PollAnswer[]> {
        const answers: PollAnswer[] = [];
        let from: string | undefined;
        for (let page = 0; page < MAX_PAGES; page += 1) {
            const options = { ...acting, relType: 'm.reference', limit: PAGE, ...(from && { from }) };
            const { events, next } = await this.parts.context.homeserver.relations(end.room_id, poll, options);
            for (const { type, sender, content, origin_server_ts: ts } of events) {
                if (isPollResponse(type) && ts <= end.origin_server_ts) {
                    answers.push({ sender, content, ts });
                }
            }
            if (!next || next === from) {
                break;
            }
            from = next;
        }
        // They come newest first; of votes of the same moment the later one counts.
        return answers.reverse();
    }
}
