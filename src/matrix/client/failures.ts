import type { BridgeError } from '../../errors/BridgeError';
import type { FailureCode } from '../../errors/catalogue';
import { failure } from '../../errors/catalogue';

/** What a failed answer of the homeserver consists of. */
export interface FailedAnswer {
    status: number;
    headers: Record<string, string>;
    /** Parsed body; undefined when it is no JSON object. */
    body?: Record<string, unknown>;
    /** What was asked for, without ids and query: `PUT …/send/m.room.message`. */
    request: string;
}

/** Error codes of the Matrix spec (client-server API, "Standard error response") that say more than the status. */
const byErrcode: Record<string, FailureCode> = {
    M_LIMIT_EXCEEDED: 'matrix.limited',
    M_UNKNOWN_TOKEN: 'matrix.token',
    M_MISSING_TOKEN: 'matrix.token',
    M_FORBIDDEN: 'matrix.forbidden',
    // With 401 on some homeservers: it is not the token, and concerns one user.
    M_USER_LOCKED: 'matrix.forbidden',
    M_USER_DEACTIVATED: 'matrix.forbidden',
    M_USER_SUSPENDED: 'matrix.forbidden',
    M_NOT_FOUND: 'matrix.notFound',
    M_UNRECOGNIZED: 'matrix.unsupported',
    M_EXCLUSIVE: 'matrix.exclusive',
    M_USER_IN_USE: 'matrix.userInUse',
    M_ROOM_IN_USE: 'matrix.roomInUse',
    M_DUPLICATE_ANNOTATION: 'matrix.duplicate',
    M_TOO_LARGE: 'matrix.tooLarge',
};

function codeOf(status: number, errcode: string | undefined): FailureCode {
    if (status === 408) {
        return 'homeserver.timeout';
    }
    if (status === 413) {
        // Dendrite says M_BAD_JSON here.
        return 'matrix.tooLarge';
    }
    if (status === 429) {
        return 'matrix.limited';
    }
    if (status >= 500) {
        if (errcode === undefined) {
            return status === 500 ? 'matrix.serverError' : 'homeserver.unavailable';
        }
        return errcode === 'M_LIMIT_EXCEEDED' ? 'matrix.limited' : 'matrix.serverError';
    }
    if (errcode === undefined) {
        return 'homeserver.notMatrix';
    }
    if (status === 409 && errcode === 'M_UNKNOWN') {
        // An alias that is taken, on Synapse and Dendrite.
        return 'matrix.roomInUse';
    }
    return byErrcode[errcode] || (status === 401 ? 'matrix.token' : status === 403 ? 'matrix.forbidden' : status === 404 ? 'matrix.notFound' : 'matrix.refused');
}

/** @returns milliseconds, from the body (Synapse, Dendrite) or the header (seconds or a date; proxies) */
export function retryAfter(body: Record<string, unknown> | undefined, headers: Record<string, string>, now = Date.now()): number | undefined {
    const inBody = body && body.retry_after_ms;
    if (typeof inBody === 'number' && Number.isFinite(inBody) && inBody >= 0) {
        return Math.ceil(inBody);
    }
    const header = headers['retry-after'];
    if (!header) {
        return undefined;
    }
    const milliseconds = /^\s*\d+(\.\d+)?\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
    return Number.isFinite(milliseconds) ? Math.max(0, Math.ceil(milliseconds)) : undefined;
}

/** @returns the failure that an answer with a status other than 2xx means */
export function failedAnswer({ status, headers, body, request }: FailedAnswer): BridgeError {
    const errcode = body && typeof body.errcode === 'string' ? body.errcode.slice(0, 100) : undefined;
    const said = body && typeof body.error === 'string' ? body.error.slice(0, 300) : undefined;
    const code = codeOf(status, errcode);
    return failure(code, {
        status,
        ...(errcode === undefined ? {} : { errcode }),
        ...(code === 'matrix.limited' || status >= 500 ? { retryAfterMs: retryAfter(body, headers) } : {}),
        // A refusal is certain even where the answer is no Matrix error, say of a proxy; 5xx, 408, and no status at all leave it open.
        ...(status >= 300 && status < 500 && status !== 408 ? { certain: true } : {}),
        detail: `${request}: ${status}${said ? ` ${said}` : ''}`,
    });
}

/** Node's and undici's words for failed connections, as they come through the engine (only the message of an error does). */
const networkWords: [RegExp, FailureCode][] = [
    [/timed? ?out|timeout|ETIMEDOUT|ESOCKETTIMEDOUT|aborted/i, 'homeserver.timeout'],
    [/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL/i, 'homeserver.unreachable'],
    [/certificate|self[- ]signed|CERT_|UNABLE_TO_VERIFY|SSL|TLS|EPROTO/i, 'homeserver.certificate'],
    [/absolute URL|invalid url|Only HTTP\(S\)|unsupported protocol/i, 'homeserver.badUrl'],
];

/**
 * @param error what the engine's HTTP accessor threw
 * @returns the failure; a connection that broke without a known reason may have done its work
 */
export function networkFailure(error: unknown, request: string): BridgeError {
    const text = error instanceof Error ? error.message : String(error);
    const known = networkWords.find(([words]) => words.test(text));
    return failure(known ? known[1] : 'homeserver.connectionLost', { detail: `${request}: ${withoutQuery(text).slice(0, 300)}` });
}

/** Some hosts put the whole URL into the message; the query holds ids, which are no secret, but long. */
function withoutQuery(text: string): string {
    return text.replace(/\?[^\s'"]*/g, '');
}
