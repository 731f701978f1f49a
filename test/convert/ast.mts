import { astOf, type Node } from '../../src/convert/outward/ast';

/**
 * Reads Rocket.Chat's dialect with Rocket.Chat's own parser, to judge what a conversion has made. The parser keeps state
 * after some inputs that it gives up on: a plain text before each run clears it.
 */
export function parse(text: string): Node[] {
    astOf('clear');
    return astOf(text);
}

const invisible = /\u2060/g;
const formats: Record<string, string> = { BOLD: 'b', ITALIC: 'i', STRIKE: 's', SPOILER: 'h', INLINE_CODE: 'c', CODE: 'C', HEADING: 'H', QUOTE: 'q' };

export interface Character {
    character: string;
    format: string;
}

/** All visible characters with their formats, sorted. */
export function characters(value: unknown, format = ''): Character[] {
    if (Array.isArray(value)) return value.flatMap((entry) => characters(entry, format));
    if (typeof value === 'string') return [...value.replace(invisible, '')].filter((character) => character.trim()).map((character) => ({ character, format: [...format].sort().join('') }));
    if (typeof value !== 'object' || value === null) return [];
    const node = value as Node & { unicode?: string; shortCode?: string };
    const own = format + (formats[node.type] ?? '');
    if (node.type === 'EMOJI') return characters(emoji(node), own);
    if (node.type === 'LINK' || node.type === 'IMAGE') return characters((node.value as any).label, own);
    if (node.type === 'MENTION_USER') return characters(`@${(node.value as any).value}`, own);
    if (node.type === 'MENTION_CHANNEL') return characters(`#${(node.value as any).value}`, own);
    if (node.type === 'TABLE') return characters([(node.value as any).header, (node.value as any).rows], own);
    return characters(node.value, own);
}

function emoji(node: { unicode?: string; shortCode?: string; value?: unknown }): string {
    if (node.unicode) return node.unicode;
    const typed = (node.value as { value: string }).value;
    return typed === node.shortCode ? `:${typed}:` : typed;
}

export const visible = (value: unknown): string => characters(value).map(({ character }) => character).join('');

/** Where the links of a text lead. */
export function targets(value: unknown): string[] {
    if (Array.isArray(value)) return value.flatMap(targets);
    if (typeof value !== 'object' || value === null) return [];
    const node = value as Node;
    return node.type === 'LINK' ? [(node.value as any).src.value] : Object.values(node).flatMap(targets);
}

/** The types of all nodes that give text a form. */
export function forms(value: unknown): string[] {
    if (Array.isArray(value)) return value.flatMap(forms);
    if (typeof value !== 'object' || value === null) return [];
    const node = value as Node;
    const own = ['BOLD', 'ITALIC', 'STRIKE', 'SPOILER', 'SPOILER_BLOCK', 'INLINE_CODE', 'CODE', 'HEADING', 'QUOTE', 'UNORDERED_LIST', 'ORDERED_LIST', 'TASKS',
        'KATEX', 'INLINE_KATEX', 'COLOR', 'TABLE', 'HORIZONTAL_RULE', 'TIMESTAMP', 'IMAGE'].includes(node.type) ? [node.type] : [];
    return [...own, ...forms(node.value)];
}

/** An AST without what cannot be seen: invisible characters, empty texts, split texts, positions in the source. */
export function normal(value: unknown): unknown {
    if (Array.isArray(value)) return join(value.map(normal).filter((entry) => !isEmpty(entry)));
    if (typeof value === 'string') return value.replace(invisible, '');
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).filter(([key, entry]) => key !== 'fallback' && entry !== undefined).map(([key, entry]) => [key, normal(entry)]));
}

const isEmpty = (entry: any): boolean => entry?.type === 'PLAIN_TEXT' && entry.value === '';

function join(entries: any[]): any[] {
    const joined: any[] = [];
    for (const entry of entries) {
        const last = joined[joined.length - 1];
        if (last?.type === 'PLAIN_TEXT' && entry?.type === 'PLAIN_TEXT') last.value += entry.value;
        else joined.push(entry);
    }
    return joined;
}

/** What a reader sees of a text in the dialect, and in which form: blocks in lines, `<b>`, `<i>`, `<s>`, `<c>` (code), `<h>` (spoiler), `[label](address)`, `@{name}`. */
export const shown = (text: string): string => (text === '' ? '' : shownBlocks(parse(text)));

const list = (value: unknown): any[] => (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]);
const shownBlocks = (value: unknown): string => list(value).map(shownBlock).join('\n');
const inlines = (value: unknown): string => list(value).map(shownInline).join('');
const row = (cells: any[]): string => cells.map((cell) => inlines(cell.value)).join('|');

function shownBlock(node: any): string {
    switch (node.type) {
        case 'LINE_BREAK': return '';
        case 'PARAGRAPH': case 'BIG_EMOJI': return inlines(node.value);
        case 'HEADING': return `H${node.level}(${inlines(node.value)})`;
        case 'QUOTE': return `Q(${shownBlocks(node.value)})`;
        case 'UNORDERED_LIST': return `UL(${row(node.value)})`;
        case 'ORDERED_LIST': return `OL(${node.value.map((item: any) => `${item.number}:${inlines(item.value)}`).join('|')})`;
        case 'TASKS': return `TASKS(${node.value.map((item: any) => `${item.status ? 'x' : 'o'}:${inlines(item.value)}`).join('|')})`;
        case 'CODE': return `CODE${node.language && node.language !== 'none' ? `[${node.language}]` : ''}(${node.value.map((line: any) => inlines(line.value)).join('\n')})`;
        case 'TABLE': return `TABLE(${[node.value.header, ...node.value.rows.map((cells: any) => cells.value)].map(row).join('/')})`;
        case 'HORIZONTAL_RULE': return '---HR';
        default: return shownInline(node);
    }
}

const tags: Record<string, string> = { BOLD: 'b', ITALIC: 'i', STRIKE: 's', SPOILER: 'h', INLINE_CODE: 'c' };

function shownInline(node: any): string {
    if (tags[node.type]) return `<${tags[node.type]}>${inlines(node.value)}</${tags[node.type]}>`;
    switch (node.type) {
        case 'PLAIN_TEXT': return node.value.replace(invisible, '');
        case 'LINK': return shownLink(inlines(node.value.label), inlines(node.value.src));
        case 'MENTION_USER': return `@{${inlines(node.value)}}`;
        case 'MENTION_CHANNEL': return `#{${inlines(node.value)}}`;
        case 'INLINE_KATEX': case 'KATEX': return `K(${node.value})`;
        case 'EMOJI': return emoji(node);
        default: return `${node.type}(${inlines(node.value)})`;
    }
}

/** A link that is its own label is shown as the label. */
const shownLink = (label: string, source: string): string =>
    ([label, `https://${label}`, `//${label}`, `mailto:${label}`].includes(source) || source.startsWith('tel:') ? label : `[${label}](${source})`);
