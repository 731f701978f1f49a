/** Files of the homeserver: the endpoints with authentication first, the old ones where there are no others. */
import type { MatrixUserId, MxcUri } from '../../../src/ids/types';
import { homeserverClient } from '../../../src/matrix/client/HomeserverClient';
import type { Answered } from '../../support/fakes/http.mts';
import { FakeHttp } from '../../support/fakes/http.mts';

const ghost = '@rc_alice:hs.test' as MatrixUserId;
const mxc = 'mxc://hs.test/abc' as MxcUri;

function setUp(...answers: ConstructorParameters<typeof FakeHttp>) {
    const fake = new FakeHttp(...answers);
    const access = { homeserverUrl: 'http://localhost:8008', asToken: 'the-secret', id: 'rocketchat', domain: 'hs.test', bot: '@rocketchat:hs.test' as MatrixUserId };
    return { fake, homeserver: homeserverClient(access, () => fake.http) };
}

const error = (status: number, errcode: string): Answered => ({ status, body: { errcode, error: 'words' } });

describe('media', () => {
    it('goes up as bytes', async () => {
        const { fake, homeserver } = setUp({ body: { content_uri: mxc } });
        const content = Buffer.from([0, 255, 1]);
        expect(await homeserver.upload(content, { as: ghost, filename: 'ä b.png', contentType: 'image/png' })).toBe(mxc);
        expect(fake.last.url).toBe('http://localhost:8008/_matrix/media/v3/upload?filename=%C3%A4%20b.png&user_id=%40rc_alice%3Ahs.test');
        expect(fake.last.headers['Content-Type']).toBe('image/png');
        expect(fake.last.body).toBe(content);
    });

    it('comes down with authentication, on old homeservers from the old path', async () => {
        const image: Answered = { headers: { 'content-type': 'image/png' }, body: Buffer.from([1, 2, 3]) };
        const { fake, homeserver } = setUp(error(404, 'M_UNRECOGNIZED'), image);
        expect(await homeserver.download(mxc, { maxBytes: 3 })).toEqual({ content: Buffer.from([1, 2, 3]), contentType: 'image/png' });
        expect(fake.asked.map(({ url }) => url)).toEqual([
            'http://localhost:8008/_matrix/client/v1/media/download/hs.test/abc',
            'http://localhost:8008/_matrix/media/v3/download/hs.test/abc',
        ]);
    });

    it.each([[{ 'm.upload.size': 1000 }, 1000], [{}, undefined], [{ 'm.upload.size': 'x' }, undefined]])('is limited as the homeserver says, on old ones at the old path: %j', async (body, limit) => {
        const { fake, homeserver } = setUp(error(404, 'M_UNRECOGNIZED'), { body });
        expect(await homeserver.uploadLimit()).toBe(limit);
        expect(fake.asked.map(({ url }) => url)).toEqual(['http://localhost:8008/_matrix/client/v1/media/config', 'http://localhost:8008/_matrix/media/v3/config']);
    });

    it('may not be larger than allowed, nor from elsewhere', async () => {
        await expect(setUp({ body: Buffer.alloc(4) }).homeserver.download(mxc, { maxBytes: 3 })).rejects.toMatchObject({ code: 'media.tooLarge', certain: true });
        await expect(setUp({}).homeserver.download('https://evil.test/x' as MxcUri, { maxBytes: 3 })).rejects.toMatchObject({ code: 'media.badUri' });
    });
});
