/**
 * Both servers were away: what people on Matrix wrote meanwhile arrives once and in order, although homeservers hold it back
 * after their own restart. Synapse waits for the next event of interest, Dendrite for half a minute, and newer events overtake.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BridgedRoom } from '../../support/bridgedRoom.mts';
import { sleep } from '../../support/eventually.mts';
import { ownsHomeserver, ownsWorkspace, Stack } from '../../support/servers/stack.mts';

const ours = ownsWorkspace && ownsHomeserver;

(ours ? test : test.skip)('written while Rocket.Chat was away, and the homeserver restarted', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'bridge-away-'));
    const stack = await Stack.start({ dataDir });
    try {
        const { alice, carol, channel, roomId } = await BridgedRoom.make(stack, 'lighthouse');
        await carol.sendText(roomId, 'before');
        await alice.waitForMessage(channel, 'before');

        const missed = ['one', 'two', 'three', 'four', 'five'];
        await stack.restartWorkspace('stop', async () => {
            for (const text of missed) {
                await carol.sendText(roomId, text);
            }
            await stack.homeserver.restart();
        });
        await alice.waitForMessage(channel, 'five', { timeout: 60_000 });
        await carol.sendText(roomId, 'after');
        await alice.waitForMessage(channel, 'after', { timeout: 60_000 });
        const texts = async (): Promise<string[]> => (await alice.messages(channel)).filter(({ t }) => !t).map(({ msg }) => msg);
        // What is late says when it was written; the words come last.
        const words = (text: string): string => /\w+$/.exec(text)?.[0] ?? text;
        expect((await texts()).map(words)).toEqual(['before', ...missed, 'after']);
        // Dendrite pushes its backlog half a minute after its start: what was read by then is not posted again.
        await sleep(stack.homeserver.kind === 'dendrite' ? 35_000 : 5_000);
        await carol.sendText(roomId, 'the end');
        await alice.waitForMessage(channel, 'the end');
        expect((await texts()).map(words)).toEqual(['before', ...missed, 'after', 'end']);
    } finally {
        await stack.stop();
        await rm(dataDir, { recursive: true, force: true });
    }
}, 200_000);
