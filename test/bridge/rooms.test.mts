import type { MatrixRoomId, MatrixUserId } from '../../src/ids/types';
import { Bridge } from '../../src/bridge/Bridge';
import { BridgeError } from '../../src/errors/BridgeError';
import { failure } from '../support/fakes/FakeHomeserver.mts';
import { world } from '../support/fakes/world.mts';

const CAROL = '@carol:elsewhere.test' as MatrixUserId;

function set() {
    const w = world();
    const alice = w.rocketchat.addUser('alice');
    const bob = w.rocketchat.addUser('bob');
    w.homeserver.addPerson(CAROL, 'Carol C');
    return { ...w, alice, bob };
}

/** @returns what the person reads when it is refused */
const answer = async (action: Promise<unknown>): Promise<string> => action.then(() => 'done', (error: BridgeError) => error.userMessage);

describe('/matrix bridge', () => {
    test('makes a room with name, topic, alias, openness and power for the owner', async () => {
        const w = set();
        const room = w.rocketchat.addRoom('c', 'general', [w.alice], { displayName: 'General talk', topic: 'All' });
        const portal = await w.bridge.rooms.bridge(room, w.alice);
        expect(portal.alias).toBe('#rc_general:hs.test');
        expect(w.homeserver.rooms.get(portal.matrixRoomId)!.options).toMatchObject({
            name: 'General talk', topic: 'All', aliasLocalpart: 'rc_general', preset: 'public_chat', visibility: 'public', userLevels: { '@rc_alice:hs.test': 100 },
        });
        expect(w.homeserver.rooms.get(portal.matrixRoomId)!.members.get('@rc_alice:hs.test' as MatrixUserId)).toBe('join');
    });

    test('the database may fail for a moment when the room is there: it is not forgotten, nor made once more', async () => {
        const w = set();
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
        const w = set();
        const portal = await w.bridge.rooms.bridge(w.rocketchat.addRoom('p', 'inner', [w.alice]), w.alice);
        expect(w.homeserver.rooms.get(portal.matrixRoomId)!.options).toMatchObject({ preset: 'private_chat', visibility: 'private' });
    });

    test('an alias that is taken gets an ending', async () => {
        const w = set();
        w.homeserver.aliases.set('#rc_general:hs.test', '!other' as MatrixRoomId);
        const portal = await w.bridge.rooms.bridge(w.rocketchat.addRoom('c', 'general', [w.alice]), w.alice);
        expect(portal.alias).toMatch(/^#rc_general-[0-9a-f]{6}:hs\.test$/);
    });

    test.each([
        ['d', {}, 'direct conversation'],
        ['c', { unbridgeable: 'it is end-to-end encrypted' }, 'end-to-end encrypted'],
        ['c', { archived: true }, 'archived'],
    ] as const)('a room of kind %s %p is refused: %s', async (kind, more, words) => {
        const w = set();
        expect(await answer(w.bridge.rooms.bridge(w.rocketchat.addRoom(kind, 'x', [w.alice], more), w.alice))).toContain(words);
    });

    test('only owners and admins may', async () => {
        const w = set();
        const room = w.rocketchat.addRoom('c', 'general', [w.alice, w.bob]);
        expect(await answer(w.bridge.rooms.bridge(room, w.bob))).toContain('Only an owner');
        expect(await answer(w.bridge.rooms.bridge(room, { ...w.bob, roles: ['admin'] }))).toBe('done');
    });

    test('a bridged room is refused, also when two ask at once', async () => {
        const w = set();
        const room = w.rocketchat.addRoom('c', 'general', [w.alice]);
        const answers = await Promise.all([answer(w.bridge.rooms.bridge(room, w.alice)), answer(w.bridge.rooms.bridge(room, w.alice))]);
        expect(answers.sort()).toEqual(['This room is just being bridged.', 'done']);
        expect(await answer(w.bridge.rooms.bridge(room, w.alice))).toContain('#rc_general:hs.test');
        expect(w.homeserver.rooms.size).toBe(1);
    });

    test('what the homeserver says is the answer', async () => {
        const w = set();
        w.homeserver.faults.createRoom = [failure(undefined)];
        expect(await answer(w.bridge.rooms.bridge(w.rocketchat.addRoom('c', 'general', [w.alice]), w.alice))).toContain('cannot be reached');
    });
});

describe('/matrix invite', () => {
    test('invites, and says who is there, invited, banned, unknown or ours', async () => {
        const w = set();
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
        const w = set();
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
        const w = set();
        w.homeserver.faults.profile = Array.from({ length: 50 }, () => failure(status));
        await expect(w.bridge.rooms.direct(w.alice, ['@ghost:nowhere.test'])).rejects.toMatchObject({ userMessage: expect.stringContaining('could not ask nowhere.test') });
    });

    test.each([[[], 'Whom'], [['@rc_alice:hs.test'], '@alice'], [['x'], 'not a Matrix user id'], [['@ghost:nowhere.test'], 'There is no user']])('%p is answered in words: %s', async (typed, words) => {
        const w = set();
        expect(await answer(w.bridge.rooms.direct(w.alice, typed))).toContain(words);
    });
});

describe('a direct room that somebody opens with a puppet in Rocket.Chat', () => {
    /** Carol has a puppet, by another conversation; then Bob writes to it without any command. */
    const opened = async () => {
        const w = set();
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

describe('an invite from Matrix', () => {
    const invite = async (w: ReturnType<typeof set>, content = {}, state: unknown[] = [], isPublic = false) => {
        const matrixRoom = w.homeserver.addRoom(CAROL, isPublic);
        const ghost = await w.homeserver.register('rc_alice');
        matrixRoom.members.set(ghost, 'invite');
        const event = w.homeserver.write(matrixRoom, CAROL, 'm.room.member', { membership: 'invite', ...content }, { state_key: ghost, unsigned: { invite_room_state: state } });
        await w.bridge.handleTransaction('1', [event], []);
        return { matrixRoom, event, ghost };
    };
    const stripped = (type: string, content: unknown) => ({ type, state_key: '', sender: CAROL, content });

    test('as direct makes a direct room of the two', async () => {
        const w = set();
        const { matrixRoom, ghost } = await invite(w, { is_direct: true });
        expect(matrixRoom.members.get(ghost)).toBe('join');
        const [room] = w.rocketchat.rooms.values();
        expect(room.kind).toBe('d');
        expect([...room.members]).toContain(w.alice.id);
        await w.bridge.handleTransaction('2', [w.homeserver.write(matrixRoom, CAROL, 'm.room.message', { msgtype: 'm.text', body: 'hi' })], []);
        expect(w.rocketchat.inRoom(room.id).map(({ text }) => text)).toEqual(['hi']);
    });

    test('a second direct room of the same two goes on in the same conversation', async () => {
        const w = set();
        const first = await invite(w, { is_direct: true });
        const second = await invite(w, { is_direct: true });
        expect([...w.rocketchat.rooms.values()]).toHaveLength(1);
        const say = (at: typeof first, body: string) => w.bridge.handleTransaction(body, [w.homeserver.write(at.matrixRoom, CAROL, 'm.room.message', { msgtype: 'm.text', body })], []);
        await say(first, 'old room');
        await say(second, 'new room');
        const [room] = w.rocketchat.rooms.values();
        expect(w.rocketchat.inRoom(room.id).map(({ text }) => text)).toEqual(['old room', 'new room']);
        await w.bridge.outbound.messagePosted(w.rocketchat.write(room, w.alice, 'answer'));
        await w.quiet();
        expect(second.matrixRoom.timeline[second.matrixRoom.timeline.length - 1].content.body).toBe('answer');
    });

    test.each([['public', 'c'], ['invite', 'p']])('into a room of join rule %s makes a room of type %s with its name and members', async (rule, kind) => {
        const w = set();
        const dora = w.homeserver.addPerson('@dora:elsewhere.test', 'Dora');
        const before = w.homeserver.addRoom;
        w.homeserver.addRoom = (...args) => {
            const made = before.apply(w.homeserver, args);
            made.members.set(dora, 'join');
            return made;
        };
        await invite(w, {}, [stripped('m.room.join_rules', { join_rule: rule }), stripped('m.room.name', { name: 'Café / Team' })], rule === 'public');
        const [room] = w.rocketchat.rooms.values();
        expect(room).toMatchObject({ kind, name: 'Cafe-Team', displayName: 'Café / Team' });
        expect([...room.members].map((id) => w.rocketchat.users.get(id)!.username).sort()).toEqual(['alice', 'carol-elsewhere.test', 'dora-elsewhere.test']);
    });

    test('as direct with more people than a direct room may have makes a group with everybody', async () => {
        const w = set();
        const before = w.homeserver.addRoom;
        w.homeserver.addRoom = (...args) => {
            const made = before.apply(w.homeserver, args);
            [...'abcdefgh'].forEach((one) => made.members.set(w.homeserver.addPerson(`@${one}:elsewhere.test`, one), 'join'));
            return made;
        };
        const { matrixRoom } = await invite(w, { is_direct: true });
        const [room] = w.rocketchat.rooms.values();
        expect([room.kind, room.members.size, room.members.has(w.alice.id)]).toEqual(['p', 10, true]);
        await w.bridge.handleTransaction('2', [w.homeserver.write(matrixRoom, CAROL, 'm.room.message', { msgtype: 'm.text', body: 'hi' })], []);
        expect(w.rocketchat.inRoom(room.id).map(({ text }) => text)).toEqual(['hi']);
    });

    test.each([
        ['whose name another room is shown under', { UI_Allow_room_names_with_special_chars: true }],
        ['whose name the server does not take', { UTF8_Channel_Names_Validation: '[0-9a-z-_.]+' }],
    ])('into a room %s makes one of another name', async (_what, settings) => {
        const w = set();
        Object.assign(w.rocketchat.settings, settings);
        w.rocketchat.addRoom('c', 'old', [w.bob], { displayName: 'Team-1-2' });
        await invite(w, {}, [stripped('m.room.name', { name: 'Team - 1.2' })]);
        await w.quiet();
        const [, room] = w.rocketchat.rooms.values();
        expect(room).toMatchObject({ name: expect.stringMatching(/^matrix-[0-9a-f]{8}$/), displayName: 'Team - 1.2' });
        expect((await w.bridge.counts()).deadLetters.in).toBe(0);
    });

    test('makes one room, however often the portal could not be stored', async () => {
        const w = set();
        const add = w.rocketchat.store.add.bind(w.rocketchat.store);
        let failures = 2;
        w.rocketchat.store.add = async (...args) => {
            if ((failures -= 1) >= 0) {
                throw new BridgeError({ code: 'rocketchat.failed', userMessage: 'x', retriable: true, certain: false });
            }
            return add(...args);
        };
        const { matrixRoom } = await invite(w, {}, [stripped('m.room.name', { name: 'Team' })]);
        await w.quiet();
        expect([...w.rocketchat.rooms.values()].map(({ name }) => name)).toEqual(['Team']);
        await w.bridge.handleTransaction('2', [w.homeserver.write(matrixRoom, CAROL, 'm.room.message', { msgtype: 'm.text', body: 'hi' })], []);
        const [room] = w.rocketchat.rooms.values();
        expect(w.rocketchat.inRoom(room.id).map(({ text }) => text)).toEqual(['hi']);
        expect(room.members.has(w.alice.id)).toBe(true);
    });

    test('that two processes get at once makes one room', async () => {
        const w = set();
        const matrixRoom = w.homeserver.addRoom(CAROL);
        const ghost = await w.homeserver.register('rc_alice');
        matrixRoom.members.set(ghost, 'invite');
        const event = w.homeserver.write(matrixRoom, CAROL, 'm.room.member', { membership: 'invite' }, { state_key: ghost, unsigned: { invite_room_state: [stripped('m.room.name', { name: 'Team' })] } });
        const other = new Bridge(w.context);
        await Promise.all([w.bridge, other].map((bridge) => bridge.handleTransaction('1', [event], [])));
        await w.quiet();
        expect([...w.rocketchat.rooms.values()].map(({ name }) => name)).toEqual(['Team']);
        expect((await w.bridge.counts()).deadLetters.in).toBe(0);
        expect(w.lines.filter((line) => line.includes('could not be brought'))).toEqual([]);
    });

    test('for nobody is declined', async () => {
        const w = set();
        const matrixRoom = w.homeserver.addRoom(CAROL);
        matrixRoom.members.set('@rc_nobody:hs.test' as MatrixUserId, 'invite');
        await w.bridge.handleTransaction('1', [w.homeserver.write(matrixRoom, CAROL, 'm.room.member', { membership: 'invite' }, { state_key: '@rc_nobody:hs.test' })], []);
        expect(w.rocketchat.rooms.size).toBe(0);
        expect(matrixRoom.members.get('@rc_nobody:hs.test' as MatrixUserId)).toBe('leave');
    });

    test('into a bridged room adds the person', async () => {
        const w = set();
        const room = w.rocketchat.addRoom('p', 'inner', [w.bob]);
        const portal = await w.bridge.rooms.bridge(room, w.bob);
        const matrixRoom = w.homeserver.rooms.get(portal.matrixRoomId)!;
        const ghost = await w.homeserver.register('rc_alice');
        matrixRoom.members.set(ghost, 'invite');
        await w.bridge.handleTransaction('1', [w.homeserver.write(matrixRoom, CAROL, 'm.room.member', { membership: 'invite' }, { state_key: ghost })], []);
        expect(w.rocketchat.rooms.get(room.id)!.members.has(w.alice.id)).toBe(true);
    });

    test('whose first messages come in the same transaction loses none', async () => {
        const w = set();
        const matrixRoom = w.homeserver.addRoom(CAROL);
        const ghost = await w.homeserver.register('rc_alice');
        matrixRoom.members.set(ghost, 'invite');
        const events = [
            w.homeserver.write(matrixRoom, CAROL, 'm.room.member', { membership: 'invite', is_direct: true }, { state_key: ghost }),
            ...['one', 'two'].map((body) => w.homeserver.write(matrixRoom, CAROL, 'm.room.message', { msgtype: 'm.text', body })),
        ];
        await w.bridge.handleTransaction('1', events, []);
        const [room] = w.rocketchat.rooms.values();
        expect(w.rocketchat.inRoom(room.id).map(({ text }) => text)).toEqual(['one', 'two']);
    });
});
