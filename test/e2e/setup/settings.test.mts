/** Settings are changed while everything runs: the bridge follows, and the admin learns what the homeserver needs. */
import { load } from 'js-yaml';
import { setting } from '../../support/apps/app.mts';
import { bridgeChannel } from '../../support/bridgedRoom.mts';
import { eventually, unique } from '../../support/eventually.mts';
import type { Matrix } from '../../support/clients/matrix.mts';
import type { RcRoom, RocketChat } from '../../support/clients/rocketchat.mts';
import { testWithOwnServers, useStack } from '../../support/servers/stack.mts';

const here = useStack();
let alice: RocketChat;
let carol: Matrix;
let channel: RcRoom;
let roomId: string;

beforeAll(async () => {
    alice = await here().rocketchatUser('alice');
    carol = await here().matrixUser('carol');
    ({ channel, roomId } = await bridgeChannel(here(), alice, carol, 'weather', [here().admin.username]));
}, 60_000);

/** Both ways, once. */
const expectTalk = async (): Promise<void> => {
    const [out, back] = [unique('out'), unique('back')];
    await alice.send(channel, out);
    await carol.waitForEvent(roomId, out, { timeout: 30_000 });
    await carol.sendText(roomId, back);
    await alice.waitForMessage(channel, back, { timeout: 30_000 });
};

testWithOwnServers('the bridge is switched off and on again', async () => {
    await here().app.change({ [setting.enabled]: false });
    await alice.send(channel, 'nobody hears this');
    await carol.waitForEvent(roomId, 'nobody hears this', { timeout: 2_000 }).then(
        () => Promise.reject(new Error('the bridge was off')),
        () => undefined,
    );
    await here().app.change({ [setting.enabled]: true });
    await expectTalk();
}, 60_000);

testWithOwnServers('new tokens work as soon as the homeserver has the new registration', async () => {
    const before = load(await here().app.registration()) as Record<string, string>;
    expect(await here().admin.run(channel, '/matrix rotate-tokens')).toMatch(/registration/i);
    const yaml = await eventually(async () => {
        const now = await here().app.registration();
        return !now.includes(before.as_token) && !now.includes(before.hs_token) && now;
    });
    await here().homeserver.restart(yaml);
    await expectTalk();
}, 90_000);

testWithOwnServers('the admin is told that the homeserver needs the registration again, and what differs in it', async () => {
    const { admin } = here();
    const direct = await admin.waitForRoom((room) => room.t === 'd' && Boolean(room.usernames?.includes('matrix-bridge.bot')));
    const { msg } = await admin.waitForMessage(direct, 'registration');
    expect(msg).toContain('`as_token`');
    expect(msg).toContain('`hs_token`');
    expect(msg).not.toContain('`url`');
    expect(msg).not.toMatch(/[0-9a-f]{32}/);
});

testWithOwnServers('the id of the application service can be changed', async () => {
    await here().app.change({ [setting.id]: 'another-bridge' });
    await here().homeserver.restart(await here().app.registration('another-bridge'));
    await expectTalk();
}, 60_000);

testWithOwnServers('a new name for the bot comes with a new token', async () => {
    const token = await here().app.setting(setting.asToken);
    await here().app.change({ [setting.localpart]: 'postmaster' });
    const yaml = await here().app.registration('postmaster');
    expect(yaml).not.toContain(token);
    await here().homeserver.restart(yaml);
    const status = await here().admin.run(channel, '/matrix status');
    expect(status).toContain(`@postmaster:${here().serverName}`);
}, 60_000);

testWithOwnServers('a new prefix is the prefix of the ghosts that follow', async () => {
    await here().app.change({ [setting.prefix]: 'chat_' });
    await here().homeserver.restart(await here().app.registration('^@chat_.*:'));
    const bob = await here().rocketchatUser('bob');
    const fresh = await bob.createRoom('c', unique('prefixed'));
    await bob.run(fresh, '/matrix bridge');
    const alias = `#chat_${fresh.name}:${here().serverName}`;
    const freshId = await carol.join(await eventually(() => carol.resolve(alias)));
    await bob.send(fresh, 'under a new flag');
    expect((await carol.waitForEvent(freshId, 'under a new flag')).sender).toBe(`@chat_${bob.username}:${here().serverName}`);
}, 60_000);

test('what is typed into the registration is put back', async () => {
    const yaml = await here().app.registration();
    await here().app.change({ [setting.registration]: 'id: mine' });
    await eventually(async () => (await here().app.setting(setting.registration)) === yaml, { what: 'the registration of before' });
});

describe.each([
    [setting.homeserverUrl, 'not a url'],
    [setting.homeserverUrl, 'ftp://matrix.example.org'],
    [setting.domain, 'https://example.org/'],
    [setting.prefix, '@rc:'],
    [setting.prefix, ''],
    [setting.bridgeUrl, 'nowhere'],
] as const)('%s = "%s"', (id, value) => {
    test('is named in the status, in words, and the value of before works again', async () => {
        const before = await here().app.setting(id);
        await here().app.change({ [id]: value });
        const status = await eventually(async () => {
            const text = await here().admin.run(channel, '/matrix status');
            return /setting|url|domain|prefix|server name/i.test(text) && text;
        });
        expect(status).not.toMatch(/undefined|TypeError|\n\s+at /);
        await here().app.change({ [id]: before });
        await here().app.registration();
    }, 60_000);
});
