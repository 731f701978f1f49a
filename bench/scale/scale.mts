/** `npm run bench -- --scale`: the same measurement over stores of different sizes. What grows with them shows in the ratios. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BothWays, Size } from '../ground.mts';
import { bridgeWithStub, engineFloor } from '../setups.mts';
import { fill } from './fill.mts';
import { makeTemplate } from './template.mts';

export interface AtScale {
    /** Rooms, each with two users and two messages, that were in the store. */
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
    try {
        const template = await step('one room, as the app stores it', () => makeTemplate(join(base, 'template'), zip));
        for (const rooms of counts) {
            const filled = join(base, String(rooms));
            await cp(join(base, 'template'), filled, { recursive: true });
            await step(`filling a store with ${rooms} rooms`, () => fill(filled, template, rooms));
            // The floor has the same store, and no bridge in it.
            const bare = join(base, `${rooms}-bare`);
            await cp(filled, bare, { recursive: true });
            await Promise.all(['apps', 'appsSources', 'appsScheduler'].map((name) => rm(join(bare, `${name}.db`))));
            for (let round = 1; round <= rounds; round++) {
                const engine = await step(`${round}: bare app, ${rooms} rooms`, () => engineFloor(size, bare));
                const stub = await step(`${round}: bridge, ${rooms} rooms`, () => bridgeWithStub(size, zip, filled));
                measured.push({ rooms, engine, stub });
            }
            await Promise.all([filled, bare].map((folder) => rm(folder, { recursive: true })));
        }
        return measured;
    } finally {
        await rm(base, { recursive: true, force: true });
    }
};
