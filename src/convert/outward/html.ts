import { emojiOf } from '../emoji/reactions';
import { eventLink, roomLink, userLink } from '../matrixLinks';
import { nodes, plainText, withoutBlockEnds, type Node } from './ast';
import type { Scope } from './scope';

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => escapes[character]);

/** Blocks that are shown as lines: a break stands between two of them, while other elements break the line by themselves. */
const isLine = ({ type }: Node): boolean => type === 'PARAGRAPH' || type === 'LINE_BREAK' || type === 'BIG_EMOJI' || type === 'IMAGE';

/** Renders the AST as HTML of the tags that the Matrix spec allows (client-server API, "m.room.message msgtypes"). */
export function blocksToHtml(list: Node[], scope: Scope): string {
    const blocks = withoutBlockEnds(list);
    return blocks.map((node, index) => {
        const html = blockToHtml(node, scope);
        const next = blocks[index + 1];
        return isLine(node) && next !== undefined && (isLine(next) || node.type === 'LINE_BREAK') ? `${html}<br>` : html;
    }).join('');
}

export const startsInBlock = /^<(?:blockquote|ul|ol|pre|div|table|hr|h[1-6])\b/;
const endsInBlock = /<\/(?:blockquote|ul|ol|pre|div|table|h[1-6])>$/;

/** Puts one piece below the other: elements that break the line by themselves need no break behind them. */
export const below = (pieces: string[]): string => pieces.map((html, index) => (index > 0 && !endsInBlock.test(pieces[index - 1]) ? `<br>${html}` : html)).join('');

const element = (tag: string, html: string): string => `<${tag}>${html}</${tag}>`;

function blockToHtml(node: Node, scope: Scope): string {
    switch (node.type) {
        case 'LINE_BREAK': return '';
        case 'PARAGRAPH': return inlinesToHtml(node.value, scope);
        case 'BIG_EMOJI': return nodes(node.value).map((emoji) => escapeHtml(emojiText(emoji))).join(' ');
        case 'HEADING': return element(`h${Math.min(Math.max(Number(node.level) || 1, 1), 6)}`, inlinesToHtml(node.value, scope));
        case 'QUOTE': return element('blockquote', blocksToHtml(nodes(node.value), scope));
        case 'SPOILER_BLOCK': return `<span data-mx-spoiler>${blocksToHtml(nodes(node.value), scope)}</span>`;
        case 'UNORDERED_LIST': return element('ul', items(nodes(node.value), scope));
        case 'ORDERED_LIST': return orderedList(node, scope);
        case 'TASKS': return element('ul', nodes(node.value).map((task) => element('li', `${task.status === true ? '☑' : '☐'} ${inlinesToHtml(task.value, scope)}`)).join(''));
        case 'CODE': return code(node);
        case 'KATEX': return maths('div', node);
        case 'HORIZONTAL_RULE': return '<hr>';
        case 'TABLE': return table(node, scope);
        default: return inlinesToHtml([node], scope);
    }
}

const items = (list: Node[], scope: Scope): string => list.map((item) => element('li', inlinesToHtml(item.value, scope))).join('');

/** A list for each row of numbers: Rocket.Chat shows every item with the number that was typed. */
function orderedList(list: Node, scope: Scope): string {
    const numbers = nodes(list.value).map(({ number }, index) => (Number.isSafeInteger(number) ? Number(number) : index + 1));
    const starts = numbers.map((_, index) => index).filter((index) => index === 0 || numbers[index] !== numbers[index - 1] + 1);
    return starts.map((from, index) => {
        const part = nodes(list.value).slice(from, starts[index + 1]);
        return `<ol${numbers[from] === 1 ? '' : ` start="${numbers[from]}"`}>${items(part, scope)}</ol>`;
    }).join('');
}

function code(node: Node): string {
    const language = typeof node.language === 'string' && node.language !== 'none' ? node.language.trim() : '';
    const text = nodes(node.value).map((line) => plainText(line)).join('\n');
    return `<pre><code${language ? ` class="language-${escapeHtml(language.replace(/\s+/g, '-'))}"` : ''}>${escapeHtml(text)}\n</code></pre>`;
}

/** TeX for clients that typeset it, its source for the others (Matrix 1.11, "Mathematical messages"). */
function maths(tag: 'div' | 'span', { value }: Node): string {
    const tex = escapeHtml(plainText(value).trim());
    return `<${tag} data-mx-maths="${tex}"><code>${tex}</code></${tag}>`;
}

function table({ value }: Node, scope: Scope): string {
    const { header, rows } = value as { header?: unknown; rows?: unknown };
    const row = (cells: Node[], tag: string): string => element('tr', cells.map((cell) => element(tag, inlinesToHtml(cell.value, scope))).join(''));
    const body = nodes(rows).map((cells) => row(nodes(cells.value), 'td')).join('');
    return element('table', element('thead', row(nodes(header), 'th')) + (body ? element('tbody', body) : ''));
}

const inlinesToHtml = (value: unknown, scope: Scope): string => nodes(value).map((node) => inlineToHtml(node, scope)).join('');

function inlineToHtml(node: Node, scope: Scope): string {
    switch (node.type) {
        case 'BOLD': return element('strong', inlinesToHtml(node.value, scope));
        case 'ITALIC': return element('em', inlinesToHtml(node.value, scope));
        case 'STRIKE': return element('del', inlinesToHtml(node.value, scope));
        case 'SPOILER': return `<span data-mx-spoiler>${inlinesToHtml(node.value, scope)}</span>`;
        case 'INLINE_CODE': return element('code', escapeHtml(plainText(node.value)));
        case 'INLINE_KATEX': return maths('span', node);
        case 'LINK': return link(node, scope);
        case 'IMAGE': return anchor(scope.href(source(node)), inlinesToHtml(label(node), scope) || escapeHtml(source(node)));
        case 'MENTION_USER': return mention(plainText(node.value), scope);
        case 'MENTION_CHANNEL': return channel(plainText(node.value), scope);
        case 'COLOR': return color(node);
        case 'EMOJI': return escapeHtml(emojiText(node));
        // A kind that is not known is shown by what is in it.
        default: return Array.isArray(node.value) ? inlinesToHtml(node.value, scope) : textToHtml(scope.leaf(node), scope);
    }
}

/** `@room` in a text that is no mention gets an invisible mark, for clients that know only the rules before `m.mentions`. */
const textToHtml = (text: string, scope: Scope): string => escapeHtml(scope.defuse(text)).replace(/\n/g, '<br>').replace(/ {2,}/g, (run) => '\u00a0'.repeat(run.length - 1) + ' ');

export const source = ({ value }: Node): string => plainText((value as { src?: unknown } | undefined)?.src);
export const label = ({ value }: Node): unknown => (value as { label?: unknown } | undefined)?.label;

const anchor = (href: string | undefined, html: string): string => (href === undefined ? html : `<a href="${escapeHtml(href)}">${html}</a>`);

/** @returns the text of a link without a label of its own: an address, a number; undefined for one with a label */
export function ownAddress(node: Node): string | undefined {
    const parts = nodes(label(node));
    if (parts.some(({ type }) => type !== 'PLAIN_TEXT')) return undefined;
    const text = parts.map(plainText).join('').trim();
    const href = source(node);
    const bare = (address: string): string => (/^tel:/i.test(href) ? address.replace(/[^\d]/g, '') : address.replace(/^(?:mailto:|https?:)?(?:\/\/)?/i, ''));
    return text !== '' && bare(text) === bare(href) ? text : undefined;
}

function link(node: Node, scope: Scope): string {
    const href = source(node);
    const own = ownAddress(node);
    const event = scope.eventOf(href);
    const address = event && scope.context.roomId ? eventLink(scope.context.roomId, event) : scope.href(href);
    if (own !== undefined) return anchor(address, escapeHtml(own));
    const shown = inlinesToHtml(label(node), scope);
    const text = anchor(address, shown.trim() === '' ? escapeHtml(href) : shown);
    return address === undefined && shown.trim() !== '' && scope.mayBeShown(href) ? `${text} (${escapeHtml(href)})` : text;
}

function mention(raw: string, scope: Scope): string {
    const { before, person, rest } = scope.mention(raw);
    return person ? anchor(userLink(person.id), escapeHtml(person.name)) + escapeHtml(rest) : escapeHtml(before + rest);
}

function channel(raw: string, scope: Scope): string {
    const room = scope.context.channel?.(raw);
    const address = room && ('href' in room ? scope.href(room.href) : roomLink(room.id, room.via));
    return anchor(address, escapeHtml(`#${raw}`));
}

function color(node: Node): string {
    const text = colorText(node);
    return `<span data-mx-color="${text.slice(6, 13)}">${text}</span>`;
}

/** `color:#rrggbb` or with alpha `color:#rrggbbaa`, as it was written. */
export function colorText({ value }: Node): string {
    const { r, g, b, a } = (value ?? {}) as Record<string, unknown>;
    const hex = (part: unknown): string => Math.min(Math.max(Math.round(Number(part)) || 0, 0), 255).toString(16).padStart(2, '0');
    return `color:#${hex(r)}${hex(g)}${hex(b)}${a === undefined || Number(a) >= 255 ? '' : hex(a)}`;
}

/** The characters of an emoji node: Unicode for short names, what was typed for emoticons, `:name:` for custom emoji. */
export function emojiText(node: Node): string {
    if (typeof node.unicode === 'string') return node.unicode;
    const typed = plainText(node.value);
    const code = typeof node.shortCode === 'string' ? node.shortCode : typed;
    if (typed !== '' && typed !== code) return typed;
    return emojiOf(code) ?? `:${code}:`;
}
