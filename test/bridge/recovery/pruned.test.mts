/** Messages that Rocket.Chat pruned, by a policy or by hand, stay on Matrix; what people deleted meanwhile goes. */
import type { RcMessage } from '../../../src/rocketchat/RocketChat';
import { moment, worldOfProcesses } from '../../support/fakes/processes.mts';

const DAY = 86_400_000;

/** @param ages of the messages that are on both sides when the app goes off, in days */
async function setUp(ages: number[], kind: 'c' | 'p' = 'c') {
    const w = worldOfProcesses();
    w.clock.pass(-100 * DAY);
    const alice = w.rocketchat.addUser('alice');
    const first = w.start();
    const bridged = await w.bridged(first, alice, w.rocketchat.addRoom(kind, 'room', [alice]));
    w.clock.pass(100 * DAY);
    const now = w.clock.now();
    const written: RcMessage[] = [];
    for (const age of ages) {
        const message = w.rocketchat.write(bridged.room, alice, `of ${age} days`, { ts: now - age * DAY });
        await first.bridge.outbound.messagePosted(message);
        await w.settled(first);
        written.push(message);
    }
    const restart = async (): Promise<void> => {
        await moment(40);
        first.bridge.rest();
        await first.bridge.settle();
        w.clock.pass(60_000);
        first.kill();
        const second = w.start();
        await second.bridge.begin();
        await second.bridge.outbound.catchUp();
        await w.settled(second);
    };
    const isGone = (message: RcMessage): boolean => w.rocketchat.messages.delete(message.id);
    const redacted = (): (string | undefined)[] => bridged.ofType('m.room.redaction')
        .map(({ redacts }) => bridged.timeline.find(({ event_id: id }) => id === redacts)?.content.body as string);
    const warned = (): boolean => w.lines.some((line) => line.includes('look as if they were pruned'));
    return { ...w, ...bridged, alice, written, restart, isGone, redacted, warned };
}

const policy = (age: number) => ({ RetentionPolicy_Enabled: true, RetentionPolicy_AppliesToChannels: true, RetentionPolicy_TTL_Channels: age * DAY });

describe('a policy', () => {
    test.each([
        ['in milliseconds', policy(30)],
        ['in days, as before version 6.8', { RetentionPolicy_Enabled: true, RetentionPolicy_AppliesToChannels: true, RetentionPolicy_MaxAge_Channels: 30 }],
    ])('takes what is older than its age (%s), and what is younger was deleted', async (_unit, settings) => {
        const w = await setUp([40, 35, 31, 20, 10, 5]);
        Object.assign(w.rocketchat.settings, settings);
        // Pinned messages stay, so there may be older ones.
        const [pinned, ...others] = w.written;
        pinned.pinned = true;
        [others[0], others[1], others[3]].forEach(w.isGone);
        await w.restart();
        expect([w.redacted(), w.warned()]).toEqual([['of 10 days'], true]);
    });

    test('of the room itself', async () => {
        const w = await setUp([20, 8, 5, 1]);
        w.rocketchat.rooms.get(w.room.id)!.retentionDays = 7;
        w.rocketchat.settings.RetentionPolicy_Enabled = true;
        [w.written[1], w.written[2]].forEach(w.isGone);
        await w.restart();
        expect(w.redacted()).toEqual(['of 5 days']);
    });

    test('for other kinds of rooms changes nothing', async () => {
        const w = await setUp([40, 35, 1], 'p');
        Object.assign(w.rocketchat.settings, policy(30));
        w.isGone(w.written[1]);
        await w.restart();
        expect(w.redacted()).toEqual(['of 35 days']);
    });
});

describe('pruned by hand', () => {
    test.each([
        ['the whole room', [3, 2, 1, 0.5], 4],
        ['a young room', [0.5, 0.4, 0.3, 0.2, 0.1], 5],
        ['much of a young room', [...Array(12).keys()].map((n) => (20 - n) / 100), 11],
        ['everything up to a time', [3, 2, 1, 0.5], 2],
    ])('%s', async (_what, ages, count) => {
        const w = await setUp(ages);
        w.written.slice(0, count).forEach(w.isGone);
        await w.restart();
        expect([w.redacted(), w.warned()]).toEqual([[], true]);
    });

    test('what one person wrote: nobody deletes so many one by one', async () => {
        const w = await setUp([...Array(80).keys()].map((n) => (90 - n) / 100));
        w.written.filter((_message, n) => n % 3).forEach(w.isGone);
        await w.restart();
        expect([w.redacted(), w.warned()]).toEqual([[], true]);
    });

    test('where a deletion leaves a trace, what is gone without one', async () => {
        const w = await setUp([3, 2, 1]);
        w.rocketchat.settings.Message_ShowDeletedStatus = true;
        w.isGone(w.written[1]);
        Object.assign(w.written[2], { systemType: 'rm', text: '' });
        await w.restart();
        expect(w.redacted()).toEqual(['of 1 days']);
    });
});

describe('deleted by people', () => {
    test('the only messages of a room, and the first ones of one day', async () => {
        const only = await setUp([0.1, 0.05, 0.04]);
        only.written.forEach(only.isGone);
        await only.restart();
        const first = await setUp([0.6, 0.5, 0.4, 0.3, 0.2, 0.1]);
        first.written.slice(0, 5).forEach(first.isGone);
        await first.restart();
        expect([only.redacted(), first.redacted().length]).toEqual([expect.arrayContaining(['of 0.1 days', 'of 0.05 days', 'of 0.04 days']), 5]);
    });

    test.each([
        ['an old one where an older one is left', {}, ['of 10 days']],
        ['not where that is one of the system: the server does not show those', { systemType: 'uj' }, []],
    ])('%s', async (_what, older, redacted) => {
        const w = await setUp([10, 5]);
        w.rocketchat.write(w.room, w.alice, 'alice', { ts: w.clock.now() - 50 * DAY, ...older });
        w.isGone(w.written[0]);
        await w.restart();
        expect(w.redacted()).toEqual(redacted);
    });

    test('and hidden, where the server keeps the history', async () => {
        const w = await setUp([3, 2, 1]);
        const [hidden] = w.written;
        hidden.unmapped = { _hidden: true };
        w.rocketchat.recentMessages = async () => w.written.slice(1).reverse();
        await w.restart();
        expect(w.redacted()).toEqual(['of 3 days']);
    });
});
