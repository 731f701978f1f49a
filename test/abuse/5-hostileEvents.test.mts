/** 5: malformed and hostile events among good ones: each good one arrives, and nothing happens to the process. */
import { memoryOf } from '../support/abuse/deno.mts';
import { hostileEphemeral, hostileEvent, type Target } from '../support/abuse/hostile.mts';
import { compare, sum, textOf, type Account, type Found } from '../support/abuse/ledger.mts';
import { Pusher } from '../support/abuse/Pusher.mts';
import { foundInRocketChat, wholeRoom } from '../support/abuse/readers.mts';
import { expectWhole, report } from '../support/abuse/report.mts';
import { scaled, scenarioTimeout } from '../support/abuse/scale.mts';
import { personsEvent, withStubHomeserver, type Stubbed } from '../support/abuse/stubbed.mts';
import { sleep } from '../support/eventually.mts';
import { useStack } from '../support/servers/stack.mts';

const here = useStack({ homeserver: false });
let stubbed: Stubbed;
beforeAll(async () => {
    stubbed = await withStubHomeserver(here(), 5);
}, 120_000);
afterAll(() => stubbed?.stub.stop());

/** Events come in equal waves, and memory is looked at when a wave has been handled: what waits takes room meanwhile. */
const WAVES = scaled(8, 4);
/**
 * What the memory may grow by from the median of the first waves to that of the last ones, MiB. It goes up and down by a
 * hundred as garbage is collected; with a leak of 25 kB for each event the full form grows by more.
 */
const MAX_GROWTH = 96;
const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
/** Without progress for so long nothing more is waited for, milliseconds. */
const STILL_MS = 60_000;

test('every good event arrives among hostile ones; the process goes on with as much memory as before', async () => {
    const events = scaled(10_000, 1_600);
    const { rooms, person, url, token } = stubbed;
    const [pid] = await here().workspace.denoPids();
    const pusher = new Pusher(url, token);
    const sent: Found[][] = rooms.map(() => []);
    const memory: number[] = [];
    const read = async (): Promise<Account> => {
        const found = await Promise.all(rooms.map(({ channel }) => wholeRoom(stubbed.writer, channel)));
        return sum(rooms.map((_room, place) => compare(`room ${place}`, 'in', sent[place], foundInRocketChat(found[place]))));
    };
    // A transaction is taken when its events are handled or kept durably: some may still be under way.
    const settled = async (): Promise<Account> => {
        let account = await read();
        for (let stillSince = Date.now(); account.lost.length && Date.now() - stillSince < STILL_MS;) {
            await sleep(500);
            const now = await read();
            stillSince = now.arrived > account.arrived ? Date.now() : stillSince;
            account = now;
        }
        return account;
    };
    const begin = Date.now();
    for (let number = 0; number < events; number += 100) {
        const transaction = Array.from({ length: 100 }, (_, index) => {
            const place = (number + index) % rooms.length;
            if ((number + index) % 7) {
                const { roomId } = rooms[place];
                const target: Target = { roomId, person, ghost: `@rc_writer:${stubbed.stub.serverName}`, message: `$good0-0`.padEnd(44, '_') };
                return hostileEvent(number + index, target);
            }
            const count = sent[place].length;
            sent[place].push({ way: 'in', number: count, at: count, writtenAt: Date.now() });
            return personsEvent(rooms[place].roomId, person, `good${place}-${count}`, textOf('in', count));
        });
        await pusher.push(transaction, hostileEphemeral(number / 100));
        if ((number + 100) % (events / WAVES) === 0) {
            await settled();
            memory.push(await memoryOf(pid));
        }
    }
    const account = await settled();
    const seconds = (Date.now() - begin) / 1000;
    report(`${events} events, ${account.sent} of them good`, { in: account }, {
        'transactions refused': pusher.refused,
        'ms for the slowest transaction': pusher.slowest,
        'seconds until all had arrived': Math.round(seconds),
        'MiB of memory after each wave': memory.join(', '),
    });
    expectWhole(account);
    expect(await here().workspace.denoPids()).toEqual([pid]);
    expect(pusher.refused).toBe(0);
    expect(memory).toHaveLength(WAVES);
    expect(median(memory.slice(WAVES / 2)) - median(memory.slice(0, WAVES / 2))).toBeLessThan(MAX_GROWTH);

    // Both ways go on.
    const { channel, roomId } = rooms[0];
    await pusher.push([personsEvent(roomId, person, 'afterwards', 'afterwards')]);
    await stubbed.writer.waitForMessage(channel, 'afterwards');
    const left = new Promise<string>((resolve) => { stubbed.stub.onMessage = resolve; });
    await stubbed.writer.send(channel, 'and back');
    expect(await left).toBe('and back');
}, scenarioTimeout);
