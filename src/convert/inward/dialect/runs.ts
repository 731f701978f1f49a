/** Formatting of a piece of text. Code and raw pieces can be bold, too, but nothing inside of them is. */
export interface Style {
    bold?: boolean;
    italic?: boolean;
    strike?: boolean;
    spoiler?: boolean;
}

/** A piece of a line with the same formatting all over. */
export interface Run extends Style {
    text: string;
    /**
     * `code`: text inside of backticks. `raw`: dialect already, to be left as it is. `mention`: `@username`, needs a gap around.
     * `address`: a link that is its own label; bare where the parser finds it so.
     */
    kind: 'text' | 'code' | 'raw' | 'mention' | 'address';
}

/** A line of a message. */
export interface Line {
    /** Marks of quotes and lists in front. */
    prefix: string;
    runs: Run[];
    /** The line is taken as it is: part of a code block. */
    verbatim?: string;
}

/** Invisible, forbids a line break, belongs to no name and no mark: set where text must not become a mark. */
export const joiner = '\u2060';

/** Stands for the `@` of a mention that shall ring everybody, until all others have been defused. */
export const roomMention = '\ue000';

/**
 * Text without what a terminal, a database or a reader would stumble on: control characters, overrides of the direction,
 * lone surrogates and the mark that is used inside.
 */
export const clean = (text: string): string => text.replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202d\u202e\ue000]/g, '')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(^|[^\ud800-\udbff])[\udc00-\udfff]/g, '$1\ufffd');
