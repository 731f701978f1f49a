import { createHash, timingSafeEqual } from 'crypto';

/** What is to be said of the token of a request. */
export type TokenVerdict = 'right' | 'missing' | 'wrong';

const digestOf = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

/** Takes the same time wherever the difference is, also for different lengths. */
function same(a: string, b: string): boolean {
    return timingSafeEqual(digestOf(a), digestOf(b));
}

/**
 * Checks that a request comes from the homeserver ("Authorization", application service API). The query parameter is what
 * homeservers before Matrix 1.4 send; where both come they must agree.
 * @param expected the homeserver token of the settings; while it is not set nobody is let in
 * @param authorization header of the request
 * @param query `access_token` of the request
 */
export function checkToken(expected: string, authorization: unknown, query: unknown): TokenVerdict {
    const bearer = typeof authorization === 'string' ? /^\s*Bearer\s+(\S+)\s*$/i.exec(authorization) : null;
    const given = [bearer ? bearer[1] : undefined, query === undefined || query === null || query === '' ? undefined : query].filter((token) => token !== undefined);
    if (given.length === 0) {
        return 'missing';
    }
    // No shortcut: each given token is compared.
    const right = given.map((token) => same(typeof token === 'string' ? token : '', expected));
    return expected !== '' && right.every(Boolean) ? 'right' : 'wrong';
}
