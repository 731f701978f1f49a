import type { DeadLetter } from '../../src/bridge/deadletters/DeadLetters';
import { FailedCommand } from '../../src/commands/FailedCommand';
import { QueueCommand } from '../../src/commands/QueueCommand';
import type { QueueState } from '../../src/bridge/status/Queue';

const HOUR = 3_600_000;

const letter = (at: number, more: Partial<DeadLetter> = {}): DeadLetter => ({
    id: `0000${at.toString(16).padStart(4, '0')}`, direction: at % 2 ? 'in' : 'out', room: 'r1', identity: `i${at}`, what: `the message m${at}`,
    reason: 'The Matrix homeserver does not allow this.', certain: true, at: Date.now() - 2 * HOUR, lastAt: Date.now() - HOUR, failures: 1, ...more,
});

function setUp(count: number, off?: string) {
    let letters = [...Array(count).keys()].map((at) => letter(at));
    const retried: string[][] = [];
    const payloads: Record<string, unknown> = {};
    const command = new FailedCommand({
        deadLetters: {
            all: async () => letters,
            payload: async ({ id }: DeadLetter) => JSON.stringify(payloads[id] || { kind: 'message', message: 'm0' }),
            remove: async ({ id }: DeadLetter) => { letters = letters.filter((one) => one.id !== id); },
        } as never,
        retries: {
            retry: async (chosen: DeadLetter[]) => {
                retried.push(chosen.map(({ id }) => id));
                return { through: chosen.length - 1, failed: 1, waiting: 0 };
            },
        } as never,
        roomName: async (_direction, room) => (room === 'r1' ? '#general' : room),
        whyOff: () => off,
    });
    const run = (text = ''): Promise<string> => command.run({ args: text.split(' ').filter(Boolean) });
    return { run, retried, payloads, left: () => letters.length };
}

describe('/matrix failed', () => {
    it('says that nothing failed', async () => {
        const { run } = setUp(0);
        for (const text of ['', 'show 1', 'retry all', 'drop all']) {
            expect(await run(text)).toBe('Nothing is left undelivered.');
        }
    });

    it('lists direction, room, what, reason, age and id, the newest last', async () => {
        const lines = (await setUp(2).run()).split('\n');
        expect(lines[0]).toBe('**2 items could not be delivered** (1 to Matrix, 1 from Matrix), the newest last:');
        expect(lines[1]).toBe('- `00000000` to Matrix, `#general`, 1 h ago: `the message m0`. The Matrix homeserver does not allow this. It was not delivered.');
        expect(lines[2]).toContain('`00000001` from Matrix');
    });

    it('shows the newest page of hundreds, and the others by number', async () => {
        const { run } = setUp(400);
        const last = await run();
        expect(last).toMatch(/page 27 of 27/);
        expect(last).toContain('m399`');
        expect(last).not.toContain('m389`');
        expect(last).toContain('`/matrix failed 26`');
        expect(await run('1')).toContain('m14`');
        expect(await run('list 2')).toContain('m15`');
        expect(await run('999')).toBe(last);
        expect(last.split('\n').length).toBeLessThan(20);
    });

    it('shows one without what was written', async () => {
        const { run, payloads } = setUp(2);
        payloads['00000001'] = {
            event_id: '$e', type: 'm.room.message', sender: '@mallory:x`**', origin_server_ts: 1e300, content: { msgtype: 'm.text', body: 'private words' },
        };
        const text = await run('show 00000001');
        expect(text).toMatch(/#general[\s\S]*does not allow this[\s\S]*Failed 1 time[\s\S]*`\$e`[\s\S]*`m.room.message m.text`[\s\S]*`@mallory:x \*\*`[\s\S]*retry 00000001/);
        expect(text).not.toContain('private words');
        expect(await run('inspect 00000001')).toBe(text);
    });

    it.each(['show', 'retry', 'drop'])('%s asks which one, and says that an id is unknown', async (verb) => {
        const { run } = setUp(1);
        expect(await run(verb)).toMatch(/Which one/);
        expect(await run(`${verb} nonsense`)).toMatch(/no item `nonsense`/);
    });

    it('retries one, some or all, and says how it went', async () => {
        const { run, retried } = setUp(3);
        expect(await run('retry 00000001')).toBe('1 item failed again and stays in the list, with the new reason.');
        expect(await run('RETRY 00000000 00000001')).toMatch(/^1 item went through. 1 item failed/);
        expect(await run('retry all')).toMatch(/^2 items went through/);
        expect(retried).toEqual([['00000001'], ['00000000', '00000001'], ['00000000', '00000001', '00000002']]);
    });

    it('retries nothing while the bridge is off; the rest works', async () => {
        const { run, retried, left } = setUp(2, 'It is switched off.');
        expect(await run('retry all')).toBe('It is switched off.');
        expect(retried).toEqual([]);
        expect(await run()).toContain('2 items');
        expect(await run('drop 00000000')).toBe('1 item is forgotten.');
        expect(left()).toBe(1);
    });

    it('drops all', async () => {
        const { run, left } = setUp(5);
        expect(await run('drop all')).toBe('5 items are forgotten.');
        expect(left()).toBe(0);
    });

    it('says how it is used', async () => {
        expect(await setUp(1).run('dance')).toMatch(/retry all/);
    });
});

describe('/matrix queue', () => {
    afterEach(() => jest.restoreAllMocks());

    const run = (state: QueueState): Promise<string> => new QueueCommand(() => ({ look: () => state, roomName: async (_direction: string, room: string) => `#${room}` }) as never).run();

    it('says that nothing waits', async () => {
        expect(await run({ rooms: [] })).toBe('Nothing waits.');
    });

    it('counts by room and direction, the longest waiting first, and says that the homeserver is away', async () => {
        const now = Date.now();
        jest.spyOn(Date, 'now').mockReturnValue(now);
        const at = now - 4 * 60_000 - 500;
        const text = await run({
            rooms: [{ room: 'general', direction: 'out', count: 10, oldestAt: at }, { room: 'random', direction: 'in', count: 2, hasMore: true, oldestAt: at + 180_000 }],
            awaySince: at,
            nextTryAt: now + 6_900,
        });
        expect(text.split('\n')).toEqual([
            '**12 items wait** (10 to Matrix, 2 from Matrix), the oldest for 4 min.',
            'The homeserver has been away for 4 min; the next try is in 6 s. What waits is delivered when it is back.',
            '- `#general`, to Matrix: 10, the oldest for 4 min',
            '- `#random`, from Matrix: 2 and more, the oldest for 1 min',
        ]);
    });

    it('is short with thousands of rooms', async () => {
        const rooms = [...Array(3_000).keys()].map((at) => ({ room: `r${at}`, direction: 'out' as const, count: 1, oldestAt: Date.now() - 1_000 }));
        const lines = (await run({ rooms })).split('\n');
        expect(lines).toHaveLength(27);
        expect(lines[26]).toBe('- and 2975 items in 2975 other rooms');
    });
});
