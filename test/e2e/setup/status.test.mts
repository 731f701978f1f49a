/** `/matrix status` tells an admin how the bridge is, and each way in which it can be broken, in words. */
import { createServer, type AddressInfo } from 'node:net';
import { setting } from '../../support/apps/app.mts';
import { freePort } from '../../../workspace/process/ports.mts';
import { unique } from '../../support/eventually.mts';
import type { RcRoom } from '../../support/clients/rocketchat.mts';
import { testWithOwnServers, useStack } from '../../support/servers/stack.mts';

const here = useStack();
let room: RcRoom;

beforeAll(async () => {
    room = await here().admin.createRoom('p', unique('engine-room'));
});

const status = async (): Promise<string> => {
    const text = await here().admin.run(room, '/matrix status', { timeout: 60_000 });
    expect(text).not.toMatch(/undefined|\[object|TypeError|\n\s+at /);
    const secrets = [await here().app.setting(setting.asToken), await here().app.setting(setting.hsToken)];
    secrets.forEach((secret) => expect(text).not.toContain(secret));
    return text;
};

/** A homeserver says what it is by its federation API, which is off here, or (Synapse) in a header. */
const software = (): string => (here().homeserver.kind === 'dendrite' ? 'a homeserver that does not say what it is' : 'Synapse 1.');

test('all is well: software, account, server name and round trip', async () => {
    const text = await status();
    expect(text).toContain(software());
    expect(text).toContain(`@${await here().app.setting(setting.localpart)}:${here().serverName}`);
    // Dendrite has no ping: an event of the bridge's own makes the round trip.
    expect(text).toMatch(here().homeserver.kind === 'dendrite' ? /no ping; an event of the bridge's own came back in \d+ ms/ : /Ping: .* in \d+ ms/);
});

test('it counts rooms and people', async () => {
    const bridged = await here().admin.createRoom('c', unique('counted'));
    await here().admin.run(bridged, '/matrix bridge');
    const carol = await here().matrixUser('carol');
    const roomId = await carol.join(`#rc_${bridged.name}:${here().serverName}`);
    await here().admin.send(bridged, 'one ghost');
    await carol.waitForEvent(roomId, 'one ghost');
    await carol.sendText(roomId, 'one puppet');
    await here().admin.waitForMessage(bridged, 'one puppet');
    const text = await status();
    expect(text).toMatch(/[1-9]\d* .*room|rooms?\D*[1-9]/i);
    expect(text).toMatch(/ghost|Rocket\.Chat users?/i);
    expect(text).toMatch(/puppet|Matrix users?/i);
});

test('who is not an admin does not see it', async () => {
    const somebody = await here().rocketchatUser('somebody');
    const notes = await somebody.createRoom('p', unique('notes'));
    const answer = await somebody.run(notes, '/matrix status');
    expect(answer).toMatch(/admin/i);
    expect(answer).not.toContain(here().serverName);
});

/** Changes settings for the time of one look at the status. */
const statusWith = async (changes: Parameters<ReturnType<typeof here>['app']['change']>[0]): Promise<string> => {
    const before = Object.fromEntries(await Promise.all(Object.keys(changes).map(async (id) => [id, await here().app.setting(id as never)])));
    await here().app.change(changes);
    try {
        return await status();
    } finally {
        await here().app.change(before);
    }
};

test('nobody listens at the homeserver URL', async () => {
    expect(await statusWith({ [setting.homeserverUrl]: `http://127.0.0.1:${await freePort()}` })).toMatch(/not.*reach|unreachable|refused/i);
}, 60_000);

test('what answers at the homeserver URL is not Matrix', async () => {
    expect(await statusWith({ [setting.homeserverUrl]: here().admin.url })).toMatch(/not .*(Matrix|homeserver)/i);
}, 60_000);

test('the homeserver has another name than the setting', async () => {
    const text = await statusWith({ [setting.domain]: 'other.example.org' });
    expect(text).toContain('other.example.org');
    expect(text).toContain(here().serverName);
}, 60_000);

test('the homeserver does not know our token', async () => {
    expect(await statusWith({ [setting.asToken]: 'x'.repeat(64) })).toMatch(/token/i);
}, 60_000);

test('the homeserver cannot reach the bridge, or has another token for it', async () => {
    expect(await statusWith({ [setting.hsToken]: 'y'.repeat(64) })).toMatch(/registration|token/i);
}, 60_000);

describe('the bridge URL in the registration leads', () => {
    // A path with /api/apps/ in it is not a port on which the app would listen itself.
    const path = '/api/apps/private/none/none';
    /** Takes connections and says nothing. */
    const silent = createServer((socket) => socket.on('error', () => undefined));
    let registration: string;

    beforeAll(async () => {
        registration = await here().app.registration();
        await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    });
    afterAll(async () => {
        silent.close();
        await here().app.change({ [setting.bridgeUrl]: '' });
        await here().homeserver.restart(registration);
        expect(await status()).toMatch(/\d+ ms/);
    }, 90_000);

    const places: [where: string, url: () => Promise<string>, words: RegExp][] = [
        ['nowhere', async () => `http://127.0.0.1:${await freePort()}${path}`, /homeserver cannot reach the bridge/i],
        ['to another place of Rocket.Chat', async () => `${here().admin.url}${path}`, /404/],
        ['to something that never answers', async () => `http://127.0.0.1:${(silent.address() as AddressInfo).port}${path}`, /no answer|not answer|in time/i],
    ];

    // Only a homeserver with a ping tells what it met there.
    testWithOwnServers.each(places)('%s', async (_where, urlOf, said) => {
        const url = await urlOf();
        await here().app.change({ [setting.bridgeUrl]: url });
        await here().homeserver.restart(await here().app.registration(url));
        const text = await status();
        expect(text).toMatch(here().homeserver.kind === 'dendrite' ? /no ping, and an event of the bridge's own did not come back within 10 s/ : said);
        expect(text).toContain(url);
    }, 150_000);
});

testWithOwnServers('the homeserver is down', async () => {
    await here().homeserver.down();
    expect(await status()).toMatch(/not.*reach|unreachable|refused/i);
    await here().homeserver.up();
    expect(await status()).toContain(software());
}, 90_000);
