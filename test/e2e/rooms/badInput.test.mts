/** What people get wrong when they bridge and invite: a clear sentence for them, and nothing happens in Matrix. */
import { unique } from '../../support/eventually.mts';
import type { Matrix } from '../../support/clients/matrix.mts';
import type { RcRoom, RocketChat } from '../../support/clients/rocketchat.mts';
import { useStack } from '../../support/servers/stack.mts';

const here = useStack();
let alice: RocketChat;
let carol: Matrix;
let group: RcRoom;

beforeAll(async () => {
    alice = await here().rocketchatUser('alice');
    carol = await here().matrixUser('carol');
    group = await alice.createRoom('p', unique('study'));
    await alice.run(group, '/matrix bridge');
}, 60_000);

/** A sentence for a person: no stack, no error code alone, no token. */
const expectSentence = (answer: string): void => {
    expect(answer).toMatch(/[A-Za-z].+[.!?]/s);
    expect(answer).not.toMatch(/\n\s+at |undefined|\[object|Error:|null\b/);
};

describe('/matrix invite', () => {
    const wrongIds = ['carol', '@carol', 'carol:hs.test', '@:hs.test', '@carol:', '@ca rol:hs.test', '#room:hs.test', '!room:hs.test', '@carol:hs.test:port'];

    test.each(wrongIds)('of "%s", which is not a Matrix id', async (id) => {
        const answer = await alice.run(group, `/matrix invite ${id}`);
        expectSentence(answer);
        expect(answer).toMatch(/@\S+:\S+/);
    });

    test('of nobody at all', async () => {
        expectSentence(await alice.run(group, '/matrix invite'));
    });

    test("of oneself, by the ghost's id", async () => {
        expectSentence(await alice.run(group, `/matrix invite ${here().ghostOf(alice)}`));
    });

    test('of the ghost of somebody else', async () => {
        const bob = await here().rocketchatUser('bob');
        expectSentence(await alice.run(group, `/matrix invite ${here().ghostOf(bob)}`));
    });

    test('of somebody whom the homeserver does not know', async () => {
        const answer = await alice.run(group, `/matrix invite @${unique('nobody')}:${here().serverName}`);
        expectSentence(answer);
        expect(answer).toMatch(/nobody/);
    });

    test('of somebody on a server that cannot be reached', async () => {
        expectSentence(await alice.run(group, '/matrix invite @carol:no-such-server.invalid'));
    });

    test('in a room that is not bridged', async () => {
        const plain = await alice.createRoom('p', unique('attic'));
        expectSentence(await alice.run(plain, `/matrix invite ${carol.userId}`));
        expect((await carol.invites()).size).toBe(0);
    });
});

describe('/matrix dm', () => {
    test.each(['', 'carol', '@carol', '@:'])('with "%s"', async (id) => {
        expectSentence(await alice.run(group, `/matrix dm ${id}`));
    });

    test('with oneself', async () => {
        expectSentence(await alice.run(group, `/matrix dm ${here().ghostOf(alice)}`));
    });

    test('with somebody whom the homeserver does not know', async () => {
        expectSentence(await alice.run(group, `/matrix dm @${unique('nobody')}:${here().serverName}`));
    });
});

describe('/matrix bridge', () => {
    test('in a room that is bridged already', async () => {
        const answer = await alice.run(group, '/matrix bridge');
        expectSentence(answer);
        expect(answer).toMatch(/already/i);
    });

    test('in an encrypted room', async () => {
        const encrypted = await alice.createRoom('p', unique('vault'), [], { extraData: { encrypted: true } });
        const answer = await alice.run(encrypted, '/matrix bridge');
        expectSentence(answer);
        expect(answer).toMatch(/encrypt/i);
    });

    test('in a discussion of an encrypted room', async () => {
        const encrypted = await alice.createRoom('p', unique('vault'), [], { extraData: { encrypted: true } });
        const { discussion } = await alice.post('v1/rooms.createDiscussion', { prid: encrypted._id, t_name: unique('about') });
        expectSentence(await alice.run({ ...discussion, t: 'p' }, '/matrix bridge'));
    });

    test('in a direct room, where /matrix dm is the way', async () => {
        const bob = await here().rocketchatUser('bob');
        expectSentence(await alice.run(await alice.directRoom(bob.username), '/matrix bridge'));
    });
});

describe('/matrix', () => {
    test.each(['', 'help'])('with "%s" lists the commands that the person may use', async (params) => {
        const answer = await alice.run(group, `/matrix ${params}`);
        ['bridge', 'invite', 'dm', 'help'].forEach((command) => expect(answer).toContain(`/matrix ${command}`));
        expect(answer).not.toContain('rotate-tokens');
        const room = await here().admin.createRoom('p', unique('office'));
        expect(await here().admin.run(room, `/matrix ${params}`)).toContain('/matrix rotate-tokens');
    });

    test('with a word that is no command', async () => {
        const answer = await alice.run(group, '/matrix frobnicate');
        expectSentence(answer);
        expect(answer).toContain('help');
    });
});
