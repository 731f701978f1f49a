import {
    eventLink, messageLink, parseMatrixLink, parseMessageLink, pinChanges, pinnedEvents, pollResults, reactionKey,
    reactionName, reactionText, roomLink, splitText, userLink, withOriginalTime, withPin,
} from '../../src/convert/index';
import { emojiTable } from '../../src/convert/emoji/table';

describe('reactions', () => {
    test.each([
        ['👍', ':thumbsup:'], ['👍️', ':thumbsup:'], ['👍🏽', ':thumbsup_tone3:'], ['❤️', ':heart:'], ['❤', ':heart:'], ['🇩🇪', ':flag_de:'], ['👨‍👩‍👧', ':family_mwg:'], ['🏳️‍🌈', ':rainbow_flag:'],
        ['1️⃣', ':one:'], ['🫠', ':melting_face:'], ['🤦🏿‍♀️', ':woman_facepalming_tone5:'], ['😂', ':joy:'], ['🎉', ':tada:'], ['✅', ':white_check_mark:'], ['☎\ufe0e', ':telephone:'], ['👍\ufe0e', ':thumbsup:'], [' 👍 ', ':thumbsup:'], ['✔', ':heavy_check_mark:'], ['🏴󠁧󠁢󠁥󠁮󠁧󠁿', ':england:'], ['*️⃣', ':asterisk:'], ['🧑🏿‍🤝‍🧑🏻', ':people_holding_hands_tone5_tone1:'], ['🪅', ':piñata:'], ['✓', undefined], ['+1', undefined],
        [':smile:', ':smile:'], [':+1:', ':+1:'], [':nope:', undefined], ['hello', undefined], ['', undefined], ['👍👍', undefined], ['mxc://a/b', undefined],
    ])('%s is %s', (key, name) => {
        expect(reactionName(key)).toBe(name);
    });

    test('custom emoji by name', () => {
        expect(reactionName(':party:', (name) => name === 'party')).toBe(':party:');
    });

    test.each([[':thumbsup:', '👍️'], ['thumbsup', '👍️'], [':+1:', '👍️'], [':heart:', '❤️'], [':smile:', '😄'], [':flag_de:', '🇩🇪'], [':thumbsup_tone1:', '👍🏻'], [':iphone:', '📱'], [':heart_hands_light_skin_tone:', '🫶🏻'], [':handshake_medium_dark_skin_tone:', '🤝🏾'],
        [':piñata:', '🪅'], [':party_dark_skin_tone:', ':party_dark_skin_tone:'], [':party:', ':party:']])('%s goes out as %s', (name, key) => {
        expect(reactionKey(name)).toBe(key);
    });

    test('every emoji comes back as what it was', () => {
        const { byCharacters } = emojiTable();
        expect(byCharacters.size).toBeGreaterThan(3700);
        for (const [, name] of byCharacters) expect(reactionName(reactionKey(name))).toBe(`:${name}:`);
    });
});

describe('links to Matrix', () => {
    test.each([
        ['https://matrix.to/#/@alice:example.org', { kind: 'user', id: '@alice:example.org' }],
        ['https://matrix.to/#/%40alice%3Aexample.org', { kind: 'user', id: '@alice:example.org' }],
        ['matrix:u/alice:example.org?action=chat', { kind: 'user', id: '@alice:example.org' }],
        ['https://matrix.to/#/#room:example.org', { kind: 'room', room: '#room:example.org', via: [] }],
        ['https://matrix.to/#/%23room:example.org?via=a.org&via=b.org', { kind: 'room', room: '#room:example.org', via: ['a.org', 'b.org'] }],
        ['https://matrix.to/#/!abc:example.org/$event', { kind: 'room', room: '!abc:example.org', event: '$event', via: [] }],
        ['https://matrix.to/#/!abcWithoutServer/$event:x', { kind: 'room', room: '!abcWithoutServer', event: '$event:x', via: [] }],
        ['matrix:roomid/abc:example.org/e/event?via=x', { kind: 'room', room: '!abc:example.org', event: '$event', via: ['x'] }],
        ['matrix:r/room:example.org', { kind: 'room', room: '#room:example.org', via: [] }],
        ['https://matrix.to/', undefined], ['https://matrix.to/#/', undefined], ['https://matrix.to/#/+group:x', undefined], ['https://evil.example/matrix.to/#/@a:b', undefined],
        ['https://matrix.to.evil.example/#/@a:b', undefined], ['matrix:x/y', undefined], ['matrix:__proto__/y', undefined], ['https://matrix.to/#/@alice', undefined], ['https://matrix.to/#/%zz', undefined], ['', undefined],
    ])('%s', (href, link) => {
        expect(parseMatrixLink(href)).toEqual(link);
    });

    test('what is made is understood', () => {
        expect(parseMatrixLink(userLink('@a=2fb:example.org' as any))).toEqual({ kind: 'user', id: '@a=2fb:example.org' });
        expect(parseMatrixLink(userLink('@w/eird?:example.org' as any))).toEqual({ kind: 'user', id: '@w/eird?:example.org' });
        expect(parseMatrixLink(roomLink('#ä ö:example.org' as any))).toBeUndefined();
        expect(parseMatrixLink(eventLink('!r:example.org' as any, '$e_-' as any, ['x.org']))).toEqual({ kind: 'room', room: '!r:example.org', event: '$e_-', via: ['x.org'] });
    });
});

describe('links to messages', () => {
    test.each([
        ['c', 'general', 'https://chat.example.org/channel/general?msg=M1'], ['p', 'team room', 'https://chat.example.org/group/team%20room?msg=M1'], ['d', '', 'https://chat.example.org/direct/RID?msg=M1'],
    ] as const)('of a room of kind %s', (kind, name, link) => {
        expect(messageLink('https://chat.example.org/', { kind, id: 'RID', name }, 'M1' as any)).toBe(link);
        expect(parseMessageLink(link, 'https://chat.example.org')).toEqual({ message: 'M1', room: name || 'RID' });
    });

    test.each(['https://chat.example.org/channel/general', 'https://chat.example.org.evil/channel/x?msg=M', 'https://other.example/channel/x?msg=M', 'https://chat.example.org/admin?msg=M', '', 'https://chat.example.org/channel/%zz?msg=M'])('%s is none', (link) => {
        expect(parseMessageLink(link, 'https://chat.example.org')).toBeUndefined();
    });

    test('of a workspace in a folder', () => {
        expect(parseMessageLink('https://example.org/chat/channel/x?a=b&msg=M', 'https://example.org/chat/')).toEqual({ message: 'M', room: 'x' });
        expect(parseMessageLink('https://example.org/channel/x?msg=M', 'https://example.org/chat/')).toBeUndefined();
    });
});

describe('splitText', () => {
    test('leaves what fits', () => expect(splitText('short', 100)).toEqual(['short']));
    test('nothing of nothing', () => expect([splitText(''), splitText('  ')]).toEqual([[], []]));
    test('at the end of a paragraph', () => expect(splitText(`${'a'.repeat(50)}\n\n${'b'.repeat(60)}`, 100)).toEqual(['a'.repeat(50), 'b'.repeat(60)]));
    test('at the end of a line', () => expect(splitText(`${'a'.repeat(50)}\n${'b'.repeat(60)}`, 100)).toEqual(['a'.repeat(50), 'b'.repeat(60)]));
    test('at the end of a sentence', () => expect(splitText(`${'a'.repeat(40)}. ${'b'.repeat(70)}`, 100)).toEqual([`${'a'.repeat(40)}.`, 'b'.repeat(70)]));
    test('between words', () => expect(splitText(`${'a'.repeat(40)} ${'b'.repeat(70)}`, 100)).toEqual(['a'.repeat(40), 'b'.repeat(70)]));
    test('in a word, if there is nothing else', () => expect(splitText('a'.repeat(250), 100).join('')).toBe('a'.repeat(250)));
    test('never inside of a character', () => expect(splitText('😀'.repeat(100), 51).every((part) => !/[\ud800-\udbff]$|^[\udc00-\udfff]/.test(part))).toBe(true));

    test.each([
        ['a quote goes on', `> ${'word '.repeat(30)}`, [/^> word/, /^> word/]],
        ['the next line is no quote', `> ${'a'.repeat(80)}\n${'b'.repeat(60)}`, [/^> a+$/, /^b+$/]],
        ['a link stays whole', `${'w '.repeat(40)}[a label of words](https://example.org/${'x'.repeat(30)}) end`, [/^[w ]+$/, /^\[a label of words\]\(\S+\) end$/]],
        ['a link of the other form, too', `${'w '.repeat(40)}<https://example.org|a label of words> and more`, [/^[w ]+$/, /^<\S+\|a label of words> and more$/]],
    ])('%s', (_name, text, parts) => expect(splitText(text, 100)).toEqual(parts.map((part) => expect.stringMatching(part))));

    test('a block of code is closed and opened again', () => {
        const parts = splitText(`text\n\`\`\`js\n${'line of code\n'.repeat(20)}\`\`\`\nend`, 100);
        expect(parts.length).toBeGreaterThan(2);
        for (const part of parts) expect((part.match(/```/g) ?? []).length % 2).toBe(0);
        expect(parts[1]).toMatch(/^```js\nline of code\n/);
        expect(parts[parts.length - 1]).toMatch(/end$/);
        expect(parts.every((part) => part.length <= 100)).toBe(true);
    });
});

describe('polls', () => {
    const start = { 'org.matrix.msc3381.poll.start': { question: { 'org.matrix.msc1767.text': 'Lunch?' }, max_selections: 1, answers: [{ id: 'a', 'org.matrix.msc1767.text': 'Pizza' }, { id: 'b', 'org.matrix.msc1767.text': 'Pasta' }] } };
    const vote = (sender: string, ts: number, ...answers: string[]) => ({ sender: sender as any, ts, content: { 'org.matrix.msc3381.poll.response': { answers } } });

    test('the newest answer of each counts, spoilt ones do not', () => {
        const answers = [vote('@a:x', 1, 'a'), vote('@a:x', 3, 'b'), vote('@a:x', 2, 'a'), vote('@b:x', 1, 'b'), vote('@c:x', 1, 'nope'), vote('@d:x', 1, 'a', 'b'), vote('@e:x', 1)];
        expect(pollResults(start, answers)).toBe('📊 Lunch? (closed)\n1. Pizza: 1\n2. Pasta: 2');
    });

    test('the stable form', () => {
        const stable = { 'm.poll': { question: { 'm.text': [{ body: 'Q' }] }, max_selections: 2, answers: [{ 'm.id': '1', 'm.text': [{ body: 'x' }] }, { 'm.id': '2', 'm.text': [{ body: 'y' }] }] } };
        expect(pollResults(stable, [{ sender: '@a:x' as any, ts: 1, content: { 'm.selections': ['1', '2'] } }])).toBe('📊 Q (closed)\n1. x: 1\n2. y: 1');
    });

    test('a beginning that is unknown', () => expect(pollResults({}, [])).toBe('📊 The poll was closed.'));
});

describe('pins', () => {
    const [one, two] = ['$one', '$two'] as any[];

    test('are added and taken away once', () => {
        expect(withPin(undefined, one, true)).toEqual({ pinned: [one] });
        expect(withPin({ pinned: [one], other: 1 }, two, true)).toEqual({ pinned: [one, two], other: 1 });
        expect(withPin({ pinned: [one, two] }, one, false)).toEqual({ pinned: [two] });
        expect(withPin({ pinned: [one] }, one, true)).toBeUndefined();
        expect(withPin({}, one, false)).toBeUndefined();
    });

    test('what has changed', () => expect(pinChanges({ pinned: [one] }, { pinned: [two] })).toEqual({ pinned: [two], unpinned: [one] }));
    test.each([[undefined], [{ pinned: 'x' }], [{ pinned: [1, null, 'x', {}] }]])('rubbish is none: %j', (content) => expect(pinnedEvents(content as any)).toEqual([]));
});

describe('time of a late message', () => {
    const now = Date.UTC(2026, 10, 21, 12);

    test.each([
        ['live', now - 1000, 'hi'], ['in the future', now + 1e9, 'hi'], ['of no time', Number.NaN, 'hi'], ['from before all time', -5, 'hi'], ['beyond all time', -1e300, 'hi'],
        ['late', Date.UTC(2026, 10, 20, 14, 3), '🕒 2026-11-20 14:03 UTC: hi'],
    ])('%s', (_name, ts, text) => expect(withOriginalTime('hi', ts, now)).toBe(text));

    test('blocks stay blocks', () => expect(withOriginalTime('- a', Date.UTC(2026, 10, 20), now)).toBe('🕒 2026-11-20 00:00 UTC:\n- a'));
});

test.each([['🫨', undefined, 'Bob reacted with 🫨'], ['mxc://hs.example/x', ':party:', 'Bob reacted with :party:'], ['mxc://hs.example/x', undefined, 'Bob reacted with :picture:'], ['*a* @all', undefined, 'Bob reacted with \\*a\\* @\u2060all']])('reaction %s in words', (key, shortcode, text) => {
    expect(reactionText('Bob', key, shortcode)).toBe(text);
});
