import { failedAnswer, networkFailure, retryAfter } from '../../../src/matrix/client/failures';

type Row = [name: string, status: number, body: Record<string, unknown> | undefined, code: string, retriable: boolean, certain: boolean];

describe('failed answers', () => {
    it.each<Row>([
        ['rate limit', 429, { errcode: 'M_LIMIT_EXCEEDED', retry_after_ms: 500 }, 'matrix.limited', true, true],
        ['rate limit of a proxy', 429, undefined, 'matrix.limited', true, true],
        ['unknown token', 401, { errcode: 'M_UNKNOWN_TOKEN' }, 'matrix.token', true, true],
        ['no token', 401, { errcode: 'M_MISSING_TOKEN' }, 'matrix.token', true, true],
        ['not in the room', 403, { errcode: 'M_FORBIDDEN' }, 'matrix.forbidden', false, true],
        ['a ghost that an administrator locked', 401, { errcode: 'M_USER_LOCKED', soft_logout: true }, 'matrix.forbidden', false, true],
        ['a ghost that is deactivated', 401, { errcode: 'M_USER_DEACTIVATED' }, 'matrix.forbidden', false, true],
        ['a ghost that is suspended', 403, { errcode: 'M_USER_SUSPENDED' }, 'matrix.forbidden', false, true],
        ['banned, on Synapse', 403, { errcode: 'M_BAD_STATE' }, 'matrix.forbidden', false, true],
        ['unknown user of Synapse', 404, { errcode: 'M_UNKNOWN' }, 'matrix.notFound', false, true],
        ['unknown path', 404, { errcode: 'M_UNRECOGNIZED' }, 'matrix.unsupported', false, true],
        ['not Matrix', 404, undefined, 'homeserver.notMatrix', true, true],
        ['name taken', 400, { errcode: 'M_USER_IN_USE' }, 'matrix.userInUse', false, true],
        ['name of others', 400, { errcode: 'M_EXCLUSIVE' }, 'matrix.exclusive', false, true],
        ['alias taken at creation', 400, { errcode: 'M_ROOM_IN_USE' }, 'matrix.roomInUse', false, true],
        ['alias taken', 409, { errcode: 'M_UNKNOWN' }, 'matrix.roomInUse', false, true],
        ['same reaction', 400, { errcode: 'M_DUPLICATE_ANNOTATION' }, 'matrix.duplicate', false, true],
        ['too large, Synapse', 413, { errcode: 'M_TOO_LARGE' }, 'matrix.tooLarge', false, true],
        ['too large, Dendrite', 413, { errcode: 'M_BAD_JSON' }, 'matrix.tooLarge', false, true],
        ['too large, a proxy', 413, undefined, 'matrix.tooLarge', false, true],
        ['bad JSON', 400, { errcode: 'M_BAD_JSON' }, 'matrix.refused', false, true],
        ['an unknown code', 400, { errcode: 'ORG_EXAMPLE' }, 'matrix.refused', false, true],
        ['no status: the host could not connect', 0, undefined, 'homeserver.notMatrix', true, false],
        ['request time-out', 408, undefined, 'homeserver.timeout', true, false],
        ['internal error', 500, { errcode: 'M_UNKNOWN' }, 'matrix.serverError', true, false],
        ['internal error without words', 500, undefined, 'matrix.serverError', true, false],
        ['bad gateway', 502, undefined, 'homeserver.unavailable', true, false],
        ['gateway time-out', 504, undefined, 'homeserver.unavailable', true, false],
    ])('%s (%d %j): %s', (_name, status, body, code, retriable, certain) => {
        const error = failedAnswer({ status, body, headers: {}, request: 'PUT …' });
        expect({ code: error.code, retriable: error.retriable, certain: error.certain, status: error.status }).toEqual({ code, retriable, certain, status });
        expect(error.userMessage).toMatch(/^[A-Z].*\.$/);
    });

    it('say in the log what the homeserver said, shortened', () => {
        const error = failedAnswer({ status: 400, body: { errcode: 'M_UNKNOWN', error: 'x'.repeat(1000) }, headers: {}, request: 'PUT /x' });
        expect(error.detail).toBe(`PUT /x: 400 ${'x'.repeat(300)}`);
    });

    it.each<[string, Record<string, unknown> | undefined, Record<string, string>, number | undefined]>([
        ['milliseconds in the body', { retry_after_ms: 1500 }, { 'retry-after': '9' }, 1500],
        ['seconds in the header', undefined, { 'retry-after': '2' }, 2000],
        ['a date in the header', undefined, { 'retry-after': new Date(1_000_060_000).toUTCString() }, 60_000],
        ['a date that is over', undefined, { 'retry-after': new Date(0).toUTCString() }, 0],
        ['nonsense', { retry_after_ms: 'soon' }, { 'retry-after': 'soon' }, undefined],
        ['nothing', undefined, {}, undefined],
    ])('wait as told by %s', (_name, body, headers, milliseconds) => {
        expect(retryAfter(body, headers, 1_000_000_000)).toBe(milliseconds);
    });
});

describe('network failures', () => {
    it.each<[string, string, boolean]>([
        ['request to http://h/x failed, reason: connect ECONNREFUSED 127.0.0.1:8008', 'homeserver.unreachable', true],
        ['getaddrinfo ENOTFOUND matrix.example', 'homeserver.unreachable', true],
        ['network timeout at: http://h/x', 'homeserver.timeout', false],
        ['The operation was aborted', 'homeserver.timeout', false],
        ['request to https://h/ failed, reason: self-signed certificate', 'homeserver.certificate', true],
        ['unable to get local issuer certificate', 'homeserver.certificate', true],
        ['Only absolute URLs are supported', 'homeserver.badUrl', true],
        ['socket hang up', 'homeserver.connectionLost', false],
        ['read ECONNRESET', 'homeserver.connectionLost', false],
        ['An unknown error occurred', 'homeserver.connectionLost', false],
    ])('%s: %s', (message, code, certain) => {
        const error = networkFailure(new Error(message), 'GET /x');
        expect({ code: error.code, certain: error.certain }).toEqual({ code, certain });
    });

    it('leave the query of a URL out of the log', () => {
        expect(networkFailure(new Error('request to http://h/x?user_id=secret failed'), 'GET /x').detail).toBe('GET /x: request to http://h/x failed');
    });
});
