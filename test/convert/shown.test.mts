import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { fromMatrix, toMatrix } from '../../src/convert/index';
import { characters, forms, parse, shown, targets, visible } from './ast.mts';
import { htmlEvent, inward, outward, textEvent } from './look.mts';

interface Cases {
    html: [string, string][];
    body: string[];
    rocketchat: [string, string, string | null, object][];
    bodyLinks: [string, string[]][];
    htmlLinks: [string, string[]][];
}

/** Judged by what Rocket.Chat's parser makes of a message, not by how it is written. */
const cases: Cases =
    JSON.parse(readFileSync(join(process.cwd(), 'test', 'convert', 'fixtures', 'shown.json'), 'utf8'));

test.each(cases.html)('HTML %j is shown as %j', (html, what) => {
    expect(shown(fromMatrix(htmlEvent(html), inward).text)).toBe(what);
});

test.each(cases.body.map((body) => [body]))('the text %j is shown as it was written', (body) => {
    const ast = parse(fromMatrix(textEvent({ body }), inward).text);
    expect(forms(ast)).toEqual([]);
    expect(visible(ast)).toBe([...body.replace(/[\u2060\u0085]/g, '')].filter((character) => character.trim()).join(''));
});

test.each(cases.bodyLinks)('the links of the text %j lead to %j', (body, links) => {
    const ast = parse(fromMatrix(textEvent({ body }), inward).text);
    expect([targets(ast), visible(ast)]).toEqual([links, body.replace(/\s/g, '')]);
});

test.each(cases.htmlLinks)('the links of the HTML %j lead to %j', (html, links) => {
    expect(targets(parse(fromMatrix(htmlEvent(html), inward).text))).toEqual(links);
});

test.each(cases.rocketchat)('%j of Rocket.Chat', (text, body, html, mentions) => {
    const { content } = toMatrix({ text }, outward);
    expect([content.body, content.formatted_body ?? null, content['m.mentions']]).toEqual([body, html, mentions]);
});

describe('spoilers', () => {
    const tags = [['<strong>', '</strong>'], ['<em>', '</em>'], ['<del>', '</del>'], ['<span data-mx-spoiler>', '</span>']];
    const piece = fc.constantFrom('a', 'bc', 'X1', 'é', '1', '(', ')', ',', '"', ' ', ' ', ' e.org/x ', ' https://e.org/a_b ', '|');
    const run = fc.record({ text: fc.array(piece, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')), tagged: fc.shuffledSubarray([0, 1, 2, 3]) });
    const html = ({ text, tagged }: { text: string; tagged: number[] }): string => tagged.reduce((inner, tag) => tags[tag][0] + inner + tags[tag][1], text);

    test('hide the same characters, whatever stands around and in them', () => {
        fc.assert(fc.property(fc.array(run, { minLength: 1, maxLength: 5 }), (runs) => {
            const dialect = fromMatrix(htmlEvent(runs.map(html).join('')), {}).text;
            if (dialect === 'fallback') return;
            const wanted = runs.flatMap(({ text, tagged }) => [...text].filter((character) => character.trim()).map((character) => `${character}${tagged.includes(3) ? ' hidden' : ''}`));
            expect(characters(parse(dialect)).map(({ character, format }) => `${character}${format.includes('h') ? ' hidden' : ''}`)).toEqual(wanted);
        }), { seed: 20261121, numRuns: 300 });
    });
});

describe('documents of nested tags', () => {
    const word = fc.constantFrom('alpha', 'Bär', 'x_y', '2*3', 'a~b', '#tag', '@name', '1.', '- z', 'end.', '(p)', 'q?', '[k]', 'e.org/p_q', 'https://e.org/r_s', '🇩🇪', '`t`', '\\', 'a@b.de');
    const words = fc.array(word, { minLength: 1, maxLength: 3 }).map((list) => list.join(' '));
    const { inline } = fc.letrec<{ inline: string; tagged: string }>((tie) => ({
        inline: fc.oneof({ depthSize: 'small' }, words, words, tie('tagged')),
        tagged: fc.tuple(fc.constantFrom('b', 'i', 'del', 'u', 'code', 'span data-mx-spoiler', 'a href="https://l.org/x"'), tie('inline'))
            .map(([tag, inner]) => `<${tag}>${tag === 'code' ? inner.replace(/<[^>]*>/g, '') : inner}</${tag.split(' ')[0]}>`),
    }));
    const line = fc.array(inline, { minLength: 1, maxLength: 3 }).map((list) => list.join(' '));
    const items = fc.array(line, { minLength: 1, maxLength: 3 }).map((list) => list.map((item) => `<li>${item}</li>`).join(''));
    const block = fc.oneof(...['p', 'blockquote', 'h2', 'div'].map((tag) => line.map((text) => `<${tag}>${text}</${tag}>`)), ...['ul', 'ol'].map((tag) => items.map((text) => `<${tag}>${text}</${tag}>`)));
    const isText = /[\p{L}\p{N}_*~`#()[\]\\?@./:-]/u;
    const texts = (text: string): string => [...text].filter((character) => isText.test(character)).join('');

    test('lose no character', () => {
        fc.assert(fc.property(fc.array(block, { minLength: 1, maxLength: 4 }), (blocks) => {
            const document = blocks.join('');
            // Links in links are none.
            if (/<a [^>]*>(?:(?!<\/a>).)*<a /.test(document)) return;
            expect(texts(visible(parse(fromMatrix(htmlEvent(document), {}).text)))).toBe(texts(document.replace(/<[^>]*>/g, ' ')));
        }), { seed: 20261121, numRuns: 300 });
    });
});
