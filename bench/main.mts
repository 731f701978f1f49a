/**
 * `npm run bench`: the bridge beside what it stands on, in one run on one machine.
 *
 *   --messages N   messages of each throughput run (600)
 *   --singles N    messages of each latency run (100)
 *   --rooms N      bridged rooms, one writer in each (10)
 *   --rounds N     how often all is measured, turn by turn; the median of each figure counts (3)
 *   --scale        instead: without Synapse, over stores that hold much; how many rooms, with commas (100,100000)
 *   --write        puts the table into docs/performance.md
 */
import type { BothWays } from './ground.mts';
import { middle, type Figures } from './measure.mts';
import { machine, table, writeReport, type Row } from './report.mts';
import { bridgeWithStub, engineFloor, withSynapse } from './setups.mts';
import { atScale } from './scale/scale.mts';
import { packageApp } from '../test/support/apps/app.mts';

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

const sizes = `${size.messages} messages in ${size.rooms} rooms, ${size.singles} one at a time; median of ${rounds} ${rounds === 1 ? 'round' : 'rounds'}`;

/** The same measurement over stores of several sizes. */
const runAtScale = async (counts: number[]): Promise<void> => {
    const zip = await step('packaging', packageApp);
    const measured = await atScale(size, zip, counts, rounds, step);
    const rows = (['outward', 'inward'] as const).flatMap((direction) => counts.flatMap((rooms): Row[] => {
        const here = measured.filter((one) => one.rooms === rooms);
        const floor = median(here.map(({ engine }) => engine))[direction];
        const words = `${rooms.toLocaleString('en')} rooms in the store`;
        return [
            { direction, name: `engine’s floor, ${words}`, figures: floor },
            { direction, name: `bridge, ${words}`, figures: median(here.map(({ stub }) => stub))[direction], floor },
        ];
    }));
    const shares = (['outward', 'inward'] as const).flatMap((direction) => counts.map((rooms) => {
        const here = measured.filter((one) => one.rooms === rooms);
        const each = here.map(({ stub, engine }) => (stub[direction].perSecond / engine[direction].perSecond).toFixed(2));
        return `${direction} with ${rooms.toLocaleString('en')} rooms ${each.join(', ')}`;
    }));
    await tell('scale', `${machine()}; ${sizes}.\n\n${table(rows)}\n\nOf the floor, round by round: ${shares.join('; ')}.`);
};

const tell = async (name: 'bench' | 'scale', text: string): Promise<void> => {
    console.log(text);
    if (process.argv.includes('--write')) {
        await writeReport(name, text);
    }
};

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
    await tell('bench', `${machine()}; ${sizes}.\n\n${table(rows)}`);
};

const scale = process.argv.indexOf('--scale');
const counts = (/^[\d,]+$/.test(process.argv[scale + 1] ?? '') ? process.argv[scale + 1] : '100,100000').split(',').map(Number);

(scale < 0 ? run() : runAtScale(counts)).catch((error) => {
    console.error(error);
    process.exitCode = 1;
});
