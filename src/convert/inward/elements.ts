import type { MatrixRoomAlias, MatrixRoomId, MatrixUserId } from '../../ids/types';
import { parseMatrixLink } from '../matrixLinks';
import type { InwardContext } from '../types';
import { LineBuilder } from './dialect/builder';
import { attribute, holds, textOf, type HtmlNode } from './html';
import { writeLink } from './dialect/links';
import { clean, joiner, roomMention, type Line, type Style } from './dialect/runs';
import { serializeRuns } from './dialect/serialize';
import { shifted, signs } from './dialect/shifted';
import { writeRows, writeTable } from './dialect/tables';

const hidden = ['mx-reply', 'script', 'style', 'template', 'title', 'head', 'noembed', 'noframes', 'iframe', 'object', '#comment'];
const styles: Record<string, Style> = {
    b: { bold: true }, strong: { bold: true }, i: { italic: true }, em: { italic: true }, u: { italic: true }, cite: { italic: true },
    s: { strike: true }, del: { strike: true }, strike: { strike: true },
};
const blocks = ['section', 'article', 'details', 'caption', 'dl', 'dt', 'dd', 'center', 'figure', 'form'];

/** Whom the sender of an event mentions. */
export interface Mentioned {
    /** `@room` is a mention: the sender says so, and may. */
    room: boolean;
    /** By their Matrix ids, the usernames of those who are mentioned: clients without pills write the id. */
    names: ReadonlyMap<string, string>;
    /** The event tells whom it mentions, and this one is not among them (Matrix spec, "User and room mentions"). */
    isSilent(id: MatrixUserId): boolean;
}

/** Turns a tree of HTML into lines of Rocket.Chat's dialect. One object for one message. */
export class ElementReader {
    private afterHeading = false;
    /** What of a text is a mention. */
    private readonly mentions: RegExp;

    constructor(
        private readonly context: InwardContext,
        private readonly mentioned: Mentioned,
    ) {
        // Links of people (appendix "matrix.to navigation") are mentions as well.
        const ids = [...mentioned.names.keys()].map((id) => `(?:https://matrix\\.to/#/)?${id.replace(/[^A-Za-z0-9@]/g, '\\$&')}`);
        const wanted = [...(mentioned.room ? ['@room'] : []), ...ids].map((text) => `${text}(?![\\w\\u00aa-\\u1fff-]|[.:]\\w)`);
        this.mentions = new RegExp(`(${wanted.join('|') || '$^'})`);
    }

    /** @param style formatting of all of it (an emote is italic) */
    public read(root: HtmlNode, style: Style = {}): Line[] {
        const builder = new LineBuilder();
        this.children(root, builder, style);
        return builder.finish();
    }

    private children(node: HtmlNode, builder: LineBuilder, style: Style): void {
        for (const child of node.childNodes ?? []) this.node(child, builder, style);
    }

    private node(node: HtmlNode, builder: LineBuilder, style: Style): void {
        const name = node.nodeName;
        if (name === '#text') this.text(node.value ?? '', builder, style);
        else if (hidden.includes(name)) return;
        else if (Object.prototype.hasOwnProperty.call(styles, name)) this.children(node, builder, { ...style, ...styles[name] });
        else if (blocks.includes(name)) this.block(builder, 1, () => this.children(node, builder, style));
        else this.element(node, builder, style);
    }

    private element(node: HtmlNode, builder: LineBuilder, style: Style): void {
        const content = (): void => this.children(node, builder, style);
        switch (node.nodeName) {
            case 'br': return builder.lineBreak();
            case 'p': return this.paragraph(builder, content);
            case 'h1': case 'h2': case 'h3': case 'h4': case 'h5': case 'h6': return this.heading(node, builder, style);
            case 'blockquote': return builder.quote(content);
            case 'ul': case 'menu': return builder.list(false, 1, content);
            case 'ol': return builder.list(true, startOf(node), content);
            case 'li': return builder.item(content, takeTask(node));
            case 'hr': return this.block(builder, 1, () => builder.text('---', 'raw', {}));
            case 'pre': return this.code(node, builder, style);
            case 'code': case 'tt': case 'kbd': case 'samp': return builder.text(clean(textOf(node)).replace(/\s+/g, ' '), 'code', style);
            case 'table': return this.table(node, builder, style);
            case 'a': return this.link(node, builder, style);
            case 'img': return this.image(node, builder, style);
            case 'sup': case 'sub': return this.shift(node, builder, style);
            case 'summary': return this.block(builder, 1, () => this.summary(node, builder, style));
            case 'div': return this.block(builder, 1, () => this.span(node, builder, style));
            case 'span': return this.span(node, builder, style);
            default: return content();
        }
    }

    private text(value: string, builder: LineBuilder, style: Style): void {
        const collapsed = clean(value).replace(/[ \t\n\f]+/g, ' ').replace(/\u00a0/g, ' ');
        const text = collapsed.startsWith(' ') && builder.afterSpace && !value.startsWith('\u00a0') ? collapsed.slice(1) : collapsed;
        this.plain(text, builder, style);
    }

    /** Text that is no HTML: one line of it. `@room` and Matrix ids are mentions if the sender says so. */
    public plain(text: string, builder: LineBuilder, style: Style): void {
        if ((!this.mentioned.room && this.mentioned.names.size === 0) || !text.includes('@')) return builder.text(text, 'text', style);
        text.split(this.mentions).forEach((part, index, parts) => {
            const name = index % 2 === 0 || /[\w./-]$/.test(parts[index - 1]) ? undefined : part === '@room' ? `${roomMention}all` : `@${this.mentioned.names.get(part.slice(part.indexOf('@')))}`;
            builder.text(name ?? part, name === undefined ? 'text' : 'mention', style);
        });
    }

    private block(builder: LineBuilder, gap: 1 | 2, inside: () => void): void {
        builder.block(gap);
        inside();
        builder.block(gap);
    }

    private paragraph(builder: LineBuilder, inside: () => void): void {
        builder.block(this.afterHeading ? 1 : 2);
        this.afterHeading = false;
        inside();
        builder.block(2);
    }

    private heading(node: HtmlNode, builder: LineBuilder, style: Style): void {
        const level = Math.min(Number(node.nodeName[1]), 4);
        builder.block(1);
        if (builder.nested) this.children(node, builder, { ...style, bold: true });
        else {
            const inside = builder.inner();
            this.children(node, inside, style);
            for (const { prefix, runs, verbatim } of inside.finish()) {
                if (verbatim !== undefined) builder.verbatim(verbatim);
                else if (runs.length > 0) [{ text: `${'#'.repeat(level)} ${prefix}`, kind: 'raw' as const }, ...runs].forEach((run) => builder.text(run.text, run.kind, run));
                builder.block(1);
            }
        }
        builder.block(1);
        this.afterHeading = true;
    }

    private shift(node: HtmlNode, builder: LineBuilder, style: Style): void {
        if (!holds(node, ({ nodeName }) => ['a', 'code', 'img', 'br', 'span'].includes(nodeName))) {
            return builder.text(shifted(node.nodeName, clean(textOf(node)).replace(/\s+/g, ' ')), 'text', style);
        }
        builder.text(`${signs[node.nodeName]}(`, 'text', style);
        this.children(node, builder, style);
        return builder.text(')', 'text', style);
    }

    private summary(node: HtmlNode, builder: LineBuilder, style: Style): void {
        builder.text('▸ ', 'text', {});
        this.children(node, builder, { ...style, bold: true });
    }

    private code(node: HtmlNode, builder: LineBuilder, style: Style): void {
        const inner = (node.childNodes ?? []).find(({ nodeName }) => nodeName === 'code');
        const [, language = ''] = /(?:^|\s)language-(\S+)/.exec((inner && attribute(inner, 'class')) ?? '') ?? [];
        const lines = clean(textOf(node)).replace(/^\n|\n$/g, '').replace(/```/g, `\`\`${joiner}\``).split('\n');
        builder.block(1);
        if (builder.inQuote || style.spoiler) {
            lines.forEach((line) => {
                builder.text(line, 'code', style);
                builder.lineBreak();
            });
        } else {
            // What the parser takes for the name of a language; a block without a character in it is none.
            builder.verbatim(`\`\`\`${/^[\w.-]+$/.test(language) ? language : ''}`);
            (lines.join('').trim() === '' ? [' '] : lines).forEach((line) => builder.verbatim(line));
            builder.verbatim('```');
        }
        builder.block(1);
    }

    private table(node: HtmlNode, builder: LineBuilder, style: Style): void {
        builder.block(1);
        const asRows = (): void => writeRows(node, builder, (cell) => this.children(cell, builder, style));
        // The dialect's tables take the bars of a spoiler for their own, and have but one line for a cell.
        if (style.spoiler || holds(node, isNoCell)) return asRows();
        const fits = writeTable(node, builder, (cell) => {
            const inside = builder.inner();
            this.children(cell, inside, {});
            return inside.finish().map(({ prefix, runs, verbatim }) => verbatim ?? prefix + serializeRuns(runs)).join(' ');
        });
        return fits ? builder.block(1) : asRows();
    }

    private link(node: HtmlNode, builder: LineBuilder, style: Style): void {
        const href = attribute(node, 'href') ?? '';
        const target = parseMatrixLink(href);
        const username = target?.kind === 'user' ? this.context.username?.(target.id) : undefined;
        if (username !== undefined) return this.person(username, target as { id: MatrixUserId }, builder, style);
        // What some clients make of it: a pill of the room.
        if (target?.kind === 'room' && textOf(node).trim() === '@room') return this.plain('@room', builder, style);
        const channel = target?.kind === 'room' && !target.event ? this.channel(target.room) : undefined;
        if (channel !== undefined) return builder.text(`#${channel}`, 'mention', style);
        const message = target?.kind === 'room' && target.event && target.room === this.context.roomId ? this.context.messageLink?.(target.event) : undefined;
        const inside = new LineBuilder();
        this.children(node, inside, {});
        const label = inside.finish().reduce<Line['runs']>((all, { runs }, index) => all.concat(index > 0 ? [{ text: ' ', kind: 'text' }] : [], runs), []);
        const spoiler = label.some((run) => run.spoiler);
        // No label can hold a spoiler: the link as a whole is in it then.
        label.forEach((run) => delete run.spoiler);
        // Nobody rings by what others call themselves.
        if (target?.kind === 'user') label.forEach((run, index) => { run.text = run.text.replace(/@/g, (at, place: number) => (index + place > 0 ? at + joiner : at)); });
        return writeLink(message ?? href, label, builder, spoiler ? { ...style, spoiler } : style);
    }

    /** A pill rings those whom the sender mentions, if the event tells whom at all. */
    private person(username: string, { id }: { id: MatrixUserId }, builder: LineBuilder, style: Style): void {
        if (this.mentioned.isSilent(id)) builder.text(`@${joiner}${username}`, 'text', style);
        else builder.text(`@${username}`, 'mention', style);
    }

    private channel(room: MatrixRoomId | MatrixRoomAlias): string | undefined {
        return this.context.channelName?.(room);
    }

    private image(node: HtmlNode, builder: LineBuilder, style: Style): void {
        const alt = clean(attribute(node, 'alt') ?? attribute(node, 'title') ?? '').trim().replace(/\s+/g, ' ');
        const source = attribute(node, 'src') ?? '';
        if (/^https?:/i.test(source)) return writeLink(source, [{ text: alt || source, kind: 'text' }], builder, style);
        return builder.text(alt, 'text', style);
    }

    private span(node: HtmlNode, builder: LineBuilder, style: Style): void {
        const maths = attribute(node, 'data-mx-maths');
        if (maths !== undefined) return writeMaths(clean(maths).replace(/\s+/g, ' ').trim(), node.nodeName === 'div' && !builder.nested && !style.spoiler, builder, style);
        const color = attribute(node, 'data-mx-color');
        if (color !== undefined && new RegExp('^color:#[0-9a-f]{6}(?:[0-9a-f]{2})?$').test(textOf(node))) return builder.text(textOf(node), 'raw', {});
        const reason = attribute(node, 'data-mx-spoiler');
        if (reason) this.plain(`(${clean(reason).replace(/\s+/g, ' ')}) `, builder, style);
        return this.children(node, builder, reason === undefined ? style : { ...style, spoiler: true });
    }
}

const isNoCell = (node: HtmlNode): boolean => attribute(node, 'data-mx-spoiler') !== undefined || node.nodeName === 'pre' || node.nodeName === 'table';

/** KaTeX of Rocket.Chat: `\(…\)` in a line, `\[…\]` for a block. */
function writeMaths(maths: string, block: boolean, builder: LineBuilder, { spoiler }: Style): void {
    if (/\\[)\]]/.test(maths)) builder.text(maths, 'code', { spoiler });
    else builder.text(block ? `\\[${maths}\\]` : `\\(${maths}\\)`, 'raw', { spoiler });
}

/** Takes the box of a task off the beginning of a list item: the form in which tasks go to Matrix. */
function takeTask(node: HtmlNode): boolean | undefined {
    const [first] = (node.childNodes ?? []).filter(({ nodeName, value = '' }) => nodeName !== '#text' || value.trim() !== '');
    if (first?.nodeName === 'p') return takeTask(first);
    const [box, mark] = /^\s*([☐☑])\s+/.exec(first?.nodeName === '#text' ? first.value ?? '' : '') ?? [];
    if (box === undefined) return undefined;
    first.value = (first.value ?? '').slice(box.length);
    return mark === '☑';
}

function startOf(node: HtmlNode): number {
    const start = Number(attribute(node, 'start') ?? 1);
    return Number.isSafeInteger(start) && start >= 0 && start < 1e9 ? start : 1;
}
