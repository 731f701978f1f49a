import { digest } from './hash';
import type { MatrixEventId, RcMessageId } from './types';

/** Event ids from room version 4 on: `$` and the 43 base64url characters of a SHA-256 (version 3: base64, may hold `/` and `+`). */
const HASHED_EVENT_ID = /^\$([0-9A-Za-z_-]{43})$/;
const DERIVED = /^mx([0-9A-Za-z_-]{43})(?:\.(\d{1,3}))?$/;

/**
 * Rocket.Chat message id of a Matrix event: derived, so that creating it twice is impossible and no mapping is needed.
 * @param part number of the message when one event becomes several (long texts), 0 for the first
 * @returns `mx` + the 43 characters of the event id (+ `.part`); for ids of old room versions `mxh` + a digest
 */
export function messageIdOf(event: MatrixEventId, part = 0): RcMessageId {
    const hashed = HASHED_EVENT_ID.exec(event);
    const stem = hashed ? `mx${hashed[1]}` : `mxh${digest(event).slice(0, 40)}`;
    return (part ? `${stem}.${part}` : stem) as RcMessageId;
}

/** @returns the event that the message was made from; undefined when the id is not of the invertible form */
export function eventIdOf(message: RcMessageId): MatrixEventId | undefined {
    const derived = DERIVED.exec(message);
    return derived ? (`$${derived[1]}` as MatrixEventId) : undefined;
}

/**
 * Id of a message of the bridge itself that is to be posted once, whoever posts it.
 * @param kind what it says; @param about what it is about, an id of either side
 */
export function noticeIdOf(kind: string, about: string): RcMessageId {
    return `mxh${digest(`${kind} ${about}`).slice(0, 40)}` as RcMessageId;
}

/** @returns true when the message's id was derived from a Matrix event, in either form */
export function isDerivedMessageId(message: string): boolean {
    return DERIVED.test(message) || /^mxh[0-9a-f]{40}(?:\.\d{1,3})?$/.test(message);
}
