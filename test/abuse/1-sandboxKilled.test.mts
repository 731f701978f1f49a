/** 1: everybody writes while the sandbox of the app is killed again and again. */
import { Arena } from '../support/abuse/Arena.mts';
import { killAtRandom } from '../support/abuse/deno.mts';
import { expectWhole, report } from '../support/abuse/report.mts';
import { scaled, scenarioTimeout } from '../support/abuse/scale.mts';
import { useStack } from '../support/servers/stack.mts';

const here = useStack();

test('nothing is lost, doubled or out of order while the sandbox is killed', async () => {
    const rooms = scaled(20, 6);
    const kills = scaled(20, 4);
    const perRoom = scaled(100, 20);
    const arena = await Arena.of(here(), rooms);
    const begin = Date.now();
    const until = killAtRandom(here(), kills, 4_000, scaled(7, 0));
    const [killed] = await Promise.all([until, arena.burst({ perRoom, duration: kills * 3_000, until })]);
    const burst = (Date.now() - begin) / 1000;
    const { settleMs, ...accounts } = await arena.settled();
    report(`at least ${perRoom * rooms} messages each way in ${rooms} rooms, sandbox killed`, accounts, {
        'kills (SIGKILL)': killed,
        'seconds of writing': Math.round(burst),
        'seconds until all was there': Math.round(settleMs / 1000),
    });
    expectWhole(accounts.out, accounts.in);
}, scenarioTimeout);
