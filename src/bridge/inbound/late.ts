import type { MatrixEvent } from '../../matrix/Homeserver';
import { reasonOf } from '../core/Context';
import type { Parts } from '../core/Parts';
import type { Portal } from '../portals/Portal';

/** Below this an event counts as just written: clocks differ. */
const LATE_MS = 60_000;
/** The same for messages, of which there are many more. */
export const LATE_MESSAGE_MS = 300_000;
/** What of a state event is brought over. */
const FIELDS: Record<string, string[]> = { 'm.room.name': ['name'], 'm.room.topic': ['topic'], 'm.room.member': ['membership', 'displayname', 'avatar_url'] };

/** Homeservers leave events behind around their restarts, and bring them long after newer ones. */
export const isLate = ({ context }: Pick<Parts, 'context'>, { origin_server_ts: ts }: MatrixEvent, ms = LATE_MS): boolean => context.clock.now() - ts > ms;

/**
 * Whether a state event that comes late is the room's state no more: it must not undo what came after it. One request, for late
 * ones only. Never throws: where the room cannot be asked the event counts.
 */
export async function isOvertaken(parts: Parts, { host }: Portal, event: MatrixEvent): Promise<boolean> {
    if (!isLate(parts, event)) {
        return false;
    }
    const { homeserver, namespace, log } = parts.context;
    try {
        const now = await homeserver.state(event.room_id, event.type, event.state_key, namespace.actingAs(host));
        // Who was invited has joined, or is about to.
        const isTaken = event.content.membership === 'invite' && now?.membership === 'join';
        const isOver = now !== undefined && !isTaken && FIELDS[event.type].some((field) => (now[field] ?? '') !== (event.content[field] ?? ''));
        if (isOver) {
            log.info(`The event ${event.event_id} (${event.type}) comes late and is left out: the room has changed since.`);
        }
        return isOver;
    } catch (error) {
        log.debug(`Whether ${event.event_id} is still so could not be asked: ${reasonOf(error)}`);
        return false;
    }
}
