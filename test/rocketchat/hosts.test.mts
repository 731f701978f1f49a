import { engineSurroundings } from '../../src/rocketchat/EngineSettings';
import { rcMessageId, rcRoomId, rcUserId } from '../../src/ids/rocketchat';
import type { Accessors } from '../../src/rocketchat/Accessors';
import { messageCalls } from '../../src/rocketchat/messages';

describe('the address of the private API', () => {
    const endpoint = (path: string): any => ({ path, computedPath: `/api/apps/private/app/hash/${path}` });
    const provided = [endpoint('ping'), endpoint('ping'), endpoint('users/:userId')];
    const addressOf = (siteUrl: () => Promise<string>): Promise<string | undefined> => engineSurroundings(() => provided, 'ping', siteUrl).privateApi();

    it.each([
        ['http://localhost:3000', 'http://localhost:3000/api/apps/private/app/hash'],
        ['https://example.org/chat', 'https://example.org/chat/api/apps/private/app/hash'],
        ['', undefined],
        ['${ROOT_URL}', undefined],
        ['chat.example.org', undefined],
        ['https://', undefined],
    ])('of the workspace at "%s": %s', async (site, address) => {
        expect(await addressOf(async () => site)).toBe(address);
    });

    it('is not known where the workspace keeps its own from apps', async () => {
        expect(await addressOf(() => Promise.reject(new Error('The setting "Site_Url" is not readable.')))).toBeUndefined();
    });
});

describe('a message whose creation fails as that of a known id', () => {
    const taken = new TypeError('Cannot read properties of undefined (reading \'_id\')');
    const post = (found: object | undefined): Promise<unknown> => {
        const creator = { startMessage: () => ({}), finish: () => Promise.reject(taken) };
        const accessors = { modify: { getCreator: () => creator }, read: { getMessageReader: () => ({ getById: async () => found }) } } as unknown as Accessors;
        const message = { id: rcMessageId('mxabc'), roomId: rcRoomId('r'), senderId: rcUserId('u'), text: 'x' };
        return messageCalls(accessors, 'app', async () => 'bot').post(message);
    };

    it('is there already', async () => {
        expect(await post({ id: 'mxabc' })).toEqual({ id: 'mxabc', created: false });
    });

    it('was prevented by another app when it is not there: trying again changes nothing', async () => {
        await expect(post(undefined)).rejects.toMatchObject({ code: 'rocketchat.prevented', retriable: false, certain: true });
    });
});
