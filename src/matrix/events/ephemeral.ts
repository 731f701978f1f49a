import { matrixEventId, matrixRoomId, matrixUserId } from '../../ids/matrix';
import type { MatrixEventId, MatrixRoomId, MatrixUserId } from '../../ids/types';

/** Most users of one ephemeral event that are looked at. */
const MOST_USERS = 500;

export type EphemeralEvent =
    | { type: 'm.typing'; roomId: MatrixRoomId; users: MatrixUserId[] }
    | { type: 'm.receipt'; roomId: MatrixRoomId; receipts: { eventId: MatrixEventId; user: MatrixUserId }[] }
    | { type: 'm.presence'; user: MatrixUserId; presence: 'online' | 'offline' | 'unavailable'; statusText?: string };

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

function receiptsIn(content: Json): { eventId: MatrixEventId; user: MatrixUserId }[] {
    const receipts: { eventId: MatrixEventId; user: MatrixUserId }[] = [];
    for (const [id, kinds] of Object.entries(content)) {
        const eventId = matrixEventId(id);
        const read = isObject(kinds) ? kinds['m.read'] : undefined;
        for (const name of eventId && isObject(read) ? Object.keys(read) : []) {
            const user = matrixUserId(name);
            if (eventId && user && receipts.length < MOST_USERS) {
                receipts.push({ eventId, user });
            }
        }
    }
    return receipts;
}

/**
 * Checks an ephemeral event of a transaction (application service API, Matrix 1.13). Never throws.
 * @returns undefined for what the bridge does not know or what is malformed
 */
export function checkEphemeral(value: unknown): EphemeralEvent | undefined {
    if (!isObject(value) || !isObject(value.content)) {
        return undefined;
    }
    const { content } = value;
    const roomId = matrixRoomId(value.room_id);
    if (value.type === 'm.typing' && roomId) {
        const names: unknown[] = Array.isArray(content.user_ids) ? content.user_ids.slice(0, MOST_USERS) : [];
        return { type: 'm.typing', roomId, users: names.map(matrixUserId).filter((user): user is MatrixUserId => user !== undefined) };
    }
    if (value.type === 'm.receipt' && roomId) {
        return { type: 'm.receipt', roomId, receipts: receiptsIn(content) };
    }
    const user = matrixUserId(value.sender);
    const { presence } = content;
    if (value.type === 'm.presence' && user && (presence === 'online' || presence === 'offline' || presence === 'unavailable')) {
        return { type: 'm.presence', user, presence, ...(typeof content.status_msg === 'string' ? { statusText: content.status_msg } : {}) };
    }
    return undefined;
}
