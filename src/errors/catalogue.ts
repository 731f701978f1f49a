import { BridgeError } from './BridgeError';
import type { Failure } from './BridgeError';

type Entry = Pick<Failure, 'userMessage' | 'retriable' | 'certain'>;

const trying = (userMessage: string, certain: boolean): Entry => ({ userMessage, retriable: true, certain });
const final = (userMessage: string): Entry => ({ userMessage, retriable: false, certain: true });

/**
 * Every way in which the work with the homeserver can fail. `certain` is false wherever the homeserver may have done what
 * it was asked for although we did not hear so; such a request must be looked for before it is repeated.
 */
const entries = {
    'homeserver.unreachable': trying('The Matrix homeserver cannot be reached.', true),
    'homeserver.certificate': trying('The Matrix homeserver\'s TLS certificate is not trusted by the Rocket.Chat server.', true),
    'homeserver.timeout': trying('The Matrix homeserver did not answer in time.', false),
    'homeserver.connectionLost': trying('The connection to the Matrix homeserver broke.', false),
    'homeserver.notMatrix': trying('What answers at the homeserver\'s address is not a Matrix homeserver.', false),
    'homeserver.unavailable': trying('The Matrix homeserver is not available at the moment.', false),
    'homeserver.noPermission': trying('Rocket.Chat gives the Matrix bridge no answer of the homeserver. Perhaps the app lacks the permission "networking".', false),
    'homeserver.badUrl': final('The address of the Matrix homeserver is not a URL.'),

    'matrix.limited': trying('The Matrix homeserver asks the bridge to slow down.', true),
    'matrix.token': trying('The Matrix homeserver does not accept the bridge\'s token: the registration file on the homeserver is not the bridge\'s current one.', true),
    'matrix.serverError': trying('The Matrix homeserver had an internal error.', false),
    'matrix.forbidden': final('The Matrix homeserver does not allow this.'),
    'matrix.notFound': final('The Matrix homeserver does not know this.'),
    'matrix.unsupported': final('The Matrix homeserver does not offer this.'),
    'matrix.exclusive': final('This name belongs to another application service of the Matrix homeserver.'),
    'matrix.userInUse': final('This Matrix user exists already.'),
    'matrix.roomInUse': final('This Matrix room alias is in use already.'),
    'matrix.duplicate': final('This was done already.'),
    'matrix.tooLarge': final('This is too large for the Matrix homeserver.'),
    'matrix.refused': final('The Matrix homeserver refused this.'),
    'matrix.badAnswer': trying('The Matrix homeserver gave an answer that the bridge does not understand.', false),

    'bridge.notSetUp': trying('The settings of the Matrix bridge are not complete.', true),

    'media.tooLarge': final('This file is larger than allowed.'),
    'media.badUri': final('This is not an address of a Matrix file.'),
} as const;

/** Stable name of a failure. */
export type FailureCode = keyof typeof entries;

/** Stable names of all failures, for the documentation. */
export const failureCodes = Object.keys(entries) as FailureCode[];

/**
 * @param code entry of the catalogue
 * @param facts what is known beyond it: status, errcode, retryAfterMs, detail (without secrets), or a more precise userMessage
 */
export function failure(code: FailureCode, facts: Partial<Omit<Failure, 'code'>> = {}): BridgeError {
    return new BridgeError({ ...entries[code], ...facts, code });
}

/** @returns whether the value is a failure of the bridge with one of these codes */
export function isFailure(error: unknown, ...codes: FailureCode[]): error is BridgeError {
    return error instanceof BridgeError && (codes.length === 0 || (codes as string[]).includes(error.code));
}
