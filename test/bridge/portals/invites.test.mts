/** What comes of an invite of one of ours in a room on Matrix. */
import type { MatrixUserId } from '../../../src/ids/types';
import { Bridge } from '../../../src/bridge/Bridge';
import { BridgeError } from '../../../src/errors/BridgeError';
import { CAROL } from '../../support/fakes/bridgedRoom.mts';
import { peopleOfBoth } from '../../support/fakes/peopleOfBoth.mts';

describe('an invite from Matrix', () => {
    const invite = async (w: ReturnType<typeof peopleOfBoth>, content = {}, state: unknown[] = [], isPublic = false) => {
        const matrixRoom = w.homeserver.addRoom(CAROL, isPublic);
        const ghost = await w.homeserver.register('rc_alice');
        matrixRoom.members.set(ghost, 'invite');
        const event = w.homeserver.write(matrixRoom, CAROL, 'm.room.member', { membership: 'invite', ...content }, { state_key: ghost, unsigned: { invite_room_state: state } });
        await w.bridge.handleTransaction('1', [event], []);
        return { matrixRoom, event, ghost };
    };
    const stripped = (type: string, content: unknown) => ({ type, state_key: '', sender: CAROL, content });

    test('as direct makes a direct room of the two', async () => {
        const w = peopleOfBoth();
        const { matrixRoom, ghost } = await invite(w, { is_direct: true });
        expect(matrixRoom.members.get(ghost)).toBe('join');
        const [room] = w.rocketchat.rooms.values();
        expect(room.kind).toBe('d');
        expect([...room.members]).toContain(w.alice.id);
        await w.bridge.handleTransaction('2', [w.homeserver.write(matrixRoom, CAROL, 'm.room.message', { msgtype: 'm.text', body: 'hi' })], []);
        expect(w.rocketchat.inRoom(room.id).map(({ text }) => text)).toEqual(['hi']);
    });

    test('a second direct room of the same two goes on in the same conversation', async () => {
        const w = peopleOfBoth();
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
        const w = peopleOfBoth();
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
        const w = peopleOfBoth();
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
        const w = peopleOfBoth();
        Object.assign(w.rocketchat.settings, settings);
        w.rocketchat.addRoom('c', 'old', [w.bob], { displayName: 'Team-1-2' });
        await invite(w, {}, [stripped('m.room.name', { name: 'Team - 1.2' })]);
        await w.quiet();
        const [, room] = w.rocketchat.rooms.values();
        expect(room).toMatchObject({ name: expect.stringMatching(/^matrix-[0-9a-f]{8}$/), displayName: 'Team - 1.2' });
        expect((await w.bridge.counts()).deadLetters.in).toBe(0);
    });

    test('makes one room, however often the portal could not be stored', async () => {
        const w = peopleOfBoth();
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
        const w = peopleOfBoth();
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
        const w = peopleOfBoth();
        const matrixRoom = w.homeserver.addRoom(CAROL);
        matrixRoom.members.set('@rc_nobody:hs.test' as MatrixUserId, 'invite');
        await w.bridge.handleTransaction('1', [w.homeserver.write(matrixRoom, CAROL, 'm.room.member', { membership: 'invite' }, { state_key: '@rc_nobody:hs.test' })], []);
        expect(w.rocketchat.rooms.size).toBe(0);
        expect(matrixRoom.members.get('@rc_nobody:hs.test' as MatrixUserId)).toBe('leave');
    });

    test('into a bridged room adds the person', async () => {
        const w = peopleOfBoth();
        const room = w.rocketchat.addRoom('p', 'inner', [w.bob]);
        const portal = await w.bridge.rooms.bridge(room, w.bob);
        const matrixRoom = w.homeserver.rooms.get(portal.matrixRoomId)!;
        const ghost = await w.homeserver.register('rc_alice');
        matrixRoom.members.set(ghost, 'invite');
        await w.bridge.handleTransaction('1', [w.homeserver.write(matrixRoom, CAROL, 'm.room.member', { membership: 'invite' }, { state_key: ghost })], []);
        expect(w.rocketchat.rooms.get(room.id)!.members.has(w.alice.id)).toBe(true);
    });

    test('whose first messages come in the same transaction loses none', async () => {
        const w = peopleOfBoth();
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

