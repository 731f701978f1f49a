import { endsInAddress, escapeLineStart, escapeText, labelledLink, marksOf, type Marks } from './escape';
import { joiner, type Line, type Run, type Style } from './runs';
import { isStyled, settleSpaces, splitConflicts, splitWords } from './tokens';

const markers: [keyof Style, string][] = [['spoiler', '||'], ['bold', '*'], ['italic', '_'], ['strike', '~']];
type Mark = keyof Style;

/** Writes lines in Rocket.Chat's dialect. */
export const serialize = (lines: Line[]): string => lines.map(serializeLine).join('\n');

function serializeLine({ prefix, runs, verbatim }: Line): string {
    if (verbatim !== undefined) return verbatim;
    const text = serializeRuns(runs);
    if (prefix === '') return runs.length > 0 && runs[0].kind !== 'text' ? text : escapeLineStart(text);
    return (prefix + text).trimEnd();
}

/** Writes the runs of one line; white space at its end is left out. */
export function serializeRuns(runs: Run[]): string {
    const words = splitWords(runs);
    const marks = marksOf(words);
    return write(settleSpaces(splitConflicts(words, marks)), marks).trimEnd();
}

/** Has no format at all. */
const nothing: Run = { kind: 'text', text: '' };

interface Opened {
    mark: Mark;
    symbol: string;
}

function write(tokens: Run[], marks: Marks): string {
    const out = new Writer();
    const open: Opened[] = [];
    for (let index = 0; index < tokens.length; index += 1) {
        const token = tokens[index];
        if (open.length > 0) closeUnwanted(open, token, out);
        // No other mark can hold a spoiler.
        if (token.spoiler && open.length > 0 && open[0].mark !== 'spoiler') closeUnwanted(open, nothing, out);
        // Inside of marks the parser finds code and links only behind white space and other marks.
        if (out.endsInWord && token.kind !== 'text') closeStyles(open, out);
        if (token.spoiler || isStyled(token)) openWanted(open, tokens, index, out);
        out.text(token, tokens.slice(index + 1, index + 3), marks);
    }
    closeUnwanted(open, nothing, out);
    return out.result;
}

/** Closes the outermost mark that the token does not have, and so all inside of it. */
function closeUnwanted(open: Opened[], token: Run, out: Writer): void {
    const stay = open.findIndex(({ mark }) => !token[mark]);
    while (stay >= 0 && open.length > stay) out.close((open.pop() as Opened).symbol);
}

function closeStyles(open: Opened[], out: Writer): void {
    while (open.length > 0 && open[open.length - 1].mark !== 'spoiler') out.close((open.pop() as Opened).symbol);
}

/** Opens the marks that the token has in addition: first those that reach farthest. */
function openWanted(open: Opened[], tokens: Run[], index: number, out: Writer): void {
    const token = tokens[index];
    const wanted = markers.map(([mark]) => mark).filter((mark) => token[mark] && !open.some((other) => other.mark === mark));
    if (wanted.length > 1) wanted.sort((one, other) => reach(tokens, index, other) - reach(tokens, index, one));
    for (const mark of wanted) {
        const symbol = symbolOf(mark, token);
        out.open(symbol);
        open.push({ mark, symbol });
    }
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
    private readonly pieces: string[] = [];
    /** The last character: to look for it in the growing text would copy the text each time. */
    private last = '';
    private closed = '';
    /** The last piece is text that ends in no white space. */
    public endsInWord = false;

    public get result(): string {
        return this.pieces.join('');
    }

    public open(symbol: string): void {
        // `_` behind a letter or digit is no mark; `:*`, `=*`, `-_` begin emoticons; a backslash takes a mark's meaning away.
        const clash = symbol[0] === '_' ? /[A-Za-z0-9\\-]$/ : symbol === '*' ? /[:=^\\-]$/ : symbol === '||' ? /[|\\]$/ : /\\$/;
        if (symbol === '||') this.endAddress();
        this.add(symbol, clash.test(this.last) || (this.closed !== '' && this.closed[0] === symbol[0]));
    }

    public close(symbol: string): void {
        if (symbol === '||') this.endAddress();
        this.add(symbol, this.clashesAtEnd(symbol));
        this.closed = symbol;
    }

    public text(token: Run, following: Run[], marks: Marks): void {
        const text = this.write(token, following, marks);
        this.add(text, this.clashesBefore(token.kind, text));
        this.endsInWord = token.kind === 'text' && /\S$/.test(text);
    }

    private clashesBefore(kind: Run['kind'], text: string): boolean {
        // `:[` is an emoticon, `![` begins a picture, and a backslash takes the meaning of a backtick away.
        if (kind === 'raw' && text[0] === '[' && /[:!]/.test(this.last)) return true;
        if (kind === 'code' && this.last === '\\') return true;
        return (this.closed[0] === '_' && /^[A-Za-z0-9]/.test(text)) || (this.last === '*' && /^-?\)/.test(text)) || (this.last === '|' && text.startsWith('|'));
    }

    private clashesAtEnd(symbol: string): boolean {
        // Emoticons, the bars of a spoiler, and names: the parser takes an underscore into them.
        if (symbol === '*') return /[:=^-]/.test(this.last);
        return symbol === '||' ? this.last === '|' : symbol[0] === '_' && /[@#][\w.\u00aa-\u1fff-]+$/.test(this.pieces[this.pieces.length - 1].slice(-256));
    }

    /** The parser takes the bars of a spoiler into an address before them. */
    private endAddress(): void {
        if (endsInAddress(this.pieces[this.pieces.length - 1] ?? '')) this.add(' ', false);
    }

    private add(piece: string, clash: boolean): void {
        if (piece === '') return;
        this.pieces.push(clash ? joiner + piece : piece);
        this.last = piece[piece.length - 1];
        this.closed = '';
        this.endsInWord = false;
    }

    private write(token: Run, following: Run[], marks: Marks): string {
        switch (token.kind) {
            case 'code': return `\`${token.text}\``;
            case 'raw': return token.text;
            case 'mention': return mention(token.text, this.last, following[0]);
            case 'address': return standsAlone(token, this.last, following) ? token.text : labelledLink(token.text);
            default: return escapeText(token, marks);
        }
    }
}

/** The server finds a mention only behind white space, and takes every character that a name may have into it. */
const mention = (name: string, before: string, next: Run | undefined): string =>
    (before === '' || /[\s>]$/.test(before) ? '' : ' ') + name + (next && /^(?:[\w.@\u00aa-\u1fff\u3040-\ud7ff-]|:\S)/.test(next.text) ? joiner : '');

/** Whether the parser finds a bare address here, and takes nothing that follows into it. */
const standsAlone = (token: Run, before: string, following: Run[]): boolean => !isStyled(token) && !token.spoiler && /^(?:[\s([!|*~`]|)$/.test(before)
    && (following.length === 0 || (following[0].kind === 'text' && !isStyled(following[0]) && !following[0].spoiler
        && /^[.,!:;)'"]*(?:\s|$)/.test(following.map(({ text }) => text).join(''))));
