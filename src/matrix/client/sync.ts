import { objectOf } from '../../convert/values';
import { digest } from '../../ids/hash';
import { matrixRoomId } from '../../ids/matrix';
import type { MatrixRoomId, MatrixUserId } from '../../ids/types';
import { checkEvent, checkEvents } from '../events/envelope';
import type { Homeserver, MatrixEvent, News } from '../Homeserver';
import type { Caller } from './Caller';
import { textIn } from './Caller';

const NOTHING = { not_types: ['*'] };
/** Events of a room in one answer; when there are more the answer says so. */
const LIMIT = 100;

/** Only what was written: no state, no presence, no receipts. The first answer is only a place to begin from. */
function filterOf(isFirst: boolean): string {
    const room = { ...(isFirst && { rooms: [] }), timeline: { limit: LIMIT }, state: NOTHING, ephemeral: NOTHING, account_data: NOTHING };
    return JSON.stringify({ presence: NOTHING, account_data: NOTHING, room });
}

/** `GET /sync`, without waiting. Synapse answers its own application service's sender 500; ghosts are served everywhere. */
export function syncCalls(caller: Caller): Pick<Homeserver, 'news'> {
    return {
        async news({ as, since }) {
            // Without `set_presence` the ghost would count as online.
            const query = { timeout: 0, set_presence: 'offline', filter: filterOf(since === undefined), ...(since !== undefined && { since }) };
            const answer = await caller.json('GET', 'sync', { as, query });
            const rooms: News['rooms'] = [];
            for (const [id, value] of since === undefined ? [] : Object.entries(objectOf(objectOf(answer.rooms).join))) {
                const { events, limited } = objectOf(objectOf(value).timeline);
                if (matrixRoomId(id)) {
                    rooms.push({ roomId: id as MatrixRoomId, events: checkEvents(events, id), limited: limited === true });
                }
            }
            const left = Object.keys(objectOf(objectOf(answer.rooms).leave)).filter((id) => matrixRoomId(id)) as MatrixRoomId[];
            return { next: textIn(answer, 'next_batch', 'GET sync'), rooms, left, invites: as ? invitesOf(as, objectOf(objectOf(answer.rooms).invite), since || '') : [] };
        },
    };
}

/**
 * The invite itself stands among the stripped state of its room (Matrix spec, client-server API, "Stripped state"). Synapse adds
 * its id; by the spec it has none, and gets one that is the same when the same answer is read again.
 */
function invitesOf(user: MatrixUserId, rooms: Record<string, unknown>, since: string): MatrixEvent[] {
    return Object.entries(rooms).reduce<MatrixEvent[]>((found, [room, value]) => {
        const { events } = objectOf(objectOf(value).invite_state);
        const state: Record<string, unknown>[] = (Array.isArray(events) ? events : []).map(objectOf);
        const own = state.find(({ type, state_key: key, content }) => type === 'm.room.member' && key === user && objectOf(content).membership === 'invite');
        const id = `$${digest(`${room} ${user} ${since}`).slice(0, 43)}`;
        const checked = checkEvent({ event_id: id, ...own, unsigned: { invite_room_state: state } }, room);
        return own && 'event' in checked ? [...found, checked.event] : found;
    }, []);
}
