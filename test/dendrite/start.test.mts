/** `npm start -- --homeserver dendrite`: the same demo as with Synapse. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Matrix } from '../support/clients/matrix.mts';
import { RocketChat } from '../support/clients/rocketchat.mts';
import { Started } from '../support/servers/started.mts';

test('people on both sides talk in the federated room', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'bridge-start-'));
    const started = Started.run(dataDir, ['--homeserver', 'dendrite', '--port', '0', '--homeserver-port', '0']);
    try {
        const { rocketchat, homeserver } = await started.ready();
        expect(homeserver.kind).toBe('dendrite');
        const [{ userId, password }] = homeserver.users;
        const carol = await Matrix.login(homeserver.url, userId, password);
        const [{ username, password: secret }] = rocketchat.users;
        const alice = await RocketChat.login(rocketchat.url, username, secret);
        const room = await alice.room(rocketchat.room?.id as string);
        const roomId = await carol.join(homeserver.room?.alias as string);
        await alice.send(room, 'from Rocket.Chat');
        await carol.waitForEvent(roomId, 'from Rocket.Chat');
        await carol.sendText(roomId, 'from Matrix');
        await alice.waitForMessage(room, 'from Matrix');
        alice.close();
    } finally {
        if (started.exitCode === undefined) {
            await started.stop();
        }
        await rm(dataDir, { recursive: true, force: true });
    }
}, 200_000);
