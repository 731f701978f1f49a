import type { MatrixEventId, MatrixUserId } from '../../ids/types';
import type { Content } from '../../matrix/Homeserver';
import type { TextContent } from '../types';
import { cut, jsonSize, objectOf } from '../values';

/** In bytes; the event may have 65,536 with all that the server adds. */
const largestEvent = 62000;

/**
 * Adds reply and thread to a content (rooms spec: `m.in_reply_to`, `m.thread`). Inside a thread a message that answers
 * nothing points at the newest event of the thread, marked as a fallback for clients without threads.
 * @param thread root of the thread and the newest event in it that is known (the root itself when none is)
 */
export function relate<C extends Content>(content: C, relation: { replyTo?: MatrixEventId; thread?: { root: MatrixEventId; latest?: MatrixEventId } }): C {
    const { replyTo, thread } = relation;
    if (!replyTo && !thread) return content;
    const target = replyTo ?? thread?.latest ?? thread?.root;
    const reply = { 'm.in_reply_to': { event_id: target } };
    if (!thread) return { ...content, 'm.relates_to': reply };
    return { ...content, 'm.relates_to': { rel_type: 'm.thread', event_id: thread.root, is_falling_back: !replyTo, ...reply } };
}

/**
 * Makes the content that replaces an event by `content`, with the fallback ` * ` for clients that know no edits.
 * Mentions: only those that the text before the edit did not have ring again (Matrix spec, "Event replacements").
 * @param edited the first event, never an edit of it
 * @param before the mentions of the text before, if known
 */
export function asEdit(content: Content, edited: MatrixEventId, before?: TextContent['m.mentions']): Content {
    const plain = { ...content };
    delete plain['m.relates_to'];
    const fallback: Content = { ...plain, 'm.new_content': plain, 'm.relates_to': { rel_type: 'm.replace', event_id: edited } };
    if (typeof plain.body === 'string') fallback.body = ` * ${plain.body}`;
    if (typeof plain.formatted_body === 'string') fallback.formatted_body = ` * ${plain.formatted_body}`;
    if (jsonSize(fallback) > largestEvent) {
        // Both would not fit: the fallback is only for clients that know no edits.
        delete fallback.format;
        delete fallback.formatted_body;
        if (typeof plain.body === 'string') fallback.body = ` * ${cut(plain.body, 500)} […]`;
    }
    const mentions = plain['m.mentions'] as TextContent['m.mentions'] | undefined;
    if (mentions) fallback['m.mentions'] = newMentions(mentions, before);
    return fallback;
}

/** @returns whom a content mentions, undefined for nobody */
export function mentionsOf(content: Content): TextContent['m.mentions'] | undefined {
    const { user_ids: ids, room } = objectOf(content['m.mentions']);
    const users = Array.isArray(ids) ? ids.filter((id): id is MatrixUserId => typeof id === 'string') : [];
    return users.length > 0 || room === true ? { ...(users.length > 0 && { user_ids: users }), ...(room === true && { room }) } : undefined;
}

const emptyWords = '(empty message)';

/** Content of a text from which all was taken by an edit: clients show an empty event as a broken one. */
export const emptied = (content: TextContent): TextContent =>
    (content.body === '' ? { ...content, body: emptyWords, format: 'org.matrix.custom.html', formatted_body: `<em>${emptyWords}</em>` } : content);

function newMentions(now: TextContent['m.mentions'], before: TextContent['m.mentions'] = {}): TextContent['m.mentions'] {
    const users = (now.user_ids ?? []).filter((id) => !(before.user_ids ?? []).includes(id));
    return { ...(users.length > 0 ? { user_ids: users } : {}), ...(now.room && !before.room ? { room: true as const } : {}) };
}

/** Content of an `m.reaction`. @param key see `reactionKey` */
export const reactionContent = (event: MatrixEventId, key: string, shortCode?: string): Content => ({
    'm.relates_to': { rel_type: 'm.annotation', event_id: event, key },
    ...(shortCode ? { shortcode: shortCode } : {}),
});
