/** `npm run bench -- --scale`: the same measurement over stores of different sizes. What grows with them shows in the ratios. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BothWays, Size } from '../ground.mts';
import { bridgeWithStub, engineFloor } from '../setups.mts';
import { fill } from './fill.mts';
import { makeTemplate } from './template.mts';

/** The floor has the same store, and no bridge in it. */
const APPS = ['apps', 'appsSources', 'appsScheduler'];

export interface AtScale {
    /** Rooms, each with two users and three messages, that were in the store. */
    rooms: number;
    engine: BothWays;
    stub: BothWays;
}

/**
 * @param counts how many rooms are in the store
 * @param rounds how often each is measured; all of them are handed on
 */
export const atScale = async (
    size: Size, zip: string, counts: number[], rounds: number, step: <T>(name: string, work: () => Promise<T>) => Promise<T>,
): Promise<AtScale[]> => {
    const base = await mkdtemp(join(tmpdir(), 'bridge-scale-'));
    const measured: AtScale[] = [];
    const filled = (rooms: number): string => join(base, String(rooms));
    /** Each run has the store as it was made: what one installs or writes is not there for the next. */
    const onCopy = async <T,>(rooms: number, without: string[], use: (folder: string) => Promise<T>): Promise<T> => {
        const folder = join(base, 'now');
        await cp(filled(rooms), folder, { recursive: true });
        try {
            await Promise.all(without.map((name) => rm(join(folder, `${name}.db`))));
            return await use(folder);
        } finally {
            await rm(folder, { recursive: true });
        }
    };
    try {
        const template = await step('one room, as the app stores it', () => makeTemplate(join(base, 'template'), zip));
        for (const rooms of counts) {
            await step(`filling a store with ${rooms} rooms`, async () => {
                await cp(join(base, 'template'), filled(rooms), { recursive: true });
                await fill(filled(rooms), template, rooms);
            });
        }
        // Turn by turn: what else the machine does meets all sizes alike.
        for (let round = 1; round <= rounds; round++) {
            for (const rooms of counts) {
                const engine = await step(`${round}: bare app, ${rooms} rooms`, () => onCopy(rooms, APPS, (folder) => engineFloor(size, folder)));
                const stub = await step(`${round}: bridge, ${rooms} rooms`, () => onCopy(rooms, [], (folder) => bridgeWithStub(size, zip, folder)));
                measured.push({ rooms, engine, stub });
            }
        }
        return measured;
    } finally {
        await rm(base, { recursive: true, force: true });
    }
};
