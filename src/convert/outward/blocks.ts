import { isObject, text } from '../values';
import { astOf } from './ast';
import { blocksToHtml, escapeHtml } from './html';
import { blocksToPlain } from './plain';
import type { Piece } from './attachments';
import type { Scope } from './scope';

const most = 50;
const longest = 5000;

const list = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.slice(0, most).filter(isObject) : []);

/**
 * The blocks of an app's message (UIKit: polls, forms, cards) as text: what can be read, and the labels of what can be pressed.
 * Nothing can be pressed on Matrix.
 */
export const blocks = (message: unknown, scope: Scope): Piece[] => list(message).map((block) => piecesOf(block, scope)).filter(({ plain }) => plain !== '');

function piecesOf(block: Record<string, unknown>, scope: Scope): Piece {
    switch (block.type) {
        case 'section': return together([textOf(block.text, scope), ...list(block.fields).map((field) => textOf(field, scope)), elements([block.accessory], scope)]);
        case 'context':
        case 'actions': return elements(block.elements, scope);
        case 'input': return together([textOf(block.label, scope)]);
        case 'image': return together([textOf(block.title, scope), picture(block, scope)]);
        case 'callout': return together([textOf(block.title, scope), textOf(block.text, scope)]);
        case 'preview': return together([...list(block.title).map((part) => textOf(part, scope)), ...list(block.description).map((part) => textOf(part, scope))]);
        case 'divider': return { html: '<hr>', plain: '---' };
        default: return { html: '', plain: '' };
    }
}

/** Buttons and menus are named in brackets, one after another. */
function elements(value: unknown, scope: Scope): Piece {
    const shown = list(value).map((element): Piece => {
        if (element.type === 'image') return picture(element, scope);
        if (element.type === 'mrkdwn' || element.type === 'plain_text') return textOf(element, scope);
        const label = isObject(element.text) ? element.text : element.placeholder;
        const words = textOf(label, scope).plain;
        return words === '' ? { html: '', plain: '' } : { html: `[${escapeHtml(words)}]`, plain: `[${words}]` };
    });
    return together(shown, ' ', ' ');
}

function picture(element: Record<string, unknown>, scope: Scope): Piece {
    const address = text(element.image_url ?? element.imageUrl, 2000);
    const href = address === undefined ? undefined : scope.href(address);
    const words = text(element.alt_text ?? element.altText, 500) || href || '';
    return { html: href === undefined ? escapeHtml(words) : `<a href="${escapeHtml(href)}">${escapeHtml(words)}</a>`, plain: words };
}

function textOf(value: unknown, scope: Scope): Piece {
    const words = isObject(value) ? text(value.text, longest)?.trim() ?? '' : '';
    if (words === '') return { html: '', plain: '' };
    if (isObject(value) && value.type === 'plain_text') return { html: escapeHtml(words).replace(/\n/g, '<br>'), plain: words };
    const ast = astOf(words);
    return { html: blocksToHtml(ast, scope), plain: blocksToPlain(ast, scope) };
}

function together(pieces: Piece[], html = '<br>', plain = '\n'): Piece {
    const shown = pieces.filter((piece) => piece.plain !== '');
    return { html: shown.map((piece) => piece.html).join(html), plain: shown.map((piece) => piece.plain).join(plain) };
}
