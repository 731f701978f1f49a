/** The kinds of messages that people send besides plain text, both ways. The corpus in test/convert/ has the details. */
import { BridgedRoom } from '../../support/bridgedRoom.mts';
import type { Matrix } from '../../support/clients/matrix.mts';
import type { RcMessage, RcRoom, RocketChat } from '../../support/clients/rocketchat.mts';
import { useStack } from '../../support/servers/stack.mts';

const here = useStack();
let alice: RocketChat;
let carol: Matrix;
let channel: RcRoom;
let roomId: string;

beforeAll(async () => {
    ({ alice, carol, channel, roomId } = await BridgedRoom.make(here(), 'kinds'));
}, 60_000);

const outward = async (text: string, part: string) => {
    await alice.send(channel, text);
    return (await carol.waitForEvent(roomId, ({ content }) => `${content.body} ${content.formatted_body}`.includes(part))).content;
};

const inward = async (content: Record<string, unknown>, part: string, type = 'm.room.message'): Promise<RcMessage> => {
    await carol.send(roomId, type, content);
    return alice.waitForMessage(channel, ({ msg }) => msg.includes(part));
};
const html = (formatted: string, body = 'fallback') => ({ msgtype: 'm.text', body, format: 'org.matrix.custom.html', formatted_body: formatted });

test('lists, quotes, tasks, headings and code go out as HTML', async () => {
    const content = await outward('# Plan\n- *one*\n- two\n> said\n- [x] done\n```js\nlet a;\n```', 'Plan');
    for (const part of ['<h1>Plan</h1>', '<li><strong>one</strong></li>', '<blockquote>said</blockquote>', '☑ done', '<pre><code class="language-js">let a;\n</code></pre>']) {
        expect(content.formatted_body).toContain(part);
    }
});

test('emoji, links and spoilers go out as Matrix has them', async () => {
    const content = await outward('so :smile: [label](https://example.org/x) ||secret||', 'label');
    expect(content.body).toContain('so 😄 label (https://example.org/x)');
    expect(content.formatted_body).toContain('<a href="https://example.org/x">label</a> <span data-mx-spoiler>secret</span>');
});

test('/me is an emote', async () => {
    expect(await outward('_waves at everybody_', 'waves')).toMatchObject({ msgtype: 'm.emote', body: 'waves at everybody' });
    expect(await outward(`_greets @${alice.username}_`, 'greets')).toMatchObject({ msgtype: 'm.emote', 'm.mentions': { user_ids: [here().ghostOf(alice)] } });
});

test('a mention in code is none', async () => {
    expect((await outward('run `@alice` now', 'run'))['m.mentions']).toEqual({});
});

test('nested lists, tables and headings come in readable', async () => {
    const { msg } = await inward(html('<h2>Menu</h2><ul><li>soup<ul><li>hot</li></ul></li></ul><table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>'), 'Menu');
    expect(msg).toBe('## Menu\n- soup\n\u2003◦ hot\n| a | b |\n| --- | --- |\n| 1 | 2 |');
});

test('what looks like Markdown and is none is shown as it was written', async () => {
    const { msg, md } = await inward({ msgtype: 'm.text', body: 'sum: 2*3*4 and __init__' }, 'sum:') as RcMessage & { md?: unknown };
    expect(msg).toBe('sum: 2\\*3\\*4 and \\_\\_init\\_\\_');
    if (md) expect(JSON.stringify(md)).toContain('sum: 2*3*4 and __init__');
});

test('a pill mentions the person on Rocket.Chat', async () => {
    const { msg, mentions } = await inward(html(`<a href="https://matrix.to/#/${here().ghostOf(alice)}">Alice</a>: pill`), 'pill') as RcMessage & { mentions?: { username: string }[] };
    expect(msg).toBe(`@${alice.username}: pill`);
    expect(mentions?.map(({ username }) => username)).toEqual([alice.username]);
});

test('nobody rings everybody from Matrix without the right', async () => {
    const { mentions } = await inward({ msgtype: 'm.text', body: '@all @here ring' }, 'ring') as RcMessage & { mentions?: unknown[] };
    expect(mentions ?? []).toEqual([]);
});

test.each([
    ['an emote', { msgtype: 'm.emote', body: 'nods slowly' }, 'nods', '_nods slowly_'],
    ['a notice', { msgtype: 'm.notice', body: 'build finished' }, 'finished', 'ℹ️ build finished'],
    ['a location', { msgtype: 'm.location', body: 'Big Ben', geo_uri: 'geo:51.5,0.1' }, 'Big Ben', '📍 <https://www.openstreetmap.org/?mlat=51.5&mlon=0.1#map=16/51.5/0.1|51.5, 0.1>\nBig Ben'],
    ['an unknown kind', { msgtype: 'org.example.dance', body: 'dances wildly' }, 'dances', 'dances wildly'],
])('%s from Matrix is shown as such', async (_name, content, part, text) => {
    expect((await inward(content, part)).msg).toBe(text);
});

test('a long text comes in parts that the server takes, nothing of it lost', async () => {
    const lines = Array.from({ length: 300 }, (_, index) => `line ${index} ${'x'.repeat(30)}`);
    await carol.send(roomId, 'm.room.message', { msgtype: 'm.text', body: lines.join('\n') });
    await alice.waitForMessage(channel, ({ msg }) => msg.includes('line 299 '));
    const parts = (await alice.messages(channel)).filter(({ msg }) => msg.startsWith('line ')).map(({ msg }) => msg);
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.join('\n').split('\n').sort()).toEqual([...lines].sort());
});
