import { loadParse5 } from '../../../vendor/parse5';

/** A node of parse5's default tree, as far as it is read here. */
export interface HtmlNode {
    nodeName: string;
    value?: string;
    attrs?: { name: string; value: string }[];
    childNodes?: HtmlNode[];
}

/** What is used of parse5's `Parser`, which handles the tokens of its tokenizer itself. */
interface Parser {
    openElements: { stackTop: number };
    onStartTag(token: unknown): void;
    onEndTag(token: unknown): void;
    tokenizer: { write(html: string, last: boolean): void; currentToken: { attrs: unknown[] }; _leaveAttrName(): void };
    getFragment(): HtmlNode;
}

interface Library {
    Parser: { getFragmentParser(context: null, options: object): Parser };
}

/**
 * Bounds that keep hostile HTML cheap: what is beyond them loses its tags and stays as text.
 * The depth is the spec's ("clients should limit the depth of tags to 100"); the html element of a fragment counts, too.
 * Formatting elements left open are opened again in each new block: their number is bounded by the number of elements.
 */
const limits = { characters: 100000, depth: 100, elements: 3000, attributes: 20 };

/** @returns the tree of a fragment as browsers make it. Never throws. */
export function parseHtml(html: string): HtmlNode {
    const parser = (loadParse5() as Library).Parser.getFragmentParser(null, {});
    const start = parser.onStartTag.bind(parser);
    const end = parser.onEndTag.bind(parser);
    let elements = 0;
    parser.onStartTag = (token) => {
        elements += 1;
        if (elements > limits.elements || parser.openElements.stackTop >= limits.depth) return;
        start(token);
    };
    parser.onEndTag = (token) => {
        elements += 1;
        if (elements <= 2 * limits.elements) end(token);
    };
    const { tokenizer } = parser;
    const addAttribute = tokenizer._leaveAttrName.bind(tokenizer);
    // Looks through all attributes for each new one.
    tokenizer._leaveAttrName = () => {
        if (tokenizer.currentToken.attrs.length < limits.attributes) addAttribute();
    };
    tokenizer.write(html.slice(0, limits.characters), true);
    return parser.getFragment();
}

/** @returns the value of an attribute, undefined when the element has none of this name */
export const attribute = (node: HtmlNode, name: string): string | undefined => node.attrs?.find((candidate) => candidate.name === name)?.value;

/** The text of a node with all that is in it, white space as it is, `<br>` as line break. */
export function textOf(node: HtmlNode): string {
    if (node.nodeName === '#text') return node.value ?? '';
    if (node.nodeName === 'br') return '\n';
    return (node.childNodes ?? []).map(textOf).join('');
}

/** Whether there is such a node among those in a node. */
export const holds = (node: HtmlNode, wanted: (child: HtmlNode) => boolean): boolean =>
    (node.childNodes ?? []).some((child) => wanted(child) || holds(child, wanted));
