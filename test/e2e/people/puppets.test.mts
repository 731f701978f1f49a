/** Puppets: the Rocket.Chat bot users that stand for Matrix users. */
import { unique } from '../../support/eventually.mts';
import { Matrix } from '../../support/clients/matrix.mts';
import type { RcRoom, RcUser, RocketChat } from '../../support/clients/rocketchat.mts';
import { useStack } from '../../support/servers/stack.mts';

const here = useStack();
let alice: RocketChat;
let channel: RcRoom;
let alias: string;

beforeAll(async () => {
    alice = await here().rocketchatUser('alice');
    channel = await alice.createRoom('c', unique('opera'));
    await alice.run(channel, '/matrix bridge');
    alias = `#rc_${channel.name}:${here().serverName}`;
}, 60_000);

interface Speaker {
    mxid: string;
    puppet: RcUser;
    say: (text: string) => Promise<string>;
}

/** A Matrix user who says one thing in the channel. @returns who they are, and the puppet as the server sees it */
const speaker = async (name: string, displayName?: string): Promise<Speaker> => {
    const person = await here().matrixUser(name, displayName);
    const roomId = await person.join(alias);
    const text = unique('aria');
    await person.sendText(roomId, text);
    const { u } = await alice.waitForMessage(channel, text);
    return { mxid: person.userId, puppet: (await here().admin.user(u.username)) as RcUser, say: (words) => person.sendText(roomId, words) };
};

test('a puppet is an active bot with the display name of its Matrix user', async () => {
    const { puppet } = await speaker('carol', 'Carol Danvers');
    expect(puppet).toMatchObject({ type: 'bot', active: true, name: 'Carol Danvers', roles: ['bot'] });
});

test('a puppet without a display name is called by its localpart', async () => {
    const { puppet, mxid } = await speaker('plain');
    expect(mxid).toContain(puppet.name as string);
});

test('a puppet has a username that can be mentioned', async () => {
    const { puppet, mxid } = await speaker('mention.me');
    expect(puppet.username).toMatch(/^[0-9a-zA-Z-_.]+$/);
    const message = await alice.send(channel, `hello @${puppet.username}`);
    expect((await alice.message(message._id)).mentions).toEqual([expect.objectContaining({ _id: puppet._id, username: puppet.username })]);
    expect(mxid).toContain('mention.me');
});

test('a message of the puppet shows the name under which its user is known now', async () => {
    const { puppet, say } = await speaker('erin', 'Erin');
    await say('still Erin');
    const { u, alias: shown } = await alice.waitForMessage(channel, 'still Erin');
    expect(u._id).toBe(puppet._id);
    expect(shown ?? u.name).toBe('Erin');
});

test('a changed display name is shown on the messages that follow', async () => {
    const name = unique('Frank');
    const frank = await here().matrixUser('frank', name);
    const roomId = await frank.join(alias);
    await frank.sendText(roomId, `${name} before`);
    await alice.waitForMessage(channel, `${name} before`);
    await frank.setDisplayName(`${name} the Second`);
    // The rooms of a person hear of a new name a little later than the profile.
    await frank.waitForEvent(roomId, (event) => event.type === 'm.room.member' && event.content.displayname === `${name} the Second`);
    await frank.sendText(roomId, `${name} after`);
    const { u, alias: shown } = await alice.waitForMessage(channel, `${name} after`);
    expect(shown ?? u.name).toBe(`${name} the Second`);
});

test('one Matrix user is one puppet, in every room', async () => {
    const other = await alice.createRoom('c', unique('operetta'));
    await alice.run(other, '/matrix bridge');
    const gina = await here().matrixUser('gina', 'Gina');
    for (const room of [channel, other]) {
        await gina.sendText(await gina.join(`#rc_${room.name}:${here().serverName}`), `Gina in ${room.name}`);
    }
    const [first, second] = await Promise.all([channel, other].map((room) => alice.waitForMessage(room, `Gina in ${room.name}`)));
    expect(first.u._id).toBe(second.u._id);
});

test('a local user who has the name of a Matrix user is never taken for them', async () => {
    const name = unique('double');
    const local = await here().rocketchatUser(name, { exactly: true, name: 'The local one' });
    const { userId, accessToken } = await here().homeserver.createUser(name, 'the-password-of-the-stories');
    const remote = new Matrix(here().homeserver.url, userId, accessToken);
    await remote.sendText(await remote.join(alias), `not your ${name}`);
    const message = await alice.waitForMessage(channel, `not your ${name}`);
    expect(message.u._id).not.toBe(local.userId);
    expect(message.u.username).not.toBe(local.username);
    expect(await here().admin.user(name)).toMatchObject({ _id: local.userId, name: 'The local one', type: 'user' });
});

test('a local user who took the name that a puppet would have keeps it', async () => {
    const { puppet } = await speaker('pattern');
    const stem = /pattern-[0-9a-z]+/.exec(puppet.username)?.[0] as string;
    const name = unique('squat');
    const squatted = puppet.username.replace(stem, name);
    const local = await here().rocketchatUser(squatted, { exactly: true });
    const { userId, accessToken } = await here().homeserver.createUser(name, 'the-password-of-the-stories');
    const remote = new Matrix(here().homeserver.url, userId, accessToken);
    await remote.sendText(await remote.join(alias), `here comes ${name}`);
    const { u } = await alice.waitForMessage(channel, `here comes ${name}`);
    expect(u._id).not.toBe(local.userId);
    expect(u.username).not.toBe(squatted);
});
