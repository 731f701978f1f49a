import { checkToken } from '../../src/endpoints/tokenCheck';

const token = 'a-secret-of-the-homeserver';

describe('token of the homeserver', () => {
    it.each<[string, string, unknown, unknown, string]>([
        ['the header', token, `Bearer ${token}`, undefined, 'right'],
        ['the scheme in lower case', token, `bearer ${token}`, undefined, 'right'],
        ['the old query parameter', token, undefined, token, 'right'],
        ['both, the same', token, `Bearer ${token}`, token, 'right'],
        ['nothing', token, undefined, undefined, 'missing'],
        ['an empty header', token, '', '', 'missing'],
        ['another scheme', token, `Basic ${token}`, undefined, 'missing'],
        ['the scheme alone', token, 'Bearer ', undefined, 'missing'],
        ['a wrong one', token, 'Bearer nonsense', undefined, 'wrong'],
        ['a longer one', token, `Bearer ${token}x`, undefined, 'wrong'],
        ['a shorter one', token, `Bearer ${token.slice(1)}`, undefined, 'wrong'],
        ['both, the header wrong', token, 'Bearer nonsense', token, 'wrong'],
        ['both, the query wrong', token, `Bearer ${token}`, 'nonsense', 'wrong'],
        ['a repeated query parameter', token, undefined, [token, token], 'wrong'],
        ['nothing while none is set', '', undefined, undefined, 'missing'],
        ['an empty query while none is set', '', undefined, '', 'missing'],
        ['any while none is set', '', 'Bearer x', undefined, 'wrong'],
        ['a list with nothing in it while none is set', '', undefined, [], 'wrong'],
    ])('%s', (_name, expected, header, query, verdict) => {
        expect(checkToken(expected, header, query)).toBe(verdict);
    });
});
