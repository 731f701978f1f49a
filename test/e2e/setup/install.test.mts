/** The packaged app is installed; what the homeserver must be told stands ready in the settings. */
import { load } from 'js-yaml';
import { setting } from '../../support/apps/app.mts';
import { RocketChatError } from '../../support/clients/rocketchat.mts';
import { Stack, testWithOwnServers, useStack } from '../../support/servers/stack.mts';

const here = useStack({ homeserver: false });

const registration = async (...texts: string[]): Promise<any> => load(await here().app.registration(...texts));

test('the app is enabled after its installation', async () => {
    expect(await here().app.status()).toMatch(/enabled/);
});

test('every setting has a name and a description in words', async () => {
    const { settings } = await here().admin.get(`apps/${here().app.id}/settings`);
    const { languages } = await here().admin.get(`apps/${here().app.id}/languages`);
    const english = languages.en ?? {};
    for (const id of Object.values(setting)) {
        expect(settings[id]).toBeDefined();
        expect(english[settings[id].i18nLabel]).toEqual(expect.any(String));
        expect(english[settings[id].i18nDescription]).toEqual(expect.any(String));
    }
});

test('the registration says all that a homeserver wants to know', async () => {
    await here().app.change({ [setting.homeserverUrl]: 'http://127.0.0.1:1', [setting.domain]: 'example.org' });
    const { id, url, as_token, hs_token, sender_localpart, ...rest } = await registration('example\\.org');
    expect({ id, as_token, hs_token, sender_localpart }).toEqual({
        id: await here().app.setting(setting.id),
        as_token: await here().app.setting(setting.asToken),
        hs_token: await here().app.setting(setting.hsToken),
        sender_localpart: await here().app.setting(setting.localpart),
    });
    expect(url).toMatch(/^https?:\/\/.*[^/]$/);
    expect(rest).toEqual({
        rate_limited: false,
        receive_ephemeral: true,
        'de.sorunome.msc2409.push_ephemeral': true,
        namespaces: {
            users: [{ exclusive: true, regex: '^@rc_.*:example\\.org$' }],
            aliases: [{ exclusive: true, regex: '^#rc_.*:example\\.org$' }],
            rooms: [],
        },
    });
});

test('the URL of the registration is the private API of the app, which knows the ping', async () => {
    const { url, hs_token } = await registration();
    expect(new URL(`${url}/_matrix/app/v1/ping`).pathname).toBe(new URL(await here().app.endpoint('_matrix/app/v1/ping')).pathname);
    const answer = await fetch(`${url}/_matrix/app/v1/ping`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${hs_token}` },
        body: JSON.stringify({ transaction_id: 'mine' }),
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({});
});

test('the tokens are long, random, and not alike', async () => {
    const [homeserver, bridge] = [await here().app.setting(setting.hsToken), await here().app.setting(setting.asToken)];
    expect(new Set([homeserver, bridge]).size).toBe(2);
    [homeserver, bridge].forEach((token) => expect(token).toMatch(/^[0-9A-Za-z_-]{32,}$/));
});

testWithOwnServers('another workspace has other tokens', async () => {
    const other = await Stack.start({ homeserver: false });
    try {
        expect(await other.app.setting(setting.hsToken)).not.toBe(await here().app.setting(setting.hsToken));
        expect(await other.app.setting(setting.asToken)).not.toBe(await here().app.setting(setting.asToken));
    } finally {
        await other.stop();
    }
}, 60_000);

test('the tokens are the same after the app was disabled and enabled', async () => {
    const before = await here().app.setting(setting.registration);
    await here().app.setStatus('manually_disabled');
    await here().app.setStatus('manually_enabled');
    expect(await here().app.registration()).toBe(before);
});

test('a person without the right cannot read the settings', async () => {
    const somebody = await here().rocketchatUser('somebody');
    await expect(somebody.get(`apps/${here().app.id}/settings`)).rejects.toBeInstanceOf(RocketChatError);
});
