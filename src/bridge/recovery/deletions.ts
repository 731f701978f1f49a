import type { MatrixUserId, RcMessageId } from '../../ids/types';
import type { RcMessage } from '../../rocketchat/RocketChat';
import { reasonOf } from '../core/Context';
import type { Parts } from '../core/Parts';
import { OUTWARD } from '../core/Patience';
import { editsOf } from '../outbound/lookups';
import type { Sender } from '../outbound/Sender';
import { isForbidden } from '../people/Ghosts';
import type { Portal } from '../portals/Portal';
import type { Arrived, OurEvent } from './Arrived';
import { deletedByPeople, readPruning } from './pruned';
import type { RoomLane } from './Recovery';
import type { Written } from './Written';

/** What is compared: the messages of a room with what has arrived. */
interface Compared {
    portal: Portal;
    written: Written;
    arrived: Arrived;
    /** Messages whose deletion waits for its turn. */
    waiting: Set<string>;
}

/** What a deletion leaves where the server keeps a trace of it (`deleteMessage.ts`). */
const isTrace = ({ systemType, unmapped }: RcMessage): boolean => systemType === 'rm' || unmapped._hidden === true;

/** What has arrived and is not in Rocket.Chat any more was deleted while nobody heard it, or pruned: only the former goes on Matrix, too. */
export async function compareDeletions(parts: Parts, sender: Sender, { portal, written, arrived, waiting }: Compared, lane: RoomLane): Promise<void> {
    const { context, ghosts, links, patience } = parts;
    const there = new Set<string>(written.messages.map(({ id }) => id));
    const traced: (OurEvent & { id: RcMessageId })[] = [];
    const gone: (OurEvent & { id: RcMessageId })[] = [];
    for (const [id, event] of arrived.messages as Map<RcMessageId, OurEvent>) {
        if (there.has(id) || waiting.has(id) || event.ts < written.since) {
            continue;
        }
        const message = await context.rocketchat.message(id);
        if (message && isTrace(message)) {
            traced.push({ ...event, id });
        } else if (!message && (await ghosts.userOf(event.sender))) {
            // Messages of users who were deleted may stay, and cannot be read.
            gone.push({ ...event, id });
        }
    }
    const deleted = gone.length ? deletedByPeople(gone, written.oldest, await readPruning(context, portal), context.clock.now()) : [];
    if (deleted.length < gone.length) {
        context.log.warn(`${gone.length - deleted.length} messages of room ${portal.rcRoomId} are not in Rocket.Chat any more and look as if they were pruned: they stay on Matrix.`);
    }
    for (const { id, event, sender: ghost } of [...traced, ...deleted]) {
        await lane.begin();
        try {
            const own = [...new Set([event, ...(await links.eventsOf(id))])];
            const edits = await Promise.all(own.map((one) => editsOf(parts, portal, one)));
            for (const one of [...own, ...edits.flat()]) {
                const by = (user: MatrixUserId): Promise<void> => patience.keepTrying(() => sender.redactAs(portal, user, one), OUTWARD);
                // Who wrote it may have left the room since.
                await by(ghost).catch((error) => (isForbidden(error) ? by(portal.host) : Promise.reject(error)));
            }
        } catch (error) {
            const author = await ghosts.userOf(ghost);
            const item = author && { kind: 'delete' as const, room: portal.rcRoomId, message: id, author: author.id, by: author.id };
            await (author && item ? lane.failed(item, { actor: author }, error) : context.log.warn(`Message ${id} could not be deleted on Matrix: ${reasonOf(error)}`));
        }
    }
}
