import type { MatrixEventId, MatrixRoomId, RcMessageId } from '../../ids/types';
import { eventLink } from '../matrixLinks';
import { joiner } from './dialect/runs';

/** Blocks that must begin a line. */
const block = /^(?:[#>|-]|```|\d+\.)/;
/** What stands in front of an answer: links of quotes, and the link that names an event which is no message here. */
const inFront = /^(?:\[[ ↩]\]\([^\s()]+\)\s*)+/;
/** A link has its address and its label side by side: each of them counts. */
const url = /[a-z][a-z0-9+.-]*:\/\/(?:(?!\]\()[^\s<>|])+/gi;

/** The invisible link in front of a text of which the server makes a quote. */
export const quoteLink = (link: string): string => `[ ](${link})`;

/** In place of a quote where the event is no message here: nobody takes the text for an answer to something else. */
export const unknownTarget = (room: MatrixRoomId, event: MatrixEventId): string => `[↩](${eventLink(room, event).replace(/[()]/g, encodeURIComponent)})`;

/** Puts a quote in front of a text. */
export const answering = (text: string, quote: string): string => `${quote}${block.test(text) ? '\n' : ' '}${text}`.trimEnd();

/** @returns the quotes in front of a text that came from Matrix: an edit there does not name again what is answered */
export const quotesOf = (text: string): string => (inFront.exec(text) ?? [''])[0];

/** The value of `msg` in the query of a URL; names and values of a query may be percent-encoded. */
function messageIn(link: string): RcMessageId | undefined {
    try {
        const value = new URL(link).searchParams.get('msg');
        // Behind the id may stand what the dialect puts there: a bracket, the label of a link.
        return value === null ? undefined : (/^[\w.-]*/.exec(value) as RegExpExecArray)[0].replace(/[.]+$/, '') as RcMessageId;
    } catch {
        return undefined;
    }
}

/** @returns the messages of this workspace that the links of a text name, whatever room they are of */
export function messagesLinked(text: string, siteUrl: string): RcMessageId[] {
    if (!text.toLowerCase().includes(hostOf(siteUrl))) return [];
    return (text.match(url) ?? []).map(messageIn).filter((id): id is RcMessageId => id !== undefined);
}

/**
 * The server makes a quote of every link in a text whose query names a message that the sender could read, of whatever room
 * (`apps/meteor/server/services/messages/hooks/BeforeSaveJumpToMessage.ts`): a stranger could have other rooms' messages quoted.
 * Such links keep their look and lose their target.
 * @param mayQuote whether the message is of this room
 */
export function withoutForeignQuotes(text: string, siteUrl: string, mayQuote: (message: RcMessageId) => boolean): string {
    if (!text.toLowerCase().includes(hostOf(siteUrl))) return text;
    return text.replace(url, (link) => {
        const message = messageIn(link);
        return message === undefined || mayQuote(message) ? link : link.replace('?', `?${joiner}`).replace(/&/g, `&${joiner}`);
    });
}

const hostOf = (siteUrl: string): string => siteUrl.toLowerCase().replace(/^[a-z]+:\/\//, '').replace(/\/+$/, '');
