import { Patience, OUTWARD } from '../../../src/bridge/core/Patience';
import { AdminNotices } from '../../../src/bridge/status/AdminNotices';
import { AwayNotice } from '../../../src/bridge/status/AwayNotice';
import type { FailureCode } from '../../../src/errors/catalogue';
import { failure } from '../../../src/errors/catalogue';
import { world } from '../../support/fakes/world.mts';

/** Lanes that meet a failure for so long, and what the administrators hear meanwhile from a process, or from the next one. */
async function away(code: FailureCode, minutes: number) {
    const { context, clock, rocketchat } = world();
    const told: string[] = [];
    const process = () => {
        const patience = new Patience(clock);
        const notice = new AwayNotice(patience, clock, new AdminNotices(rocketchat.store, context.log, () => true, async (text) => told.push(text)));
        const until = (end: number) => patience.keepTrying(async () => {
            await notice.look();
            if (clock.now() < end) {
                throw failure(code);
            }
        }, OUTWARD);
        return { notice, until };
    };
    const from = clock.now();
    const first = process();
    await first.notice.look();
    await first.until(from + minutes * 60_000);
    return { told, clock, process, notice: first.notice };
}

test.each<[string, FailureCode, number]>([['a restart', 'homeserver.unreachable', 5], ['a token that is taken again soon', 'matrix.token', 0.5]])(
    'of %s nothing is told',
    async (_name, code, minutes) => {
        const { told, notice } = await away(code, minutes);
        await notice.look();
        expect(told).toEqual([]);
    },
);

test('that the homeserver does not know the bridge is told soon, once, with what to do; then that it is over', async () => {
    const { told, notice } = await away('matrix.token', 3);
    expect(told).toEqual([expect.stringMatching(/does not accept the bridge's token.*since \d\d:\d\d UTC.*copy the registration/)]);
    await notice.look();
    await notice.look();
    expect(told).toEqual([expect.anything(), expect.stringContaining('there again')]);
});

test('a long outage is told by one process, and its end by the next', async () => {
    const { told, clock, process } = await away('homeserver.unreachable', 15);
    expect(told).toEqual([expect.stringMatching(/^The Matrix homeserver cannot be reached\. Nothing has gone/)]);
    const next = process();
    await next.notice.look();
    await next.until(clock.now() + 900_000);
    expect(told).toHaveLength(1);
    await next.notice.look();
    expect(told).toEqual([expect.anything(), expect.stringContaining('there again')]);
});
