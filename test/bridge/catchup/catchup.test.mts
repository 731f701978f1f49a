import { Bridge } from '../../../src/bridge/Bridge';
import { RestartSigns } from '../../../src/bridge/catchup/RestartSigns';
import { BridgeError } from '../../../src/errors/BridgeError';
import { messageIdOf } from '../../../src/ids/messages';
import type { MatrixEvent } from '../../../src/matrix/Homeserver';
import { turns, until } from '../../support/fakes/FakeClock.mts';
import { failure } from '../../support/fakes/FakeHomeserver.mts';
import { bridgedRoom, CAROL } from '../../support/fakes/bridgedRoom.mts';

const settled = (): Promise<void> => turns(60);

async function bridged() {
    const w = await bridgedRoom();
    const push = (txnId: string, ...events: MatrixEvent[]): Promise<void> => w.bridge.handleTransaction(txnId, events, []);
    /** The same store and homeserver with a new process. */
    const restarted = async (): Promise<Bridge> => {
        await settled();
        return new Bridge(w.context);
    };
    return { ...w, say: w.carolSays, texts: w.textsInRocketChat, push, restarted };
}

describe('what the homeserver did not push', () => {
    test('is read when it counts its transactions anew, and goes in before newer events', async () => {
        const w = await bridged();
        await w.push('27', w.say('one'));
        w.say('lost');
        await w.push('1', w.say('two'));
        await settled();
        expect(w.texts()).toEqual(['one', 'lost', 'two']);
    });

    test('goes in before newer events also where only our own requests have failed', async () => {
        const w = await bridged();
        await w.push('1', w.say('one'));
        w.homeserver.faults.send = [failure(undefined)];
        await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, w.alice, 'hello'));
        await turns();
        w.say('lost');
        await w.push('2', w.say('two'));
        await settled();
        expect(w.texts().filter((text) => text !== 'hello')).toEqual(['one', 'lost', 'two']);
    });

    test('goes in before newer events also of a transaction that comes again, or of the next one, meanwhile', async () => {
        const w = await bridged();
        await w.push('27', w.say('one'));
        w.say('lost');
        const { messages } = w.homeserver;
        let answer = (): void => undefined;
        const asked = new Promise<void>((resolve) => { answer = resolve; });
        w.homeserver.messages = async (...args) => {
            await asked;
            return messages.apply(w.homeserver, args);
        };
        const two = w.say('two');
        w.clock.stop();
        const first = w.push('1', two);
        const again = w.push('1', two, w.say('three'));
        await settled();
        answer();
        w.clock.run();
        await Promise.all([first, again]);
        await settled();
        expect(w.texts()).toEqual(['one', 'lost', 'two', 'three']);
    });

    test('is read a little later when the database or the homeserver fails just then', async () => {
        const w = await bridged();
        await w.push('1', w.say('one'));
        const next = await w.restarted();
        w.say('lost');
        const failing = (): BridgeError => new BridgeError({ code: 'rocketchat.failed', userMessage: 'x', retriable: true, certain: false });
        const read = w.rocketchat.store.read.bind(w.rocketchat.store);
        let failures = 3;
        w.rocketchat.store.read = async (...keys) => {
            if (keys.some(({ id }) => id.startsWith('mxcursors:')) && (failures -= 1) >= 0) {
                throw failing();
            }
            return read(...keys) as never;
        };
        w.homeserver.faults.messages = Array.from({ length: 9 }, () => failure(500, 'M_UNKNOWN'));
        await next.begin();
        await until(() => w.texts().length === 2);
        expect(failures).toBeLessThan(0);
        expect(w.texts()).toEqual(['one', 'lost']);
    });

    test('holds newer events up only for a moment when it cannot be read', async () => {
        const w = await bridged();
        await w.push('27', w.say('one'));
        w.homeserver.faults.messages = [failure(403)];
        await w.push('1', w.say('two'));
        expect(w.texts()).toEqual(['one', 'two']);
    });

    test('holds newer events up for one moment, not for one each, while it cannot be read', async () => {
        const w = await bridged();
        await w.push('27', w.say('one'));
        w.homeserver.messages = async () => new Promise(() => undefined);
        const from = w.clock.now();
        await w.push('1', w.say('two'));
        await w.push('2', w.say('three'));
        expect(w.clock.now() - from).toBeLessThan(20_000);
        expect(w.texts()).toEqual(['one', 'two', 'three']);
    });

    test('is found although the last event handled says a time in the far future', async () => {
        const w = await bridged();
        w.say('lost', {});
        await w.push('1', w.say('future', {}, { origin_server_ts: 9e15 }));
        await (await w.restarted()).begin();
        await settled();
        expect(w.texts()).toEqual(['future', 'lost']);
    });

    test('is read when the bridge is started, once', async () => {
        const w = await bridged();
        await w.push('1', w.say('one'));
        const next = await w.restarted();
        const lost = ['lost 1', 'lost 2'].map((text) => w.say(text));
        await next.begin();
        await settled();
        expect(w.texts()).toEqual(['one', 'lost 1', 'lost 2']);
        await next.handleTransaction('2', lost, []);
        await next.begin();
        await settled();
        expect(w.texts()).toEqual(['one', 'lost 1', 'lost 2']);
    });

    test('is read once more when the homeserver has left something behind as it reached us again', async () => {
        const w = await bridged();
        await w.push('1', w.say('one'));
        const next = await w.restarted();
        const { messages } = w.homeserver;
        let looks = 0;
        w.homeserver.messages = async (...args) => {
            const page = await messages.apply(w.homeserver, args);
            looks += 1;
            if (looks === 1) {
                w.say('left behind');
            }
            return page;
        };
        await next.begin();
        await settled();
        expect(w.texts()).toEqual(['one', 'left behind']);
    });

    test('is found behind newer events: a message, a reaction, a redaction', async () => {
        const w = await bridged();
        const [kept, regretted] = [w.say('kept'), w.say('regretted')];
        await w.push('1', kept, regretted);
        w.say('lost');
        w.homeserver.write(w.matrixRoom, CAROL, 'm.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id: kept.event_id, key: '👍' } });
        w.homeserver.write(w.matrixRoom, CAROL, 'm.room.redaction', {}, { redacts: regretted.event_id });
        await w.push('2', w.say('newer'));
        await (await w.restarted()).begin();
        await settled();
        expect(w.texts()).toEqual(['kept', 'newer', 'lost']);
        expect(w.rocketchat.messages.get(messageIdOf(kept.event_id))!.reactions).toEqual({ ':thumbsup:': ['carol-elsewhere.test'] });
    });

    test('is read also in a room of which nothing was ever pushed, by this process or the next', async () => {
        const w = await bridged();
        w.say('first');
        expect(await w.bridge.reading.all()).toBeGreaterThan(0);
        await settled();
        expect(w.texts()).toEqual(['first']);
        const other = await bridged();
        other.say('unheard');
        await (await other.restarted()).begin();
        await settled();
        expect(other.texts()).toEqual(['unheard']);
    });

    test('is read when the homeserver was away and is back', async () => {
        const w = await bridged();
        await w.push('1', w.say('one'));
        w.homeserver.faults.send = [failure(undefined)];
        w.say('lost');
        await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, w.alice, 'hello'));
        await w.quiet();
        await settled();
        expect(w.texts()).toContain('lost');
    });

    test('is read over several pages, and what is older than the bridge is not', async () => {
        const w = await bridged();
        w.say('before', { });
        w.matrixRoom.timeline[w.matrixRoom.timeline.length - 1].origin_server_ts = w.portal.bridgedAt - 60_000;
        await w.push('5', w.say('one'));
        const many = [...Array(130).keys()].map((n) => `lost ${n}`);
        many.forEach((text) => w.say(text));
        await w.push('1', w.say('last'));
        await settled();
        await settled();
        expect(w.texts()).toEqual(['one', ...many, 'last']);
    });

    test('a redaction that is only read deletes, and what was redacted does not come back', async () => {
        const w = await bridged();
        const event = w.say('secret');
        await w.push('7', event);
        const next = await w.restarted();
        const gone = w.say('gone at once');
        Object.assign(gone, { content: {}, unsigned: { redacted_because: {} } });
        w.homeserver.write(w.matrixRoom, CAROL, 'm.room.redaction', {}, { redacts: event.event_id });
        await next.begin();
        await settled();
        expect(w.rocketchat.messages.has(messageIdOf(event.event_id))).toBe(false);
        expect(w.texts()).toEqual([]);
    });

    test('what comes after its own redaction is not shown', async () => {
        const w = await bridged();
        const kept = w.say('stranded');
        const late = { ...kept };
        Object.assign(kept, { content: {} });
        const redaction = w.homeserver.write(w.matrixRoom, CAROL, 'm.room.redaction', {}, { redacts: late.event_id });
        await w.push('7', redaction, w.say('next'));
        await w.push('8', late);
        expect(w.texts()).toEqual(['next']);
    });

    test('costs one write per room and burst, and no request while nothing is wrong', async () => {
        const w = await bridged();
        await w.push('1', w.say('first'));
        await settled();
        w.homeserver.calls.length = 0;
        w.rocketchat.store.calls.length = 0;
        for (let n = 2; n < 30; n += 1) {
            void w.push(String(n), w.say(`m${n}`));
        }
        await settled();
        expect(w.homeserver.calls).toEqual([]);
        expect(w.rocketchat.store.calls.length).toBeLessThanOrEqual(4);
    });
});

test.each<[string, [string, string][], boolean]>([
    ['a count that goes on', [['1', '$a'], ['2', '$b'], ['10', '$c']], false],
    ['a repetition', [['2', '$a'], ['2', '$a']], false],
    ['a count from 1 again', [['28', '$a'], ['1', '$b']], true],
    ['the first one of a new count, after the first one of the old', [['1', '$a'], ['1', '$b']], true],
    ['the same, and it holds no event', [['1', '$a'], ['1', '']], true],
    ['one that has grown', [['1', ''], ['1', '$a']], false],
    ['times in nanoseconds', [['1763733330000000001', '$a'], ['1763733330000000002', '$b']], false],
    ['an old time after a newer one', [['1763733330000000002', '$a'], ['1763733330000000001', '$b']], true],
    ['ids that are no numbers', [['b', '$a'], ['a', '$b']], false],
])('%s: %j is a sign of a restart: %s', (_name, seen, sign) => {
    const signs = new RestartSigns();
    expect(seen.map(([id, first]) => signs.wentBack(id, first)).pop()).toBe(sign);
});
