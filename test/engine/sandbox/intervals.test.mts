/** The scheduler's texts. Server: `packages/agenda/src/Job.ts`, which uses the packages `human-interval`, `date.js` and `cron`. */
import { nextCron } from '../../../workspace/engine/scheduler/cron.mts';
import { humanInterval, timeOf } from '../../../workspace/engine/scheduler/intervals.mts';

describe('human intervals', () => {
    test.each([
        [1_500, 1_500],
        ['10 seconds', 10_000],
        ['5s', 5_000],
        ['2 minutes', 120_000],
        ['1 minute and 30 seconds', 90_000],
        ['an hour', 3_600_000],
        ['half hour', 1_800_000],
        ['3 days', 259_200_000],
        ['one week', 604_800_000],
        ['250 milliseconds', 250],
        ['soon', Number.NaN],
        ['', Number.NaN],
    ])('%j is %d ms', (text, milliseconds) => {
        expect(humanInterval(text)).toBe(milliseconds);
    });

    test('a time is a date or an interval from now', () => {
        const now = new Date('2026-01-01T00:00:00Z');
        expect(timeOf(new Date(5), now)).toEqual(new Date(5));
        expect(timeOf('2026-02-03T04:05:06Z', now)).toEqual(new Date('2026-02-03T04:05:06Z'));
        expect(timeOf('10 seconds', now)).toEqual(new Date('2026-01-01T00:00:10Z'));
        expect(timeOf('in 2 minutes', now)).toEqual(new Date('2026-01-01T00:02:00Z'));
        expect(timeOf('now', now)).toEqual(now);
        expect(timeOf('never ever', now)).toBeUndefined();
    });
});

describe('cron texts', () => {
    const from = new Date(2026, 0, 31, 23, 59, 58, 500);

    test.each([
        ['* * * * * *', new Date(2026, 0, 31, 23, 59, 59)],
        ['*/10 * * * * *', new Date(2026, 1, 1, 0, 0, 0)],
        ['* * * * *', new Date(2026, 1, 1, 0, 0, 0)],
        ['30 4 * * *', new Date(2026, 1, 1, 4, 30, 0)],
        ['0 9-17/4 * * *', new Date(2026, 1, 1, 9, 0, 0)],
        ['0 0 29 2 *', new Date(2028, 1, 29, 0, 0, 0)],
        ['0 12 * * mon', new Date(2026, 1, 2, 12, 0, 0)],
        ['0 12 * * 7', new Date(2026, 1, 1, 12, 0, 0)],
        ['0 0 15 * fri', new Date(2026, 1, 6, 0, 0, 0)],
        ['0 0 1 jan,jun *', new Date(2026, 5, 1, 0, 0, 0)],
    ])('%s', (text, expected) => {
        expect(nextCron(text, from)).toEqual(expected);
    });

    test.each(['10 seconds', 'x * * * *', '61 * * * *', '5-1 * * * *', '* * *', '0 0 31 2 *'])('%j is no time that ever comes', (text) => {
        expect(nextCron(text, from)).toBeUndefined();
    });
});
