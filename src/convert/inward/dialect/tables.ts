import type { LineBuilder } from './builder';
import type { HtmlNode } from '../html';

const limits = { rows: 200, columns: 30 };

/**
 * Writes a table as rows with bars: newer servers show a table, older ones text that can be read.
 * @param content the text of a cell, on one line
 */
export function writeTable(table: HtmlNode, builder: LineBuilder, content: (cell: HtmlNode) => string): void {
    const [caption] = find(table, ['caption']);
    if (caption) {
        builder.text(content(caption), 'raw', {});
        builder.block(1);
    }
    const rows = find(table, ['tr']).slice(0, limits.rows)
        .map((row) => find(row, ['td', 'th']).slice(0, limits.columns).map((cell) => content(cell).replace(/\|/g, '\\|').trim()))
        .filter((cells) => cells.length > 0);
    const columns = Math.max(0, ...rows.map((cells) => cells.length));
    rows.forEach((cells, index) => {
        writeRow(builder, Array.from({ length: columns }, (_, column) => cells[column] ?? ''));
        if (index === 0) writeRow(builder, Array.from({ length: columns }, () => '---'));
    });
}

function writeRow(builder: LineBuilder, cells: string[]): void {
    builder.text(`| ${cells.map((cell) => cell || ' ').join(' | ')} |`, 'raw', {});
    builder.block(1);
}

/** The elements of these names, not looked for inside of other tables. */
const find = (node: HtmlNode, names: string[]): HtmlNode[] => (node.childNodes ?? []).reduce<HtmlNode[]>((all, child) => {
    if (names.includes(child.nodeName)) return all.concat([child]);
    return child.nodeName === 'table' ? all : all.concat(find(child, names));
}, []);
