/** Rocket.Chat is stopped and started again: rooms, people and tokens are what they were. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BridgedRoom } from '../../support/bridgedRoom.mts';
import { sleep } from '../../support/eventually.mts';
import { setting } from '../../support/apps/app.mts';
import { ownsHomeserver, ownsWorkspace, Stack } from '../../support/servers/stack.mts';

const ours = ownsWorkspace && ownsHomeserver;

(ours ? test : test.skip)('after a restart the bridged room goes on, with the same ghost, puppet and registration', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'bridge-restart-'));
    const stack = await Stack.start({ dataDir });
    try {
        const { alice, carol, channel, roomId } = await BridgedRoom.make(stack, 'phoenix');
        await alice.send(channel, 'early words');
        const { sender } = await carol.waitForEvent(roomId, 'early words');
        await carol.sendText(roomId, 'an early answer');
        const { u: puppet } = await alice.waitForMessage(channel, 'an early answer');
        const registration = await stack.app.setting(setting.registration);

        await stack.restartWorkspace();

        expect(await stack.app.setting(setting.registration)).toBe(registration);
        await alice.send(channel, 'late words');
        expect((await carol.waitForEvent(roomId, 'late words')).sender).toBe(sender);
        await carol.sendText(roomId, 'a late answer');
        expect((await alice.waitForMessage(channel, 'a late answer')).u).toMatchObject({ _id: puppet._id, username: puppet.username });

        await sleep(2_000);
        const texts = (await alice.messages(channel)).filter((message) => !message.t).map((message) => message.msg);
        expect(texts).toEqual(['early words', 'an early answer', 'late words', 'a late answer']);
    } finally {
        await stack.stop();
        await rm(dataDir, { recursive: true, force: true });
    }
}, 180_000);
