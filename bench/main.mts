/**
 * `npm run bench`: the bridge beside what it stands on, in one run on one machine.
 *
 *   --messages N   messages of each throughput run (600)
 *   --singles N    messages of each latency run (100)
 *   --rooms N      bridged rooms, one writer in each (10)
 *   --rounds N     how often all is measured, turn by turn; the median of each figure counts (3)
 *   --write        puts the table into docs/performance.md
 */
import type { BothWays } from './ground.mts';
import { middle, type Figures } from './measure.mts';
import { machine, table, writeReport, type Row } from './report.mts';
import { bridgeWithStub, engineFloor, withSynapse } from './setups.mts';
import { packageApp } from '../test/support/app.mts';

const number = (flag: string, fallback: number): number => {
    const at = process.argv.indexOf(flag);
    return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const rounds = number('--rounds', 3);
const size = { messages: number('--messages', 600), singles: number('--singles', 100), rooms: number('--rooms', 10) };

const step = async <T,>(name: string, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    process.stderr.write(`${name} … `);
    const result = await work();
    process.stderr.write(`${((performance.now() - start) / 1000).toFixed(0)} s\n`);
    return result;
};

/** Figure by figure. */
const median = (rows: BothWays[]): BothWays => ({ outward: middle(rows.map(({ outward }) => outward)), inward: middle(rows.map(({ inward }) => inward)) });

const run = async (): Promise<void> => {
    const zip = await step('packaging', packageApp);
    const measured: Record<'engine' | 'stub' | 'floor' | 'bridge', BothWays[]> = { engine: [], stub: [], floor: [], bridge: [] };
    for (let round = 1; round <= rounds; round++) {
        measured.engine.push(await step(`${round}: bare app, engine and stub`, () => engineFloor(size)));
        measured.stub.push(await step(`${round}: bridge, engine and stub`, () => bridgeWithStub(size, zip)));
        const { bridge, floor } = await step(`${round}: bridge, engine and Synapse; bare matrix-bot-sdk and Synapse`, () => withSynapse(size, zip));
        measured.bridge.push(bridge);
        measured.floor.push(floor);
    }
    const [engine, stub, floor, bridge] = [measured.engine, measured.stub, measured.floor, measured.bridge].map(median);

    const rows: Row[] = (['outward', 'inward'] as const).flatMap((direction) => {
        const of = (both: BothWays): Figures => both[direction];
        return [
            { direction, name: 'engine’s floor: bare app, stub homeserver', figures: of(engine) },
            { direction, name: 'bridge, stub homeserver', figures: of(stub), floor: of(engine) },
            { direction, name: 'homeserver’s floor: bare matrix-bot-sdk, Synapse', figures: of(floor) },
            { direction, name: 'bridge, Synapse', figures: of(bridge), floor: of(floor) },
        ];
    });
    const text = `${machine()}; ${size.messages} messages in ${size.rooms} rooms, ${size.singles} one at a time; median of ${rounds} ${rounds === 1 ? 'round' : 'rounds'}.\n\n${table(rows)}`;
    console.log(text);
    if (process.argv.includes('--write')) {
        await writeReport(text);
    }
};

run().catch((error) => {
    console.error(error);
    process.exitCode = 1;
});
