import { Presence } from '../../../src/bridge/recovery/Presence';
import { alive } from '../../support/fakes/processes.mts';
import { world } from '../../support/fakes/world.mts';

function setUp() {
    const { context, clock } = world();
    return { clock, one: new Presence(context), other: new Presence(context) };
}

test('a process that gives no sign any more is gone after a while', async () => {
    const { clock, one, other } = setUp();
    await one.beat();
    const from = clock.now();
    expect(await other.isGone(one.id)).toBe(true);
    expect(clock.now() - from).toBeGreaterThanOrEqual(10_000);
});

test('one that gives signs lives', async () => {
    const { clock, one, other } = setUp();
    alive(clock, one);
    expect(await other.isGone(one.id)).toBe(false);
});

test.each([
    ['has ended in order', async ({ one }: ReturnType<typeof setUp>) => one.end(true)],
    ['gave its last sign long ago', async ({ one, clock }: ReturnType<typeof setUp>) => {
        await one.beat();
        clock.pass(600_000);
    }],
    ['never gave one', async () => undefined],
])('one that %s is gone at once', async (_what, happens) => {
    const w = setUp();
    await happens(w);
    const from = w.clock.now();
    expect(await w.other.isGone(w.one.id)).toBe(true);
    expect(w.clock.now()).toBe(from);
});

test('one that was switched off with something under way is not gone at once', async () => {
    const { clock, one, other } = setUp();
    await one.end(false);
    const from = clock.now();
    expect(await other.isGone(one.id)).toBe(true);
    expect(clock.now() - from).toBeGreaterThanOrEqual(10_000);
});

test('the time off begins with the last sign, and is told once', async () => {
    const { clock, one, other } = setUp();
    await one.beat();
    const at = clock.now();
    clock.pass(3_600_000);
    await other.beat();
    expect(await other.offSince()).toBe(at);
    expect(await other.offSince()).toBeUndefined();
    await other.end(true);
    const off = clock.now();
    clock.pass(5_000);
    expect(await other.offSince()).toBe(off);
});
