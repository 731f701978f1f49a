import { asEdit, reactionContent, readRelation, referencesFromMatrix, referencesToMatrix, relate, toMatrix } from '../../src/convert/index';
import type { MatrixEventId, MatrixUserId } from '../../src/ids/types';
import { inward, outward, textEvent } from './look.mts';

const id = (text: string) => text as MatrixEventId;
const content = { msgtype: 'm.text' as const, body: 'hi', 'm.mentions': {} };

describe('relate', () => {
    test.each([
        ['nothing', {}, undefined],
        ['a reply', { replyTo: id('$a') }, { 'm.in_reply_to': { event_id: '$a' } }],
        ['a thread', { thread: { root: id('$r') } }, { rel_type: 'm.thread', event_id: '$r', is_falling_back: true, 'm.in_reply_to': { event_id: '$r' } }],
        ['a thread that has gone on', { thread: { root: id('$r'), latest: id('$l') } }, { rel_type: 'm.thread', event_id: '$r', is_falling_back: true, 'm.in_reply_to': { event_id: '$l' } }],
        ['a reply in a thread', { replyTo: id('$a'), thread: { root: id('$r') } }, { rel_type: 'm.thread', event_id: '$r', is_falling_back: false, 'm.in_reply_to': { event_id: '$a' } }],
    ])('%s', (_name, relation, expected) => {
        expect(relate(content, relation)['m.relates_to' as never]).toEqual(expected);
    });

    test('what it writes, it reads', () => {
        expect(readRelation(relate(content, { replyTo: id('$a'), thread: { root: id('$r') } }))).toEqual({ thread: '$r', replyTo: '$a' });
        expect(readRelation(relate(content, { thread: { root: id('$r') } }))).toEqual({ thread: '$r' });
        expect(readRelation(asEdit(content, id('$e')))).toEqual({ edits: '$e' });
        expect(readRelation(reactionContent(id('$e'), '👍'))).toEqual({ reactsTo: '$e', key: '👍' });
    });
});

describe('asEdit', () => {
    test('has the new content and a fallback', () => {
        const html = { ...content, format: 'org.matrix.custom.html' as const, formatted_body: '<b>hi</b>' };
        expect(asEdit(relate(html, { replyTo: id('$a') }), id('$e'))).toEqual({
            ...html, body: ' * hi', formatted_body: ' * <b>hi</b>', 'm.new_content': html, 'm.relates_to': { rel_type: 'm.replace', event_id: '$e' },
        });
    });

    test('mentions ring only those that were not mentioned before', () => {
        const [one, two] = ['@a:b', '@c:d'] as MatrixUserId[];
        const edit = asEdit({ ...content, 'm.mentions': { user_ids: [one, two], room: true } }, id('$e'), { user_ids: [one] });
        expect(edit['m.mentions']).toEqual({ user_ids: [two], room: true });
        expect((edit['m.new_content'] as typeof content)['m.mentions']).toEqual({ user_ids: [one, two], room: true });
    });

    test('fits into an event', () => {
        const edit = asEdit(toMatrix({ text: 'ä'.repeat(28000) }, outward).content, id('$e'));
        expect(Buffer.byteLength(JSON.stringify(edit))).toBeLessThan(65000);
    });
});

describe('references', () => {
    test('of a Rocket.Chat message', () => {
        expect(referencesToMatrix({ text: '@alice. *@bob* in #general `@code` [ ](https://chat.example.org/channel/x?msg=M1) @all' }, outward)).toEqual({
            users: ['alice.', 'alice', 'bob'], channels: ['general'], messages: ['M1'],
        });
        expect(referencesToMatrix({ text: 'nothing here' }, outward)).toEqual({ users: [], channels: [], messages: [] });
    });

    test('of a Matrix event', () => {
        const html = '<a href="https://matrix.to/#/@bob:matrix.org">B</a> <a href="matrix:r/general:hs.example">g</a> <a href="https://matrix.to/#/!room:hs.example/$e">e</a> '
            + '<mx-reply><a href="https://matrix.to/#/@quoted:matrix.org">q</a></mx-reply>';
        const event = textEvent({ format: 'org.matrix.custom.html', formatted_body: html, 'm.relates_to': { 'm.in_reply_to': { event_id: '$a' } } });
        expect(referencesFromMatrix(event, inward)).toEqual({ users: ['@bob:matrix.org'], rooms: ['#general:hs.example'], events: ['$a', '$e'] });
        expect(referencesFromMatrix(textEvent({}), inward)).toEqual({ users: [], rooms: [], events: [] });
    });
});

describe('size of an event', () => {
    test.each([['letters', 'x'], ['umlauts', 'ä'], ['emoji', '😀'], ['quotation marks', '"'], ['control characters', '\u0001'], ['formatting', '*a* ']])('%s are cut to what fits', (_name, unit) => {
        const text = unit.repeat(70000);
        const { content: fitting, whole } = toMatrix({ text }, outward);
        expect(Buffer.byteLength(JSON.stringify(fitting))).toBeLessThanOrEqual(60000);
        expect(Buffer.byteLength(JSON.stringify(fitting))).toBeGreaterThan(55000);
        expect(fitting.body.endsWith('[…]')).toBe(true);
        expect(whole).toBe(text);
    });

    test('formatting goes before text does', () => {
        const { content: fitting, whole } = toMatrix({ text: 'x', md: Array.from({ length: 3000 }, () => ({ type: 'PARAGRAPH', value: [{ type: 'BOLD', value: [{ type: 'PLAIN_TEXT', value: 'abc' }] }] })) }, outward);
        expect([fitting.formatted_body, whole]).toEqual([undefined, undefined]);
    });
});
