/** Dendrite asks for a user of ours whose profile it does not know, and looks again when the answer is yes. */
import type { Matrix } from '../support/clients/matrix.mts';
import type { RocketChat } from '../support/clients/rocketchat.mts';
import { useStack } from '../support/servers/stack.mts';

const here = useStack();
let zoe: RocketChat;
let carol: Matrix;

beforeAll(async () => {
    zoe = await here().rocketchatUser('zoe');
    carol = await here().matrixUser('carol');
}, 60_000);

test('somebody who has not said anything yet is found by those who want to invite them', async () => {
    const profile = await carol.request('GET', `v3/profile/${encodeURIComponent(here().ghostOf(zoe))}`);
    expect(profile).toMatchObject({ displayname: expect.stringContaining('zoe') });
});

test('somebody who is not there is not', async () => {
    await expect(carol.request('GET', `v3/profile/${encodeURIComponent(`@rc_nobody:${here().serverName}`)}`)).rejects.toThrow();
});
