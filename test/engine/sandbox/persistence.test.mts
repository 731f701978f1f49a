/** The app's own storage. Server: `app/apps/server/bridges/persistence.ts`, `packages/models/src/models/AppsPersistenceModel.ts`. */
import { Probe } from '../../support/apps/probeApp.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

describe('persistence', () => {
    const running = useWorkspace();
    let probe: Probe;

    beforeAll(async () => {
        probe = await Probe.install(running().admin);
    });

    /** Code with `key(...names)`, `create`, `find`, `update`, `remove` in reach. */
    const run = <T = any,>(code: string, from = probe): Promise<T> => from.run<T>(`
        const { RocketChatAssociationRecord, RocketChatAssociationModel } = require('@rocket.chat/apps-engine/definition/metadata');
        const key = (...names) => names.map((name) => new RocketChatAssociationRecord(RocketChatAssociationModel.MISC, name));
        const create = (data, ...names) => persistence.createWithAssociations(data, key(...names));
        const find = (...names) => read.getPersistenceReader().readByAssociations(key(...names));
        const update = (names, data, upsert) => persistence.updateByAssociations(key(...names), data, upsert);
        const remove = (...names) => persistence.removeByAssociations(key(...names));
        ${code}`);

    test('creating twice makes two, and the answer is the result of an insertion', async () => {
        const { first, found } = await run("const first = await create({ n: 1 }, 'twice'); await create({ n: 1 }, 'twice'); return { first, found: await find('twice') };");
        expect(first).toEqual({ acknowledged: true, insertedId: expect.stringMatching(/^[0-9a-f]{24}$/) });
        expect(found).toEqual([{ n: 1 }, { n: 1 }]);
    });

    test('reading finds what has all of the associations, without ids; an empty list finds nothing', async () => {
        expect(await run(`
            await create({ n: 1 }, 'a', 'b', 'c');
            await create({ n: 2 }, 'a', 'b');
            return [await find('a'), await find('b', 'a'), await find('c', 'a'), await find('a', 'nothing'), await find()];`,
        )).toEqual([[{ n: 1 }, { n: 2 }], [{ n: 1 }, { n: 2 }], [{ n: 1 }], [], []]);
    });

    test('updating needs exactly this list in this order, and replaces the data of one', async () => {
        expect(await run(`
            await create({ n: 1, old: true }, 'x', 'y');
            await create({ n: 2 }, 'x', 'y');
            await update(['y', 'x'], { n: 'wrong order' });
            await update(['x'], { n: 'subset' });
            await update(['x', 'y'], { m: 'updated' });
            return find('x', 'y');`,
        )).toEqual([{ m: 'updated' }, { n: 2 }]);
    });

    test('an upsert creates what is not there', async () => {
        const { first, second, found } = await run(`
            const first = await update(['upsert'], { n: 1 }, true);
            const second = await update(['upsert'], { n: 2 }, true);
            return { first, second, found: await find('upsert') };`);
        expect(first).toMatchObject({ upsertedCount: 1, upsertedId: expect.any(String) });
        expect(second).toMatchObject({ matchedCount: 1, upsertedCount: 0 });
        expect(found).toEqual([{ n: 2 }]);
    });

    test('removing gives back what was removed, and nothing when there was nothing', async () => {
        expect(await run(`
            await create({ n: 1 }, 'gone', 'a1');
            await create({ n: 2 }, 'gone', 'a2');
            return [await remove('gone'), await remove('gone'), await find('gone')];`,
        )).toEqual([[{ n: 1 }, { n: 2 }], null, []]);
    });

    test('by id: read and remove work, update is not implemented', async () => {
        const { read, missing, removed } = await run(`
            const { insertedId } = await create({ n: 5 }, 'by id');
            const reader = _r.getPersistenceReader();
            return { read: await reader.read(insertedId), removed: await persistence.remove(insertedId), missing: await reader.read(insertedId) };`.replace('_r', 'read'));
        expect({ read, removed, missing }).toEqual({ read: { n: 5 }, removed: { n: 5 }, missing: {} });
        await expect(run("return persistence.update('some id', { a: 1 }, true)")).rejects.toThrow('Not implemented.');
    });

    test('data must be an object', async () => {
        await expect(run("return persistence.create('text')")).rejects.toThrow('Attempted to store an invalid data type, it must be an object.');
    });

    test('apps do not see each other\'s data', async () => {
        const other = await Probe.install(running().admin);
        await run("await create({ mine: true }, 'shared name')");
        expect(await run("return find('shared name')", other)).toEqual([]);
    });
});
