/** Bridged rooms with people on both sides who write numbered messages, and what a reader finds there. */
import { eventually, sleep, unique } from '../eventually.mts';
import type { Matrix } from '../clients/matrix.mts';
import type { RcRoom, RocketChat } from '../clients/rocketchat.mts';
import type { Stack } from '../servers/stack.mts';
import { compare, sum, textOf, type Account } from './ledger.mts';
import { foundInMatrix, foundInRocketChat, wholeRoom, wholeTimeline } from './readers.mts';

export interface ArenaRoom {
    name: string;
    channel: RcRoom;
    roomId: string;
    /** How many were begun on each way. */
    begun: { out: number; in: number };
}

export interface Burst {
    /** Messages that the servers must have taken, on each way of each room. */
    perRoom: number;
    /** About how long it takes, milliseconds. */
    duration: number;
    /** Only one way. */
    way?: 'out' | 'in';
    /** People go on at least until then, however many messages that makes. */
    until?: Promise<unknown>;
    /** Told when a server has taken a message. */
    taken?: (way: 'out' | 'in') => void;
}

/** Without progress for so long nothing more is waited for. Longer than any pause of the bridge or of the homeserver. */
const STILL_MS = Number(process.env.ABUSE_STILL_MS ?? 150_000);
/** More in a row mean that a server is away for good. */
const MOST_REFUSALS = 400;
/** For doubles that come late. */
const AFTERMATH_MS = 5_000;

export class Arena {
    readonly rooms: ArenaRoom[] = [];

    private constructor(
        private readonly stack: Stack,
        readonly local: RocketChat[],
        readonly remote: Matrix[],
    ) {}

    /** Two people on each side, all of them in every room. */
    static async of(stack: Stack, rooms: number): Promise<Arena> {
        await stack.admin.post('v1/settings/API_Enable_Rate_Limiter', { value: false });
        const [alice, bob] = [await stack.rocketchatUser('alice'), await stack.rocketchatUser('bob')];
        const [carol, dave] = [await stack.matrixUser('carol'), await stack.matrixUser('dave')];
        const arena = new Arena(stack, [alice, bob], [carol, dave]);
        for (let number = 0; number < rooms; number++) {
            const channel = await alice.createRoom('c', unique(`ring${number}`), [bob.username]);
            await alice.run(channel, '/matrix bridge', { timeout: 60_000 });
            const roomId = await carol.join(`#rc_${channel.name}:${stack.serverName}`);
            await dave.join(roomId);
            arena.rooms.push({ name: `room ${number}`, channel, roomId, begun: { out: 0, in: 0 } });
        }
        return arena;
    }

    /**
     * Everybody writes in all rooms at once. Within a room and way one message follows the other's answer. What a server
     * refuses, or leaves unanswered, is not written again: whether it counts is told by reading that side.
     */
    async burst({ perRoom, duration, way, until, taken }: Burst): Promise<void> {
        let over = !until;
        void until?.catch(() => undefined).then(() => {
            over = true;
        });
        const write = async (room: ArenaRoom, which: 'out' | 'in'): Promise<void> => {
            for (let accepted = 0, refused = 0; accepted < perRoom || !over;) {
                await sleep(Math.random() * 2 * (duration / perRoom));
                const number = room.begun[which]++;
                const wrote = await this.write(room, which, number).then(() => true, () => false);
                accepted += wrote ? 1 : 0;
                refused = wrote ? 0 : refused + 1;
                if (wrote) {
                    taken?.(which);
                } else if (refused > MOST_REFUSALS) {
                    throw new Error(`${room.name}: nobody takes a message (${which})`);
                } else {
                    await sleep(250);
                }
            }
        };
        const ways = way ? [way] : (['out', 'in'] as const);
        await Promise.all(this.rooms.flatMap((room) => ways.map((which) => write(room, which))));
    }

    /** One message, by one of the two people. @throws when the server does not take it */
    async write(room: ArenaRoom, way: 'out' | 'in', number = room.begun[way]++): Promise<void> {
        const person = number % 2;
        if (way === 'out') {
            await this.local[person].send(room.channel, textOf(way, number));
        } else {
            await this.remote[person].sendText(room.roomId, textOf(way, number));
        }
    }

    /** Both sides of all rooms, read whole and compared. */
    async account(): Promise<{ out: Account; in: Account }> {
        const accounts = await Promise.all(this.rooms.map(async ({ name, channel, roomId }) => {
            const here = foundInRocketChat(await wholeRoom(this.local[0], channel));
            const there = foundInMatrix(await wholeTimeline(this.remote[0], roomId));
            return { out: compare(name, 'out', here, there), in: compare(name, 'in', there, here) };
        }));
        return { out: sum(accounts.map(({ out }) => out)), in: sum(accounts.map((one) => one.in)) };
    }

    /**
     * Waits until everything has arrived, or nothing more comes; then a moment longer.
     * @returns what a reader finds then, and how long the rest took to arrive (milliseconds)
     */
    async settled(): Promise<{ out: Account; in: Account; settleMs: number }> {
        const begin = Date.now();
        let arrived = -1;
        let progressAt = begin;
        let doneAt = begin;
        await eventually(async () => {
            const now = await this.account();
            if (now.out.arrived + now.in.arrived > arrived) {
                arrived = now.out.arrived + now.in.arrived;
                progressAt = Date.now();
            }
            doneAt = Date.now();
            return (now.out.lost.length + now.in.lost.length === 0) || Date.now() - progressAt > STILL_MS;
        }, { timeout: 3_600_000, interval: 1_000, what: 'the end of the burst' });
        await sleep(AFTERMATH_MS);
        const accounts = await this.account();
        if (accounts.out.lost.length + accounts.in.lost.length) {
            await this.tellState();
        }
        return { ...accounts, settleMs: doneAt - begin };
    }

    /** What the bridge says of itself, for who must find out why something is missing. */
    private async tellState(): Promise<void> {
        const status = await this.stack.admin.run(await this.stack.admin.createRoom('p', unique('state')), '/matrix status', { timeout: 60_000 }).catch(String);
        const logs = await this.stack.app.logs();
        const lines = logs.flatMap(({ entries }) => entries.map(({ severity, args }: { severity: string; args: unknown[] }) => `${severity}: ${args.join(' ')}`));
        process.stdout.write(`${status}\n${lines.filter((line) => !line.startsWith('debug')).sort().slice(-60).join('\n')}\n`);
    }
}
