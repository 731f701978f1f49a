import type { MatrixEventId, MatrixRoomAlias, MatrixRoomId, MatrixUserId, MxcUri } from './types';

/** Matrix: ids are at most 255 bytes. */
const MAX_ID_BYTES = 255;
const SERVER_NAME = /^(?:\[[0-9a-fA-F:.]{2,45}\]|[0-9a-zA-Z.-]{1,230})(?::[0-9]{1,5})?$/;
const CONTROL = /[\u0000-\u0020\u007f-\u00a0\u2028\u2029\ufeff]/;

const isText = (value: unknown): value is string =>
    typeof value === 'string' && value.length > 1 && Buffer.byteLength(value, 'utf8') <= MAX_ID_BYTES && !CONTROL.test(value);

/**
 * @param value anything, also from strangers
 * @returns the value as a user id, undefined when it is not `@localpart:server` (historical localparts are accepted,
 * see the Matrix spec, appendices, "User identifiers"; white space and control characters are not)
 */
export function matrixUserId(value: unknown): MatrixUserId | undefined {
    if (!isText(value) || value[0] !== '@') {
        return undefined;
    }
    const colon = value.indexOf(':');
    return colon > 1 && SERVER_NAME.test(value.slice(colon + 1)) ? (value as MatrixUserId) : undefined;
}

/** @returns the value as a room id (`!…`, with or without a server part), undefined when it is none */
export function matrixRoomId(value: unknown): MatrixRoomId | undefined {
    return isText(value) && value[0] === '!' ? (value as MatrixRoomId) : undefined;
}

/** @returns the value as an event id (`$…`), undefined when it is none */
export function matrixEventId(value: unknown): MatrixEventId | undefined {
    return isText(value) && value[0] === '$' ? (value as MatrixEventId) : undefined;
}

/** @returns the value as a room alias (`#name:server`), undefined when it is none */
export function matrixRoomAlias(value: unknown): MatrixRoomAlias | undefined {
    if (!isText(value) || value[0] !== '#') {
        return undefined;
    }
    const colon = value.indexOf(':');
    return colon > 1 && SERVER_NAME.test(value.slice(colon + 1)) ? (value as MatrixRoomAlias) : undefined;
}

/** @returns the value as a media URI (`mxc://server/id`), undefined when it is none */
export function mxcUri(value: unknown): MxcUri | undefined {
    return typeof value === 'string' && value.length <= 512 && /^mxc:\/\/[0-9a-zA-Z.:[\]-]+\/[0-9a-zA-Z_=-]+$/.test(value) ? (value as MxcUri) : undefined;
}

/** @returns what stands between `@` and the first `:` */
export function localpartOf(user: MatrixUserId): string {
    return user.slice(1, user.indexOf(':'));
}

/** @returns what stands behind the first `:`, with the port when there is one */
export function serverOf(user: MatrixUserId | MatrixRoomAlias): string {
    return user.slice(user.indexOf(':') + 1);
}
