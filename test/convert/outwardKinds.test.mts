/** What goes out of messages that are more than text: places, what programs say, blocks of apps. */
import { asNotice, locationContent, toMatrix } from '../../src/convert/index';
import { outward } from './look.mts';

const map = (latitude: number, longitude: number): string => `📍 https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;

describe('places', () => {
    test.each([
        [{ type: 'Point', coordinates: [13.4, 52.5] }, 'geo:52.5,13.4'], [{ type: 'Point', coordinates: ['13.4', '52.5'] }, 'geo:52.5,13.4'],
        [{ type: 'Point', coordinates: [200, 0] }, undefined], [{ type: 'Point' }, undefined], [null, undefined], ['x', undefined],
    ])('%j goes out as %s', (location, uri) => {
        expect(locationContent(location)?.geo_uri).toBe(uri);
    });

    test('the link to a map stands under what is written beside', () => {
        const { content } = toMatrix({ text: '@alice meet *here*' }, outward);
        expect(locationContent({ coordinates: [13.4, 52.5] }, content)).toEqual({
            'msgtype': 'm.location', 'body': `Alice <A> meet *here*\n${map(52.5, 13.4)}`, 'geo_uri': 'geo:52.5,13.4', 'm.mentions': { user_ids: ['@rc_alice:hs.example'] },
        });
        expect(locationContent({ coordinates: [13.4, 52.5] }, toMatrix({ text: '' }, outward).content)?.body).toBe(map(52.5, 13.4));
    });
});

test('what a program says is a notice; an emote stays one', () => {
    expect(asNotice(toMatrix({ text: 'build *done*' }, outward).content)).toMatchObject({ msgtype: 'm.notice', formatted_body: 'build <strong>done</strong>' });
    expect(asNotice(toMatrix({ text: '_waves_' }, outward).content).msgtype).toBe('m.emote');
});

describe('blocks of apps', () => {
    const shown = (blocks: unknown, text = '') => toMatrix({ text, blocks: blocks as unknown[] }, outward).content;
    const words = (text: string, type = 'mrkdwn') => ({ type, text });

    test('a poll: question, options, buttons', () => {
        const content = shown([
            { type: 'section', text: words('*Lunch?*'), accessory: { type: 'overflow', options: [] } }, { type: 'divider' },
            { type: 'section', text: words('Pizza & more', 'plain_text'), accessory: { type: 'button', text: words('Vote', 'plain_text') } },
            { type: 'context', elements: [words('2 votes'), { type: 'image', imageUrl: 'https://example.org/a.png', altText: 'alice' }] },
            { type: 'actions', elements: [{ type: 'button', text: words('Close', 'plain_text') }, { type: 'static_select', placeholder: words('More', 'plain_text') }] },
        ], 'A poll:');
        expect(content.body).toBe('A poll:\n*Lunch?*\n---\nPizza & more\n[Vote]\n2 votes alice\n[Close] [More]');
        expect(content.formatted_body).toBe('A poll:<br><strong>Lunch?</strong><br><hr><br>Pizza &amp; more<br>[Vote]<br>2 votes <a href="https://example.org/a.png">alice</a><br>[Close] [More]');
    });

    test('fields, inputs, pictures, callouts, previews', () => {
        expect(shown([
            { type: 'section', fields: [words('one'), words('_two_')] }, { type: 'input', label: words('Your name', 'plain_text'), element: {} },
            { type: 'image', title: words('A cat', 'plain_text'), imageUrl: 'javascript:x', altText: 'cat' }, { type: 'callout', title: words('Mind'), text: words('the gap') },
            { type: 'preview', title: [words('Title')], description: [words('Words')] },
        ]).body).toBe('one\n_two_\nYour name\nA cat\ncat\nMind\nthe gap\nTitle\nWords');
    });

    test.each([[[null, 7, 'x', {}]], [{}], ['x'], [[{ type: 'section', text: 7, fields: 'x', accessory: [] }, { type: 'context', elements: [null, { type: 'image', imageUrl: 5 }] }]], [[{ type: '__proto__' }, { type: 'actions' }]]])('rubbish shows nothing: %j', (blocks) => {
        expect(shown(blocks, 'text')).toMatchObject({ body: 'text' });
    });
});

test('a card with sound, a film and buttons keeps their addresses', () => {
    const attachments = [{ text: 'Talk', audio_url: 'https://e.org/a.mp3', video_url: 'https://e.org/v.mp4', actions: [{ type: 'button', text: 'Open', url: 'https://e.org/t' }, { type: 'button', text: 'Yes', msg: 'yes' }, null] }];
    const { content } = toMatrix({ text: '', attachments }, outward);
    expect(content.body).toBe('Talk\nhttps://e.org/a.mp3\nhttps://e.org/v.mp4\nOpen (https://e.org/t)');
    expect(content.formatted_body).toContain('<a href="https://e.org/t">Open</a>');
});

test('nodes of newer servers are shown by what is in them', () => {
    const md = [{ type: 'CALLOUT', value: [{ type: 'PARAGRAPH', value: [{ type: 'SHINY', value: 'new ' }, { type: 'BOLD', value: [{ type: 'PLAIN_TEXT', value: 'thing' }] }] }] }];
    expect(toMatrix({ text: 'x', md }, outward).content).toMatchObject({ body: 'new *thing*', formatted_body: 'new <strong>thing</strong>' });
});

test.each([
    ['build *done*', 'CI <1>: build *done*', '<strong>CI &lt;1&gt;:</strong> build <strong>done</strong>'],
    ['- a\n- b', 'CI <1>:\n- a\n- b', '<strong>CI &lt;1&gt;:</strong><ul><li>a</li><li>b</li></ul>'],
])('the name that an integration posts %j under stands in front', (text, body, html) => {
    expect(toMatrix({ text, alias: 'CI <1>' }, outward).content).toMatchObject({ body, formatted_body: html });
    expect(toMatrix({ text: '', alias: 'CI <1>', attachments: [{ text }] }, outward).content).toMatchObject({ body, formatted_body: html });
});
