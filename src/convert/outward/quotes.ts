import type { RcMessageId } from '../../ids/types';
import { parseMessageLink } from '../messageLinks';
import { cut, isObject, text } from '../values';
import { astOf, nodes, plainText, type Node } from './ast';
import { label, source } from './html';

/** A quote: an invisible link in front of the text, and an attachment that the server made of it. */
export interface Quote {
    link: string;
    message: RcMessageId;
}

/** What an answer without a word says. */
export const answerSign = '↩';
const longest = 500;

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

/** Author and words of the quoted message, from the attachment that the server made: without what it quotes itself, or the names of its files. */
export function quotedText(quote: Quote, attachments: Record<string, unknown>[], siteUrl: string): { author: string; ast: Node[] } | undefined {
    const attachment = attachments.find(({ message_link: link }) => link === quote.link);
    if (!attachment) return undefined;
    const words = text(attachment.text) ?? '';
    const ast = words.length > longest ? astOf(`${cut(words, longest)}…`) : astOf(words, Array.isArray(attachment.md) ? attachment.md : undefined);
    const { rest } = takeQuotes(ast, siteUrl);
    return { author: text(attachment.author_name, 100) ?? '', ast: visibly(rest) ? rest : fileNames(attachment.attachments) };
}

const visibly = (ast: Node[]): boolean => ast.some(({ type }) => type !== 'LINE_BREAK');

const fileNames = (attachments: unknown): Node[] => (Array.isArray(attachments) ? attachments : []).filter((file) => isObject(file) && !isQuote(file))
    .map((file) => text(file.title, 200)?.trim()).filter((name) => name)
    .map((name): Node => ({ type: 'PARAGRAPH', value: [{ type: 'PLAIN_TEXT', value: `📎 ${name}` }] }));
