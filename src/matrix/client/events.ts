import { objectOf } from '../../convert/values';
import { isFailure } from '../../errors/catalogue';
import { matrixUserId } from '../../ids/matrix';
import type { MatrixEventId, MatrixUserId } from '../../ids/types';
import { checkEvent, checkEvents } from '../events/envelope';
import type { Homeserver, Profile } from '../Homeserver';
import { profileOf } from './account';
import type { Caller, Json } from './Caller';
import { path, textIn } from './Caller';

type EventCalls = Pick<
    Homeserver,
    'send' | 'sendState' | 'redact' | 'state' | 'joinedMembers' | 'event' | 'messages' | 'relations' | 'typing' | 'readReceipt'
>;

/** Events: sending, reading, and what passes. */
export function eventCalls(caller: Caller): EventCalls {
    // Not the SDK's sendEvent: its transaction ids collide between clients, and it takes no time.
    const eventId = async (request: Promise<Json>, what: string): Promise<MatrixEventId> => textIn(await request, 'event_id', what) as MatrixEventId;

    return {
        send: ({ roomId, type, content, txnId, ts, as }) =>
            eventId(caller.json('PUT', path('rooms', roomId, 'send', type, txnId), { as, query: { ts }, body: content }), `PUT send/${type}`),

        sendState: (roomId, type, stateKey, content, { as, ts } = {}) =>
            eventId(caller.json('PUT', path('rooms', roomId, 'state', type, stateKey), { as, query: { ts }, body: content }), `PUT state/${type}`),

        redact: (roomId, event, { as, txnId, reason }) =>
            eventId(caller.json('PUT', path('rooms', roomId, 'redact', event, txnId), { as, body: reason ? { reason } : {} }), 'PUT redact'),

        async state(roomId, type, stateKey = '', { as } = {}) {
            try {
                return await caller.json('GET', path('rooms', roomId, 'state', type, stateKey), { as });
            } catch (error) {
                if (isFailure(error, 'matrix.notFound')) {
                    return undefined;
                }
                throw error;
            }
        },

        async joinedMembers(roomId, { as } = {}) {
            const members = new Map<MatrixUserId, Profile>();
            const { joined } = await caller.json('GET', path('rooms', roomId, 'joined_members'), { as });
            for (const [id, value] of Object.entries(objectOf(joined))) {
                const user = matrixUserId(id);
                if (user) {
                    members.set(user, profileOf(objectOf(value).display_name, objectOf(value).avatar_url));
                }
            }
            return members;
        },

        async event(roomId, id, { as } = {}) {
            try {
                const checked = checkEvent(await caller.json('GET', path('rooms', roomId, 'event', id), { as }), roomId);
                // Dendrite hands out events of other rooms, too.
                return 'event' in checked && checked.event.room_id === roomId ? checked.event : undefined;
            } catch (error) {
                if (isFailure(error, 'matrix.notFound')) {
                    return undefined;
                }
                throw error;
            }
        },

        async messages(roomId, { as, from, dir, limit }) {
            const answer = await caller.json('GET', path('rooms', roomId, 'messages'), { as, query: { dir, limit, from } });
            const events = checkEvents(answer.chunk, roomId).filter((event) => event.room_id === roomId);
            return { events, ...(typeof answer.end === 'string' ? { end: answer.end } : {}) };
        },

        async relations(roomId, id, { as, relType, limit, from }) {
            // Given since 1.3 under v1 alone.
            const answer = await caller.json('GET', `/_matrix/client/v1/${path('rooms', roomId, 'relations', id, relType)}`, { as, query: { limit, from } });
            const events = checkEvents(answer.chunk, roomId).filter((event) => event.room_id === roomId);
            return { events, ...(typeof answer.next_batch === 'string' ? { next: answer.next_batch } : {}) };
        },

        async typing(roomId, user, timeoutMs) {
            const body = timeoutMs > 0 ? { typing: true, timeout: timeoutMs } : { typing: false };
            await caller.json('PUT', path('rooms', roomId, 'typing', user), { as: user, body });
        },

        async readReceipt(roomId, event, user) {
            await caller.json('POST', path('rooms', roomId, 'receipt', 'm.read', event), { as: user, body: {} });
        },
    };
}
