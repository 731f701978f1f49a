import type { Line, Run, Style } from './runs';

const indent = '\u2003';

/**
 * Collects lines: text goes to the current line, blocks begin lines of their own, `gap`s between blocks are kept until
 * something follows. Knows the quotes and lists around and puts their marks in front of each line.
 */
export class LineBuilder {
    public readonly lines: Line[] = [];
    private current: Run[] = [];
    private gap = 0;
    private quotes = 0;
    private readonly lists: { ordered: boolean; number: number }[] = [];
    private marker: string | undefined;
    private prefix: string | undefined;
    private lastQuoted = false;
    /** Nothing stands in the quote yet: its first paragraph needs no blank line before it. */
    private fresh = false;

    /** @param brackets whether the text so far has an opening bracket; shared by all builders of one message */
    constructor(private readonly brackets = { open: false }) {}

    /** For a part of the same message that is written by itself. */
    public inner(): LineBuilder {
        return new LineBuilder(this.brackets);
    }

    public get inList(): boolean {
        return this.lists.length > 0;
    }

    public get inQuote(): boolean {
        return this.quotes > 0;
    }

    /** Where nothing but text may stand: the dialect has no headings and code blocks inside of quotes and lists. */
    public get nested(): boolean {
        return this.inList || this.inQuote;
    }

    /** White space that comes now would be at the beginning of a line or behind other white space. */
    public get afterSpace(): boolean {
        const last = this.gap > 0 ? undefined : this.current[this.current.length - 1];
        return last === undefined || (last.kind !== 'code' && /\s$/.test(last.text));
    }

    /** The text so far has an opening bracket: the parser would take it for the beginning of a link that follows, also over lines. */
    public get bracketOpen(): boolean {
        return this.brackets.open;
    }

    public text(text: string, kind: Run['kind'], style: Style): void {
        if (text === '') return;
        this.flush();
        this.fresh = false;
        this.prefix = this.prefix ?? this.takePrefix();
        if (kind === 'text' && text.includes('[')) this.brackets.open = true;
        this.current.push({ ...style, text, kind });
    }

    /** `<br>`, or the end of a line of text. */
    public lineBreak(): void {
        this.flush();
        this.push();
    }

    /** What follows begins a line. @param lines 1: on the next line, 2: with a blank line between */
    public block(lines: 1 | 2 = 1): void {
        this.gap = Math.max(this.gap, this.inList || this.fresh ? 1 : lines);
    }

    /** A line that is taken as it is. */
    public verbatim(text: string): void {
        this.flush();
        this.lines.push({ prefix: '', runs: [], verbatim: text });
        this.lastQuoted = false;
    }

    public quote(inside: () => void): void {
        // Two quotes that touch would be one.
        if (!this.inQuote && this.lastQuoted && this.current.length === 0) this.gap = Math.max(this.gap, 2);
        this.block();
        this.flush();
        this.fresh = true;
        this.quotes += 1;
        inside();
        this.flushCurrent();
        this.fresh = false;
        this.quotes -= 1;
        this.block();
    }

    public list(ordered: boolean, start: number, inside: () => void): void {
        this.block();
        this.lists.push({ ordered, number: start });
        inside();
        this.flushCurrent();
        this.lists.pop();
        this.marker = undefined;
        this.block();
    }

    /** @param task whether the item is a task, and done */
    public item(inside: () => void, task?: boolean): void {
        this.block();
        if (this.inList) {
            this.flush();
            this.marker = this.nextMarker() + (task === undefined ? '' : this.taskBox(task));
        }
        inside();
        this.flushCurrent();
        this.marker = undefined;
        this.block();
    }

    /** @returns all lines, without blank ones at both ends */
    public finish(): Line[] {
        if (this.current.length > 0) this.push();
        const blank = ({ runs, verbatim }: Line): boolean => verbatim === undefined && runs.every(({ text }) => text.trim() === '');
        while (this.lines.length > 0 && blank(this.lines[0])) this.lines.shift();
        while (this.lines.length > 0 && blank(this.lines[this.lines.length - 1])) this.lines.pop();
        return this.lines;
    }

    private nextMarker(): string {
        const list = this.lists[this.lists.length - 1];
        const number = list.number;
        list.number += 1;
        if (this.lists.length === 1) return list.ordered ? `${number}. ` : '- ';
        // The dialect has no nested lists: the inner ones are lines that look like it.
        return indent.repeat(this.lists.length - 1) + (list.ordered ? `${number}. ` : this.lists.length === 2 ? '◦ ' : '▪ ');
    }

    /** Only a bullet on the outermost level can be a task in the dialect. */
    private taskBox(done: boolean): string {
        if (this.lists.length === 1 && !this.lists[0].ordered && !this.inQuote) return done ? '[x] ' : '[ ] ';
        return done ? '☑ ' : '☐ ';
    }

    private takePrefix(): string {
        const list = this.marker ?? indent.repeat(this.lists.length);
        this.marker = undefined;
        return '> '.repeat(this.quotes) + list;
    }

    private flushCurrent(): void {
        if (this.current.length > 0) {
            this.push();
            this.gap = Math.max(this.gap, 1);
        }
    }

    private flush(): void {
        if (this.gap === 0) return;
        if (this.current.length > 0) this.push();
        const last = this.lines[this.lines.length - 1];
        if (this.gap > 1 && last !== undefined && (last.verbatim !== undefined || last.runs.length > 0)) {
            this.lines.push({ prefix: '> '.repeat(this.quotes), runs: [] });
        }
        this.gap = 0;
    }

    private push(): void {
        this.lines.push({ prefix: this.prefix ?? '> '.repeat(this.quotes), runs: this.current });
        this.lastQuoted = this.quotes > 0;
        this.current = [];
        this.prefix = undefined;
    }
}
