import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { madeOnce } from '../../workspace/process/madeOnce.mts';

let home: string;
beforeEach(async () => { home = await mkdtemp(join(tmpdir(), 'made-')); });
afterEach(() => rm(home, { recursive: true, force: true }));

test('several at once make one folder, and nothing stays beside it; later nothing is made', async () => {
    const folder = join(home, 'deep', 'made');
    const make = (draft: string): Promise<void> => writeFile(join(draft, 'file'), 'content');
    expect(await Promise.all([1, 2, 3].map(() => madeOnce(folder, make)))).toEqual([folder, folder, folder]);
    expect(await madeOnce(folder, () => Promise.reject(new Error('not called')))).toBe(folder);
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('content');
    expect(await readdir(join(home, 'deep'))).toEqual(['made']);
});

test('what cannot be made leaves nothing', async () => {
    await expect(madeOnce(join(home, 'made'), () => Promise.reject(new Error('no disk')))).rejects.toThrow('no disk');
    expect(await readdir(home)).toEqual([]);
});
