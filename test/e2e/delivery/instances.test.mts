/** Two instances of the server, each with a process of the app: both bring messages to Matrix, and one of them dies. */
import { killSandbox } from '../../support/abuse/deno.mts';
import { bridgeChannel } from '../../support/bridgedRoom.mts';
import { sleep } from '../../support/eventually.mts';
import { ownsHomeserver, ownsWorkspace, useStack } from '../../support/servers/stack.mts';

const ours = ownsWorkspace && ownsHomeserver;
const here = useStack(ours ? { instances: 2 } : {});

(ours ? test : test.skip)('what people write at two instances arrives once, though the process of one is killed', async () => {
    const alice = await here().rocketchatUser('alice');
    const elsewhere = await here().through(alice, 1);
    const carol = await here().matrixUser('carol');
    const { channel, roomId } = await bridgeChannel(here(), alice, carol, 'delta');
    await alice.send(channel, 'welcome');
    await carol.waitForEvent(roomId, 'welcome');

    const numbers = [...Array(30).keys()];
    const write = async (person: typeof alice, name: string): Promise<void> => {
        for (const number of numbers) {
            await person.send(channel, `${name} ${number}`);
            await sleep(50);
        }
    };
    const kill = async (): Promise<void> => {
        await sleep(700);
        await killSandbox(here().workspace, 1);
    };
    await Promise.all([write(alice, 'here'), write(elsewhere, 'there'), kill()]);
    await elsewhere.send(channel, 'the end');

    await carol.waitForEvent(roomId, 'the end', { timeout: 60_000 });
    const expected = ['here', 'there'].map((name) => numbers.map((number) => `${name} ${number}`));
    const texts = async (name: string): Promise<string[]> =>
        (await carol.events(roomId)).map(({ content }) => String(content.body)).filter((text) => text.startsWith(`${name} `));
    // What the dead process had begun is taken up when the other one is sure of it.
    const begin = Date.now();
    while ((await texts('there')).length < numbers.length && Date.now() - begin < 60_000) {
        await sleep(500);
    }
    await sleep(3_000);
    expect(await texts('here')).toEqual(expected[0]);
    expect((await texts('there')).sort()).toEqual([...expected[1]].sort());
}, 200_000);
