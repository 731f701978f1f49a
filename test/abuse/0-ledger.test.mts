/** The book-keeping of the ring itself: a fault must show in it. */
import { compare, readText, sum, textOf, type Found } from '../support/abuse/ledger.mts';

const MINUTE = 60_000;
const list = (...numbers: number[]): Found[] => numbers.map((number, place) => ({ way: 'out', number, at: place, writtenAt: number * MINUTE }));

test.each<[string, Found[], Record<string, string[]>]>([
    ['nothing wrong', list(0, 1, 2, 3), {}],
    ['one lost', list(0, 1, 3), { lost: ['r out 2'] }],
    ['one doubled', list(0, 1, 2, 3, 3), { doubled: ['r out 3'] }],
    ['one doubled late', list(0, 1, 2, 3, 1), { doubled: ['r out 1'], disordered: ['r out 1'] }],
    ['two changed places', list(0, 2, 1, 3), { disordered: ['r out 1'] }],
    ['one from nowhere', list(0, 1, 2, 3, 7), { unknown: ['r out 7'] }],
    ['late, and its own time shown', list(0, 2, 3, 1).map((found) => (found.number === 1 ? { ...found, saysTime: MINUTE } : found)), {}],
    ['late, and another time shown', list(0, 2, 3, 1).map((found) => (found.number === 1 ? { ...found, saysTime: 9 * MINUTE } : found)), { disordered: ['r out 1'] }],
    ['at the same time', list(0, 2, 1, 3).map((found) => ({ ...found, at: 5 })), {}],
    ['of the other way', [...list(0, 1, 2, 3), { way: 'in', number: 9, at: 9, writtenAt: 9 }], {}],
])('%s', (_what, target, wrong) => {
    const nothing = { lost: [], doubled: [], disordered: [], unknown: [] };
    expect(compare('r', 'out', list(0, 1, 2, 3), target)).toMatchObject({ sent: 4, ...nothing, ...wrong });
});

test('rooms are added up', () => {
    const account = sum([compare('a', 'out', list(0, 1), list(0)), compare('b', 'out', list(0, 1), list(1, 1, 0))]);
    expect(account).toEqual({ sent: 4, arrived: 3, lost: ['a out 1'], doubled: ['b out 1'], disordered: ['b out 0'], unknown: [] });
});

test('texts are read wherever they stand', () => {
    expect(readText(`🕒 2026-01-02 03:04 UTC: ${textOf('in', 12)}`)).toEqual({ way: 'in', number: 12 });
    expect(readText('**out no. 3.** and more')).toEqual({ way: 'out', number: 3 });
    expect(readText('something else')).toBeUndefined();
});
