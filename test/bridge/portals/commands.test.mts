import type { MatrixRoomId, MatrixUserId } from '../../../src/ids/types';
import { BridgeError } from '../../../src/errors/BridgeError';
import { failure } from '../../support/fakes/FakeHomeserver.mts';
import { CAROL } from '../../support/fakes/bridgedRoom.mts';
import { peopleOfBoth } from '../../support/fakes/peopleOfBoth.mts';

/** @returns what the person reads when it is refused */
const answer = async (action: Promise<unknown>): Promise<string> => action.then(() => 'done', (error: BridgeError) => error.userMessage);

describe('/matrix bridge', () => {
    test('makes a room with name, topic, alias, openness and power for the owner', async () => {
        const w = peopleOfBoth();
        const room = w.rocketchat.addRoom('c', 'general', [w.alice], { displayName: 'General talk', topic: 'All' });
        const portal = await w.bridge.rooms.bridge(room, w.alice);
        expect(portal.alias).toBe('#rc_general:hs.test');
        expect(w.homeserver.rooms.get(portal.matrixRoomId)!.options).toMatchObject({
            name: 'General talk', topic: 'All', aliasLocalpart: 'rc_general', preset: 'public_chat', visibility: 'public', userLevels: { '@rc_alice:hs.test': 100 },
        });
        expect(w.homeserver.rooms.get(portal.matrixRoomId)!.members.get('@rc_alice:hs.test' as MatrixUserId)).toBe('join');
    });

    test('the database may fail for a moment when the room is there: it is not forgotten, nor made once more', async () => {
        const w = peopleOfBoth();
        const room = w.rocketchat.addRoom('c', 'general', [w.alice]);
        const put = w.rocketchat.store.put.bind(w.rocketchat.store);
        let failures = 2;
        w.rocketchat.store.put = async (document, ...keys) => {
            if (JSON.stringify(document).includes('matrixRoomId') && (failures -= 1) >= 0) {
                throw new BridgeError({ code: 'rocketchat.failed', userMessage: 'x', retriable: true, certain: false });
            }
            await put(document, ...keys);
        };
        const portal = await w.bridge.rooms.bridge(room, w.alice);
        expect(failures).toBeLessThan(0);
        expect(portal.alias).toBe('#rc_general:hs.test');
        expect(w.homeserver.calls.filter((call) => call === 'createRoom')).toHaveLength(1);
    });

    test('a private group gives a private room', async () => {
        const w = peopleOfBoth();
        const portal = await w.bridge.rooms.bridge(w.rocketchat.addRoom('p', 'inner', [w.alice]), w.alice);
        expect(w.homeserver.rooms.get(portal.matrixRoomId)!.options).toMatchObject({ preset: 'private_chat', visibility: 'private' });
    });

    test('an alias that is taken gets an ending', async () => {
        const w = peopleOfBoth();
        w.homeserver.aliases.set('#rc_general:hs.test', '!other' as MatrixRoomId);
        const portal = await w.bridge.rooms.bridge(w.rocketchat.addRoom('c', 'general', [w.alice]), w.alice);
        expect(portal.alias).toMatch(/^#rc_general-[0-9a-f]{6}:hs\.test$/);
    });

    test.each([
        ['d', {}, 'direct conversation'],
        ['c', { unbridgeable: 'it is end-to-end encrypted' }, 'end-to-end encrypted'],
        ['c', { archived: true }, 'archived'],
    ] as const)('a room of kind %s %p is refused: %s', async (kind, more, words) => {
        const w = peopleOfBoth();
        expect(await answer(w.bridge.rooms.bridge(w.rocketchat.addRoom(kind, 'x', [w.alice], more), w.alice))).toContain(words);
    });

    test('only owners and admins may', async () => {
        const w = peopleOfBoth();
        const room = w.rocketchat.addRoom('c', 'general', [w.alice, w.bob]);
        expect(await answer(w.bridge.rooms.bridge(room, w.bob))).toContain('Only an owner');
        expect(await answer(w.bridge.rooms.bridge(room, { ...w.bob, roles: ['admin'] }))).toBe('done');
    });

    test('a bridged room is refused, also when two ask at once', async () => {
        const w = peopleOfBoth();
        const room = w.rocketchat.addRoom('c', 'general', [w.alice]);
        const answers = await Promise.all([answer(w.bridge.rooms.bridge(room, w.alice)), answer(w.bridge.rooms.bridge(room, w.alice))]);
        expect(answers.sort()).toEqual(['This room is just being bridged.', 'done']);
        expect(await answer(w.bridge.rooms.bridge(room, w.alice))).toContain('#rc_general:hs.test');
        expect(w.homeserver.rooms.size).toBe(1);
    });

    test('what the homeserver says is the answer', async () => {
        const w = peopleOfBoth();
        w.homeserver.faults.createRoom = [failure(undefined)];
        expect(await answer(w.bridge.rooms.bridge(w.rocketchat.addRoom('c', 'general', [w.alice]), w.alice))).toContain('cannot be reached');
    });
});

describe('/matrix invite', () => {
    test('invites, and says who is there, invited, banned, unknown or ours', async () => {
        const w = peopleOfBoth();
        const room = w.rocketchat.addRoom('c', 'general', [w.alice]);
        expect(await answer(w.bridge.rooms.invite(room, w.alice, CAROL))).toContain('not bridged');
        const portal = await w.bridge.rooms.bridge(room, w.alice);
        const { members } = w.homeserver.rooms.get(portal.matrixRoomId)!;
        const invite = (typed: string) => answer(w.bridge.rooms.invite(room, w.alice, typed));
        expect(await invite(CAROL)).toBe('done');
        expect(members.get(CAROL)).toBe('invite');
        expect(await invite(CAROL)).toContain('invited already');
        members.set(CAROL, 'join');
        expect(await invite(CAROL)).toContain('in this room already');
        members.set(CAROL, 'ban');
        expect(await invite(CAROL)).toContain('banned');
        expect(await invite('@nobody:hs.test')).toContain('no user @nobody:hs.test');
        expect(await invite('carol')).toContain('not a Matrix user id');
        expect(await invite('@rc_bob:hs.test')).toContain('@bob');
        expect(await invite('@rocketchat:hs.test')).toContain('bridge itself');
    });
});

describe('/matrix dm', () => {
    test('opens a direct room as the person\'s ghost, once', async () => {
        const w = peopleOfBoth();
        expect(await w.bridge.rooms.direct(w.alice, [CAROL])).toEqual({ people: [CAROL], existed: false });
        const [matrixRoom] = w.homeserver.rooms.values();
        expect(matrixRoom.options).toMatchObject({ as: '@rc_alice:hs.test', isDirect: true, preset: 'private_chat', invite: [CAROL] });
        expect((await w.bridge.rooms.direct(w.alice, [CAROL])).existed).toBe(true);
        expect(w.homeserver.rooms.size).toBe(1);
        const room = [...w.rocketchat.rooms.values()].find(({ kind }) => kind === 'd')!;
        await w.bridge.outbound.messagePosted(w.rocketchat.write(room, w.alice, 'psst'));
        await w.quiet();
        expect(matrixRoom.timeline.map((event) => event.content.body)).toEqual(['psst']);
    });

    test.each([403, 502, 500])('a server that cannot be asked (%d) is named', async (status) => {
        const w = peopleOfBoth();
        w.homeserver.faults.profile = Array.from({ length: 50 }, () => failure(status));
        await expect(w.bridge.rooms.direct(w.alice, ['@ghost:nowhere.test'])).rejects.toMatchObject({ userMessage: expect.stringContaining('could not ask nowhere.test') });
    });

    test.each([[[], 'Whom'], [['@rc_alice:hs.test'], '@alice'], [['x'], 'not a Matrix user id'], [['@ghost:nowhere.test'], 'There is no user']])('%p is answered in words: %s', async (typed, words) => {
        const w = peopleOfBoth();
        expect(await answer(w.bridge.rooms.direct(w.alice, typed))).toContain(words);
    });
});

describe('a direct room that somebody opens with a puppet in Rocket.Chat', () => {
    /** Carol has a puppet, by another conversation; then Bob writes to it without any command. */
    const opened = async () => {
        const w = peopleOfBoth();
        await w.bridge.rooms.direct(w.alice, [CAROL]);
        const [before] = w.homeserver.rooms.values();
        const puppet = [...w.rocketchat.users.values()].find(({ isPuppet }) => isPuppet)!;
        const room = w.rocketchat.addRoom('d', '', [w.bob, puppet]);
        const made = () => [...w.homeserver.rooms.values()].filter((one) => one !== before);
        return { ...w, room, puppet, made };
    };

    test('is bridged with its first message, once', async () => {
        const w = await opened();
        const write = (text: string) => w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, w.bob, text));
        await Promise.all([write('one'), write('two')]);
        await write('three');
        await w.quiet();
        expect(w.made()).toHaveLength(1);
        expect(w.made()[0].options).toMatchObject({ as: '@rc_bob:hs.test', isDirect: true, invite: [CAROL] });
        expect(w.made()[0].timeline.map((event) => event.content.body)).toEqual(['one', 'two', 'three']);
    });

    test('is left alone among local people, and asked about once', async () => {
        const w = await opened();
        const room = w.rocketchat.addRoom('d', '', [w.alice, w.bob]);
        await w.bridge.outbound.messagePosted(w.rocketchat.write(room, w.bob, 'between us'));
        w.rocketchat.calls.length = 0;
        await w.bridge.outbound.messagePosted(w.rocketchat.write(room, w.bob, 'still'));
        await w.quiet();
        expect([w.made(), w.rocketchat.calls]).toEqual([[], []]);
    });

    test('the writer is told when it cannot be made', async () => {
        const w = await opened();
        w.homeserver.createRoom = () => Promise.reject(failure(403, 'M_FORBIDDEN'));
        await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, w.bob, 'hello?'));
        await w.quiet();
        expect(w.rocketchat.whispers.map(({ text }) => text).join()).toContain('was not delivered');
    });
});

