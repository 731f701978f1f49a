import { rememberedSiteUrl } from '../../src/rocketchat/EngineRocketChat';
import { engineSurroundings } from '../../src/rocketchat/EngineSettings';
import { rcMessageId, rcRoomId, rcUserId } from '../../src/ids/rocketchat';
import { puppetIdOf } from '../../src/ids/puppets';
import type { MatrixUserId } from '../../src/ids/types';
import type { Accessors } from '../../src/rocketchat/Accessors';
import { messageCalls } from '../../src/rocketchat/calls/messages';
import { roomCalls } from '../../src/rocketchat/calls/rooms';
import { toUser } from '../../src/rocketchat/shapes/translate';

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

describe('the address of the workspace', () => {
    it.each([
        ['https://chat.example.org/', 'https://chat.example.org'],
        ['https://example.org/chat//', 'https://example.org/chat'],
        [undefined, ''],
        [null, ''],
    ])('read as %s', async (value, url) => {
        expect(await rememberedSiteUrl(async () => value)()).toBe(url);
    });

    it('holds up no message where the server keeps it from apps, and is asked for again', async () => {
        let at = 0;
        const answers = [new Error('The setting "Site_Url" is not readable.'), 'https://a.org', new Error('MongoNetworkError'), 'https://b.org'];
        const siteUrl = rememberedSiteUrl(async () => {
            const answer = answers.shift();
            if (answer instanceof Error) {
                throw answer;
            }
            return answer;
        }, () => at);
        const seen: string[] = [];
        for (at of [0, 1_000, 5_000, 64_000, 66_000, 72_000]) {
            seen.push(await siteUrl());
        }
        expect(seen).toEqual(['', '', 'https://a.org', 'https://a.org', 'https://a.org', 'https://b.org']);
    });
});

describe('a message whose creation fails', () => {
    const taken = 'Cannot read properties of undefined (reading \'_id\')';
    const post = (getById: () => Promise<object | undefined>, failure: string): Promise<unknown> => {
        const creator = { startMessage: () => ({}), finish: () => Promise.reject(new Error(failure)) };
        const accessors = { modify: { getCreator: () => creator }, read: { getMessageReader: () => ({ getById }) } } as unknown as Accessors;
        const message = { id: rcMessageId('mxabc'), roomId: rcRoomId('r'), senderId: rcUserId('u'), text: 'x' };
        return messageCalls(accessors, 'app', async () => 'bot').post(message);
    };

    it.each([
        taken,
        'E11000 duplicate key error collection: rocketchat_message index: _id_',
        'The message could not be saved',
        'connection 7 to 10.0.0.3:27017 closed',
    ])('is there already all the same: %s', async (failure) => {
        expect(await post(async () => ({ id: 'mxabc' }), failure)).toEqual({ id: 'mxabc', created: false });
    });

    it.each([
        ['goes without name and picture', { alias: 'Carol', avatarUrl: 'https://a/b' }, true],
        ['fails for another reason when it has none', {}, false],
    ])('for it may not show another name: %s', async (_what, face, goes) => {
        const documents: any[] = [];
        const creator = {
            startMessage: (document: object) => document,
            finish: async (document: { alias?: string; avatarUrl?: string }) => {
                documents.push(document);
                if (!goes || document.alias || document.avatarUrl) {
                    throw new Error('Not enough permission');
                }
                return 'mxabc';
            },
        };
        const reader = { getById: async () => undefined };
        const accessors = { modify: { getCreator: () => creator }, read: { getMessageReader: () => reader } } as unknown as Accessors;
        const message = { id: rcMessageId('mxabc'), roomId: rcRoomId('r'), senderId: rcUserId('u'), text: 'x', ...face };
        const posting = messageCalls(accessors, 'app', async () => 'bot').post(message);
        await (goes ? expect(posting).resolves.toEqual({ id: 'mxabc', created: true }) : expect(posting).rejects.toMatchObject({ retriable: false }));
        expect(documents.map(({ text }) => text)).toEqual(goes ? ['x', 'x'] : ['x']);
    });

    it('as it cannot be read either is tried again', async () => {
        await expect(post(() => Promise.reject(new Error('closed')), 'closed')).rejects.toMatchObject({ code: 'rocketchat.failed', retriable: true });
    });

    it('was prevented by another app when it is not there and its id is said to be known: trying again changes nothing', async () => {
        await expect(post(async () => undefined, taken)).rejects.toMatchObject({ code: 'rocketchat.prevented', retriable: false, certain: true });
    });
});

describe('a room that lacks what the engine asks for when it is changed', () => {
    const general = { id: 'GENERAL', type: 'c', slugifiedName: 'general' };

    /** The engine's builder and its checks (`ModifyUpdater._finishRoom`). */
    function updater(stored: object): { accessors: Accessors; sent: object[] } {
        const sent: object[] = [];
        const changes: Record<string, unknown> = {};
        const members: string[] = [];
        const room: Record<string, any> = { ...stored };
        const builder = {
            getRoom: () => room,
            setDisplayName: (name: string) => { room.displayName = changes.displayName = name; },
            addMemberToBeAddedByUsername: (name: string) => { members.push(name); },
        };
        const finish = async (): Promise<void> => {
            if (!room.creator?.id || !room.slugifiedName || !room.displayName) {
                throw new Error('Invalid creator or displayName assigned to the room.');
            }
            sent.push({ ...changes, members });
        };
        return { sent, accessors: { modify: { getUpdater: () => ({ room: async () => builder, finish }) } } as unknown as Accessors };
    }

    it.each([
        ['neither display name nor creator', general],
        ['null in both', { ...general, displayName: null, creator: null }],
        ['a deleted creator', { ...general, displayName: 'General' }],
    ])('takes members, and nothing else of it changes: %s', async (_what, stored) => {
        const { accessors, sent } = updater(stored);
        await roomCalls(accessors, 'app').addMember(rcRoomId('GENERAL'), 'carol');
        expect(sent).toEqual([{ members: ['carol'] }]);
    });

    it('is renamed', async () => {
        const { accessors, sent } = updater(general);
        await roomCalls(accessors, 'app').renameRoom(rcRoomId('GENERAL'), 'Everybody');
        expect(sent).toEqual([{ displayName: 'Everybody', members: [] }]);
    });
});

describe('a puppet', () => {
    const id = puppetIdOf('@carol:hs.test' as MatrixUserId);

    it.each([
        ['a whole user of this app', { type: 'bot', appId: 'app' }, true],
        ['a sender as it is stored', { username: 'carol-hs.test' }, true],
        ['a user without an app', { type: 'bot', appId: null }, true],
        ['a bot of another app', { type: 'bot', appId: 'other' }, false],
    ])('is known as ours, so that nothing of it goes back: %s', (_what, user, ours) => {
        expect(toUser({ id, ...user } as Parameters<typeof toUser>[0], 'app').isPuppet).toBe(ours);
    });

    it('is no stranger', () => {
        expect(toUser({ id: 'rocket.cat', type: 'bot' } as unknown as Parameters<typeof toUser>[0], 'app').isPuppet).toBe(false);
    });
});
