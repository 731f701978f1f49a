/**
 * `node --import tsx bench/convert.mts`: what the conversion of messages costs, ordinary ones and the worst that 60 kB can hold.
 *
 *   --rounds N   rounds of each hostile case, the median counts (5)
 *
 * The sources are bundled as the app is: what tsx adds to functions would be measured, too.
 */
import { build } from 'esbuild';
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as Convert from '../src/convert/index';

const flag = process.argv.indexOf('--rounds');
const rounds = flag < 0 ? 5 : Number(process.argv[flag + 1]);
const size = 60_000;
const fill = (unit: string): string => unit.repeat(Math.ceil(size / unit.length)).slice(0, size);
const html = (formatted: string) => ({ type: 'm.room.message', content: { msgtype: 'm.text', body: 'body', format: 'org.matrix.custom.html', formatted_body: formatted } });
const body = (text: string) => ({ type: 'm.room.message', content: { msgtype: 'm.text', body: text } });

const ordinary = {
    'text': 'Shall we meet at three? I have the figures.',
    'markup': 'Please *read* the `README` at https://example.org/a_b first, _then_ ask.',
    'list': 'To do:\n- *one*\n- two\n- `three`\n\nThanks!',
};
const ordinaryHtml = '<p>Please <strong>read</strong> the <code>README</code> at <a href="https://example.org/a_b">https://example.org/a_b</a> first.</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n';

const hostile: Record<string, string> = {
    'deep nesting': fill('<div>'), 'deep lists': fill('<ul><li>'), 'open formatting': fill('<b><i><s>'), 'open formatting, paragraphs': fill('<font size=1><p>'),
    'links in links': fill('<a href=x>'), 'tables in links': fill('<a><table>'), 'no break': fill('<nobr>'), 'entities': fill('&amp;'), 'broken entities': fill('&x'),
    'attributes': `<b ${Array.from({ length: 7000 }, (_, index) => `a${index}=1`).join(' ')}>`, 'marks': fill('*_~`'), 'stars': fill('* '), 'bold stars': fill('<b>* </b>'),
    'underscores': fill('a_b_'), 'brackets': fill('[]('), 'addresses': fill('http://a.b/_c_ '), 'links': fill('<a href=http://a.b>x</a>'), 'code': fill('<code>`</code>'), 'line breaks': fill('<br>'),
    'scripts': fill('<script>x</script>'), 'directions': fill('\u202e\u2066\u202b\u061cx'), 'one attribute': `<a href="${fill('x')}">x</a>`, 'one name': fill('<aaaaaaaa').replace(/<a/g, 'a'),
    'paragraphs': fill('<p>x'), 'blocks of code': fill('<pre>x\n</pre>'), 'rows': `<table>${fill('<tr><td>x')}`, 'cells': `<table><tr>${fill('<td>x')}`, 'zero width': fill('\u200b\u200d\ufeff'),
    'addresses behind emoji': fill('🎉http://a.b '), 'bold addresses': fill('<b>http://a.b</b> '), 'full stops behind an address': `http://a.b/${fill('。')}`,
    'addresses in brackets': fill('&lt;http://a.b&gt;'), 'addresses behind colons': fill('x:http://a.b '),
};

/** Median of the processor time in milliseconds: other work on the machine does not count. */
function median(work: () => unknown, times: number): number {
    const taken = Array.from({ length: times }, () => {
        const before = process.cpuUsage();
        work();
        const { user, system } = process.cpuUsage(before);
        return (user + system) / 1000;
    });
    return taken.sort((one, other) => one - other)[Math.floor(times / 2)];
}

const row = (name: string, value: string): void => console.log(`${name.padEnd(34)}${value.padStart(12)}`);

async function load(folder: string): Promise<typeof Convert> {
    const outfile = join(folder, 'convert.cjs');
    await build({ entryPoints: [join(process.cwd(), 'src', 'convert', 'index.ts')], bundle: true, platform: 'node', format: 'cjs', target: 'es2018', outfile, logLevel: 'error' });
    return createRequire(outfile)(outfile);
}

async function main(): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'bench-convert-'));
    try {
        const { fromMatrix, toMatrix } = await load(folder);
        const context = { siteUrl: 'https://chat.example.org' };
        const many = (work: () => unknown): string => `${(median(() => Array.from({ length: 2000 }, work), 3) / 2).toFixed(1)} µs`;
        console.log('An ordinary message');
        for (const [name, text] of Object.entries(ordinary)) {
            const { md } = JSON.parse(JSON.stringify({ md: [{ type: 'PARAGRAPH', value: [{ type: 'PLAIN_TEXT', value: text }] }] }));
            row(`  out, ${name}, with its AST`, many(() => toMatrix({ text, md }, context)));
            row(`  out, ${name}, parsed here`, many(() => toMatrix({ text }, context)));
            row(`  in, ${name}, plain`, many(() => fromMatrix(body(text), context)));
        }
        row('  in, HTML', many(() => fromMatrix(html(ordinaryHtml), context)));
        console.log(`\nHostile HTML of ${size / 1000} kB (aim: under 50 ms)`);
        for (const [name, formatted] of Object.entries(hostile)) row(`  ${name}`, `${median(() => fromMatrix(html(formatted), context), rounds).toFixed(1)} ms`);
        console.log('\nHostile text of Rocket.Chat, without its AST');
        for (const unit of ['*', '[*', '*a _b ~c\n', '- ', '||\n']) row(`  ${JSON.stringify(unit)}`, `${median(() => toMatrix({ text: fill(unit) }, context), rounds).toFixed(1)} ms`);
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

main().catch((error) => {
    console.error(error);
    process.exitCode = 1;
});
