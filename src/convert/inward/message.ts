import type { MatrixEventId, MatrixRoomAlias, MatrixRoomId, MatrixUserId } from '../../ids/types';
import type { InwardContext, InwardEvent, InwardMessage } from '../types';
import { text } from '../values';
import { readMedia } from './media';
import { readRelation } from './relations';

/** What an inward event speaks of: to be looked up before `fromMatrix`. */
export interface InwardReferences {
    users: MatrixUserId[];
    rooms: (MatrixRoomId | MatrixRoomAlias)[];
    /** Events of this room that are answered or linked. */
    events: MatrixEventId[];
}

/** Cheap: parses nothing when the content has no link to Matrix. */
export function referencesFromMatrix(event: InwardEvent, _context: Pick<InwardContext, 'roomId'> = {}): InwardReferences {
    const { replyTo } = readRelation(event.content);
    return { users: [], rooms: [], events: replyTo ? [replyTo] : [] };
}

/**
 * Converts an event that is shown as a message: `m.room.message`, `m.sticker`, `m.room.encrypted`, polls, and every unknown type.
 * Of an edit the new content is converted. Never throws.
 */
export function fromMatrix(event: InwardEvent, context: InwardContext): InwardMessage {
    const { content } = event;
    const relation = readRelation(content);
    const link = relation.replyTo && context.messageLink?.(relation.replyTo);
    const body = text(content.body) ?? '';
    return {
        text: link ? `[ ](${link}) ${body}` : body,
        media: readMedia(event),
        emote: content.msgtype === 'm.emote',
        notice: content.msgtype === 'm.notice',
        relation,
    };
}
