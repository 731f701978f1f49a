/** Two instances that are given every transaction at the same time: a file is shown once. */
import { Network } from '../../support/abuse/network.mts';
import { bridgeChannel } from '../../support/bridgedRoom.mts';
import { sleep } from '../../support/eventually.mts';
import { uploadMedia } from '../../support/media.mts';
import { ownsHomeserver, ownsWorkspace, useStack } from '../../support/servers/stack.mts';

const ours = ownsWorkspace && ownsHomeserver;
const here = useStack(ours ? { instances: 2 } : {});

(ours ? test : test.skip)('files that both instances are given at once are shown once, with their captions', async () => {
    const alice = await here().rocketchatUser('alice');
    const carol = await here().matrixUser('carol');
    const { channel, roomId } = await bridgeChannel(here(), alice, carol, 'twin');
    const network = await Network.between(here());
    try {
        const { urls } = here().workspace;
        network.inward.route = ({ path }) => (path.includes('/transactions/') ? [...urls] : [urls[0]]);
        const numbers = [...Array(6).keys()];
        for (const number of numbers) {
            const url = await uploadMedia(carol, Buffer.from(`file ${number}`), 'text/plain');
            await carol.send(roomId, 'm.room.message', { msgtype: 'm.file', filename: `file${number}.txt`, body: `caption ${number}`, url });
        }
        await carol.sendText(roomId, 'the end');
        await alice.waitForMessage(channel, 'the end', { timeout: 60_000 });
        await sleep(3_000);
        const shown = (await alice.messages(channel)).filter(({ msg, attachments }) => msg.startsWith('caption ') || attachments?.length);
        expect(shown.map(({ msg }) => msg).sort()).toEqual(numbers.map((number) => `caption ${number}`));
    } finally {
        await network.close();
    }
}, 120_000);
