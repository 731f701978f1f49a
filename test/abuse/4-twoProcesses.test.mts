/** 4: two processes of the app on the same stores; the homeserver's transactions go to either, and again to the other one. */
import { Arena } from '../support/abuse/Arena.mts';
import { Network } from '../support/abuse/network.mts';
import { expectWhole, report } from '../support/abuse/report.mts';
import { scaled, scenarioTimeout } from '../support/abuse/scale.mts';
import { eventually } from '../support/eventually.mts';
import { useStack } from '../support/servers/stack.mts';

const here = useStack({ instances: 2 });
let network: Network;
beforeAll(async () => {
    network = await Network.between(here());
}, 60_000);
afterAll(() => network?.close());

test('two instances bring each message once, and in order', async () => {
    const rooms = scaled(20, 6);
    const perRoom = scaled(100, 25);
    const arena = await Arena.of(here(), rooms);
    const urls = here().workspace.urls;
    expect(await here().workspace.denoPids()).toHaveLength(2);
    let transactions = 0;
    let repeated = 0;
    network.inward.route = ({ path }) => {
        if (!path.includes('/transactions/')) {
            return [urls[0]];
        }
        transactions += 1;
        const [first, second] = transactions % 2 ? urls : [...urls].reverse();
        const both = transactions % 3 === 0;
        repeated += both ? 1 : 0;
        return both ? [first, second] : [first];
    };
    const begin = Date.now();
    // Who answers slowly gets few transactions, with much in each.
    const until = eventually(() => repeated > 1, { timeout: 120_000, what: 'two transactions that go to both' });
    await arena.burst({ perRoom, duration: scaled(40_000, 10_000), until });
    const burst = (Date.now() - begin) / 1000;
    const { settleMs, ...accounts } = await arena.settled();
    report(`at least ${perRoom * rooms} messages each way in ${rooms} rooms, two instances`, accounts, {
        transactions,
        'of them sent to both at once': repeated,
        'seconds of writing': Math.round(burst),
        'seconds until all was there': Math.round(settleMs / 1000),
    });
    expect(repeated).toBeGreaterThan(1);
    expectWhole(accounts.out, accounts.in);
    // Nobody was made twice either.
    const members = (await arena.local[0].members(arena.rooms[0].channel)).map(({ username }) => username);
    expect(new Set(members).size).toBe(members.length);
    expect(members).toHaveLength(4);
}, scenarioTimeout);
