/** Ghosts: the Matrix users that stand for Rocket.Chat users. */
import { BridgedRoom } from '../../support/bridgedRoom.mts';
import { unique } from '../../support/eventually.mts';
import { Matrix, MatrixError } from '../../support/clients/matrix.mts';
import type { RcRoom, RocketChat } from '../../support/clients/rocketchat.mts';
import { useStack } from '../../support/servers/stack.mts';

const here = useStack();
let alice: RocketChat;
let carol: Matrix;
let channel: RcRoom;
let roomId: string;

beforeAll(async () => {
    ({ alice, carol, channel, roomId } = await BridgedRoom.make(here(), 'stage'));
}, 60_000);

const speak = async (person: RocketChat, text: string): Promise<string> => {
    await person.post('v1/channels.join', { roomId: channel._id });
    await person.send(channel, text);
    return (await carol.waitForEvent(roomId, text)).sender;
};

test('nobody has a ghost before they do something in a bridged room, or a homeserver asks for them', async () => {
    const silent = await here().rocketchatUser('silent');
    const profile = await carol.profile(here().ghostOf(silent));
    // Dendrite asks the bridge for whom it does not know when somebody looks; Synapse does not.
    expect(profile?.displayname).toBe(here().homeserver.kind === 'dendrite' ? 'silent' : undefined);
});

test('a ghost has the display name of its user', async () => {
    const zoe = await here().rocketchatUser('zoe', { name: 'Zoë Ångström 🌍' });
    const ghost = await speak(zoe, 'Zoë speaks');
    expect(await carol.profile(ghost)).toMatchObject({ displayname: 'Zoë Ångström 🌍' });
});

describe('usernames that are no Matrix localparts', () => {
    const rule = 'UTF8_User_Names_Validation';
    let before: string;

    // Directories (LDAP, SAML) and imports bring such names; people may type them where the rule of the server allows it.
    beforeAll(async () => {
        before = (await here().admin.get(`v1/settings/${rule}`)).value;
        await here().admin.post(`v1/settings/${rule}`, { value: '[^:@ ]+' });
    });
    afterAll(async () => {
        await here().admin.post(`v1/settings/${rule}`, { value: before });
    });

    const escaped: [username: string, localpart: string][] = [
        ['Tina.Émile+x', 'rc_tina.=c3=89mile+x'],
        ['UPPER_case', 'rc_upper_case'],
        ['dots.and-dashes_', 'rc_dots.and-dashes_'],
        ['slash/equals=', 'rc_slash/equals=3d'],
    ];

    test.each(escaped)('%s is escaped by the rules of the specification', async (username, localpart) => {
        const suffix = unique('');
        const person = await here().rocketchatUser(`${username}${suffix}`, { exactly: true });
        expect(await speak(person, `by ${person.username}`)).toBe(`@${localpart}${suffix}:${here().serverName}`);
    });

    test('two usernames that would be one localpart are two ghosts', async () => {
        const suffix = unique('');
        const one = await here().rocketchatUser(`é${suffix}`, { exactly: true });
        const other = await here().rocketchatUser(`=c3=a9${suffix}`, { exactly: true });
        expect(await speak(one, `one of ${suffix}`)).not.toBe(await speak(other, `other of ${suffix}`));
    });
});

test('a user who is renamed keeps the ghost', async () => {
    const bob = await here().rocketchatUser('bob', { name: 'Bob' });
    const ghost = await speak(bob, 'I am Bob');
    await here().admin.post('v1/users.update', { userId: bob.userId, data: { username: unique('robert'), name: 'Robert' } });
    expect(await speak(bob, 'I am Robert now')).toBe(ghost);
});

test('a changed name is the new display name of the ghost', async () => {
    const dan = await here().rocketchatUser('dan', { name: 'Dan' });
    const ghost = await speak(dan, 'I am Dan');
    await here().admin.post('v1/users.update', { userId: dan.userId, data: { name: 'Daniel' } });
    await carol.waitForEvent(roomId, (event) => event.type === 'm.room.member' && event.state_key === ghost && event.content.displayname === 'Daniel');
});

test('nobody else can have an id of the namespace, or such a one is nobody for us', async () => {
    const name = unique('rc_impostor');
    const attempt = here().homeserver.createUser(name, 'password-of-an-impostor');
    if (here().homeserver.kind === 'synapse') {
        await expect(attempt).rejects.toThrow();
        return;
    }
    // Dendrite lets whoever has the shared secret make users of the namespace. What they say crosses nowhere, and nothing breaks.
    const impostor = new Matrix(here().homeserver.url, (await attempt).userId, (await attempt).accessToken);
    await impostor.join(roomId);
    await impostor.sendText(roomId, 'I am one of you');
    await carol.sendText(roomId, 'an impostor was here');
    await alice.waitForMessage(channel, 'an impostor was here');
    expect((await alice.messages(channel)).map(({ msg }) => msg)).not.toContain('I am one of you');
});

test('nobody can log in as a ghost', async () => {
    const ghost = await speak(alice, 'a sign of life');
    const attempt = await carol
        .request('POST', 'v3/login', { type: 'm.login.password', identifier: { type: 'm.id.user', user: ghost }, password: 'anything' })
        .catch((error) => error);
    expect(attempt).toBeInstanceOf(MatrixError);
    expect(attempt.status).toBe(403);
});
