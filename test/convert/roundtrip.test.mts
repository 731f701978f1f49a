import fc from 'fast-check';
import { fromMatrix, toMatrix } from '../../src/convert/index';
import { characters, forms, normal, parse, visible } from './ast.mts';
import { htmlEvent, inward, outward, textEvent } from './look.mts';

/** The same cases in every run: the parser itself has corners in which nothing could be right. */
const fixed = { seed: 20261121 };

/** Out to Matrix and in again. */
function back(text: string): string {
    const { content } = toMatrix({ text }, outward);
    return fromMatrix({ type: 'm.room.message', content }, { ...inward, username: (id) => (id as string === '@rc_alice:hs.example' ? 'alice' : undefined) }).text;
}

const word = fc.constantFrom('a', 'word', 'X1', 'snake_case', 'été', '42', 'naïve', '世界', 'no!', 'so,', 'yes?', 'don\'t', 'a&b', '<b>', '5>3');
const words = fc.array(word, { minLength: 1, maxLength: 4 }).map((list) => list.join(' '));
const plainWords = fc.array(fc.constantFrom('a', 'word', 'X1', 'été', '42', '世界'), { minLength: 1, maxLength: 3 }).map((list) => list.join(' '));
const formatted = fc.oneof(
    plainWords.map((text) => `*${text}*`), plainWords.map((text) => `_${text}_`), plainWords.map((text) => `~${text}~`), plainWords.map((text) => `\`${text}\``),
    plainWords.map((text) => `*_${text}_*`), plainWords.map((text) => `*~${text}~*`), plainWords.map((text) => `||${text}||`),
    plainWords.map((text) => `[${text}](https://example.org/x?y=1)`), fc.constant('https://example.org/a_b'), fc.constant('@alice'), fc.constant('#general'),
    fc.constantFrom(':partyparrot:', '👍', ':)', 'color:#ff0000', '\\(x^2\\)'),
);
const inline = fc.array(fc.oneof({ weight: 2, arbitrary: words }, { weight: 1, arbitrary: formatted }), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(' '));
// Alone in their line, italics are what `/me` makes, and emoji are shown large: they have tests of their own.
const line = inline.map((text) => `so ${text}`);
const block = fc.oneof(
    { weight: 4, arbitrary: line },
    fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => lines.map((text) => `> ${text}`).join('\n')),
    fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => lines.map((text) => `- ${text}`).join('\n')),
    fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => lines.map((text, index) => `${index + 2}. ${text}`).join('\n')),
    // A blank line before: behind a list the parser takes a task for an item.
    fc.array(fc.tuple(fc.boolean(), line), { minLength: 1, maxLength: 3 }).map((tasks) => `\n${tasks.map(([done, text]) => `- [${done ? 'x' : ' '}] ${text}`).join('\n')}`),
    fc.tuple(fc.integer({ min: 1, max: 4 }), line).map(([level, text]) => `${'#'.repeat(level)} ${text}`),
    fc.tuple(fc.constantFrom('', 'js', 'c-sharp'), fc.array(fc.constantFrom('let a = *b*;', '  if (x) {', '<tag>', '_x_ & `y`', '@alice'), { minLength: 1, maxLength: 3 }))
        .map(([language, code]) => `\`\`\`${language}\n${code.join('\n')}\n\`\`\``),
    fc.tuple(line, line).map(([one, other]) => `| ${one.replace(/\|/g, '')} | h |\n| --- | --- |\n| ${other.replace(/\|/g, '')} | c |`),
    fc.constant('---'),
);
const document = fc.array(fc.tuple(block, fc.constantFrom('\n', '\n\n')), { minLength: 1, maxLength: 4 }).map((parts) => parts.map(([text, end]) => text + end).join('').trim());

describe('out to Matrix and in again', () => {
    test('gives the same AST for all that both sides have', () => {
        fc.assert(fc.property(document, (text) => {
            expect(normal(parse(back(text)))).toEqual(normal(parse(text)));
        }), { ...fixed, numRuns: 250 });
    });

    test.each([
        '*bold* _italic_ ~strike~ `code`', '_waves_', '_waves *hard*_', '> a\n>\n> b\nc', '- a\n- b\n\nc', '1. a\n2. b\nc', '```\na\n\n  b\n```\nc', '# A *b*\n\nc', 'a\n\n\nb',
        '||secret||', '\\[x^2\\]', '\\*not bold\\*', '@alice: hi @alice', 'see [a *b*](https://example.org) and https://example.org/a_b_c.', 'x@example.com example.com',
    ])('keeps %j', (text) => {
        expect(normal(parse(back(text)))).toEqual(normal(parse(text)));
    });
});

describe('plain text of Matrix', () => {
    const mark = fc.constantFrom('*', '_', '~', '`', '**', '__', '```', '#', '>', '-', '1.', '[', ']', '(', ')', '<', '|', '||', '\\', ':', '---', '- ', '* ', '1. ', '# ', '> ', '\\(', '\\]', '[x](', 'color:#fff', '<t:1630360800>');
    const piece = fc.oneof(fc.constantFrom(' ', ' ', '\n', 'a', 'b1', 'Wort', 'é', 'snake_case'), mark);
    const text = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''));

    test('is shown as it was written, whatever it looks like', () => {
        fc.assert(fc.property(text, (body) => {
            const dialect = fromMatrix(textEvent({ body }), {}).text;
            const ast = dialect === '' ? [] : parse(dialect);
            expect(forms(ast)).toEqual([]);
            expect(visible(ast)).toBe([...body].filter((character) => character.trim()).join(''));
        }), { ...fixed, numRuns: 300 });
    });
});

describe('formatting of Matrix', () => {
    const run = fc.record({ text: fc.array(fc.constantFrom('a', 'bc', 'X1', 'é', '1', 'foo', 'snake', '(', ')', ',', '"', ' ', ' '), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')), b: fc.boolean(), i: fc.boolean(), s: fc.boolean() });
    const html = (runs: { text: string; b: boolean; i: boolean; s: boolean }[]): string => runs.map(({ text, b, i, s }) => {
        const struck = s ? `<del>${text}</del>` : text;
        const slanted = i ? `<em>${struck}</em>` : struck;
        return b ? `<strong>${slanted}</strong>` : slanted;
    }).join('');

    test('each character keeps its own, however the runs overlap', () => {
        fc.assert(fc.property(fc.array(run, { minLength: 1, maxLength: 5 }), (runs) => {
            const dialect = fromMatrix(htmlEvent(html(runs)), {}).text;
            if (dialect === 'fallback') return;
            const wanted = runs.flatMap(({ text, b, i, s }) => [...text].filter((character) => character.trim())
                .map((character) => ({ character, format: `${b ? 'b' : ''}${i ? 'i' : ''}${s ? 's' : ''}` })));
            expect(characters(parse(dialect))).toEqual(wanted);
        }), { ...fixed, numRuns: 300 });
    });
});
