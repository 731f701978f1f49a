import type { Clock } from '../../../src/bridge/core/Context';
import type { Turn } from '../../../src/bridge/core/Outage';
import { Outage } from '../../../src/bridge/core/Outage';
import { turns } from '../../support/fakes/FakeClock.mts';

/** Time that stands still until it is told to pass. */
class HandClock implements Clock {
    private time = 1_000_000;
    private sleepers: { at: number; wake: () => void }[] = [];

    public now(): number {
        return this.time;
    }

    public sleep(ms: number): Promise<void> {
        return new Promise((wake) => { this.after(ms, wake); });
    }

    public after(ms: number, wake: () => void): () => void {
        const sleeper = { at: this.time + ms, wake };
        this.sleepers.push(sleeper);
        return () => { this.sleepers = this.sleepers.filter((other) => other !== sleeper); };
    }

    public async pass(ms: number): Promise<void> {
        this.time += ms;
        const due = this.sleepers.filter(({ at }) => at <= this.time);
        this.sleepers = this.sleepers.filter(({ at }) => at > this.time);
        due.forEach(({ wake }) => wake());
        await settled();
    }
}

const settled = (): Promise<void> => turns();

function setUp() {
    const clock = new HandClock();
    const outage = new Outage(clock);
    const told: string[] = [];
    outage.onAway = () => told.push('away');
    outage.onBack = () => told.push('back');
    /** A lane that asks for its turn; `turn` is set when it has it. */
    const lane = (fresh = false): { turn?: Turn } => {
        const holder: { turn?: Turn } = {};
        const given = outage.turn(fresh);
        if (given instanceof Promise) {
            void given.then((turn) => { holder.turn = turn; });
        } else {
            holder.turn = given;
        }
        return holder;
    };
    const fails = (holder: { turn?: Turn }, pause?: number): boolean => {
        const { turn } = holder;
        holder.turn = undefined;
        return outage.failed(turn!, pause);
    };
    /** The homeserver goes away while so many lanes try. */
    const down = (count: number): { turn?: Turn }[] => {
        const lanes = [...Array(count)].map(() => lane());
        lanes.forEach((one) => expect(fails(one)).toBe(true));
        return lanes.map(() => lane());
    };
    return { clock, outage, told, lane, fails, down };
}

test('while all is well everybody goes on at once', () => {
    const { lane, told } = setUp();
    expect([lane(), lane(true), lane()].map(({ turn }) => turn?.kind)).toEqual(['free', 'free', 'free']);
    expect(told).toEqual([]);
});

test('of a thousand lanes one asks at a time, less and less often, each in its turn', async () => {
    const { clock, down, fails, lane, told } = setUp();
    const waiting = down(1_000);
    const asked: number[] = [];
    for (let second = 0; second < 120; second += 1) {
        await clock.pass(1_000);
        const probing = waiting.filter(({ turn }) => turn);
        expect(probing.length).toBeLessThanOrEqual(1);
        for (const one of probing) {
            asked.push(waiting.indexOf(one));
            fails(one);
            waiting[waiting.indexOf(one)] = lane();
        }
    }
    expect(asked.slice(0, 5)).toEqual([0, 1, 2, 3, 4]);
    expect(asked.length).toBeGreaterThan(15);
    expect(asked.length).toBeLessThan(30);
    expect(told).toEqual(['away']);
});

test('when it is back all go on in their order, some at a time', async () => {
    const { clock, outage, down, told } = setUp();
    const waiting = down(100);
    await clock.pass(2_000);
    expect(waiting.map(({ turn }) => turn?.kind).filter(Boolean)).toEqual(['probe']);
    outage.answered(waiting[0].turn);
    await settled();
    expect(told).toEqual(['away', 'back']);
    const going = waiting.filter(({ turn }) => turn?.kind === 'returning');
    expect(going).toEqual(waiting.slice(1, 25));
    outage.answered(going[0].turn);
    await settled();
    expect(waiting.filter(({ turn }) => turn).length).toBe(26);
});

test('when it falls over again at once, the others have not asked', async () => {
    const { clock, outage, down, fails, told } = setUp();
    const waiting = down(1_000);
    await clock.pass(2_000);
    outage.answered(waiting[0].turn);
    await settled();
    waiting.slice(1, 25).forEach((one) => expect(fails(one)).toBe(true));
    await settled();
    expect(waiting.slice(25).filter(({ turn }) => turn)).toEqual([]);
    expect(told).toEqual(['away', 'back', 'away']);
});

test('who fails while others are answered has trouble of their own', () => {
    const { outage, lane, fails, told } = setUp();
    const stuck = lane();
    outage.answered(lane().turn);
    expect(fails(stuck)).toBe(false);
    expect(told).toEqual([]);
});

test('who begins something may try at once, one a second: a single lane that hangs holds up nobody', async () => {
    const { clock, outage, down, lane, told } = setUp();
    down(1);
    const first = lane(true);
    expect(first.turn?.kind).toBe('fresh');
    expect(lane(true).turn).toBeUndefined();
    await clock.pass(100);
    outage.answered(first.turn);
    await settled();
    expect(told).toEqual(['away', 'back']);
    expect(lane(true).turn?.kind).toBe('free');
});

test('nobody waits when the probe is due: the next who comes is the probe', async () => {
    const { clock, lane, fails } = setUp();
    fails(lane());
    await clock.pass(5_000);
    const next = lane();
    await settled();
    expect(next.turn?.kind).toBe('probe');
});

test('a probe that hangs over the end of one outage does not keep the next one from being asked about', async () => {
    const { clock, outage, down, fails, lane } = setUp();
    const [hanging, other] = down(2);
    await clock.pass(2_000);
    expect(hanging.turn?.kind).toBe('probe');
    outage.answered();
    await settled();
    expect(other.turn?.kind).toBe('returning');
    expect(fails(other)).toBe(true);
    const again = lane();
    await clock.pass(5_000);
    expect(again.turn).toBeUndefined();
    expect(fails(hanging)).toBe(false);
    await settled();
    expect(again.turn?.kind).toBe('probe');
});

test('a pause that was asked for is kept', async () => {
    const { clock, lane, fails } = setUp();
    fails(lane(), 30_000);
    const waiting = lane();
    await clock.pass(29_000);
    expect(waiting.turn).toBeUndefined();
    await clock.pass(2_000);
    expect(waiting.turn?.kind).toBe('probe');
});

test('a probe that came to nothing is followed by another', async () => {
    const { clock, outage, down } = setUp();
    const waiting = down(2);
    await clock.pass(2_000);
    outage.withdrawn(waiting[0].turn!);
    await clock.pass(3_000);
    expect(waiting[1].turn?.kind).toBe('probe');
});

test('a sign of life brings the next try forward, not more than one', async () => {
    const { clock, outage, down, fails, lane } = setUp();
    const waiting = down(3);
    for (let at = 0; at < 3; at += 1) {
        await clock.pass(12_000);
        const one = waiting.find(({ turn }) => turn)!;
        fails(one);
        waiting[waiting.indexOf(one)] = lane();
    }
    outage.hint();
    outage.hint();
    await settled();
    expect(waiting.filter(({ turn }) => turn).length).toBe(1);
});
