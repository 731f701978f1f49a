import { isObject } from '../../convert/values';
import { BridgeError } from '../../errors/BridgeError';
import type { MatrixEventId, MatrixRoomId, MatrixUserId } from '../../ids/types';
import type { Content } from '../../matrix/Homeserver';
import type { BridgeContext } from '../core/Context';
import type { Portal } from './Portal';

/** The level that each right needs, with the default of the spec (client-server API, `m.room.power_levels`). */
const needs = {
    redact: (levels: Content): number => level(levels.redact, 50),
    mentionRoom: (levels: Content): number => level(isObject(levels.notifications) ? levels.notifications.room : undefined, 50),
};

/** Rooms before version 10 may hold levels as text. */
function level(value: unknown, otherwise: number): number {
    const number = typeof value === 'string' && /^\s*-?\d+\s*$/.test(value) ? Number(value) : value;
    return typeof number === 'number' && Number.isFinite(number) ? number : otherwise;
}

const own = (map: unknown, key: string): unknown => (isObject(map) && Object.prototype.hasOwnProperty.call(map, key) ? map[key] : undefined);

/**
 * Whether somebody's power in a Matrix room suffices. Asks the homeserver each time: only for what is rare.
 * @param room the portal's room, or a former one of it
 * @throws BridgeError when the homeserver cannot be asked now
 */
export async function hasPower(context: BridgeContext, portal: Portal, room: MatrixRoomId, user: MatrixUserId, what: keyof typeof needs): Promise<boolean> {
    const { homeserver, namespace } = context;
    const acting = namespace.actingAs(portal.host);
    try {
        const levels = (await homeserver.state(room, 'm.room.power_levels', '', acting)) || {};
        if (level(own(levels.users, user), level(levels.users_default, 0)) >= needs[what](levels)) {
            return true;
        }
        // From version 12 on a room's id is that of its first event, and its creators stand above all levels (MSC4289, MSC4291).
        const creation = room.includes(':') ? undefined : await homeserver.event(room, `$${room.slice(1)}` as MatrixEventId, acting);
        const creators: unknown[] = creation && Array.isArray(creation.content.additional_creators) ? creation.content.additional_creators : [];
        return Boolean(creation && (creation.sender === user || creators.includes(user)));
    } catch (error) {
        if (error instanceof BridgeError && !error.retriable) {
            return false;
        }
        throw error;
    }
}
