import { mergedSetting, SettingId, settings } from '../../src/config/settings';
import type { RawSettings } from '../../src/config/settings';
import { newToken, tokenForLocalpart } from '../../src/config/tokens';
import { checkUrl, validate } from '../../src/config/validate';
import texts from '../../i18n/en.json';

const good: RawSettings = {
    [SettingId.Enabled]: true,
    [SettingId.Id]: 'rocketchat',
    [SettingId.HsToken]: 'h'.repeat(64),
    [SettingId.AsToken]: 'a'.repeat(64),
    [SettingId.HomeserverUrl]: ' http://localhost:8008/ ',
    [SettingId.HomeserverDomain]: 'hs.test',
    [SettingId.BridgeUrl]: '',
    [SettingId.BridgeLocalpart]: 'rocketchat',
    [SettingId.GhostPrefix]: 'rc_',
};
const api = 'http://localhost:3000/api/apps/private/x/y';

describe('settings', () => {
    it('make a configuration: trimmed, URLs without a slash at the end, the private API as the bridge\'s address', () => {
        expect(validate(good, api)).toEqual({
            problems: [],
            config: {
                enabled: true,
                id: 'rocketchat',
                hsToken: 'h'.repeat(64),
                asToken: 'a'.repeat(64),
                homeserverUrl: 'http://localhost:8008',
                domain: 'hs.test',
                bridgeUrl: api,
                botLocalpart: 'rocketchat',
                ghostPrefix: 'rc_',
            },
        });
    });

    it('may name another address of the bridge, with a path', () => {
        expect(validate({ ...good, [SettingId.BridgeUrl]: 'https://bridge.example.org/matrix/' }, api).config?.bridgeUrl).toBe('https://bridge.example.org/matrix');
    });

    it.each<[string, unknown, object | undefined]>([
        ['http://rc.internal:9006', undefined, { port: 9006, basePath: '', maxBytes: 10_000_000 }],
        ['http://rc.internal:9006/matrix/', 2, { port: 9006, basePath: '/matrix', maxBytes: 2_000_000 }],
        ['http://rc.internal:80', '3', { port: 80, basePath: '', maxBytes: 3_000_000 }],
        ['http://[::1]:9006', undefined, { port: 9006, basePath: '', maxBytes: 10_000_000 }],
        ['http://rc.internal:3000/api/apps/private/a/b', undefined, undefined],
        ['http://rc.internal', undefined, undefined],
        ['https://rc.internal:9006', undefined, undefined],
        ['', undefined, undefined],
    ])('"%s" (limit %s) as bridge URL means the own port %j', (url, limit, listener) => {
        const { config, problems } = validate({ ...good, [SettingId.BridgeUrl]: url, [SettingId.IntakeLimit]: limit }, api);
        expect(problems).toEqual([]);
        expect(config?.listener).toEqual(listener);
    });

    it.each<[string, SettingId, unknown, RegExp]>([
        ['no limit that is a number', SettingId.IntakeLimit, 'much', /whole number/],
        ['a limit of nothing', SettingId.IntakeLimit, 0, /whole number/],
        ['no homeserver URL', SettingId.HomeserverUrl, '', /missing/],
        ['a homeserver URL that is none', SettingId.HomeserverUrl, 'matrix', /not a URL/],
        ['a homeserver URL without a scheme', SettingId.HomeserverUrl, 'localhost:8008', /must begin with http/],
        ['a homeserver URL of another scheme', SettingId.HomeserverUrl, 'ftp://x.test', /must begin with http/],
        ['a homeserver URL that goes too far', SettingId.HomeserverUrl, 'https://x.test/_matrix/client', /before "\/_matrix"/],
        ['a homeserver URL with a query', SettingId.HomeserverUrl, 'https://x.test/?a=b', /before any/],
        ['a homeserver URL with a password', SettingId.HomeserverUrl, 'https://a:b@x.test', /user name or a password/],
        ['no domain', SettingId.HomeserverDomain, '', /missing/],
        ['a domain that is a URL', SettingId.HomeserverDomain, 'https://hs.test', /without "https/],
        ['a domain with a path', SettingId.HomeserverDomain, 'hs.test/x', /not a server name/],
        ['a domain with a space', SettingId.HomeserverDomain, 'hs test', /not a server name/],
        ['a user id as a domain', SettingId.HomeserverDomain, '@a:hs.test', /not a server name/],
        ['a bridge URL that is none', SettingId.BridgeUrl, 'nonsense', /not a URL/],
        ['a bridge URL with a query', SettingId.BridgeUrl, 'https://x.test/?token=1', /before any/],
        ['an id with a space', SettingId.Id, 'rocket chat', /white space/],
        ['no homeserver token', SettingId.HsToken, '', /missing/],
        ['a short token', SettingId.AsToken, 'abc', /16 to 255/],
        ['a token with a space', SettingId.AsToken, 'a b'.repeat(10), /16 to 255/],
        ['the same token twice', SettingId.AsToken, 'h'.repeat(64), /not be the same/],
        ['a localpart with upper case', SettingId.BridgeLocalpart, 'Rocket', /may hold only/],
        ['a whole id as localpart', SettingId.BridgeLocalpart, '@x:hs.test', /may hold only/],
        ['a localpart in the ghosts\' namespace', SettingId.BridgeLocalpart, 'rc_bot', /must not begin with the ghost prefix/],
        ['no prefix', SettingId.GhostPrefix, '', /must not be empty/],
        ['a prefix with a sign of regular expressions', SettingId.GhostPrefix, 'rc(', /may hold only/],
        ['a number', SettingId.HomeserverDomain, 5, /missing/],
        ['nothing', SettingId.HomeserverDomain, null, /missing/],
    ])('with %s: a sentence about it', (_name, id, value, words) => {
        const { config, problems } = validate({ ...good, [id]: value }, api);
        expect(config).toBeUndefined();
        expect(problems).toEqual([{ setting: id, message: expect.stringMatching(words) }]);
    });

    it.each(['hs.test', 'localhost', 'hs.test:8448', '10.0.0.1', '[2001:db8::1]:8448', 'a-b.example'])('take %s for a server name', (domain) => {
        expect(validate({ ...good, [SettingId.HomeserverDomain]: domain }, api).config?.domain).toBe(domain);
    });

    it('never put a token into a problem', () => {
        const { problems } = validate({ ...good, [SettingId.AsToken]: 'short secret', [SettingId.HsToken]: 'other secret' }, api);
        expect(JSON.stringify(problems)).not.toContain('secret');
    });

    it('have a text for every key', () => {
        const keys = settings.flatMap(({ section, i18nLabel, i18nDescription, i18nPlaceholder }) => [section, i18nLabel, i18nDescription, i18nPlaceholder]);
        expect(keys.filter((key) => key !== undefined && !(key in texts))).toEqual([]);
    });

    it('keep what a script leaves out, and lose white space at the ends', () => {
        const before = settings.find(({ id }) => id === SettingId.HomeserverDomain)!;
        expect(mergedSetting(before, { id: SettingId.HomeserverDomain, value: ' hs.test\n', type: null } as any)).toEqual({ ...before, value: 'hs.test' });
    });
});

describe('the switch', () => {
    it.each([[true, true], ['true', true], [false, false], ['false', false], ['', false], [undefined, false]])('%j: %j', (value, on) => {
        expect(validate({ ...good, [SettingId.Enabled]: value }, undefined).config?.enabled).toBe(on);
    });
});

describe('the workspace token', () => {
    it.each([
        [{}, undefined],
        [{ [SettingId.WorkspaceUser]: ' u1 ', [SettingId.WorkspaceToken]: 't1' }, { userId: 'u1', token: 't1' }],
        [{ [SettingId.WorkspaceToken]: 't1' }, { userId: '', token: 't1' }],
    ])('%j: the bridge works, whatever it is', (given, workspace) => {
        expect(validate({ ...good, ...given }, api)).toMatchObject({ config: { domain: 'hs.test' }, problems: [] });
        expect(validate({ ...good, ...given }, api).config?.workspace).toEqual(workspace);
    });
});

describe('URLs', () => {
    it.each([
        ['https://x.test', 'https://x.test'],
        ['https://x.test/', 'https://x.test'],
        ['https://x.test/a/b//', 'https://x.test/a/b'],
        ['HTTP://X.test:80/', 'http://x.test'],
    ])('%s', (given, url) => {
        expect(checkUrl(given)).toEqual({ url });
    });
});

describe('tokens', () => {
    it('are long and never the same', () => {
        expect(newToken()).toMatch(/^[0-9a-f]{64}$/);
        expect(newToken()).not.toBe(newToken());
    });

    it('follow the localpart in the same way on every instance', () => {
        const tokens = { asToken: 'a', hsToken: 'h' };
        expect(tokenForLocalpart(tokens, 'x')).toBe(tokenForLocalpart({ ...tokens }, 'x'));
        expect(tokenForLocalpart(tokens, 'x')).not.toBe(tokenForLocalpart(tokens, 'y'));
        expect(tokenForLocalpart(tokens, 'x')).not.toBe(tokenForLocalpart({ ...tokens, asToken: 'b' }, 'x'));
    });
});
