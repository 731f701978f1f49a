/** Apps' jobs. Server: `app/apps/server/bridges/scheduler.ts`, `packages/agenda/src/Agenda.ts`; engine: `server/managers/AppSchedulerManager.js`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, sleep } from '../../support/eventually.mts';
import { Probe } from '../../support/apps/probeApp.mts';
import { startWorkspace, useWorkspace } from '../../support/servers/workspace.mts';

const processors = `
    const note = (name) => async (context) => { app.note('job ' + name, context); if (context.fail) throw new Error('job broke'); };
    await configuration.scheduler.registerProcessors([
        { id: 'once', processor: note('once') },
        { id: 'often', processor: note('often') },
        { id: 'slow', processor: async (context) => { app.note('job slow', context); await new Promise((resolve) => setTimeout(resolve, context.pause ?? 700)); app.note('job slow done'); } },
        ...(app.scripts.startup ? [{ id: 'startup', processor: note('startup'), startupSetting: JSON.parse(app.scripts.startup) }] : []),
    ]);`;

describe('the scheduler', () => {
    const running = useWorkspace();
    let probe: Probe;

    beforeAll(async () => {
        probe = await Probe.install(running().admin, { scripts: { configure: processors } });
    });
    beforeEach(() => probe.forget());

    const once = (id: string, inMs: number, data: object = {}) =>
        probe.run('return modify.getScheduler().scheduleOnce({ id: args.id, when: new Date(Date.now() + args.inMs), data: args.data })', { id, inMs, data });

    test('a job runs once, with its data and its id', async () => {
        const id = await once('once', 1_500, { a: 1 });
        const { payload } = await probe.event('job once');
        expect(payload).toMatchObject({ a: 1, jobId: id });
        expect(payload.appId).toBeUndefined();
        await sleep(1_000);
        expect(await probe.events('job once')).toHaveLength(1);
    });

    test.each([['before the next scan', 1_000], ['later', 7_000]])('jobs that are due %s run each at its time', async (_when, first) => {
        await probe.run(`
            for (let n = 0; n < 4; n++) await modify.getScheduler().scheduleOnce({ id: 'once', when: new Date(args.now + args.first + n * 1000), data: { n } });`, { now: Date.now(), first });
        const ran = await eventually(async () => {
            const events = await probe.events('job once');
            return events.length === 4 && events;
        }, { what: 'four jobs' });
        expect(ran.map(({ payload }) => payload.n)).toEqual([0, 1, 2, 3]);
        // Three seconds lie between the first and the last. The scans, every five seconds, would run them together, or five seconds apart.
        const between = ran[3].at - ran[0].at;
        expect([between > 1_000, between < 4_800]).toEqual([true, true]);
    });

    test('the same job may be scheduled twice; jobs of one name run one after the other', async () => {
        await Promise.all([once('slow', 100), once('slow', 100)]);
        await eventually(async () => (await probe.events('job slow done')).length === 2);
        const order = (await probe.events()).filter(({ event }) => event.startsWith('job')).map(({ event }) => event);
        expect(order).toEqual(['job slow', 'job slow done', 'job slow', 'job slow done']);
    });

    test('a failed job is not tried again', async () => {
        await once('once', 100, { fail: true });
        await probe.event('job once');
        await sleep(6_500);
        expect(await probe.events('job once')).toHaveLength(1);
    });

    test('a recurring job is one per name: scheduling again changes its data', async () => {
        const every = (n: number, interval: string, skipImmediate = false) =>
            probe.run(`return modify.getScheduler().scheduleRecurring({ id: 'often', interval: args.interval, skipImmediate: args.skipImmediate, data: { n: args.n } })`, { n, interval, skipImmediate });
        const first = await every(1, '1 second');
        expect(await every(2, '1 second', true)).toBe(first);
        await eventually(async () => (await probe.events('job often')).filter(({ payload }) => payload.n === 2).length >= 2);
        await probe.run("return modify.getScheduler().cancelJob('often')");
        await sleep(1_000);
        await probe.forget();
        await sleep(2_500);
        expect(await probe.events('job often')).toEqual([]);
    });

    test('a cron text is an interval, too', async () => {
        await probe.run("return modify.getScheduler().scheduleRecurring({ id: 'often', interval: '*/2 * * * * *' })");
        const ran = await eventually(async () => {
            const events = await probe.events('job often');
            return events.length >= 4 && events;
        }, { what: 'four runs' });
        // Late ones aside, and not every second.
        expect(ran.some(({ at }) => new Date(at).getSeconds() % 2 === 0)).toBe(true);
        expect(ran[3].at - ran[0].at).toBeGreaterThan(4_000);
        await probe.run('return modify.getScheduler().cancelAllJobs()');
    });

    test('a job of a disabled app is skipped', async () => {
        await once('once', 4_000);
        await probe.setStatus('manually_disabled');
        await sleep(5_500);
        await probe.setStatus('manually_enabled');
        expect(await probe.events('job once')).toEqual([]);
    });

    test('a one-time start-up job is scheduled unless one is pending, a recurring one at every registration', async () => {
        const starting = await Probe.install(running().admin, { scripts: { configure: processors, startup: JSON.stringify({ type: 'onetime', when: '1 second', data: { s: 1 } }) } });
        const { payload } = await starting.event('job startup');
        expect(payload).toMatchObject({ s: 1 });
    });

    test('jobs survive the death of the server, but the one that ran then stays locked for ten minutes', async () => {
        const dataDir = await mkdtemp(join(tmpdir(), 'scheduler-'));
        let workspace = await startWorkspace({ dataDir });
        try {
            const admin = await workspace.login();
            const installed = await Probe.install(admin, { scripts: { configure: processors } });
            await installed.run("await modify.getScheduler().scheduleOnce({ id: 'slow', when: new Date(), data: { pause: 60000 } })");
            await eventually(async () => (await installed.events('job slow', workspace.url)).length > 0);
            await installed.run("await modify.getScheduler().scheduleOnce({ id: 'once', when: '12 seconds', data: { free: true } })");
            await workspace.kill();
            workspace = await startWorkspace({ dataDir });
            const seen = await eventually(async () => (await installed.events('job once', workspace.url))[0], { timeout: 40_000 });
            expect(seen.payload).toMatchObject({ free: true });
            expect(await installed.events('job slow', workspace.url)).toHaveLength(0);
        } finally {
            await workspace.stop();
            await rm(dataDir, { recursive: true, force: true });
        }
    }, 90_000);
});
