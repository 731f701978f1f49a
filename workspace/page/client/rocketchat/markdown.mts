import { link, plain } from '../text.mts';

/** A node of Rocket.Chat's Markdown tree (`md` of a message, made by `@rocket.chat/message-parser`). */
interface Node_ {
    type: string;
    value?: any;
    [key: string]: any;
}

const TAGS: Record<string, string> = {
    PARAGRAPH: 'p',
    BOLD: 'strong',
    ITALIC: 'em',
    STRIKE: 'del',
    SPOILER: 'span',
    SPOILER_BLOCK: 'div',
    QUOTE: 'blockquote',
    BLOCKQUOTE: 'blockquote',
    UNORDERED_LIST: 'ul',
    ORDERED_LIST: 'ol',
    TASKS: 'ul',
    LIST_ITEM: 'li',
    TABLE_ROW: 'tr',
    TABLE_CELL: 'td',
};

function element(tag: string, ...children: (Node | string)[]): HTMLElement {
    const made = document.createElement(tag);
    made.append(...children);
    return made;
}

const textOf = (node: Node_ | undefined): string => (typeof node?.value === 'string' ? node.value : '');

/** Nodes that are more than a tag around their children. */
const special: Record<string, (node: Node_) => Node | string> = {
    PLAIN_TEXT: (node) => plain(textOf(node)),
    LINE_BREAK: () => element('br'),
    HORIZONTAL_RULE: () => element('hr'),
    HEADING: (node) => element(`h${Math.min(Math.max(Number(node.level) || 1, 1), 4)}`, all(node.value)),
    CODE: (node) => element('pre', element('code', (node.value as Node_[]).map((line) => textOf(line.value)).join('\n'))),
    INLINE_CODE: (node) => element('code', textOf(node.value)),
    LINK: (node) => link(textOf(node.value?.src), all([node.value?.label].flat())),
    IMAGE: (node) => link(textOf(node.value?.src), all([node.value?.label].flat())),
    MENTION_USER: (node) => mention(`@${textOf(node.value)}`),
    MENTION_CHANNEL: (node) => mention(`#${textOf(node.value)}`),
    EMOJI: (node) => node.unicode ?? `:${node.shortCode ?? textOf(node.value)}:`,
    BIG_EMOJI: (node) => element('p', all(node.value)),
    TASK: (node) => element('li', node.status ? '☑ ' : '☐ ', all(node.value)),
    TABLE: (node) => element('table', all([{ type: 'TABLE_ROW', value: node.value?.header }, ...(node.value?.rows ?? [])])),
    KATEX: (node) => element('code', textOf(node)),
    INLINE_KATEX: (node) => element('code', textOf(node)),
    TIMESTAMP: (node) => new Date(Number(node.value?.timestamp) * 1000).toLocaleString(),
};

function mention(name: string): HTMLElement {
    const made = element('span', name);
    made.className = 'mention';
    return made;
}

function all(nodes: Node_[]): DocumentFragment {
    const fragment = document.createDocumentFragment();
    for (const node of nodes ?? []) {
        if (!node) {
            continue;
        }
        const draw = special[node.type];
        const children = Array.isArray(node.value) ? (node.value as Node_[]) : [];
        fragment.append(draw ? draw(node) : element(TAGS[node.type] ?? 'span', all(children)));
    }
    return fragment;
}

/** Draws the Markdown tree of a message. */
export function markdown(tree: unknown): DocumentFragment {
    return all(tree as Node_[]);
}
