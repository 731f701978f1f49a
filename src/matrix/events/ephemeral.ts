import { isObject } from '../../convert/values';
import { matrixRoomId, matrixUserId } from '../../ids/matrix';
import type { MatrixRoomId, MatrixUserId } from '../../ids/types';

/** Most users of one ephemeral event that are looked at. */
const MOST_USERS = 500;

/** Who types in a room now. */
export interface Typing {
    roomId: MatrixRoomId;
    users: MatrixUserId[];
}

/**
 * Reads `m.typing` of a transaction's ephemeral events (application service API, Matrix 1.13). Never throws.
 * @returns undefined for what is malformed, and for all other kinds: an app can show nobody's presence or receipts
 */
export function typingIn(value: unknown): Typing | undefined {
    if (!isObject(value) || !isObject(value.content) || value.type !== 'm.typing') {
        return undefined;
    }
    const roomId = matrixRoomId(value.room_id);
    const { user_ids: ids } = value.content;
    const names: unknown[] = Array.isArray(ids) ? ids.slice(0, MOST_USERS) : [];
    return roomId && { roomId, users: names.map(matrixUserId).filter((user): user is MatrixUserId => user !== undefined) };
}
