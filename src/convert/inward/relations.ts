import type { MatrixEventId } from '../../ids/types';
import type { Content } from '../../matrix/Homeserver';
import type { Relation } from '../types';
import { isObject, text } from '../values';

const eventId = (value: unknown): MatrixEventId | undefined => {
    const id = text(value, 255);
    return id !== undefined && /^\$\S+$/.test(id) ? id as MatrixEventId : undefined;
};

/**
 * What the content says of other events: edit, reply, thread, reaction, answer to a poll
 * (Matrix spec, client-server API, "Relationship types"). Anything malformed counts as not there.
 */
export function readRelation(content: Content): Relation {
    const relates = content['m.relates_to'];
    if (!isObject(relates)) return {};
    const relation: Relation = {};
    const target = eventId(relates.event_id);
    const reply = isObject(relates['m.in_reply_to']) ? eventId(relates['m.in_reply_to'].event_id) : undefined;
    switch (relates.rel_type) {
        case 'm.replace':
            relation.edits = target;
            break;
        case 'm.thread':
        case 'io.element.thread':
            relation.thread = target;
            if (reply && relates.is_falling_back !== true) relation.replyTo = reply;
            break;
        case 'm.annotation':
            relation.reactsTo = target;
            relation.key = text(relates.key, 1024);
            relation.shortcode = text(content.shortcode, 100) ?? text(content['com.beeper.reaction.shortcode'], 100);
            break;
        case 'm.reference':
            relation.poll = target;
            break;
        default:
            relation.replyTo = reply;
    }
    return relation;
}

/** Whether the content, or what an edit puts in its place, may begin with the old fallback of answers; those of threads can, too. */
export const isAnswer = (content: Content): boolean => [content, content['m.new_content']]
    .some((part) => isObject(part) && isObject(part['m.relates_to']) && isObject(part['m.relates_to']['m.in_reply_to']));
