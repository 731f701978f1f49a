import type { RcMessageId } from '../../ids/types';
import { parseMessageLink } from '../messageLinks';
import { text } from '../values';
import { nodes, plainText, type Node } from './ast';
import { label, source } from './html';

/** A quote: an invisible link in front of the text, and an attachment that the server made of it. */
export interface Quote {
    link: string;
    message: RcMessageId;
}

export const isQuote = (attachment: Record<string, unknown>): boolean => typeof attachment.message_link === 'string';

/**
 * Takes the quotes off the beginning of a message: links without a label to messages of this server, the form of
 * Rocket.Chat's clients (`apps/meteor/client/lib/chats/flows/sendMessage.ts`, `prependReplies`).
 */
export function takeQuotes(ast: Node[], siteUrl: string): { quotes: Quote[]; rest: Node[] } {
    const quotes: Quote[] = [];
    const rest = [...ast];
    for (let first = rest[0]; first !== undefined; first = rest[0]) {
        if (first.type === 'LINE_BREAK' && quotes.length > 0) {
            rest.shift();
            continue;
        }
        if (first.type !== 'PARAGRAPH') break;
        const inlines = nodes(first.value);
        const before = quotes.length;
        while (inlines.length > 0 && takeOne(inlines, quotes, siteUrl));
        if (quotes.length === before) break;
        if (inlines.length > 0) {
            rest[0] = { ...first, value: inlines };
            break;
        }
        rest.shift();
    }
    return { quotes, rest };
}

/** Takes one quote, or the blanks behind one, off the list. @returns whether there was something to take */
function takeOne(inlines: Node[], quotes: Quote[], siteUrl: string): boolean {
    const [first] = inlines;
    if (first.type === 'PLAIN_TEXT' && quotes.length > 0) {
        const rest = plainText(first).replace(/^\s+/, '');
        if (rest === plainText(first)) return false;
        if (rest === '') inlines.shift();
        else inlines[0] = { ...first, value: rest };
        return true;
    }
    if (first.type !== 'LINK' || nodes(label(first)).map(plainText).join('').trim() !== '') return false;
    const target = parseMessageLink(source(first), siteUrl);
    if (!target) return false;
    quotes.push({ link: source(first), message: target.message });
    inlines.shift();
    return true;
}

/** Author and text of the quoted message, from the attachment that the server made. */
export function quotedText(quote: Quote, attachments: Record<string, unknown>[]): { author: string; text: string } | undefined {
    const attachment = attachments.find(({ message_link: link }) => link === quote.link);
    return attachment && { author: text(attachment.author_name, 100) ?? '', text: text(attachment.text, 500) ?? '' };
}
