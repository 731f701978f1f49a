/** The figures of the bench as a table, in the terminal and in docs/performance.md. */
import { readFile, writeFile } from 'node:fs/promises';
import { arch, cpus, totalmem } from 'node:os';
import type { Figures } from './measure.mts';

export interface Row {
    direction: string;
    name: string;
    figures: Figures;
    /** What the row is compared with. */
    floor?: Figures;
}

/** Size of the machine in one line. */
export const machine = (): string =>
    `${cpus().length} × ${cpus()[0].model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${arch()}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`;

const head = ['', 'what', 'messages/s', 'of the floor', 'median ms', 'p95 ms', 'times the floor'];

const cells = ({ direction, name, figures, floor }: Row): string[] => [
    direction,
    name,
    figures.perSecond.toFixed(0),
    floor ? (figures.perSecond / floor.perSecond).toFixed(2) : '',
    figures.median.toFixed(1),
    figures.p95.toFixed(1),
    floor ? (figures.median / floor.median).toFixed(2) : '',
];

/** A Markdown table whose columns are aligned in a terminal, too. */
export const table = (rows: Row[]): string => {
    const lines = [head, ...rows.map(cells)];
    const widths = head.map((_, column) => Math.max(3, ...lines.map((line) => line[column].length)));
    const number = (column: number): boolean => column > 1;
    const format = (line: string[]): string => `| ${line.map((cell, column) => (number(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join(' | ')} |`;
    const rule = `|${widths.map((width, column) => (number(column) ? `${'-'.repeat(width + 1)}:` : '-'.repeat(width + 2))).join('|')}|`;
    return [format(head), rule, ...lines.slice(1).map(format)].join('\n');
};

/** Replaces the figures of a name in docs/performance.md; the words around them are kept. */
export const writeReport = async (name: 'bench' | 'scale', text: string): Promise<void> => {
    const file = 'docs/performance.md';
    const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
    const page = await readFile(file, 'utf8');
    const [before, rest] = page.split(begin);
    const after = rest?.split(end)[1];
    if (after === undefined) {
        throw new Error(`${file} has not the marks ${begin} and ${end}`);
    }
    await writeFile(file, `${before}${begin}\n${text}\n${end}${after}`);
};
