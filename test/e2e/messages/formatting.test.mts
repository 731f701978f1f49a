/** Formatting both ways: what one side means is what the other one shows. The corpus in test/convert/ has the details. */
import { unique } from '../../support/eventually.mts';
import { useBridgedRoom } from '../../support/bridgedRoom.mts';
import type { RcMessage } from '../../support/clients/rocketchat.mts';

const room = useBridgedRoom('formatting');

/** What is typed in Rocket.Chat, what Matrix gets as HTML, and as text where that is not what was typed. */
const outward: [name: string, typed: string, html: string, body?: string][] = [
    ['marks', '*bold* _italic_ ~strike~ `code`', '<strong>bold</strong> <em>italic</em> <del>strike</del> <code>code</code>'],
    ['a block of code', '```python\nif a < b:\n    pass\n```', '<pre><code class="language-python">if a &lt; b:\n    pass\n</code></pre>'],
    ['a quote', '> quoted\n> twice\nplain', '<blockquote>quoted<br>twice</blockquote>plain'],
    ['lists', '- one\n- two', '<ul><li>one</li><li>two</li></ul>'],
    ['a list with numbers', '3. three\n4. four', '<ol start="3"><li>three</li><li>four</li></ol>'],
    ['tasks', '- [x] done\n- [ ] open', '<ul><li>☑ done</li><li>☐ open</li></ul>', '☑ done\n☐ open'],
    ['a heading', '## Two', '<h2>Two</h2>'],
    ['links', '[label](https://example.org/a_b_c) https://example.org/?q=1&r=2', '<a href="https://example.org/a_b_c">label</a> '
        + '<a href="https://example.org/?q=1&amp;r=2">https://example.org/?q=1&amp;r=2</a>', 'label (https://example.org/a_b_c) https://example.org/?q=1&r=2'],
    ['an image', '![alt](https://example.org/p.png)', '<a href="https://example.org/p.png">alt</a>', 'alt (https://example.org/p.png)'],
    ['nothing but emoji', ':tada::tada:\n🎉', '', '🎉🎉\n🎉'],
    ['emoji', ':smile: :unknown_one: :flag_fr:', '', '😄 :unknown_one: 🇫🇷'],
    ['a spoiler', 'so ||secret||', 'so <span data-mx-spoiler>secret</span>'],
    ['maths', 'so \\(a^2\\)', 'so <span data-mx-maths="a^2"><code>a^2</code></span>', 'so a^2'],
    ['colours', 'so color:#ff0000', 'so <span data-mx-color="#ff0000">color:#ff0000</span>'],
    ['lines', 'one\n\n\nfour\n  indented', '', 'one\n\n\nfour\n  indented'],
    ['what is no mark', 'a_b_c 2*3*4 <b>', '', 'a_b_c 2*3*4 <b>'],
];

test.each(outward)('%s of Rocket.Chat', async (_name, typed, html, body = typed) => {
    const { event } = await room().fromAlice(typed);
    expect(event.content.body).toBe(body);
    if (html) expect(event.content).toMatchObject({ format: 'org.matrix.custom.html', formatted_body: html });
});

const inward: [name: string, html: string, text: string][] = [
    ['marks', '<b>bold</b> <i>italic</i> <s>strike</s> <code>code</code> <u>under</u>', '*bold* _italic_ ~strike~ `code` _under_'],
    ['a block of code', '<pre><code class="language-js">let a = `x`;\n*b*\n</code></pre>', '```js\nlet a = `x`;\n*b*\n```'],
    ['quotes in quotes', '<blockquote>one<blockquote>two</blockquote></blockquote>', '> one\n> > two'],
    ['nested lists', '<ol><li>one<ul><li>inner</li></ul></li><li>two</li></ol>', '1. one\n\u2003◦ inner\n2. two'],
    ['a table', '<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>', '| a |\n| --- |\n| 1 |'],
    ['details', '<details><summary>more</summary>hidden</details>', '▸ *more*\nhidden'],
    ['a spoiler', '<span data-mx-spoiler="why">secret</span>', '(why) ||secret||'],
    ['a link', '<a href="https://example.org/x">*label*</a>', '<https://example.org/x|*label*>'],
    ['lines', 'one<br>two<p>three</p><p>four</p>', 'one\ntwo\n\nthree\n\nfour'],
    ['more tags than anybody needs', `${'<div>'.repeat(300)}deep ${'</div>'.repeat(300)}<b>shallow`, 'deep\n*shallow*'],
    ['scripts', '<script>alert(1)</script><b onclick="x()">safe</b>', '*safe*'],
];

test.each(inward)('%s of Matrix', async (_name, html, text) => {
    const { message } = await room().fromCarol({ msgtype: 'm.text', body: 'fallback', format: 'org.matrix.custom.html', formatted_body: html });
    expect(message.msg).toBe(text);
});

test('text of Matrix without HTML is shown as it is, and HTML that says nothing by its text', async () => {
    const { message } = await room().fromCarol('*not bold* _nor italic_ `x` ~y~ # z\n> q\n- l');
    expect(JSON.stringify(message.md)).not.toMatch(/BOLD|ITALIC|STRIKE|INLINE_CODE|HEADING|QUOTE|LIST/);
    const empty = await room().fromCarol({ msgtype: 'm.text', body: unique('by its text'), format: 'org.matrix.custom.html', formatted_body: '<p> </p>' });
    expect(empty.message.msg).toContain('by its text');
});

test('what goes out and comes in again is the same', async () => {
    const typed = '*bold _both_* `code` :smile: https://example.org\n- one\n- *two*\n\n> said\n\n```\ncode\n```';
    const { event, message } = await room().fromAlice(typed);
    const { msgtype, body, format, formatted_body: html } = event.content;
    const back = await room().fromCarol({ msgtype, body, format, formatted_body: html });
    const shape = ({ md }: RcMessage): string[] => (JSON.stringify(md).match(/"type":"[A-Z_]+"/g) ?? []).filter((type) => !/EMOJI|PLAIN_TEXT|LINE_BREAK/.test(type));
    expect(shape(back.message)).toEqual(shape(message));
});
