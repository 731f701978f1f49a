import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryLock } from '../../workspace/process/lock.mts';
import { sleep } from '../support/eventually.mts';

let home: string;
let folder: string;
beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'lock-'));
    folder = join(home, 'lock');
});
afterEach(() => rm(home, { recursive: true, force: true }));

test('who has made the folder and not said yet who it is holds the lock, also where that takes a while', async () => {
    await mkdir(folder);
    const other = tryLock(folder);
    await sleep(600);
    await writeFile(join(folder, 'pid'), String(process.pid));
    expect(await other).toEqual({ heldBy: process.pid });
});

test('a lock whose holder has died is taken over, and can be given back', async () => {
    await mkdir(folder);
    // No process has such an id.
    await writeFile(join(folder, 'pid'), String(2 ** 30));
    const lock = await tryLock(folder);
    expect(await tryLock(folder)).toEqual({ heldBy: process.pid });
    await ('release' in lock ? lock.release() : undefined);
    expect(await tryLock(folder)).toHaveProperty('release');
});
