/** What a route answers when it is not a plain success: status, body and headers as the server's API class makes them. */
export class Result {
    constructor(
        readonly status: number,
        readonly body: unknown,
        readonly headers: Record<string, string> = {},
    ) {}
}

/** `API.v1.failure`: 400. An object is sent as it is with `success: false`, a text becomes `error`. */
export function failure(error?: string | Record<string, unknown>, errorType?: string, details?: unknown): Result {
    if (error !== null && typeof error === 'object') return new Result(400, { ...error, success: false });
    return new Result(400, { success: false, error, ...(errorType && { errorType }), ...(details !== undefined && { details }) });
}

/** `API.v1.forbidden`: 403, whose text is `unauthorized` up to version 9 (`ApiClass.ts`, applyBreakingChanges). */
export const forbidden = (error = 'unauthorized') => new Result(403, { success: false, error });

/** `API.v1.unauthorized`: 401. */
export const unauthorized = (error = 'unauthorized', extra: object = {}) => new Result(401, { success: false, error, ...extra });

/** `API.v1.notFound`: 404. */
export const notFound = (error = 'Resource not found') => new Result(404, { success: false, error });

/** `API.v1.internalError`: 500. */
export const internalError = (error = 'Internal server error') => new Result(500, { success: false, error });

/** An answer whose bytes are sent as they are. */
export const raw = (body: Buffer | string, contentType: string) => new Result(200, body, { 'Content-Type': contentType });

/** The answer to who is not logged in, in the form that clients of all versions up to 9 know. */
export const notLoggedIn = () =>
    unauthorized('You must be logged in to do this.', { status: 'error', message: 'You must be logged in to do this.' });

/**
 * Turns what an action threw into the answer that the server's API class gives (`ApiClass.ts`, the catch around every
 * action). `message` of a Meteor error is `reason [error]`.
 */
export function errorResult(thrown: unknown): Result {
    const error = (thrown ?? {}) as { error?: unknown; message?: string; details?: unknown };
    const message = typeof thrown === 'string' ? thrown : (error.message ?? String(thrown));
    switch (error.error) {
        case 'error-too-many-requests':
            return new Result(429, { success: false, error: message });
        case 'unauthorized':
        case 'error-unauthorized':
            return forbidden(message);
        default:
            return failure(message, typeof error.error === 'string' || typeof error.error === 'number' ? String(error.error) : undefined, error.details);
    }
}
