import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromMatrix, toMatrix } from '../../src/convert/index';
import { parseHtml, textOf } from '../../src/convert/inward/html';
import { forms, parse, visible } from './ast.mts';
import { htmlEvent, inward, outward, textEvent } from './look.mts';

const cases = (file: string): any[] => JSON.parse(readFileSync(join(process.cwd(), 'test', 'convert', 'fixtures', file), 'utf8'));
const named = (file: string): [string, any][] => cases(file).map((each) => [each.name, each]);

test('the corpus has the size that was asked for', () => {
    const all = ['commonmark.json', 'html.json', 'body.json', 'events.json', 'rocketchat.json'].flatMap(cases);
    expect(all.length).toBeGreaterThanOrEqual(300);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
});

describe('HTML of CommonMark implementations', () => {
    test.each(named('commonmark.json'))('%s', (_name, { html, text }) => {
        expect(fromMatrix(htmlEvent(html), {}).text.replace(/^fallback$/, '')).toBe(text);
    });

    test.each(named('commonmark.json'))('%s: nothing is lost', (_name, { html, text }) => {
        if (/<(?:img|table|script|style|sup|sub|li|hr|del|ins)\b|^<a |<a\s[^>]*>\s*<\/a>|start=/.test(html) || text === '') return;
        expect(visible(parse(text))).toBe([...textOf(parseHtml(html))].filter((character) => character.trim()).join(''));
    });
});

describe('HTML of Matrix clients and of strangers', () => {
    test.each(named('html.json'))('%s', (_name, { html, text }) => {
        expect(fromMatrix(htmlEvent(html), inward).text).toBe(text);
    });
});

describe('plain text', () => {
    test.each(named('body.json'))('%s', (_name, { body, text }) => {
        expect(fromMatrix(textEvent({ body }), inward).text).toBe(text);
    });

    test.each(named('body.json'))('%s: Rocket.Chat shows it as it was written', (_name, { body, text }) => {
        const ast = text === '' ? [] : parse(text);
        expect(forms(ast)).toEqual([]);
        expect(visible(ast)).toBe([...body].filter((character) => character.trim()).join(''));
    });
});

describe('events', () => {
    test.each(named('events.json'))('%s', (_name, { event, message }) => {
        expect(JSON.parse(JSON.stringify(fromMatrix(event, inward)))).toEqual(message);
    });
});

describe('messages of Rocket.Chat', () => {
    test.each(named('rocketchat.json'))('%s', (_name, { text, attachments, mayMentionRoom = true, content, replyTo }) => {
        expect(toMatrix({ text, attachments }, { ...outward, mayMentionRoom })).toEqual({ content, ...(replyTo ? { replyTo } : {}) });
    });
});
