import { clean, joiner, type Run } from './runs';

/** Which characters of a line would become marks, as Rocket.Chat's parser sees the line (measured with message-parser 0.31 and 0.32). */
export interface Marks {
    /** @param text a word, `at` the place of the character in it, `styled` whether the word is bold, italic or struck out */
    escaped(text: string, at: number, styled: boolean): boolean;
}

/**
 * What the parser takes for an address, up to the next white space: with a scheme, or with a domain. It looks for one where a
 * word begins and behind characters that can be marks. Nothing inside of it is a mark, and no escape works there.
 */
const name = '[^\\s.,!%~*"\':;()=$@&+#?\\\\/|<>`[\\]]';
const address = new RegExp(`(^|[*_~\`<[\\]!()\\\\|]|:(?![A-Za-z0-9+-]{1,32}://))(?:[A-Za-z0-9+-]{1,32}://(?=[^\\s/[])|(?!_)${name}+\\.${name})\\S*`);

const labelled = /<[^\s<>|]*\|/;

/** An address as people and other clients see it, wherever it stands. */
const link = /https?:\/\/[^\u0000-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007f][^\s<>"|]*/i;
/** Punctuation that is not the end of an address, though it could be a part of it. */
const punctuation = '.,!%~*"\':;()=\u2018-\u201f\u2026\u00bb\u3001\u3002\u3009\u300b\u300d\u300f\u3011\uff01\uff09\uff0c\uff1a\uff1b\uff1f';
const behindLink = new RegExp(`[${punctuation}]`);
const behindStyledLink = new RegExp(`[${punctuation}_]`);
/** What the parser itself takes off the end of an address. */
const behindAddress = /[.,!%~*"':;()=]/;
/** Longer words are no links that anybody reads: bounds the search in them. */
const longestLink = 2048;

/** An address as the parser takes it into a link with a label: what would end it is percent-encoded. */
export const linkTarget = (href: string): string => clean(href).trim()
    .replace(/[\s()<>|"\\^`{}[\]]/g, (character) => encodeURIComponent(character).replace('(', '%28').replace(')', '%29'));

/** A link with a label that is its own address, as the parser finds it whatever stands around. */
export function labelledLink(label: string): string {
    const scheme = /^[a-z][a-z0-9+.-]*:/i.test(label) ? '' : label.startsWith('//') ? 'https:' : /^[^/]*@/.test(label) ? 'mailto:' : 'https://';
    return `<${linkTarget(scheme + label)}|${label}>`;
}

/**
 * Counts the characters of a line that can be marks. One alone is none: it needs a second one to close it.
 * An underscore inside of a word never opens anything, but it can close.
 */
export function marksOf(tokens: Run[]): Marks {
    const counts: Record<string, number> = { '*': 0, '_': 0, '~': 0, '`': 0 };
    const isFormatted = ({ bold, italic, strike }: Run): boolean => Boolean(bold || italic || strike);
    // Inside of other marks the parser closes them in addresses that follow as well.
    const inUrls = tokens.some(isFormatted);
    for (const token of tokens) {
        const isText = token.kind === 'text' && !inUrls;
        // A backtick divides code, and what follows can close marks then.
        const text = isText ? withoutUrls(token.text) : token.kind === 'mention' || (token.kind === 'code' && !token.text.includes('`')) ? '' : token.text;
        const around = `${token.bold ? '**' : ''}${token.italic ? '__' : ''}${token.strike ? '~~' : ''}${token.kind === 'code' ? '``' : ''}`;
        for (const character of around + text) {
            if (counts[character] !== undefined) counts[character] += 1;
        }
    }
    return { escaped: (text, at, styled) => counts[text[at]] >= 2 && !isInWord(text, at, styled) };
}

/**
 * An underscore between letters or digits is no mark if the parser has begun an item where these letters begin: at the
 * beginning of the word or behind a character that can be a mark. Inside of other marks it does not begin items there.
 */
function isInWord(text: string, at: number, styled: boolean): boolean {
    if (styled || text[at] !== '_' || !isLetterOrDigit(text, at + 1) || !isLetterOrDigit(text, at - 1)) return false;
    let start = at - 1;
    const earliest = Math.max(at - longestName, 0);
    while (start > earliest && (isLetterOrDigit(text, start - 1) || (text[start - 1] === '_' && isLetterOrDigit(text, start - 2)))) start -= 1;
    return start === 0 || (start > earliest && (itemEnds.includes(text[start - 1]) || text[start - 1].trim() === ''));
}

function isLetterOrDigit(text: string, at: number): boolean {
    const code = text.charCodeAt(at) | 0x20;
    return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39 && text.charCodeAt(at) >= 0x30);
}

const itemEnds = ['*', '~', '`', ':', '<', '[', ']', '!', '(', ')', '\\', '|'];
/** Bounds the search in a word that is nothing but underscores and letters. */
const longestName = 40;

/** A mark right before an address can be closed by the same one inside of it: `_file.txt_` is italic. */
const withoutUrls = (word: string): string => {
    const { start, end } = urlIn(word);
    const before = word.slice(0, start);
    const closing = '*_~`'.includes(before.slice(-1)) && word.slice(start, end).includes(before.slice(-1)) ? before.slice(-1) : '';
    return before + closing + word.slice(end);
};

/** Marks that follow would be taken for a part of the address. */
export const endsInAddress = (text: string): boolean => {
    const [word] = /\S*$/.exec(text.slice(-2048)) as RegExpExecArray;
    return !/[)>`*_~]$/.test(word) && address.test(word);
};

/** Where an address stands in a word, without the punctuation behind it. */
function urlIn(word: string): { start: number; end: number } {
    // `<address|label>` is broken up behind its `<`, and its address is none then.
    const match = /\.|:\/\//.test(word) && !labelled.test(word) ? address.exec(word) : null;
    if (!match) return { start: word.length, end: word.length };
    const start = match.index + match[1].length;
    return { start, end: start + withoutEnd(word.slice(start), behindAddress).length };
}

/** A pattern with `+$` would look at each of many such characters from all of them on. */
function withoutEnd(text: string, character: RegExp): string {
    let end = text.length;
    while (end > 0 && character.test(text[end - 1])) end -= 1;
    return text.slice(0, end);
}

/**
 * The link in a word that needs the form with a label: inside of bold, italic and strike the parser sees no bare address, in
 * spoilers it takes their end into it, and behind many characters it sees none (`see:https://…`, an emoji). In others it takes too much (`<https://…>`) or too little
 * (`https://…/Rust_(language)`).
 * @returns undefined when there is none, or when the parser finds just that
 */
export function linkIn(word: string, styled: boolean): { before: string; link: string; after: string } | undefined {
    const match = word.length > longestLink || labelled.test(word) ? null : link.exec(word);
    if (!match || (!styled && word[match.index + match[0].length] === '|')) return undefined;
    const found = trimmed(match[0], styled);
    const { start, end } = urlIn(word);
    if (!styled && (word.slice(start, end) === found || (start < match.index && match.index < end))) return undefined;
    return { before: word.slice(0, match.index), link: labelledLink(found), after: word.slice(match.index + found.length) };
}

/** Without punctuation behind it; a bracket stays that closes one inside. */
function trimmed(found: string, styled: boolean): string {
    const stem = withoutEnd(found, styled ? behindStyledLink : behindLink);
    const open = stem.split('(').length - stem.split(')').length;
    return open > 0 && found[stem.length] === ')' ? `${stem})` : stem;
}

/** The text of a word so that the parser gives it back as it is. Addresses stay: the parser finds them before the marks. */
export function escapeText(word: Run, marks: Marks): string {
    const { text } = word;
    if (word.bold || word.italic || word.strike) return escapeCharacters(text, marks, true);
    const { start, end } = urlIn(text);
    const found = text.slice(start, end).replace(/\]\(/g, `]${joiner}(`);
    return escapeCharacters(text.slice(0, start), marks, false, text[start]) + found + text.slice(end);
}

function escapeCharacters(text: string, marks: Marks, styled: boolean, follower = ''): string {
    let out = '';
    for (let at = 0; at < text.length; at += 1) {
        const character = text[at];
        const next = text[at + 1] ?? follower;
        const afterBackslash = text[at - 1] === '\\' && /[*_~`#.]/.test(character);
        const mark = /[*_~`]/.test(character) && marks.escaped(text, at, styled);
        // `:\` and `=\` are emoticons.
        if (!styled && (mark || afterBackslash)) out += text[at - 1] === ':' || text[at - 1] === '=' ? `${joiner}\\` : '\\';
        out += character;
        if (breaksUp(character, next, text, at)) out += joiner;
    }
    return text.includes('color:#') ? out.replace(/color:#/g, `color:${joiner}#`) : out;
}

/** Pairs that begin something: KaTeX, links, spoilers, times. */
function breaksUp(character: string, next: string, text: string, at: number): boolean {
    switch (character) {
        case '\\': return /[()[\]]/.test(next);
        case ']': return next === '(';
        case '|': return next === '|';
        case '<': return startsLabelled(text.slice(at, at + 2048));
        default: return false;
    }
}

const startsLabelled = (rest: string): boolean => /^<(?:t:\d|[^\s<>|]*\|)/.test(rest);

/** Keeps the beginning of a line from being the mark of a block. */
export function escapeLineStart(line: string): string {
    if (/^(?:#{1,4}|\*)[ \t]/.test(line)) return `\\${line}`;
    if (/^\d+\.[ \t]/.test(line)) return line.replace('.', '\\.');
    if (/^(?:>|-[ \t]|\|.*\|\s*$|\s*-{3,}\s*$)/.test(line)) return joiner + line;
    return line;
}
