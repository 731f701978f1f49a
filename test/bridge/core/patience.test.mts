import type { PatienceOptions } from '../../../src/bridge/core/Patience';
import { OUTWARD, Patience, SHORT } from '../../../src/bridge/core/Patience';
import type { BridgeError } from '../../../src/errors/BridgeError';
import type { FailureCode } from '../../../src/errors/catalogue';
import { failure } from '../../../src/errors/catalogue';
import { rocketChatError } from '../../../src/rocketchat/failures';
import { FakeClock, turns } from '../../support/fakes/FakeClock.mts';

const fail = (code: FailureCode, status?: number, more: Partial<BridgeError> = {}): BridgeError => failure(code, { ...(status && { status }), ...more });
const gone = (): BridgeError => fail('homeserver.unreachable');

function setUp() {
    const clock = new FakeClock();
    const patience = new Patience(clock);
    /** Fails so often, then succeeds. @returns how many tries were made, and how it ended */
    const run = async (error: BridgeError, times: number, options: PatienceOptions = OUTWARD) => {
        let tries = 0;
        const outcome = await patience.keepTrying(async () => {
            tries += 1;
            if (tries <= times) {
                throw error;
            }
            return 'done';
        }, options).catch((thrown: BridgeError) => thrown.code);
        return { tries, outcome };
    };
    return { clock, patience, run };
}

describe('outward', () => {
    it.each<[string, BridgeError]>([
        ['nobody answers', gone()],
        ['time-outs', fail('homeserver.timeout')],
        ['broken connections', fail('homeserver.connectionLost')],
        ['408', fail('homeserver.timeout', 408)],
        ['502', fail('homeserver.unavailable', 502)],
        ['503', fail('homeserver.unavailable', 503)],
        ['503 in its own words', fail('matrix.serverError', 503)],
        ['504', fail('homeserver.unavailable', 504)],
        ['a proxy\'s page in its place', fail('homeserver.notMatrix', 404)],
        ['a registration that it does not know', fail('matrix.token', 401)],
        ['429', fail('matrix.limited', 429)],
    ])('%s: tried until it is over', async (_name, error) => {
        expect(await setUp().run(error, 60)).toEqual({ tries: 61, outcome: 'done' });
    });

    it.each([500, 502])('a %d that stays while nothing else succeeds ends later: the whole homeserver may have trouble', async (status) => {
        const { clock, run } = setUp();
        const from = clock.now();
        expect(await run(fail('matrix.serverError', status, { errcode: 'M_UNKNOWN' }), 99)).toEqual({ tries: 24, outcome: 'matrix.serverError' });
        expect(clock.now() - from).toBeGreaterThan(900_000);
    });

    it('a 500 that stays while others succeed ends after some tries', async () => {
        const { clock, patience, run } = setUp();
        const { sleep } = clock;
        clock.sleep = async (ms) => {
            await sleep.call(clock, ms);
            patience.works();
        };
        expect(await run(fail('matrix.serverError', 500), 99)).toEqual({ tries: 8, outcome: 'matrix.serverError' });
        const steps = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000];
        expect(clock.slept).toHaveLength(steps.length);
        clock.slept.forEach((ms, at) => expect(Math.abs(ms / steps[at] - 1)).toBeLessThan(0.101));
        expect(new Set(clock.slept.map((ms, at) => ms / steps[at])).size).toBeGreaterThan(1);
    });

    it('a third server that cannot be reached is tried some times, and holds up nobody', async () => {
        const { clock, patience, run } = setUp();
        const { sleep } = clock;
        clock.sleep = (ms) => sleep.call(clock, ms).then(() => patience.works());
        expect((await run(fail('matrix.serverError', 502, { errcode: 'M_UNKNOWN' }), 99)).tries).toBe(8);
        expect(patience.outage.since).toBeUndefined();
    });

    it.each<FailureCode>(['matrix.forbidden', 'matrix.tooLarge', 'matrix.refused', 'homeserver.badUrl'])('%s: at once', async (code) => {
        expect((await setUp().run(fail(code, code.startsWith('matrix') ? 400 : undefined), 99)).tries).toBe(1);
    });

    it('an error of Rocket.Chat\'s side ends after some tries, and says nothing of the homeserver', async () => {
        const { patience, run } = setUp();
        expect((await run(rocketChatError('persistence.read', new Error('the database is away')), 99)).tries).toBe(8);
        expect(patience.outage.since).toBeUndefined();
    });

    it('what only one thing meets while others succeed ends, too', async () => {
        const { patience } = setUp();
        let tries = 0;
        const outcome = await patience.keepTrying(async () => {
            tries += 1;
            await patience.keepTrying(async () => 'another lane', SHORT);
            throw fail('homeserver.timeout');
        }, OUTWARD).catch((error: BridgeError) => error.code);
        expect({ tries, outcome }).toEqual({ tries: 24, outcome: 'homeserver.timeout' });
    });

    it.each([['milliseconds', 700, 700], ['weeks', 1e10, 600_000]])('waits what a 429 asks for, in %s', async (_name, asked, waited) => {
        const { clock, run } = setUp();
        await run(fail('matrix.limited', 429, { retryAfterMs: asked }), 1);
        expect(clock.slept).toEqual([waited]);
    });

    it('a 429 that asks for no pause at all, again and again, is not asked thousands of times a minute', async () => {
        const { clock, run } = setUp();
        const from = clock.now();
        await run(fail('matrix.limited', 429, { retryAfterMs: 0 }), 30);
        expect(clock.slept[0]).toBeLessThan(100);
        expect(clock.now() - from).toBeGreaterThan(100_000);
        expect(Math.max(...clock.slept)).toBe(5_000);
    });

    it('waits what a 503 asks for', async () => {
        const { clock, run } = setUp();
        await run(fail('homeserver.unavailable', 503, { retryAfterMs: 90_000 }), 1);
        expect(clock.slept).toEqual([90_000]);
    });

    it('while nobody answers many lanes make few tries; then all are done', async () => {
        const { clock, patience } = setUp();
        const until = clock.now() + 120_000;
        let tries = 0;
        const one = () => patience.keepTrying(async () => {
            await turns();
            if (clock.now() < until) {
                tries += 1;
                throw gone();
            }
        }, OUTWARD);
        await Promise.all([...Array(500)].map(one));
        // Each lane once, all at the same time, and one every five seconds.
        expect(tries).toBeLessThan(500 + 40);
        expect(patience.outage.since).toBeUndefined();
    });
});

describe('when somebody waits', () => {
    it('is given up soon, and tried also while the homeserver is away', async () => {
        const { patience, run } = setUp();
        const lane = patience.keepTrying(async () => {
            if (patience.outage.since === undefined) {
                throw gone();
            }
            return new Promise<string>(() => undefined);
        }, OUTWARD);
        await turns(5);
        expect(await run(fail('matrix.serverError', 500), 99, SHORT)).toEqual({ tries: 3, outcome: 'matrix.serverError' });
        expect(await run(gone(), 0, SHORT)).toEqual({ tries: 1, outcome: 'done' });
        expect(patience.outage.since).toBeUndefined();
        void lane;
    });

    it('the failure of one request is no outage: another server may be meant', async () => {
        const { patience, run } = setUp();
        await run(fail('homeserver.unavailable', 502), 99, SHORT);
        expect(patience.outage.since).toBeUndefined();
    });
});
