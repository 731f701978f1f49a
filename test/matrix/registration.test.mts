import type { BridgeConfig } from '../../src/config/BridgeConfig';
import { changedFields, registrationDigests, registrationOf, registrationYaml } from '../../src/matrix/registration';

const config: BridgeConfig = {
    enabled: true,
    id: 'rocketchat',
    hsToken: '1234567890123456',
    asToken: '6e1234567890123456',
    homeserverUrl: 'http://localhost:8008',
    domain: 'chat.example.org',
    bridgeUrl: 'https://rc.example.org/api/apps/private/a/b/',
    botLocalpart: 'rocketchat',
    ghostPrefix: 'rc_',
};

const lines = (text: string): string[] => text.trim().split('\n').filter((line) => !line.startsWith('#'));

describe('registration', () => {
    it('is the YAML that Synapse and Dendrite load: texts quoted, URL without a slash at the end, namespaces anchored', () => {
        expect(lines(registrationYaml(registrationOf(config)))).toEqual([
            "id: 'rocketchat'",
            "url: 'https://rc.example.org/api/apps/private/a/b'",
            "as_token: '6e1234567890123456'",
            "hs_token: '1234567890123456'",
            "sender_localpart: 'rocketchat'",
            'rate_limited: false',
            'receive_ephemeral: true',
            'de.sorunome.msc2409.push_ephemeral: true',
            'namespaces:',
            '  users:',
            '    - exclusive: true',
            "      regex: '^@rc_.*:chat\\.example\\.org$'",
            '  aliases:',
            '    - exclusive: true',
            "      regex: '^#rc_.*:chat\\.example\\.org$'",
            '  rooms: []',
        ]);
    });

    it.each([
        ['@rc_alice:chat.example.org', true],
        ['@rc_:chat.example.org', true],
        ['@rc_alice:chatXexample.org', false],
        ['@rc_alice:chat.example.org.evil.test', false],
        ['@arc_alice:chat.example.org', false],
        ['@alice:chat.example.org', false],
    ])('claims %s: %s', (user, claimed) => {
        expect(new RegExp(registrationOf(config).namespaces.users[0].regex).test(user)).toBe(claimed);
    });

    it('escapes what has a meaning in a regular expression', () => {
        const { regex } = registrationOf({ ...config, domain: '[2001:db8::1]:8448', ghostPrefix: 'a.b/' }).namespaces.users[0];
        expect(regex).toBe('^@a\\.b/.*:\\[2001:db8::1\\]:8448$');
    });

    it('tells which fields differ, by digests alone', () => {
        const before = registrationDigests(registrationOf(config));
        const after = registrationDigests(registrationOf({ ...config, ghostPrefix: 'x_', asToken: 'another-token-of-16' }));
        expect(changedFields(before, after)).toEqual(['as_token', 'namespaces']);
        expect(JSON.stringify(before)).not.toContain(config.asToken);
    });
});
