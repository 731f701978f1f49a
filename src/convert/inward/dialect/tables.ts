import type { LineBuilder } from './builder';
import type { HtmlNode } from '../html';

const limits = { rows: 200, columns: 30 };
/** `<address|label>` */
const labelled = /<[a-z][^\s<>|]*\|/i;

/**
 * Writes a table as rows with bars: newer servers show a table, older ones text that can be read.
 * @param content the text of a cell, on one line
 * @returns false when there is something in it that cannot stand between bars: then nothing is written
 */
export function writeTable(table: HtmlNode, builder: LineBuilder, content: (cell: HtmlNode) => string): boolean {
    const [caption] = find(table, ['caption']);
    const title = caption && content(caption);
    const texts = cellsOf(table).map((cells) => cells.map((cell) => content(cell).trim()));
    if (texts.some((cells) => cells.some((cell) => labelled.test(cell)))) return false;
    if (title) {
        builder.text(title, 'raw', {});
        builder.block(1);
    }
    const rows = texts.map((cells) => cells.map((cell) => cell.replace(/\|/g, '\\|')));
    const columns = Math.max(0, ...rows.map((cells) => cells.length));
    rows.forEach((cells, index) => {
        writeRow(builder, Array.from({ length: columns }, (_, column) => cells[column] ?? ''));
        if (index === 0) writeRow(builder, Array.from({ length: columns }, () => '---'));
    });
    return true;
}

/**
 * Writes a table as lines of text, for what cannot stand between bars.
 * @param content writes what is in a cell
 */
export function writeRows(table: HtmlNode, builder: LineBuilder, content: (cell: HtmlNode) => void): void {
    for (const cells of [find(table, ['caption']).slice(0, 1), ...cellsOf(table)]) {
        builder.block(1);
        cells.forEach((cell, index) => {
            if (index > 0) builder.text(' ¦ ', 'text', {});
            content(cell);
        });
    }
    builder.block(1);
}

const cellsOf = (table: HtmlNode): HtmlNode[][] => find(table, ['tr']).slice(0, limits.rows)
    .map((row) => find(row, ['td', 'th']).slice(0, limits.columns)).filter((cells) => cells.length > 0);

function writeRow(builder: LineBuilder, cells: string[]): void {
    builder.text(`| ${cells.map((cell) => cell || ' ').join(' | ')} |`, 'raw', {});
    builder.block(1);
}

/** The elements of these names, not looked for inside of other tables. */
const find = (node: HtmlNode, names: string[]): HtmlNode[] => (node.childNodes ?? []).reduce<HtmlNode[]>((all, child) => {
    if (names.includes(child.nodeName)) return all.concat([child]);
    return child.nodeName === 'table' ? all : all.concat(find(child, names));
}, []);
