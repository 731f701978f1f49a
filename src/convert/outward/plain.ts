import { nodes, plainText, withoutBlockEnds, type Node } from './ast';
import { colorText, emojiText, label, ownAddress, source } from './html';
import type { Scope } from './scope';

/** Renders the AST as text that reads well without formatting: the marks of chat remain, escapes and short names do not. */
export const blocksToPlain = (list: Node[], scope: Scope): string => withoutBlockEnds(list).map((node) => blockToPlain(node, scope)).join('\n');

function blockToPlain(node: Node, scope: Scope): string {
    switch (node.type) {
        case 'LINE_BREAK': return '';
        case 'HEADING': return `${'#'.repeat(Math.min(Math.max(Number(node.level) || 1, 1), 6))} ${inlines(node.value, scope)}`;
        case 'QUOTE': return blocksToPlain(nodes(node.value), scope).split('\n').map((line) => `> ${line}`.trim()).join('\n');
        case 'SPOILER_BLOCK': return `||\n${blocksToPlain(nodes(node.value), scope)}\n||`;
        case 'UNORDERED_LIST': return nodes(node.value).map((item) => `- ${inlines(item.value, scope)}`).join('\n');
        case 'ORDERED_LIST': return nodes(node.value).map((item, index) => `${Number(item.number ?? index + 1)}. ${inlines(item.value, scope)}`).join('\n');
        case 'TASKS': return nodes(node.value).map((task) => `${task.status === true ? '☑' : '☐'} ${inlines(task.value, scope)}`).join('\n');
        case 'CODE': return code(node);
        case 'KATEX': return plainText(node.value).trim();
        case 'HORIZONTAL_RULE': return '---';
        case 'TABLE': return table(node, scope);
        case 'PARAGRAPH': return inlines(node.value, scope);
        case 'BIG_EMOJI': return nodes(node.value).map(emojiText).join(' ');
        default: return inline(node, scope);
    }
}

function code(node: Node): string {
    const language = typeof node.language === 'string' && node.language !== 'none' ? node.language.trim() : '';
    return `\`\`\`${language}\n${nodes(node.value).map((line) => plainText(line)).join('\n')}\n\`\`\``;
}

function table({ value }: Node, scope: Scope): string {
    const { header, rows } = value as { header?: unknown; rows?: unknown };
    const row = (cells: Node[]): string => cells.map((cell) => inlines(cell.value, scope)).join(' | ');
    return [nodes(header), ...nodes(rows).map((cells) => nodes(cells.value))].map(row).join('\n');
}

const inlines = (value: unknown, scope: Scope): string => nodes(value).map((node) => inline(node, scope)).join('');

function inline(node: Node, scope: Scope): string {
    switch (node.type) {
        case 'BOLD': return `*${inlines(node.value, scope)}*`;
        case 'ITALIC': return `_${inlines(node.value, scope)}_`;
        case 'STRIKE': return `~${inlines(node.value, scope)}~`;
        case 'SPOILER': return `||${inlines(node.value, scope)}||`;
        case 'INLINE_CODE': return `\`${plainText(node.value)}\``;
        case 'LINK':
        case 'IMAGE': return link(node, scope);
        case 'MENTION_USER': return mention(plainText(node.value), scope);
        case 'MENTION_CHANNEL': return `#${plainText(node.value)}`;
        case 'COLOR': return colorText(node);
        case 'EMOJI': return emojiText(node);
        default: return Array.isArray(node.value) ? inlines(node.value, scope) : scope.defuse(scope.leaf(node));
    }
}

function link(node: Node, scope: Scope): string {
    const href = source(node);
    const own = ownAddress(node);
    if (own !== undefined) return own;
    const text = inlines(label(node), scope).trim();
    if (text === '') return href;
    return scope.href(href) === undefined && !scope.mayBeShown(href) ? text : `${text} (${href})`;
}

function mention(raw: string, scope: Scope): string {
    const { before, person, rest } = scope.mention(raw);
    return (person?.name ?? before) + rest;
}
