/** 2: everybody writes while the homeserver is stopped, killed right after it has taken a message, and fails in all the ways that there are. */
import { Arena } from '../support/abuse/Arena.mts';
import { Network } from '../support/abuse/network.mts';
import { expectWhole, report } from '../support/abuse/report.mts';
import { scaled, scenarioTimeout } from '../support/abuse/scale.mts';
import { eventually, sleep } from '../support/eventually.mts';
import { useStack } from '../support/servers/stack.mts';

const here = useStack();
let network: Network;
beforeAll(async () => {
    network = await Network.between(here());
}, 60_000);
afterAll(() => network?.close());

/** Away for a moment, in which people go on writing. */
const awayFor = async (ms: number): Promise<void> => {
    await sleep(ms);
    await here().homeserver.up();
};

test('nothing is lost, doubled or out of order while the homeserver is away or fails', async () => {
    const rooms = scaled(20, 6);
    const perRoom = scaled(100, 15);
    const stops = scaled(3, 1);
    const arena = await Arena.of(here(), rooms);
    let taken: ((way: 'out' | 'in') => void) | undefined;
    network.outward.answered = ({ method, path }, status) => {
        if (method === 'PUT' && path.includes('/send/m.room.message/') && status === 200) {
            taken?.('out');
        }
    };
    /** SIGKILL with the first message that the homeserver takes: from the bridge, or from a person on Matrix. */
    const crashAfter = async (way: 'out' | 'in'): Promise<void> => {
        await new Promise<void>((resolve) => {
            taken = (other) => {
                if (other === way) {
                    taken = undefined;
                    resolve(here().homeserver.crash());
                }
            };
        });
        await awayFor(1_500);
    };
    const trouble = async (): Promise<void> => {
        for (let stop = 0; stop < stops; stop++) {
            await sleep(2_000);
            await here().homeserver.down();
            await awayFor(scaled(5_000, 2_000));
            await network.storm(0.3, scaled(20_000, 6_000));
        }
        await crashAfter('in');
        await sleep(3_000);
        await crashAfter('out');
    };
    const begin = Date.now();
    const until = trouble();
    await Promise.all([until, arena.burst({ perRoom, duration: scaled(100_000, 20_000), until, taken: (way) => way === 'in' && taken?.(way) })]);
    const burst = (Date.now() - begin) / 1000;
    await eventually(() => here().homeserver.createUser('still-there', 'a password of the ring'), { timeout: 30_000, what: 'the homeserver' });
    const { settleMs, ...accounts } = await arena.settled();
    report(`at least ${perRoom * rooms} messages each way in ${rooms} rooms, homeserver stopped, killed and failing`, accounts, {
        'stops': stops,
        'kills right after a message was taken': 2,
        ...network.faults(),
        'seconds of writing': Math.round(burst),
        'seconds until all was there': Math.round(settleMs / 1000),
    });
    expectWhole(accounts.out, accounts.in);
}, scenarioTimeout);
