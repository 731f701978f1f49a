import { isObject } from '../../convert/values';
import { matrixEventId, matrixRoomId, matrixUserId } from '../../ids/matrix';
import type { Content, MatrixEvent } from '../Homeserver';

/** Matrix: types and state keys are at most 255 bytes (client-server API, "Size limits"). */
const LONGEST_KEY_BYTES = 255;

const isShort = (value: unknown): value is string => typeof value === 'string' && Buffer.byteLength(value, 'utf8') <= LONGEST_KEY_BYTES;

/** An event, or why it is none. */
export type Checked<T> = { event: T } | { problem: string };

/**
 * Checks the envelope of an event that the homeserver sent. The content stays what a stranger wrote. Never throws.
 * @param value one element of `events` of a transaction, of `/messages`, of `/state`
 * @param roomId the room it was asked for in, where the event itself may leave it out
 * @returns a new object that holds the known fields only
 */
export function checkEvent(value: unknown, roomId?: string): Checked<MatrixEvent> {
    if (!isObject(value)) {
        return { problem: 'not an object' };
    }
    const { type, content, state_key: stateKey, unsigned, origin_server_ts: time } = value;
    const room = matrixRoomId(value.room_id == null ? roomId : value.room_id);
    const eventId = matrixEventId(value.event_id);
    const sender = matrixUserId(value.sender);
    if (!isShort(type) || type === '') {
        return { problem: 'no type' };
    }
    if (!room) {
        return { problem: 'no room id' };
    }
    if (!eventId) {
        return { problem: 'no event id' };
    }
    if (!sender) {
        return { problem: 'no sender' };
    }
    if (!isObject(content)) {
        return { problem: 'no content' };
    }
    if (stateKey != null && !isShort(stateKey)) {
        return { problem: 'a state key that is no short text' };
    }
    // Rooms before version 11 have it on top, later ones in the content; Synapse gives both.
    const redacts = matrixEventId(value.redacts) || (type === 'm.room.redaction' ? matrixEventId(content.redacts) : undefined);
    return {
        event: {
            type,
            room_id: room,
            event_id: eventId,
            sender,
            origin_server_ts: typeof time === 'number' && Number.isFinite(time) && time >= 0 ? Math.floor(time) : 0,
            content: content as Content,
            ...(stateKey == null ? {} : { state_key: stateKey }),
            ...(redacts ? { redacts } : {}),
            ...(isObject(unsigned) ? { unsigned } : {}),
        },
    };
}

/** @returns the events of a list that are well-formed; the others are left out */
export function checkEvents(values: unknown, roomId?: string): MatrixEvent[] {
    const events: MatrixEvent[] = [];
    for (const value of Array.isArray(values) ? values : []) {
        const checked = checkEvent(value, roomId);
        if ('event' in checked) {
            events.push(checked.event);
        }
    }
    return events;
}
