/** What Dendrite says to a registration that it does not take: the words that the guide explains. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHomeserver, type RunningHomeserver } from '../../workspace/homeserver/index.mts';

jest.setTimeout(60_000);

const good = {
    id: 'guide', url: 'http://127.0.0.1:9', as_token: 'the-token-of-the-guide', hs_token: 'the-other-token', sender_localpart: 'guidebot', rate_limited: false,
    namespaces: { users: [{ exclusive: true, regex: '^@rc_.*:localhost$' }], aliases: [], rooms: [] },
};

let dataDir: string;
let dendrite: RunningHomeserver;

beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'bridge-dendrite-'));
    dendrite = createHomeserver('dendrite', { dataDir });
    await dendrite.install();
}, 180_000);
afterEach(async () => {
    await dendrite.stop();
    await rm(dataDir, { recursive: true, force: true });
});

test.each<[what: string, registration: object, words: RegExp]>([
    ['without an id', { ...good, id: undefined }, /level=fatal msg="Invalid config file: Application service ID is required"/],
    ['without a token', { ...good, as_token: undefined }, /Token is required/],
    ['without namespaces', { ...good, namespaces: undefined }, /panic: assignment to entry in nil map/],
    ['with a look-ahead', { ...good, namespaces: { users: [{ exclusive: true, regex: '^@rc_(?!x).*' }] } }, /Invalid regex string for Application Service/],
    ['with a word for rate_limited', { ...good, rate_limited: 'no' }, /cannot unmarshal !!str .no. into bool/],
])('%s it does not start', async (_what, registration, words) => {
    await expect(dendrite.start(JSON.stringify(registration))).rejects.toThrow(words);
});

test('a new name for the bot under the old token is a panic, with a new token it is not', async () => {
    await dendrite.start(JSON.stringify(good));
    const renamed = { ...good, sender_localpart: 'otherbot' };
    await expect(dendrite.restart(JSON.stringify(renamed))).rejects.toThrow(/level=panic msg="failed to generate bot account.*UNIQUE constraint failed: userapi_devices\.access_token/);
    await dendrite.start(JSON.stringify({ ...renamed, as_token: 'a-new-token' }));
});

test('without a URL it starts, and pushes nothing', async () => {
    await dendrite.start(JSON.stringify({ ...good, url: null }));
});

test('SIGHUP ends it', async () => {
    await dendrite.start(JSON.stringify(good));
    process.kill(dendrite.pid as number, 'SIGHUP');
    await dendrite.exited;
    expect(dendrite.pid).toBeUndefined();
});
