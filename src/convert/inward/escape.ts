import { joiner, type Run } from './runs';

/** Which characters of a line would become marks, as Rocket.Chat's parser sees the line (measured with message-parser 0.31 and 0.32). */
export interface Marks {
    /** @param before,after the text on both sides in the same word */
    escaped(character: string, before: string | undefined, after: string | undefined): boolean;
}

const url = /(?:https?|ftp|matrix|mailto):(?:\/\/)?[^\s<>"|]+/i;
const letterOrDigit = /[A-Za-z0-9]/;

/**
 * Counts the characters of a line that can be marks. One alone is none: it needs a second one to close it.
 * An underscore inside of a word never is one.
 */
export function marksOf(tokens: Run[]): Marks {
    const counts: Record<string, number> = { '*': 0, '_': 0, '~': 0, '`': 0 };
    for (const token of tokens) {
        if (token.bold) counts['*'] += 2;
        if (token.italic) counts._ += 2;
        if (token.strike) counts['~'] += 2;
        if (token.kind === 'code') counts['`'] += 2;
        if (token.kind === 'code' || token.kind === 'mention') continue;
        const text = token.kind === 'raw' ? token.text : withoutUrls(token.text);
        for (let at = 0; at < text.length; at += 1) {
            if (counts[text[at]] !== undefined && !isInWord(text, at)) counts[text[at]] += 1;
        }
    }
    return {
        escaped: (character, before = '', after = '') => counts[character] >= 2
            && !(character === '_' && letterOrDigit.test(before.slice(-1)) && letterOrDigit.test(after.slice(0, 1))),
    };
}

const isInWord = (text: string, at: number): boolean => text[at] === '_' && letterOrDigit.test(text[at - 1] ?? '') && letterOrDigit.test(text[at + 1] ?? '');

const withoutUrls = (word: string): string => {
    const { start, end } = urlIn(word);
    return word.slice(0, start) + word.slice(end);
};

/** Where a URL stands in a word, without the punctuation behind it. */
function urlIn(word: string): { start: number; end: number } {
    const match = word.includes(':') ? url.exec(word) : null;
    if (!match) return { start: word.length, end: word.length };
    const length = match[0].replace(/[.,!%~*"':;()=?_]+$/, '').length;
    return { start: match.index, end: match.index + length };
}

/** The text of a word so that the parser gives it back as it is. URLs stay: the parser finds them before the marks. */
export function escapeText(word: Run, marks: Marks): string {
    const { text } = word;
    const styled = Boolean(word.bold || word.italic || word.strike);
    const { start, end } = urlIn(text);
    if (start === end) return escapeCharacters(text, marks, styled);
    const address = text.slice(start, end);
    // In italics the parser takes the closing mark into a bare address.
    const shown = word.italic ? `<${address}|${address}>` : address;
    const before = text.slice(0, start);
    return escapeCharacters(before, marks, styled, text[start]) + shown + escapeCharacters(text.slice(end), marks, styled);
}

function escapeCharacters(text: string, marks: Marks, styled: boolean, follower = ''): string {
    let out = '';
    for (let at = 0; at < text.length; at += 1) {
        const character = text[at];
        const next = text[at + 1] ?? follower;
        const afterBackslash = text[at - 1] === '\\' && /[*_~`#.]/.test(character);
        const mark = /[*_~`]/.test(character) && marks.escaped(character, text[at - 1], next);
        if (!styled && (mark || afterBackslash)) out += '\\';
        out += character;
        if (breaksUp(character, next, text.slice(at))) out += joiner;
    }
    return text.includes('color:#') ? out.replace(/color:#/g, `color:${joiner}#`) : out;
}

/** Pairs that begin something: KaTeX, links, spoilers, times. */
function breaksUp(character: string, next: string, rest: string): boolean {
    switch (character) {
        case '\\': return /[()[\]]/.test(next);
        case ']': return next === '(';
        case '|': return next === '|';
        case '<': return /^<(?:t:\d|[^\s<>|]*\|)/.test(rest) || next === 'h';
        default: return false;
    }
}

/** Keeps the beginning of a line from being the mark of a block. */
export function escapeLineStart(line: string): string {
    if (/^(?:#{1,4}|\*)[ \t]/.test(line)) return `\\${line}`;
    if (/^\d+\.[ \t]/.test(line)) return line.replace('.', '\\.');
    if (/^(?:>|-[ \t]|\|.*\|\s*$|\s*-{3,}\s*$)/.test(line)) return joiner + line;
    return line;
}
