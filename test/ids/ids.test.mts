import { eventIdOf, isDerivedMessageId, messageIdOf } from '../../src/ids/messages';
import { localpartOf, matrixEventId, matrixRoomAlias, matrixRoomId, matrixUserId, mxcUri, serverOf } from '../../src/ids/matrix';
import { escapeLocalpart, Namespace, unescapeLocalpart } from '../../src/ids/Namespace';
import { puppetIdOf, puppetUsername } from '../../src/ids/puppets';
import { transactionId } from '../../src/ids/transactions';
import type { MatrixEventId, MatrixUserId, RcMessageId } from '../../src/ids/types';

const user = (id: string): MatrixUserId => id as MatrixUserId;

describe('Matrix ids of strangers', () => {
    test.each([
        ['@alice:example.org', true], ['@alice:example.org:8448', true], ['@a/b=2f:[2001:db8::1]:80', true], ['@Älice:x.org', true],
        ['alice:example.org', false], ['@alice', false], ['@:example.org', false], ['@a b:x', false], ['@a\n:x', false], [`@${'a'.repeat(260)}:x`, false],
        [null, false], [{}, false], [['@a:b'], false], [17, false], ['@a:b c', false], ['@a:', false], ['@a:x/../y', false],
    ])('%p is a user id: %p', (value, expected) => {
        expect(matrixUserId(value) !== undefined).toBe(expected);
    });

    test('rooms of version 12 have no server', () => {
        expect(matrixRoomId('!8JYTG2uNabcdefghijklmnopqrstuvwxyz0123456')).toBeDefined();
        expect(matrixRoomId('8JY')).toBeUndefined();
    });

    test('the other kinds', () => {
        expect(matrixEventId('$abc')).toBe('$abc');
        expect(matrixEventId('abc')).toBeUndefined();
        expect(matrixRoomAlias('#room:hs.test')).toBe('#room:hs.test');
        expect(matrixRoomAlias('#room')).toBeUndefined();
        expect(mxcUri('mxc://hs.test/abc-_')).toBe('mxc://hs.test/abc-_');
        expect(mxcUri('mxc://hs.test/../x')).toBeUndefined();
        expect(mxcUri('https://hs.test/x')).toBeUndefined();
    });

    test('a server name may have a port', () => {
        expect(serverOf(user('@a:hs.test:8448'))).toBe('hs.test:8448');
        expect(localpartOf(user('@a:hs.test:8448'))).toBe('a');
    });
});

describe('ghosts', () => {
    const names = new Namespace('hs.test', 'rc_', 'rocketchat');

    test.each([
        ['alice', 'alice'], ['Tina.Smith', 'tina.smith'], ['a-b_c', 'a-b_c'], ['a=b', 'a=3db'], ['ü', '=c3=bc'], ['É', '=c3=89'], ['a b', 'a=20b'], ['x+y', 'x+y'], ['a@b', 'a=40b'],
    ])('%s is escaped to %s by the spec', (name, escaped) => {
        expect(escapeLocalpart(name)).toBe(escaped);
        expect(unescapeLocalpart(escaped)).toBe(name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));
    });

    test('broken escapes are no name', () => {
        expect(unescapeLocalpart('a=zz')).toBeUndefined();
        expect(unescapeLocalpart('A')).toBeUndefined();
    });

    test.each([
        ['@rc_alice:hs.test', true], ['@rc_alice:hs.test.evil.test', false], ['@rc_alice:evil.test', false], ['@xrc_alice:hs.test', false],
        ['@rocketchat:hs.test', false], ['@alice:hs.test', false],
    ])('%s is a ghost: %p', (id, expected) => {
        expect(names.isGhost(user(id))).toBe(expected);
    });

    test('the bot is ours and no ghost, also when its name begins with the prefix', () => {
        const inside = new Namespace('hs.test', 'rc_', 'rc_bot');
        expect(inside.isGhost(inside.bot)).toBe(false);
        expect(inside.isOurs(inside.bot)).toBe(true);
    });

    test('a very long name still fits, and two of them stay two', () => {
        const [one, two] = ['a', 'b'].map((end) => names.ghostLocalpart(`${'ü'.repeat(120)}${end}`));
        expect(`@${one}:hs.test`.length).toBeLessThanOrEqual(255);
        expect(one).not.toBe(two);
    });

    test('the username is read back from the id', () => {
        expect(names.usernameOf(names.userId(names.ghostLocalpart('tina x')))).toBe('tina x');
        expect(names.usernameOf(user('@alice:hs.test'))).toBeUndefined();
    });
});

describe('message ids', () => {
    const event = `$${'aB3_-'.repeat(8)}xyz` as MatrixEventId;

    test('are made of event ids and read back', () => {
        expect(messageIdOf(event)).toBe(`mx${event.slice(1)}`);
        expect(eventIdOf(messageIdOf(event))).toBe(event);
        expect(eventIdOf(messageIdOf(event, 3))).toBe(event);
        expect(messageIdOf(event, 3)).not.toBe(messageIdOf(event));
    });

    test('event ids of the first room versions are hashed', () => {
        const id = messageIdOf('$1234:hs.test' as MatrixEventId);
        expect(id).toMatch(/^mxh[0-9a-f]{40}$/);
        expect(eventIdOf(id)).toBeUndefined();
        expect(isDerivedMessageId(id)).toBe(true);
    });

    test('ids of Rocket.Chat are none of ours', () => {
        expect(eventIdOf('mxKq7LZTmEzoYNRbq' as RcMessageId)).toBeUndefined();
        expect(isDerivedMessageId('mxKq7LZTmEzoYNRbq')).toBe(false);
    });
});

describe('puppets', () => {
    test.each([['@alice:hs.test', 'alice-hs.test'], ['@a/b:hs.test:8448', 'a_b-hs.test-8448'], ['@ünï:x.org', '_n_-x.org']])('%s gets the username %s', (id, username) => {
        expect(puppetUsername(user(id))).toBe(username);
        expect(puppetUsername(user(id))).toMatch(/^[0-9a-zA-Z_.-]+$/);
    });

    test('names that are taken are told apart, always in the same way', () => {
        expect(puppetUsername(user('@a:x'), 1)).toBe(puppetUsername(user('@a:x'), 1));
        expect(puppetUsername(user('@a:x'), 1)).not.toBe(puppetUsername(user('@a:x'), 2));
    });

    test('ids differ by person only', () => {
        expect(puppetIdOf(user('@a:x'))).toBe(puppetIdOf(user('@a:x')));
        expect(puppetIdOf(user('@a:x'))).not.toBe(puppetIdOf(user('@b:x')));
    });
});

test('a transaction id is the same for every try, and another for another ghost, part or revision', () => {
    const base = { kind: 'message', id: 'm1', ghost: user('@rc_a:x') };
    expect(transactionId(base)).toBe(transactionId({ ...base, part: 0, revision: '' }));
    const others = [transactionId({ ...base, ghost: user('@rc_b:x') }), transactionId({ ...base, part: 1 }), transactionId({ ...base, revision: 1 }), transactionId({ ...base, kind: 'edit' })];
    expect(new Set([transactionId(base), ...others]).size).toBe(5);
});
