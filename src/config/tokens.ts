import { createHmac, randomBytes } from 'crypto';

/** @returns a new secret token, 64 hexadecimal digits from the system's random source */
export function newToken(): string {
    return randomBytes(32).toString('hex');
}

/**
 * The application service token that goes with another localpart of the bridge's user: Dendrite 0.15 does not start when the
 * localpart changes and the token stays. Derived, so that all instances of the server come to the same one.
 */
export function tokenForLocalpart(tokens: { asToken: string; hsToken: string }, localpart: string): string {
    return createHmac('sha256', `${tokens.hsToken}\n${tokens.asToken}`).update(localpart).digest('hex');
}
