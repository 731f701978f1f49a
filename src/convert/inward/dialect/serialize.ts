import { escapeLineStart, escapeText, linkIn, marksOf, type Marks } from './escape';
import { joiner, type Line, type Run, type Style } from './runs';

const markers: [keyof Style, string][] = [['spoiler', '||'], ['bold', '*'], ['italic', '_'], ['strike', '~']];
type Mark = keyof Style;

/** Writes lines in Rocket.Chat's dialect. */
export const serialize = (lines: Line[]): string => lines.map(serializeLine).join('\n');

function serializeLine({ prefix, runs, verbatim }: Line): string {
    if (verbatim !== undefined) return verbatim;
    const text = serializeRuns(runs);
    if (prefix === '') return runs.length > 0 && runs[0].kind !== 'text' ? text : escapeLineStart(text);
    return (prefix + text).replace(/\s+$/, '');
}

/** Writes the runs of one line; white space at its end is left out. */
export function serializeRuns(runs: Run[]): string {
    const words = trimEnd(splitWords(mergeRuns(runs)));
    const marks = marksOf(words);
    return write(settleSpaces(flatten(words.map((word) => splitConflicts(word, marks)))), marks);
}

const sameStyle = (one: Style, other: Style): boolean => markers.every(([mark]) => Boolean(one[mark]) === Boolean(other[mark]));

function mergeRuns(runs: Run[]): Run[] {
    const merged: Run[] = [];
    for (const run of runs) {
        const last = merged[merged.length - 1];
        if (last && last.kind === run.kind && (run.kind === 'text' || run.kind === 'code') && sameStyle(last, run)) last.text += run.text;
        else merged.push({ ...run });
    }
    return merged;
}

const flatten = (lists: Run[][]): Run[] => ([] as Run[]).concat(...lists);

/** Splits text runs into words and white space. */
const splitWords = (runs: Run[]): Run[] => flatten(runs.map((run) => (run.kind === 'text'
    ? (run.text.match(/\s+|\S+/g) ?? []).map((text) => ({ ...run, text })) : [run])));

const isSpace = ({ kind, text }: Run): boolean => kind === 'text' && text.trim() === '';

function trimEnd(tokens: Run[]): Run[] {
    let end = tokens.length;
    while (end > 0 && isSpace(tokens[end - 1])) end -= 1;
    return tokens.slice(0, end);
}

/** White space is formatted only between words that are, too: marks never stand beside it. Mentions have none, the server needs a gap before them. */
function settleSpaces(tokens: Run[]): Run[] {
    return tokens.map((token, index) => {
        if (token.kind === 'mention') return { text: token.text, kind: token.kind, spoiler: token.spoiler };
        if (!isSpace(token)) return token;
        const settled: Run = { text: token.text, kind: 'text' };
        const [before, after] = [tokens[index - 1], tokens[index + 1]];
        for (const [mark] of markers) {
            const styled = (run?: Run): boolean => Boolean(run?.[mark]) && (run?.kind !== 'mention' || mark === 'spoiler');
            if (token[mark] && styled(before) && styled(after)) settled[mark] = true;
        }
        return settled;
    });
}

/** Inside of bold, italic and strike no escape works: characters that need one are taken out of them. */
function splitConflicts(token: Run, marks: Marks): Run[] {
    if (token.kind === 'code') return splitCode(token);
    if (token.kind !== 'text' || !(token.bold || token.italic || token.strike)) return [token];
    const address = linkIn(token.text);
    if (address) {
        const part = (text: string): Run[] => (text === '' ? [] : splitConflicts({ ...token, text }, marks));
        return [...part(address.before), { ...token, kind: 'raw', text: address.link }, ...part(address.after)];
    }
    const parts: Run[] = [];
    for (let at = 0; at < token.text.length; at += 1) {
        const character = token.text[at];
        const conflict = /[*_~`]/.test(character) && ((token.italic && character === '_') || marks.escaped(token.text, at, true));
        const last = parts[parts.length - 1];
        if (last && isStyled(last) === !conflict) last.text += character;
        else parts.push(conflict ? { kind: 'text', text: character, spoiler: token.spoiler } : { ...token, text: character });
    }
    return parts;
}

const isStyled = ({ bold, italic, strike }: Run): boolean => Boolean(bold || italic || strike);

/** Code cannot hold a backtick: it is closed before and opened behind it. */
const splitCode = (token: Run): Run[] => (token.text.match(/`+|[^`]+/g) ?? [])
    .map((part) => (part.startsWith('`') ? { kind: 'text' as const, text: part, spoiler: token.spoiler } : { ...token, text: part }));

function write(tokens: Run[], marks: Marks): string {
    const out = new Writer();
    const open: { mark: Mark; symbol: string }[] = [];
    const close = (): void => out.close((open.pop() as { symbol: string }).symbol);
    tokens.forEach((token, index) => {
        const stay = open.findIndex(({ mark }) => !token[mark]);
        while (stay >= 0 && open.length > stay) close();
        const wanted = markers.map(([mark]) => mark).filter((mark) => token[mark] && !open.some((other) => other.mark === mark));
        wanted.sort((one, other) => reach(tokens, index, other) - reach(tokens, index, one));
        for (const mark of wanted) {
            const symbol = symbolOf(mark, token);
            out.open(symbol);
            open.push({ mark, symbol });
        }
        out.text(token, tokens[index + 1], marks);
    });
    while (open.length > 0) close();
    return out.result;
}

/** `_` before something like `e.g.` is taken for a part of an address; two of them are not. */
function symbolOf(mark: Mark, token: Run): string {
    if (mark === 'italic' && token.kind === 'text' && /^[^\s.]*\.[^\s.]/.test(token.text)) return '__';
    return (markers.find(([name]) => name === mark) as [Mark, string])[1];
}

/** Up to which token the mark reaches from here. The spoiler is always the outermost: the others cannot hold it. */
function reach(tokens: Run[], from: number, mark: Mark): number {
    if (mark === 'spoiler') return Number.MAX_SAFE_INTEGER;
    let end = from;
    while (end < tokens.length && tokens[end][mark]) end += 1;
    return end;
}

/** Puts marks and texts behind each other, and an invisible character between those that together would be something else. */
class Writer {
    public result = '';
    private closed = '';

    public open(symbol: string): void {
        // `_` behind a letter or digit is no mark; `:*`, `=*`, `-_` begin emoticons; a backslash takes a mark's meaning away.
        const clash = symbol[0] === '_' ? /[A-Za-z0-9\\-]$/ : symbol === '*' ? /[:=^\\-]$/ : symbol === '||' ? /[|\\]$/ : /\\$/;
        this.add(symbol, clash.test(this.result));
    }

    public close(symbol: string): void {
        this.add(symbol, symbol === '*' && /[:=^-]$/.test(this.result));
        this.closed = symbol;
    }

    public text(token: Run, next: Run | undefined, marks: Marks): void {
        const text = this.write(token, next, marks);
        const clash = (this.closed[0] === '_' && /^[A-Za-z0-9]/.test(text)) || (/\*$/.test(this.result) && /^-?\)/.test(text)) || (/\|$/.test(this.result) && text.startsWith('|'));
        this.add(text, clash);
    }

    private add(piece: string, clash: boolean): void {
        this.result += clash ? joiner + piece : piece;
        this.closed = '';
    }

    private write(token: Run, next: Run | undefined, marks: Marks): string {
        switch (token.kind) {
            case 'code': return `\`${token.text}\``;
            case 'raw': return token.text;
            case 'mention': return mention(token.text, this.result, next);
            default: return escapeText(token, marks);
        }
    }
}

/** The server finds a mention only behind white space, and takes every character that a name may have into it. */
const mention = (name: string, before: string, next: Run | undefined): string =>
    (before === '' || /[\s>]$/.test(before) ? '' : ' ') + name + (next && /^(?:[\w.@-]|:\S)/.test(next.text) ? joiner : '');
