import { loadMessageParser } from '../../../vendor/messageParser';
import { isObject } from '../values';

/** A node of Rocket.Chat's AST (`@rocket.chat/message-parser`, `definitions.ts`), of whatever version of the server. */
export interface Node {
    type: string;
    value?: unknown;
    [field: string]: unknown;
}

interface Parser {
    parse(text: string, options: { colors: boolean; emoticons: boolean; katex: { dollarSyntax: boolean; parenthesisSyntax: boolean } }): unknown[];
}

/** As the server's defaults are (`apps/meteor/server/services/messages/service.ts`). */
const options = { colors: true, emoticons: true, katex: { dollarSyntax: false, parenthesisSyntax: true } };

/**
 * The parser is quadratic in the marks of a line, worse with brackets before them: measured, these bounds keep a text under
 * 50 ms or so. A text beyond them is taken as it is, without formatting; it matters only where the server sent no AST.
 */
const limits = { length: 8000, marks: 600, marksInLine: 100, bracketsTimesMarks: 1000 };

export const isNode = (value: unknown): value is Node => isObject(value) && typeof value.type === 'string';

/** @returns the nodes of a value that should be a list of them; what is none is left out */
export const nodes = (value: unknown): Node[] => (Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : []);

/** The text of a PLAIN_TEXT node, or of a node that holds one. */
export function plainText(value: unknown): string {
    if (typeof value === 'string') return value;
    return isNode(value) ? plainText(value.value) : '';
}

const endedByBreak = ['CODE', 'KATEX', 'SPOILER_BLOCK'];

/** Leaves out the line breaks that only end the line of a block: the parser keeps the end of line behind these blocks as a node. */
export const withoutBlockEnds = (list: Node[]): Node[] =>
    list.filter((node, index) => !(node.type === 'LINE_BREAK' && index > 0 && endedByBreak.includes(list[index - 1].type)));

/** @returns the AST of the text: the server's, else the parser's, else lines of plain text. Never throws. */
export function astOf(text: string, md?: unknown[]): Node[] {
    const given = nodes(md);
    if (given.length > 0) return given;
    if (text === '' || tooCostly(text)) return lines(text);
    try {
        return nodes((loadMessageParser() as Parser).parse(text, options));
    } catch {
        return lines(text);
    }
}

/** A text of nothing but emoji is one node without what stands between them: blanks and line breaks are taken from the text again. */
export function withBlanks(list: Node[], text: string): Node[] {
    const emojis = list.length === 1 && list[0].type === 'BIG_EMOJI' ? nodes(list[0].value) : [];
    const inlines: Node[] = [];
    let rest = text.trim();
    for (const emoji of emojis) {
        const typed = [emoji.unicode, `:${plainText(emoji.shortCode)}:`, plainText(emoji.value)].find((form) => typeof form === 'string' && form !== '' && rest.startsWith(form));
        if (typed === undefined) return list;
        const behind = rest.slice((typed as string).length);
        rest = behind.trimStart();
        inlines.push(emoji, { type: 'PLAIN_TEXT', value: behind.slice(0, behind.length - rest.length) });
    }
    return inlines.length > 0 && rest === '' ? [{ type: 'PARAGRAPH', value: inlines }] : list;
}

function tooCostly(text: string): boolean {
    if (text.length > limits.length) return true;
    let all = 0;
    return text.split('\n').some((line) => {
        const marks = (line.match(/[*_~`[\]<>|()\\:@]/g) ?? []).length;
        all += marks;
        return all > limits.marks || marks > limits.marksInLine || marks * (line.split('[').length - 1) > limits.bracketsTimesMarks;
    });
}

function lines(text: string): Node[] {
    return text.split(/\r\n|\r|\n/).map((line) => (line === '' ? { type: 'LINE_BREAK' } : { type: 'PARAGRAPH', value: [{ type: 'PLAIN_TEXT', value: line }] }));
}
