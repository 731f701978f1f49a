import { EchoRoom } from '../../../src/bridge/status/EchoRoom';
import { Health } from '../../../src/bridge/status/Health';
import { WakeUp } from '../../../src/bridge/status/WakeUp';
import type { BridgeConfig } from '../../../src/config/BridgeConfig';
import { failure } from '../../../src/errors/catalogue';
import type { MatrixUserId } from '../../../src/ids/types';
import type { Content, PingOutcome } from '../../../src/matrix/Homeserver';
import { turns } from '../../support/fakes/FakeClock.mts';
import { world } from '../../support/fakes/world.mts';

const config: BridgeConfig = {
    enabled: true,
    id: 'rocketchat',
    hsToken: 'h',
    asToken: 'a',
    homeserverUrl: 'http://hs.test:8008',
    domain: 'hs.test',
    bridgeUrl: 'http://rc.test/api',
    botLocalpart: 'rocketchat',
    ghostPrefix: 'rc_',
};
const settled = (): Promise<void> => turns(40);

/** A homeserver that pushes the events of the bot's own room back, or loses them. */
function setUp({ loses = false }: { loses?: boolean } = {}) {
    const { context, homeserver, rocketchat, bridge, lines } = world();
    const echo = new EchoRoom(context);
    bridge.onOwnEvent((event) => echo.heard(event));
    const sent: string[] = [];
    homeserver.sendState = async (roomId, type, _key, content: Content) => {
        const event = { type, room_id: roomId, event_id: `$${sent.length}`, sender: context.namespace.bot, origin_server_ts: 1, content, state_key: '' };
        sent.push(roomId);
        if (!loses) {
            // Before the answer, as it can be.
            await bridge.handleTransaction(String(sent.length), [event], []);
        }
        return event.event_id as never;
    };
    return { context, homeserver, rocketchat, echo, sent, lines, health: new Health(() => homeserver, echo, rocketchat.workspace) };
}

describe('health', () => {
    it('is good when homeserver, token and ping are', async () => {
        const { homeserver, health } = setUp();
        homeserver.software = async () => ({ name: 'Synapse', version: '1.163.2' }) as never;
        const findings = await health.check(config);
        expect(findings.map(({ good }) => good)).toEqual([true, true, true]);
        expect(findings.map(({ text }) => text).join('\n')).toMatch(/Synapse 1\.163\.2, Matrix v1\.11[\s\S]*@rocketchat:hs\.test[\s\S]*1 ms/);
    });

    it('ends with what cannot be reached', async () => {
        const { homeserver, health } = setUp();
        homeserver.versions = async () => Promise.reject(failure('homeserver.unreachable', { detail: 'GET versions: ECONNREFUSED' }));
        expect(await health.check(config)).toEqual([{ good: false, text: 'http://hs.test:8008: The Matrix homeserver cannot be reached. (GET versions: ECONNREFUSED)' }]);
    });

    it.each<[string, () => Promise<MatrixUserId>, RegExp]>([
        ['a refused token', async () => Promise.reject(failure('matrix.token')), /does not accept the bridge's token/],
        ['another server name', async () => '@rocketchat:other.test' as MatrixUserId, /name is `other\.test`.*says `hs\.test`/],
        ['an old name of the bot', async () => '@old:hs.test' as MatrixUserId, /knows the bridge as @old:hs\.test/],
    ])('names %s', async (_name, whoami, words) => {
        const { homeserver, health } = setUp();
        homeserver.whoami = whoami;
        const findings = await health.check(config);
        expect(findings).toHaveLength(2);
        expect(findings[1]).toEqual({ good: false, text: expect.stringMatching(words) });
    });

    it.each<[PingOutcome, RegExp]>([
        [{ ok: false, reason: 'bridge-unreachable', detail: 'd' }, /cannot reach the bridge under http:\/\/rc\.test\/api/],
        [{ ok: false, reason: 'bridge-timeout', detail: 'd' }, /no answer in time/],
        [{ ok: false, reason: 'bridge-refused', detail: 'HTTP 403' }, /old registration.*HTTP 403/],
        [{ ok: false, reason: 'homeserver', detail: 'd' }, /did not carry out/],
    ])('says why the ping failed: %j', async (outcome, words) => {
        const { homeserver, health } = setUp();
        homeserver.ping = async () => outcome;
        expect((await health.check(config))[2]).toEqual({ good: false, text: expect.stringMatching(words) });
    });
});

describe('the workspace token', () => {
    it.each<[string, object | undefined, object | undefined, object[]]>([
        ['none', undefined, undefined, []],
        ['a good one', { userId: 'u1', token: 't1' }, { status: 200, answer: { username: 'helper' } }, [{ good: true, text: expect.stringContaining('pinned by @helper') }]],
        ['half a one', { userId: 'u1', token: '' }, undefined, [{ good: false, text: expect.stringContaining('needs both') }]],
        ['one that no header can carry', { userId: 'u1', token: 'a\nb' }, undefined, [{ good: false, text: expect.stringContaining('needs both') }]],
        ['an old one', { userId: 'u1', token: 't1' }, { status: 401, answer: { status: 'error' } }, [{ good: false, text: expect.stringContaining('does not accept the workspace token') }]],
        ['one of somebody who may not', { userId: 'u1', token: 't1' }, { status: 403, answer: { error: 'unauthorized' } }, [{ good: false, text: expect.stringContaining('me: unauthorized') }]],
    ])('%s', async (_name, token, answer, findings) => {
        const { rocketchat, health } = setUp();
        rocketchat.workspaceToken = token as never;
        if (answer) rocketchat.answers.push(answer as never);
        expect(await health.workspaceToken()).toEqual(findings);
    });
});

describe('a homeserver without ping', () => {
    const without = (options?: { loses: boolean }) => {
        const parts = setUp(options);
        parts.homeserver.ping = async () => ({ ok: false, reason: 'unsupported', detail: '404' });
        return parts;
    };

    it('is tried by an event of the bot\'s own, always in the same room', async () => {
        const { health, sent } = without();
        expect((await health.check(config))[2]).toEqual({ good: true, text: expect.stringMatching(/came back in \d+ ms/) });
        await health.check(config);
        expect(new Set(sent).size).toBe(1);
        expect(sent).toHaveLength(2);
    });

    it('that loses the event is not well', async () => {
        const { health } = without({ loses: true });
        expect((await health.check(config))[2]).toEqual({ good: false, text: expect.stringMatching(/did not come back within 10 s/) });
    });

    it('cannot be tried while the bridge is off', async () => {
        const { health, sent } = without();
        expect((await health.check({ ...config, enabled: false }))[2].text).toMatch(/is not known/);
        expect(sent).toEqual([]);
    });

    it('gets another room when the old one is gone', async () => {
        const { echo, homeserver, sent } = without();
        await echo.roundTrip(100);
        const send = homeserver.sendState;
        let refused = 0;
        homeserver.sendState = async (...args) => {
            if (refused++ === 0) {
                throw failure('matrix.forbidden');
            }
            return send(...args);
        };
        expect(await echo.roundTrip(100)).toBeGreaterThanOrEqual(0);
        expect(new Set(sent).size).toBe(2);
    });
});

describe('start', () => {
    const running: WakeUp[] = [];
    afterEach(() => running.splice(0).forEach((wakeUp) => wakeUp.off()));

    const start = ({ ready = true, ping = { ok: true, durationMs: 1 } as PingOutcome, closedFor = 0 } = {}) => {
        const parts = setUp();
        const state = { ready, resumed: 0, pings: 0 };
        parts.homeserver.ping = async () => {
            state.pings += 1;
            return state.pings > closedFor ? ping : { ok: false, reason: 'bridge-unreachable', detail: 'not open yet' };
        };
        const life = { begin: async () => void (state.resumed += 1), beat: async () => undefined, rest: () => undefined };
        const wakeUp = new WakeUp(parts.context, parts.echo, () => state.ready, life);
        running.push(wakeUp);
        return { ...parts, state, wakeUp };
    };

    it('resumes, pings and sends an event, once', async () => {
        const { wakeUp, state, sent } = start();
        wakeUp.on();
        wakeUp.on();
        await settled();
        expect([state.resumed, state.pings, sent.length]).toEqual([1, 1, 1]);
    });

    it('gives the bot a name, once', async () => {
        const { wakeUp, homeserver, context } = start();
        wakeUp.on();
        await settled();
        expect(await homeserver.profile(context.namespace.bot)).toEqual({ displayName: 'Rocket.Chat' });
        await homeserver.setDisplayName(context.namespace.bot, 'Our bridge');
        wakeUp.off();
        wakeUp.on();
        await settled();
        expect(await homeserver.profile(context.namespace.bot)).toEqual({ displayName: 'Our bridge' });
    });

    it('resumes as soon as everything can be done, and makes no room before', async () => {
        const { wakeUp, state, sent } = start({ ready: false });
        wakeUp.on();
        await settled();
        expect([state.resumed, state.pings, sent.length]).toEqual([0, 1, 0]);
        state.ready = true;
        wakeUp.look();
        wakeUp.look();
        expect(state.resumed).toBe(1);
    });

    it('does nothing when it is switched off at once, and begins anew when on again', async () => {
        const { wakeUp, state } = start();
        wakeUp.on();
        wakeUp.off();
        await settled();
        expect(state.pings).toBe(0);
        wakeUp.on();
        await settled();
        expect([state.resumed, state.pings]).toEqual([2, 1]);
    });

    it('knocks again when its own door is not open yet', async () => {
        const { wakeUp, state, sent } = start({ closedFor: 2 });
        wakeUp.on();
        await settled();
        expect([state.pings, sent.length]).toEqual([3, 1]);
    });

    it('says in the log that the homeserver cannot come back', async () => {
        const { wakeUp, lines, sent } = start({ ping: { ok: false, reason: 'bridge-unreachable', detail: 'refused' } });
        wakeUp.on();
        await settled();
        expect(lines.join()).toContain('bridge-unreachable');
        expect(sent).toEqual([]);
    });
});
