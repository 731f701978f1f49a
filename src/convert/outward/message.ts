import type { MatrixEventId, RcMessageId } from '../../ids/types';
import { eventLink } from '../matrixLinks';
import { parseMessageLink } from '../messageLinks';
import type { OutwardContext, OutwardMessage, OutwardText, TextContent } from '../types';
import { isObject } from '../values';
import { astOf, isNode, nodes, plainText, withBlanks, type Node } from './ast';
import { cards, type Piece } from './attachments';
import { blocks } from './blocks';
import { below, blocksToHtml, escapeHtml, source, startsInBlock } from './html';
import { fit } from './limit';
import { blocksToPlain } from './plain';
import { answerSign, quotedText, takeQuotes, type Quote } from './quotes';
import { nameCandidates, Scope } from './scope';

/** What a message speaks of: to be looked up before `toMatrix`. */
export interface OutwardReferences {
    users: string[];
    channels: string[];
    /** Messages that are quoted or linked, of whatever room. */
    messages: RcMessageId[];
}

/** Cheap: reads the AST when the server has sent it along, and parses nothing for a text without marks. */
export function referencesToMatrix(message: OutwardMessage, context: Pick<OutwardContext, 'siteUrl'>): OutwardReferences {
    const found = { users: new Set<string>(), channels: new Set<string>(), messages: new Set<RcMessageId>() };
    if (/[@#]|:\/\//.test(message.text)) collect(astOf(message.text, message.md), found, context.siteUrl);
    return { users: [...found.users], channels: [...found.channels], messages: [...found.messages] };
}

function collect(value: unknown, found: { users: Set<string>; channels: Set<string>; messages: Set<RcMessageId> }, siteUrl: string, depth = 0): void {
    if (depth > 50) return;
    if (Array.isArray(value)) {
        value.forEach((entry) => collect(entry, found, siteUrl, depth + 1));
        return;
    }
    if (!isObject(value)) return;
    if (isNode(value)) {
        if (value.type === 'MENTION_USER') nameCandidates(plainText(value.value)).filter((name) => name !== 'all' && name !== 'here').forEach((name) => found.users.add(name));
        if (value.type === 'MENTION_CHANNEL') found.channels.add(plainText(value.value));
        const link = value.type === 'LINK' ? parseMessageLink(source(value), siteUrl) : undefined;
        if (link) found.messages.add(link.message);
    }
    for (const field of ['value', 'label', 'header', 'rows']) collect(value[field], found, siteUrl, depth + 1);
}

/**
 * Converts the text of a message, with its quotes and the cards of integrations. Never throws.
 * Reply and thread are added by `relate`, so that an edit can be made of the same content by `asEdit`.
 */
export function toMatrix(message: OutwardMessage, context: OutwardContext): OutwardText {
    const scope = new Scope(context);
    const { quotes, rest } = takeQuotes(withBlanks(astOf(message.text, message.md), message.text), context.siteUrl);
    const attachments = (message.attachments ?? []).filter(isObject);
    const mayBeAnswered = (event?: MatrixEventId): boolean => event !== undefined && (context.answers === undefined || context.answers === event);
    const answered = quotes.map((quote) => context.event?.(quote.message)).find(mayBeAnswered);
    const others = quotes.filter((quote) => context.event?.(quote.message) !== answered || answered === undefined);
    const words = others.length === 0 ? emoted(message.text, rest) : undefined;
    const said = words ?? rest;
    const pieces: Piece[] = [
        ...others.map((quote) => otherQuote(quote, attachments, context)),
        { html: blocksToHtml(said, scope), plain: blocksToPlain(said, scope) },
        ...cards(attachments, scope),
        ...blocks(message.blocks, scope),
    ].filter(({ plain, html }) => plain !== '' || html !== '');
    // A quote without a word of its own.
    if (pieces.length === 0 && answered) pieces.push({ html: answerSign, plain: answerSign });
    const [first] = pieces;
    if (message.alias !== undefined && first !== undefined) pieces[0] = under(message.alias, first);
    return { ...fit(content(pieces, words !== undefined, scope), context.maxBytes), ...(answered ? { replyTo: answered } : {}) };
}

/** The name of an integration or app in front: its ghost on Matrix is the one of the user that it posts as. */
function under(alias: string, { html, plain }: Piece): Piece {
    const isBlock = startsInBlock.test(html);
    return { html: `<strong>${escapeHtml(alias)}:</strong>${isBlock ? '' : ' '}${html}`, plain: `${alias}:${isBlock ? '\n' : ' '}${plain}` };
}

/**
 * `/me waves` is the message `_waves_` (`apps/meteor/app/slashcommands-me/server/me.ts`). A name or an address at its end
 * takes the closing mark to itself, and Rocket.Chat finds no italics then: an emote it is all the same.
 * @returns what the emote says, undefined when the message is none
 */
function emoted(text: string, ast: Node[]): Node[] | undefined {
    const typed = text.trim();
    if (!/^_[^_][^]*[^_]_$|^_[^_]_$/.test(typed) || ast.length !== 1 || ast[0].type !== 'PARAGRAPH') return undefined;
    const inlines = nodes(ast[0].value);
    const [first, last] = [inlines[0], inlines[inlines.length - 1]];
    if (inlines.length === 1 && first.type === 'ITALIC') return [{ ...first, type: 'PARAGRAPH' }];
    const open = first.type === 'PLAIN_TEXT' && plainText(first).startsWith('_') && last.type !== 'ITALIC' && /\s/.test(typed);
    const inner = open ? astOf(typed.slice(1, -1)) : [];
    return inner.length === 1 && inner[0].type === 'PARAGRAPH' ? inner : undefined;
}

function content(pieces: Piece[], emote: boolean, scope: Scope): TextContent {
    const body = pieces.map(({ plain }) => plain).join('\n');
    const html = below(pieces.map(({ html: piece }) => piece));
    const mentions: TextContent['m.mentions'] = {};
    if (scope.users.size > 0) mentions.user_ids = [...scope.users];
    if (scope.room) mentions.room = true;
    const text: TextContent = { msgtype: emote ? 'm.emote' : 'm.text', body, 'm.mentions': mentions };
    // Nothing is formatted: the body says it all.
    if (html.replace(/\u00a0/g, ' ') === escapeHtml(body).replace(/\n/g, '<br>')) return text;
    return { ...text, format: 'org.matrix.custom.html', formatted_body: html };
}

/**
 * A quote besides the one that is answered. Its text is repeated only if the message is of this room (its event is known):
 * what somebody quotes from another room is not for this room's people.
 */
function otherQuote(quote: Quote, attachments: Record<string, unknown>[], context: OutwardContext): Piece {
    const event: MatrixEventId | undefined = context.event?.(quote.message);
    if (!event || !context.roomId) return { html: `<a href="${escapeHtml(quote.link)}">${escapeHtml(quote.link)}</a>`, plain: quote.link };
    const { author, ast } = quotedText(quote, attachments, context.siteUrl) ?? { author: '', ast: [] };
    // Whom the quoted message mentions is not mentioned again.
    const scope = new Scope({ ...context, user: undefined, mayMentionRoom: false });
    const link = eventLink(context.roomId, event);
    const said = blocksToHtml(ast, scope);
    return {
        html: `<blockquote>${below([`<a href="${escapeHtml(link)}">${escapeHtml(author || 'message')}</a>`, ...(said ? [said] : [])])}</blockquote>`,
        plain: `> ${author || 'message'}: ${blocksToPlain(ast, scope) || link}`.replace(/\n/g, '\n> '),
    };
}
