import type { Waiting } from '../bridge/core/Waiting';
import type { Queue, QueueState } from '../bridge/status/Queue';
import { asCode, byDirection, duration, plural, towards } from '../ui/words';
import type { Command } from './Command';

const SHOWN = 25;

/** `/matrix queue`: what waits for its turn, and whether the homeserver is there. */
export class QueueCommand implements Command {
    public readonly name = 'queue';
    public readonly params = '';
    public readonly description = 'Show what waits to be delivered, by room (administrators)';
    public readonly adminOnly = true;
    public readonly worksWhenOff = true;

    /** @param queue read at each call */
    constructor(private readonly queue: () => Queue) {}

    public async run(): Promise<string> {
        const queue = this.queue();
        const state = queue.look();
        const now = Date.now();
        const { rooms } = state;
        if (!rooms.length) {
            return ['Nothing waits.', ...away(state, now)].join('\n');
        }
        const counts = { in: 0, out: 0 };
        rooms.forEach(({ direction, count }) => { counts[direction] += count; });
        const one = async ({ direction, room, count, hasMore, oldestAt }: Waiting): Promise<string> =>
            `- ${asCode(await queue.roomName(direction, room))}, ${towards(direction)}: ${count}${hasMore ? ' and more' : ''}, the oldest for ${duration(now - oldestAt)}`;
        const hidden = rooms.slice(SHOWN);
        return [
            `**${plural(counts.in + counts.out, 'item waits', 'items wait')}** (${byDirection(counts)}), the oldest for ${duration(now - rooms[0].oldestAt)}.`,
            ...away(state, now),
            ...(await Promise.all(rooms.slice(0, SHOWN).map(one))),
            ...(hidden.length ? [`- and ${plural(hidden.reduce((sum, { count }) => sum + count, 0), 'item', 'items')} in ${plural(hidden.length, 'other room', 'other rooms')}`] : []),
        ].join('\n');
    }
}

function away({ awaySince, nextTryAt }: QueueState, now: number): string[] {
    if (awaySince === undefined) {
        return [];
    }
    const next = nextTryAt !== undefined && nextTryAt > now ? `in ${duration(nextTryAt - now)}` : 'under way';
    return [`The homeserver has been away for ${duration(now - awaySince)}; the next try is ${next}. What waits is delivered when it is back.`];
}
