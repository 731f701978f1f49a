/** What the server's database does not tell afterwards survives the process that heard of it. */
import type { MatrixUserId } from '../../../src/ids/types';
import type { RcMessage } from '../../../src/rocketchat/RocketChat';
import type { Process } from '../../support/fakes/processes.mts';
import { moment, worldOfProcesses } from '../../support/fakes/processes.mts';

async function setUp() {
    const w = worldOfProcesses();
    const alice = w.rocketchat.addUser('alice');
    const bob = w.rocketchat.addUser('bob');
    const room = w.rocketchat.addRoom('p', 'general', [alice, bob]);
    const first = w.start();
    const portal = await w.bridged(first, alice, room);
    const carol = w.homeserver.addPerson('@carol:hs.test', 'Carol');
    const message = w.write(room, bob, 'hello');
    await first.bridge.outbound.messagePosted(message);
    await first.bridge.outbound.messagePosted(w.write(room, alice, 'alice is here, too'));
    await w.settled(first);
    const members = w.homeserver.rooms.get(portal.portal.matrixRoomId)!.members;
    return { ...w, ...portal, alice, bob, carol, first, message, members };
}

type World = Awaited<ReturnType<typeof setUp>>;

const ghost = (name: string): MatrixUserId => `@rc_${name}:hs.test` as MatrixUserId;
const react = (w: World, message: RcMessage, on: boolean): Promise<void> => {
    w.rocketchat.messages.get(message.id)!.reactions = on ? { ':tada:': ['alice'] } : {};
    return w.first.bridge.outbound.reacted(message, w.alice, ':tada:', on);
};

const cases: { what: string; before?: (w: World) => Promise<void>; happens: (w: World) => Promise<void>; done: (w: World) => unknown; expected: unknown }[] = [
    {
        what: 'an edit of an old message',
        before: async (w) => w.clock.pass(3_600_000),
        happens: async (w) => {
            const edited = { ...w.message, text: 'hello!', editor: w.bob, editedAt: w.clock.now() };
            w.rocketchat.messages.set(edited.id, edited);
            await w.first.bridge.outbound.messageEdited(edited);
        },
        done: (w) => w.texts(),
        expected: ['hello', 'alice is here, too', ' * hello!'],
    },
    {
        what: 'a deletion',
        happens: async (w) => {
            w.rocketchat.messages.delete(w.message.id);
            await w.first.bridge.outbound.messageDeleted(w.message, w.bob);
        },
        done: (w) => w.ofType('m.room.redaction').map(({ redacts }) => redacts === w.timeline[0].event_id),
        expected: [true],
    },
    {
        what: 'a reaction',
        happens: (w) => react(w, w.message, true),
        done: (w) => w.ofType('m.reaction').map(({ sender }) => sender),
        expected: ['@rc_alice:hs.test'],
    },
    {
        what: 'a reaction that is taken back',
        before: async (w) => {
            await react(w, w.message, true);
            await w.settled(w.first);
        },
        happens: (w) => react(w, w.message, false),
        done: (w) => [w.ofType('m.reaction').length, w.ofType('m.room.redaction').length],
        expected: [1, 1],
    },
    {
        what: 'a reaction that came and went',
        happens: async (w) => {
            await react(w, w.message, true);
            await react(w, w.message, false);
        },
        done: (w) => w.ofType('m.reaction').length - w.ofType('m.room.redaction').length,
        expected: 0,
    },
    {
        what: 'a join',
        happens: async (w) => {
            const dave = w.rocketchat.addUser('dave');
            w.rocketchat.rooms.get(w.room.id)!.members.add(dave.id);
            await w.first.bridge.outbound.memberJoined(w.room.id, dave);
        },
        done: (w) => w.members.get(ghost('dave')),
        expected: 'join',
    },
    {
        what: 'a leave',
        happens: async (w) => {
            w.rocketchat.rooms.get(w.room.id)!.members.delete(w.bob.id);
            await w.first.bridge.outbound.memberLeft(w.room.id, w.bob);
        },
        done: (w) => w.members.get(ghost('bob')),
        expected: 'leave',
    },
    {
        what: 'a join that was undone while nobody heard it',
        happens: async (w) => w.first.bridge.outbound.memberJoined(w.room.id, w.rocketchat.addUser('dave')),
        done: (w) => w.members.get(ghost('dave')),
        expected: undefined,
    },
    {
        what: 'a topic',
        happens: async (w) => {
            const message = w.write(w.room, w.alice, 'All of it', { systemType: 'room_changed_topic' });
            await w.first.bridge.outbound.systemMessage(message);
        },
        done: (w) => w.ofType('m.room.topic').map(({ content }) => content.topic),
        expected: ['All of it'],
    },
    {
        what: 'a name',
        happens: async (w) => {
            w.rocketchat.users.set(w.bob.id, { ...w.bob, name: 'Robert' });
            await w.first.bridge.outbound.userChanged({ ...w.bob, name: 'Robert' });
        },
        done: (w) => w.homeserver.users.get(ghost('bob')),
        expected: { displayName: 'Robert' },
    },
];

test.each(cases)('$what survives a crash, and is done once', async ({ before, happens, done, expected }) => {
    const w = await setUp();
    await before?.(w);
    const speak = w.silence('send', 'redact', 'sendState', 'join', 'invite', 'kick', 'leave', 'setDisplayName');
    await happens(w);
    await moment();
    w.first.kill();
    speak();
    w.homeserver.transactions.clear();
    const restart = async (): Promise<Process> => {
        const process = w.start();
        await process.bridge.resume();
        await w.settled(process);
        return process;
    };
    const second = await restart();
    expect(done(w)).toEqual(expected);
    second.kill();
    w.homeserver.transactions.clear();
    await restart();
    expect(done(w)).toEqual(expected);
    expect(w.rocketchat.store.documents.filter(({ document }) => /"is":"(intent|name)"/.test(document))).toEqual([]);
});

test('nothing is stored of a message, and of what is done nothing stays', async () => {
    const w = await setUp();
    const intents = (): number => w.rocketchat.store.documents.filter(({ keys }) => keys.some(({ id }) => id.startsWith('intent:'))).length;
    w.rocketchat.store.calls.length = 0;
    await w.first.bridge.outbound.messagePosted(w.write(w.room, w.bob, 'warm'));
    expect(intents()).toBe(0);
    await react(w, w.message, true);
    await w.settled(w.first);
    expect([intents(), w.ofType('m.reaction').length]).toEqual([0, 1]);
});

test('the first messages of a direct room are not lost while its Matrix room is being made', async () => {
    const w = await setUp();
    await w.first.bridge.rooms.direct(w.alice, [w.carol]);
    const puppet = [...w.rocketchat.users.values()].find(({ isPuppet }) => isPuppet)!;
    const direct = w.rocketchat.addRoom('d', '', [w.bob, puppet]);
    const speak = w.silence('createRoom');
    for (const text of ['hi', 'are you there?']) {
        void w.first.bridge.outbound.messagePosted(w.write(direct, w.bob, text));
    }
    await moment();
    w.first.kill();
    speak();
    const second = w.start();
    await second.bridge.resume();
    await w.settled(second);
    const made = [...w.homeserver.rooms.values()].filter(({ options }) => options.isDirect && options.as === ghost('bob'));
    expect(made.map(({ timeline }) => timeline.map(({ content }) => content.body))).toEqual([['hi', 'are you there?']]);
});

test('what was written into a direct room while the app was off comes with the next message there', async () => {
    const w = await setUp();
    await w.first.bridge.rooms.direct(w.alice, [w.carol]);
    const puppet = [...w.rocketchat.users.values()].find(({ isPuppet }) => isPuppet)!;
    const direct = w.rocketchat.addRoom('d', '', [w.bob, puppet]);
    w.write(direct, w.bob, 'nobody hears me');
    w.clock.pass(60_000);
    await w.first.bridge.outbound.messagePosted(w.write(direct, w.bob, 'now they do'));
    await w.settled(w.first);
    const made = [...w.homeserver.rooms.values()].find(({ options }) => options.isDirect && options.as === ghost('bob'))!;
    expect(made.timeline.map(({ content }) => content.body)).toEqual(['nobody hears me', 'now they do']);
});
