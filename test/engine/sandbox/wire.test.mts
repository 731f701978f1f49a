/** What survives the way between the sandbox and its host. Engine: `deno-runtime/lib/codec.ts`, `server/runtime/deno/codec.js`. */
import { Probe } from '../../support/apps/probeApp.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

describe('values that cross the border of the sandbox', () => {
    const running = useWorkspace();
    let probe: Probe;

    beforeAll(async () => {
        probe = await Probe.install(running().admin);
    });

    /** Sends a value to the host's store and reads it back: twice through msgpack. */
    const roundTrip = (expression: string) => probe.run(`
        const { RocketChatAssociationRecord, RocketChatAssociationModel } = require('@rocket.chat/apps-engine/definition/metadata');
        const key = [new RocketChatAssociationRecord(RocketChatAssociationModel.MISC, args.key)];
        await persistence.createWithAssociations({ value: ${expression} }, key);
        return (await read.getPersistenceReader().readByAssociations(key))[0].value;`, { key: expression });

    test.each([
        ['a date', 'new Date(86400000)', new Date(86_400_000)],
        ['undefined in an object', '{ a: undefined, b: 1 }', { a: null, b: 1 }],
        ['undefined in a list', '[undefined, 1]', [null, 1]],
        ['a Map', "new Map([['a', 1]])", {}],
        ['a Set', 'new Set([1])', {}],
        ['an instance of a class', 'new (class { constructor() { this.x = 1; } method() {} })()', { x: 1 }],
        ['a function', '{ a: () => 1, b: 2 }', { b: 2 }],
        ['text with NUL and lone surrogates', "'a\\u0000b'", 'a\u0000b'],
        ['keys with dots and dollars', "{ 'm.room': { $set: 1 } }", { 'm.room': { $set: 1 } }],
    ])('%s', async (_what, expression, expected) => {
        expect(await roundTrip(expression)).toEqual(expected);
    });

    test('a Buffer stays a Buffer', async () => {
        const url = `${running().admin.url}/api/info`;
        expect(Buffer.isBuffer((await probe.run('return (await http.get(args.url, { encoding: null })).content', { url })) as Buffer)).toBe(true);
    });

    test('a BigInt makes the call fail', async () => {
        await expect(probe.run('return persistence.create({ a: 1n })')).rejects.toThrow();
        expect(await probe.run('return 1')).toBe(1);
    });

    test('of a bridge\'s error only the message reaches the app', async () => {
        await expect(probe.run("return persistence.update('x', { a: 1 })")).rejects.toMatchObject({ message: 'Not implemented.', errorName: 'Error' });
    });
});
