import { cut, isObject, text } from '../values';
import { astOf } from './ast';
import { below, blocksToHtml, escapeHtml } from './html';
import { blocksToPlain } from './plain';
import type { Scope } from './scope';
import { isQuote } from './quotes';

/** A piece of a message in both forms. */
export interface Piece {
    html: string;
    plain: string;
}

const fileFields = ['image_url', 'audio_url', 'video_url'];

/** A file of its own, which is sent as such: neither a quote nor a card of an integration. */
const isFile = (attachment: Record<string, unknown>): boolean => attachment.type === 'file'
    || fileFields.some((field) => text(attachment[field])?.startsWith('/file-upload/') === true);

/** The cards that integrations and apps put below a text: heading, text, fields, files and buttons with links of each. */
export function cards(attachments: Record<string, unknown>[], scope: Scope): Piece[] {
    return attachments.filter((attachment) => isObject(attachment) && !isQuote(attachment) && !isFile(attachment)).slice(0, 20)
        .map((attachment) => card(attachment, scope)).filter(({ plain }) => plain !== '');
}

const words = (value: unknown): string => text(value, 5000)?.trim() ?? '';

/** Integrations send numbers and truth values, too. */
const fieldValue = (value: unknown): unknown => (typeof value === 'number' || typeof value === 'boolean' ? String(value) : value);

function card(attachment: Record<string, unknown>, scope: Scope): Piece {
    const pieces: Piece[] = [];
    const add = (value: unknown, wrap: (piece: Piece) => Piece = (piece) => piece): void => {
        const content = words(value);
        if (!content) return;
        const ast = astOf(content);
        pieces.push(wrap({ html: blocksToHtml(ast, scope), plain: blocksToPlain(ast, scope) }));
    };
    const linked = (link: unknown) => ({ html, plain }: Piece): Piece => {
        const href = typeof link === 'string' ? scope.href(link) : undefined;
        return href ? { html: `<a href="${escapeHtml(href)}">${html}</a>`, plain: `${plain} (${href})` } : { html, plain };
    };
    add(attachment.pretext);
    add(attachment.author_name, linked(attachment.author_link));
    add(attachment.title, (piece) => linked(attachment.title_link)({ html: `<strong>${piece.html}</strong>`, plain: piece.plain }));
    add(attachment.text);
    for (const field of (Array.isArray(attachment.fields) ? attachment.fields : []).filter(isObject).slice(0, 50)) {
        const title = cut(words(field.title), 200);
        const value = fieldValue(field.value);
        if (title === '') add(value);
        else if (words(value) === '') pieces.push({ html: `<strong>${escapeHtml(title)}</strong>`, plain: title });
        else add(value, ({ html, plain }) => ({ html: `<strong>${escapeHtml(title)}</strong> ${html}`, plain: `${title}: ${plain}` }));
    }
    for (const url of [attachment.image_url ?? attachment.thumb_url, attachment.audio_url, attachment.video_url]) {
        const address = typeof url === 'string' ? scope.href(url) : undefined;
        if (address !== undefined) pieces.push({ html: `<a href="${escapeHtml(address)}">${escapeHtml(address)}</a>`, plain: address });
    }
    for (const action of (Array.isArray(attachment.actions) ? attachment.actions : []).filter(isObject).slice(0, 20)) {
        if (typeof action.url === 'string') add(action.text ?? action.url, linked(action.url));
    }
    if (pieces.length === 0) add(attachment.fallback);
    return { html: below(pieces.map(({ html }) => html)), plain: pieces.map(({ plain }) => plain.trim()).join('\n') };
}
