import { fromMatrix, referencesFromMatrix, splitText, toMatrix } from '../../src/convert/index';
import { processorMs } from '../support/processorMs.mts';
import { htmlEvent, inward, outward, textEvent } from './look.mts';

const size = 60000;
const fill = (unit: string): string => unit.repeat(Math.ceil(size / unit.length)).slice(0, size);

/** Milliseconds, far above what it takes (see the bench); what is quadratic or worse takes longer. */
const bound = 5000;

describe('hostile HTML', () => {
    test.each([
        ['deep nesting', '<div>'.repeat(10000) + 'end'],
        ['deep lists', '<ul><li>'.repeat(6000) + 'end'],
        ['deep quotes', '<blockquote>'.repeat(5000) + 'end'],
        ['deep formatting', '<b><i><s>'.repeat(5000) + 'end'],
        ['formatting left open', `${Array.from({ length: 2000 }, (_, index) => `<font id=${index}>`).join('')}${'<p>x'.repeat(3000)}end`],
        ['links in links', '<a href="https://example.org">'.repeat(2000) + 'end'],
        ['tables in tables', '<table><tr><td>'.repeat(3000) + 'end'],
        ['tables in links', '<a href=x><table>'.repeat(3000) + 'end'],
        ['no break elements', '<nobr>'.repeat(8000) + 'end'],
        ['stray ends', '</b></p></table>'.repeat(3000) + 'end'],
        ['many attributes', `<b ${Array.from({ length: 8000 }, (_, index) => `a${index}=1`).join(' ')}>end</b>`],
        ['huge attribute', `<a href="https://example.org/${'x'.repeat(50000)}">end</a>`],
        ['unclosed comment before', 'end<!-- never closed'],
        ['null characters', '\u0000'.repeat(1000) + 'end'],
        ['entities', fill('&amp;') + ' end'],
        ['unknown entities', fill('&x') + ' end'],
        ['marks', `${fill('*_~`')} end`],
        ['brackets', `${fill('[](')} end`],
        ['bars', `${fill('|')} end`],
        ['backslashes', `${fill('\\')} end`],
        ['bold stars', `<b>${fill('* ')}</b> end`],
        ['one long word', `${fill('x')} end`],
        ['many short runs', `${'<b>a</b><i>b</i>'.repeat(1200)} end`],
        ['many rows', `<table>${'<tr><td>x</td></tr>'.repeat(3000)}</table> end`],
        ['many line breaks', `${'<br>'.repeat(15000)}end`],
        ['addresses without a gap', `${'&lt;https://e.org/a&gt;'.repeat(3000)}end`],
        ['addresses behind signs', `${'👉https://e.org/a '.repeat(3000)}end`],
        ['bold addresses', `<b>${'“https://e.org/a”'.repeat(3000)}</b>end`],
        ['full stops behind addresses', `${`https://e.org/a${'.'.repeat(2000)}x `.repeat(25)}end`],
        ['links in raised text', `${'<sup><a href="https://e.org">'.repeat(1000)}end`],
        ['direction overrides', `${'\u202e\u2066'.repeat(5000)}end`],
        ['zero-width characters', `${'\u200b\u200d\ufeff'.repeat(5000)}end`],
        ['lone surrogates', `${'\ud800\udc00\udc00'.repeat(3000)}end`],
    ])('%s: gives the text, in bounded time', async (_name, html) => {
        let text = '';
        expect(await processorMs(() => ({ text } = fromMatrix(htmlEvent(html), inward)))).toBeLessThan(bound);
        expect(text).toContain('end');
        expect(text).not.toMatch(/[\u0000\u202e]|[\ud800-\udbff](?![\udc00-\udfff])/);
    });

    test('what stands behind the hundredth level loses its tags, not its text', () => {
        const { text } = fromMatrix(htmlEvent(`${'<span>'.repeat(150)}<b>deep</b>${'</span>'.repeat(150)} after`), inward);
        expect(text).toBe('deep after');
    });

    test('nothing of a script, a style or a comment is shown', () => {
        const { text } = fromMatrix(htmlEvent('<script>one()</script><style>two{}</style><!-- three --><template>four</template><b onclick="five()">shown</b>'), inward);
        expect(text).toBe('*shown*');
    });

    test.each(['javascript:alert(1)', ' javascript:alert(1)', 'JaVaScRiPt:x', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd', 'java\tscript:x', '//example.org', '/x', 'mxc://a/b'])('no link to %j', (href) => {
        expect(fromMatrix(htmlEvent(`<a href="${href}">label</a>`), inward).text).toBe('label');
    });

    test('an address cannot leave its link', () => {
        const { text } = fromMatrix(htmlEvent('<a href="https://example.org/)*x*[y](https://evil.example/|@all>">label</a>'), inward);
        expect(text).toBe('[label](https://example.org/%29*x*%5By%5D%28https://evil.example/%7C@all%3E)');
    });
});

describe('hostile contents', () => {
    const values = [undefined, null, 0, -1, 1e308, '', 'x', [], {}, [[]], { a: { b: {} } }, true, '\ud800'];
    const fields = ['msgtype', 'body', 'format', 'formatted_body', 'm.mentions', 'm.relates_to', 'm.new_content', 'url', 'file', 'info', 'filename', 'geo_uri', 'm.poll',
        'org.matrix.msc3381.poll.start', 'm.text', 'org.matrix.msc1767.text', 'org.matrix.msc3488.location', 'org.matrix.msc1767.audio'];
    const types = ['m.room.message', 'm.sticker', 'm.poll.start', '__proto__'];
    const kinds = ['m.text', 'm.image', 'm.location', 'toString'];

    test('fields of every wrong type give a message and no exception', () => {
        for (const type of types) {
            for (const msgtype of kinds) {
                for (const field of fields) {
                    for (const value of values) {
                        const event = { type, content: { msgtype, body: 'text', format: 'org.matrix.custom.html', formatted_body: '<b>x</b>', [field]: value } };
                        expect(typeof fromMatrix(event, inward).text).toBe('string');
                        referencesFromMatrix(event, inward);
                    }
                }
            }
        }
    });

    test('relations of every wrong type', () => {
        for (const value of values) {
            for (const field of ['rel_type', 'event_id', 'm.in_reply_to', 'key', 'is_falling_back']) {
                for (const rel of ['m.replace', 'm.thread', 'm.annotation', 'm.reference', undefined]) {
                    const event = textEvent({ 'm.relates_to': { 'rel_type': rel, 'event_id': '$e', 'm.in_reply_to': { event_id: '$known' }, [field]: value } });
                    expect(typeof fromMatrix(event, inward).text).toBe('string');
                }
            }
        }
    });
});

describe('hostile messages of Rocket.Chat', () => {
    test.each(['*', '_', '~', '`', '[', '](', '[*', '<', '|', '||', '\\(', '@a ', ':a:', '> ', '- ', '*a _b ~c\n', '```\n', '|a|\n|-|\n', '||\n', '(', '+1'])('%j over and over, without an AST', async (unit) => {
        const work = (): void => expect(toMatrix({ text: fill(unit).slice(0, 20000) }, outward).content.body.length).toBeGreaterThan(0);
        expect(await processorMs(work)).toBeLessThan(bound);
    });

    test.each([[[null]], [[{}]], [[{ type: 'BOLD' }]], [[{ type: 'LINK', value: null }]], [[{ type: 'TABLE', value: {} }]], [[{ type: 'TABLE', value: { header: 1, rows: 'x' } }]],
        [[{ type: 'LIST_ITEM', value: 7 }]], [[{ type: 'EMOJI' }]], [[{ type: 'COLOR', value: { r: 'x' } }]], [[{ type: 'TIMESTAMP', value: { timestamp: 'x' } }]],
        [[{ type: 'FUTURE', value: [{ type: 'PLAIN_TEXT', value: 'x' }] }]], [[{ type: 'HEADING', level: 'x', value: 'y' }]], [['x', 1]]])('an AST of a form that nobody knows: %j', (md) => {
        expect(typeof toMatrix({ text: 'text', md: md as unknown[] }, outward).content.body).toBe('string');
    });

    test.each([[[null]], [['x']], [[{ text: 7, fields: 'x' }]], [[{ fields: [null, { title: 1, value: {} }] }]], [[{ message_link: 5 }]]])('attachments of a form that nobody knows: %j', (attachments) => {
        expect(toMatrix({ text: 'text', attachments: attachments as any }, outward).content.body).toBe('text');
    });
});

test('splitting is bounded, too', async () => {
    const work = (): void => {
        expect(splitText(fill('x '), 5000).join(' ').replace(/\s+/g, '')).toHaveLength(size / 2);
        expect(splitText(fill('\n'), 5000)).toEqual([]);
    };
    expect(await processorMs(work)).toBeLessThan(bound);
});
