import { linkIn, type Marks } from './escape';
import type { Run } from './runs';

export const isStyled = ({ bold, italic, strike }: Run): boolean => Boolean(bold || italic || strike);

const isSpace = ({ kind, text }: Run): boolean => kind === 'text' && text.trim() === '';

/** Characters that can have a meaning in the dialect; a text without them is written as it is. */
const special = /[*_~`\\[\]<|]|color:#/;

/** Splits the text of a line so that each token is white space, a word, or (without format) harmless text of any length. */
export function splitWords(runs: Run[]): Run[] {
    const tokens: Run[] = [];
    for (const run of merge(runs)) {
        if (run.kind !== 'text') tokens.push(run);
        else if (isStyled(run)) splitRun(run, tokens);
        else splitPlain(run, tokens);
    }
    return tokens;
}

function merge(runs: Run[]): Run[] {
    const merged: Run[] = [];
    for (const run of runs) {
        const last = merged[merged.length - 1];
        if (last && last.kind === run.kind && (run.kind === 'text' || run.kind === 'code') && sameStyle(last, run)) last.text += run.text;
        else merged.push({ ...run });
    }
    return merged;
}

const sameStyle = (one: Run, other: Run): boolean => Boolean(one.bold) === Boolean(other.bold) && Boolean(one.italic) === Boolean(other.italic)
    && Boolean(one.strike) === Boolean(other.strike) && Boolean(one.spoiler) === Boolean(other.spoiler);

const withText = ({ kind, bold, italic, strike, spoiler }: Run, text: string): Run => ({ kind, text, bold, italic, strike, spoiler });

function splitRun(run: Run, tokens: Run[]): void {
    // Only marks and addresses ask for single words, else the white space at both ends is all that matters.
    const parts = special.test(run.text) || run.text.includes('://') ? run.text.match(/\s+|\S+/g) ?? [] : ends(run.text);
    for (const text of parts) splitLink(withText(run, text), true, (part) => tokens.push(part));
}

function ends(text: string): string[] {
    const core = text.trim();
    const start = text.indexOf(core);
    return core === '' ? [text] : [text.slice(0, start), core, text.slice(start + core.length)].filter((part) => part !== '');
}

function splitPlain(run: Run, tokens: Run[]): void {
    // Addresses are looked for in words: without any, the text can stay in one piece.
    if (!run.text.includes('://') && (!special.test(run.text) || !run.text.includes('.'))) {
        tokens.push(run);
        return;
    }
    let harmless = '';
    const push = (text: string): void => {
        if (text !== '') tokens.push(withText(run, text));
    };
    for (const word of run.text.match(/\s+|\S+/g) ?? []) {
        splitLink(withText(run, word), Boolean(run.spoiler), (part) => {
            if (part.kind === 'text' && !special.test(part.text)) {
                harmless += part.text;
                return;
            }
            push(harmless);
            harmless = '';
            tokens.push(part);
        });
    }
    push(harmless);
}

/** Takes the links out of a word that the parser would not find in it. */
function splitLink(word: Run, styled: boolean, push: (part: Run) => void): void {
    let rest = word.text;
    while (rest.includes('://')) {
        const found = linkIn(rest, styled);
        if (!found) break;
        if (found.before !== '') push(withText(word, found.before));
        push({ ...word, kind: 'raw', text: found.link });
        rest = found.after;
    }
    if (rest !== '') push(withText(word, rest));
}

/** White space is formatted only between words that are, too: marks never stand beside it. Mentions have none, the server needs a gap before them. */
export function settleSpaces(tokens: Run[]): Run[] {
    return tokens.map((token, index) => {
        if (token.kind === 'mention') return { text: token.text, kind: token.kind, spoiler: token.spoiler };
        if (!(isStyled(token) || token.spoiler) || !isSpace(token)) return token;
        const before = tokens[index - 1];
        const after = tokens[index + 1];
        const settled: Run = { text: token.text, kind: 'text' };
        if (!before || !after) return settled;
        settled.spoiler = token.spoiler && before.spoiler && after.spoiler;
        if (before.kind === 'mention' || after.kind === 'mention' || [before, after].some(({ spoiler }) => Boolean(spoiler) !== Boolean(settled.spoiler))) return settled;
        settled.bold = token.bold && before.bold && after.bold;
        settled.italic = token.italic && before.italic && after.italic;
        settled.strike = token.strike && before.strike && after.strike;
        return settled;
    });
}

/** Inside of bold, italic and strike no escape works: characters that need one are taken out of them. Code cannot hold a backtick. */
export function splitConflicts(tokens: Run[], marks: Marks): Run[] {
    const parts: Run[] = [];
    for (const token of tokens) {
        if (token.kind === 'code') splitCode(token, parts);
        else if (token.kind !== 'text' || !isStyled(token)) parts.push(token);
        else splitMarks(token, marks, parts);
    }
    return parts;
}

function splitCode(token: Run, parts: Run[]): void {
    for (const text of token.text.match(/`+|[^`]+/g) ?? []) {
        parts.push(text.startsWith('`') ? { kind: 'text', text, spoiler: token.spoiler } : { ...token, text });
    }
}

function splitMarks(token: Run, marks: Marks, parts: Run[]): void {
    let from = 0;
    const push = (end: number, conflict: boolean): void => {
        const text = token.text.slice(from, end);
        if (text !== '') parts.push(conflict ? { kind: 'text', text, spoiler: token.spoiler } : withText(token, text));
        from = end;
    };
    for (let at = 0; at < token.text.length; at += 1) {
        const character = token.text[at];
        if ('*_~`'.includes(character) && ((token.italic && character === '_') || marks.escaped(token.text, at, true))) {
            push(at, false);
            push(at + 1, true);
        }
    }
    push(token.text.length, false);
}
