import { appendFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type IndexOptions } from '../../../workspace/store/open.mts';
import { processorMs } from '../../support/processorMs.mts';

const indexes: IndexOptions[] = [{ fieldName: 'room' }, { fieldName: 'name', unique: true, sparse: true }, { fieldName: 'links.id' }, { fieldName: ['room', 'user.id'], unique: true, sparse: true }];
const ids = (documents: { _id: string }[]): string[] => documents.map(({ _id }) => _id);
const violated = expect.objectContaining({ errorType: 'uniqueViolated' });

describe('the store’s indexes', () => {
    const filled = async () => {
        const store = await openStore(undefined, indexes);
        await store.insertAsync([
            { _id: '1', room: 'a', name: 'one', links: [{ id: 'x' }, { id: 'y' }], user: { id: 'u' } },
            { _id: '2', room: 'a', name: 'two', links: [{ id: 'y' }, { id: 'y' }], user: { id: 'v' } },
            { _id: '3', room: 'b' },
            { _id: '4', room: 'a', user: { id: 'w' } },
        ]);
        return store;
    };

    it.each<[string, object, string[]]>([
        ['a value', { room: 'a' }, ['1', '2', '4']],
        ['one of some values', { room: { $in: ['b', 'a', 'none'] } }, ['3', '1', '2', '4']],
        ['a value in a list', { 'links.id': 'y' }, ['1', '2']],
        ['a bound', { room: { $gt: 'a' } }, ['3']],
        ['a value nobody has', { name: 'none' }, []],
        ['no value', { name: { $exists: false } }, ['3', '4']],
    ])('find %s', async (_what, query, found) => {
        expect(ids(await (await filled()).findAsync(query))).toEqual(found);
    });

    it('follow changes, which leave a document in its place', async () => {
        const store = await filled();
        await store.updateAsync({ _id: '1' }, { $set: { text: 'changed' } });
        expect(ids(await store.findAsync({ room: 'a' }))).toEqual(['1', '2', '4']);
        await store.updateAsync({ room: 'a' }, { $set: { 'links': [{ id: 'z' }] } }, { multi: true });
        expect(ids(await store.findAsync({ 'links.id': 'y' }))).toEqual([]);
        expect(ids(await store.findAsync({ 'links.id': 'z' }))).toEqual(['1', '2', '4']);
        await store.removeAsync({ _id: '2' }, {});
        expect(ids(await store.findAsync({ room: 'a' }))).toEqual(['1', '4']);
        await store.removeAsync({ room: 'a' }, { multi: true });
        expect(ids(await store.findAsync({}))).toEqual(['3']);
    });

    it('refuse what is there already, and change nothing then', async () => {
        const store = await filled();
        await expect(store.insertAsync([{ _id: '5', room: 'c' }, { _id: '6', name: 'one' }])).rejects.toEqual(violated);
        await expect(store.insertAsync({ _id: '1', room: 'c' })).rejects.toEqual(violated);
        await expect(store.insertAsync({ _id: '7', room: 'a', user: { id: 'u' } })).rejects.toEqual(violated);
        await expect(store.updateAsync({ _id: '2' }, { $set: { name: 'one', room: 'c' } })).rejects.toEqual(violated);
        await expect(store.updateAsync({ room: 'a' }, { $set: { name: 'same' } }, { multi: true })).rejects.toEqual(violated);
        expect(ids(await store.findAsync({ room: 'c' }))).toEqual([]);
        expect(ids(await store.findAsync({ room: 'a' }))).toEqual(expect.arrayContaining(['1', '2', '4']));
        expect((await store.findOneAsync({ name: 'two' }))?._id).toBe('2');
    });

    it('take the same time for one of very many documents of one value', async () => {
        const store = await openStore(undefined, [{ fieldName: 'app' }]);
        await store.insertAsync(Array.from({ length: 50_000 }, (_, index) => ({ _id: String(index), app: 'bridge', count: 0 })));
        const took = await processorMs(() => store.updateAsync({ app: 'bridge' }, { $set: { count: 1 } }, { multi: true }));
        // Where each change looks at all the others, these are 2.5 billion looks.
        expect(took).toBeLessThan(10_000);
    });
});

describe('the store’s files', () => {
    let folder: string;
    const file = (): string => join(folder, 'some.db');
    beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'store-'))));
    afterEach(() => rm(folder, { recursive: true }));

    it('are read again as they were written', async () => {
        const document = { _id: '1', room: 'a', at: new Date(1_700_000_000_000), inside: [{ at: new Date(5) }, null, 'line\u2028\nend'], nothing: null };
        const store = await openStore(file(), [{ fieldName: 'room' }]);
        await store.insertAsync([document, { _id: '2', room: 'a' }, { _id: '3', room: 'a' }]);
        await store.updateAsync({ _id: '2' }, { $set: { room: 'b' } });
        await store.removeAsync({ _id: '3' }, {});
        const again = await openStore(file(), [{ fieldName: 'room' }]);
        expect(await again.findAsync({})).toEqual([document, { _id: '2', room: 'b' }]);
        // Nothing of the past stays in a small file.
        expect(await readFile(file(), 'utf8')).not.toContain('"3"');
    });

    it('may end in the middle of a line, as after a crash', async () => {
        await writeFile(file(), Array.from({ length: 20 }, (_, index) => `{"_id":"${index}"}\n`).join(''));
        await appendFile(file(), '{"_id":"cut');
        expect(await (await openStore(file(), [{ fieldName: 'room' }])).countAsync({})).toBe(20);
    });

    it('may have been left under their other name while they were written anew', async () => {
        await (await openStore(file(), [{ fieldName: 'room' }])).insertAsync({ _id: '1' });
        await rename(file(), `${file()}~`);
        expect(await (await openStore(file(), [{ fieldName: 'room' }])).countAsync({})).toBe(1);
    });

    it('of something else are left alone', async () => {
        await writeFile(file(), 'something\nelse\n');
        await expect(openStore(file(), [{ fieldName: 'room' }])).rejects.toThrow(/2 of the 2 lines/);
        expect(await readFile(file(), 'utf8')).toBe('something\nelse\n');
    });

    it('are not written anew when they are large and most of them is of today', async () => {
        const lines = Array.from({ length: 12_000 }, (_, index) => `{"_id":"${index}"}\n`).join('');
        await writeFile(file(), `${lines}{"$$deleted":true,"_id":"0"}\n`);
        const store = await openStore(file(), [{ fieldName: 'room' }]);
        expect(await store.countAsync({})).toBe(11_999);
        await store.compactDatafileAsync();
        expect(await readFile(file(), 'utf8')).toContain('$$deleted');
        await appendFile(file(), lines);
        await openStore(file(), [{ fieldName: 'room' }]);
        expect((await readFile(file(), 'utf8')).split('\n').filter((line) => line.includes('"_id"'))).toHaveLength(12_000);
    });
});
