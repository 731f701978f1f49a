/**
 * The realtime API, through Rocket.Chat's official client. Server: `apps/meteor/server/modules/{notifications,listeners,streamer}`,
 * `server/publications/*`, `server/meteor-methods/*`; the protocol: Meteor's `packages/ddp/DDP.md`.
 */
import { createHash } from 'node:crypto';
import WebSocket from 'ws';
import type { DDPSDK } from '@rocket.chat/ddp-client';
import { closeClient, connectClient } from '../../support/clients/ddpClient.mts';
import { eventually } from '../../support/eventually.mts';
import { RocketChat, type RcRoom } from '../../support/clients/rocketchat.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

describe('the realtime API', () => {
    const running = useWorkspace();
    let alice: RocketChat;
    let bob: RocketChat;
    let room: RcRoom;
    const clients: DDPSDK[] = [];
    const connect = async (login?: RocketChat): Promise<DDPSDK> => {
        const client = await connectClient(running().workspace.url);
        clients.push(client);
        if (login) await client.account.loginWithToken(login.token);
        return client;
    };

    beforeAll(async () => {
        const { admin, workspace } = running();
        for (const username of ['alice', 'bob']) await admin.createUser({ username, name: username.toUpperCase(), password: username });
        [alice, bob] = await Promise.all(['alice', 'bob'].map((name) => RocketChat.login(workspace.url, name, name)));
        room = await alice.createRoom('p', 'live', ['bob']);
    });
    afterAll(() => clients.forEach(closeClient));

    test('login with a password, clear or digested by the client, and with a token', async () => {
        const client = await connect();
        await client.account.loginWithPassword('alice', createHash('sha256').update('alice').digest('hex'));
        expect(client.account.uid).toBe(alice.userId);
        const other = await connect();
        const resumed = await other.account.loginWithToken(alice.token);
        expect(resumed).toMatchObject({ id: alice.userId, token: alice.token, type: 'resume', tokenExpires: expect.anything() });
    });

    test.each([
        ['a wrong password', { user: { username: 'alice' }, password: 'nonsense' }, { error: 403, reason: 'User not found', errorType: 'Meteor.Error' }],
        ['an unknown token', { resume: 'nonsense' }, { error: 403, reason: expect.stringContaining('logged out by the server') }],
    ])('%s is an error 403', async (_what, request, error) => {
        const client = await connect();
        await expect(client.client.callAsync('login', request)).rejects.toMatchObject(error);
    });

    test('a method that needs a login, and one that does not exist', async () => {
        const client = await connect();
        await expect(client.client.callAsync('subscriptions/get')).rejects.toMatchObject({ error: 'error-invalid-user', reason: 'Invalid user' });
        await expect(client.client.callAsync('no/such')).rejects.toMatchObject({ error: 404 });
    });

    test('messages of a room arrive with their dates as dates: sent, edited, reacted to', async () => {
        const client = await connect(bob);
        const seen: any[] = [];
        const stream = client.stream('room-messages', room._id, (message: any) => seen.push(message));
        await stream.ready();
        const sent = await alice.send(room, 'hello');
        await eventually(() => seen.some(({ msg }) => msg === 'hello'));
        expect(seen[0]).toMatchObject({ _id: sent._id, rid: room._id, u: { username: 'alice' } });
        expect(seen[0].ts.$date ?? seen[0].ts.getTime()).toBe(Date.parse(sent.ts));
        await alice.edit(sent, 'changed');
        await eventually(() => seen.some(({ msg, editedAt }) => msg === 'changed' && editedAt));
        await bob.react(sent, ':smile:');
        await eventually(() => seen.some(({ reactions }) => reactions?.[':smile:']?.usernames.includes('bob')));
        stream.stop();
    });

    test('deletion, typing and its end', async () => {
        const [listening, typing] = [await connect(bob), await connect(alice)];
        const deleted: any[] = [];
        const activity: unknown[][] = [];
        await listening.stream('notify-room', `${room._id}/deleteMessage`, (event: any) => deleted.push(event)).ready();
        await listening.stream('notify-room', `${room._id}/user-activity`, (...args: unknown[]) => activity.push(args.slice(0, 2))).ready();
        const sent = await alice.send(room, 'away');
        await alice.deleteMessage(sent);
        await eventually(() => deleted.some(({ _id }) => _id === sent._id));
        await typing.client.callAsync('stream-notify-room', `${room._id}/user-activity`, 'alice', ['user-typing'], {});
        await typing.client.callAsync('stream-notify-room', `${room._id}/user-activity`, 'alice', [], {});
        await eventually(() => activity.length >= 2);
        expect(activity.slice(-2)).toEqual([['alice', ['user-typing']], ['alice', []]]);
        const asBob = typing.client.callAsync('stream-notify-room', `${room._id}/user-activity`, 'bob', ['user-typing'], {});
        await expect(asBob).rejects.toMatchObject({ error: 'not-allowed' });
    });

    test('nobody follows a room that is not his, or another person\'s notices', async () => {
        const stranger = await connect(running().admin);
        const secret = await alice.createRoom('p', 'closed');
        const refused = (name: string, key: string) =>
            new Promise<any>((resolve) => {
                const { id } = stranger.client.subscribe(name, key, { useCollection: false, args: [] });
                (stranger.client as any).ddp.onPublish(id, resolve);
            });
        expect(await refused('stream-room-messages', secret._id)).toMatchObject({ msg: 'nosub', error: { error: 'not-allowed' } });
        expect(await refused('stream-notify-user', `${alice.userId}/message`)).toMatchObject({ msg: 'nosub', error: { error: 'not-allowed' } });
        expect(await refused('stream-no-such', 'x')).toMatchObject({ msg: 'nosub', error: { error: 404 } });
    });

    test('one\'s own rooms and subscriptions, and all messages of them', async () => {
        const client = await connect(bob);
        const events: string[] = [];
        const mine: any[] = [];
        await client.stream('notify-user', `${bob.userId}/subscriptions-changed`, (action: any, { name }: any) => events.push(`subscription ${action} ${name}`)).ready();
        await client.stream('notify-user', `${bob.userId}/rooms-changed`, (action: any, { name }: any) => events.push(`room ${action} ${name}`)).ready();
        await client.stream('room-messages', '__my_messages__', (...args: any[]) => mine.push(args)).ready();
        const fresh = await alice.createRoom('c', 'invited');
        await alice.invite(fresh, bob.userId);
        await eventually(() => events.includes('subscription inserted invited') && events.includes('room updated invited'));
        await alice.send(fresh, 'for you');
        await eventually(() => mine.some(([{ msg }]) => msg === 'for you'));
        expect(mine.find(([{ msg }]) => msg === 'for you')[1]).toMatchObject({ roomParticipant: true, roomType: 'c', roomName: 'invited' });
    });

    test('a connection that is logged in makes its user online; the last one that ends, offline', async () => {
        const watcher = await connect(alice);
        const statuses: unknown[] = [];
        await watcher.stream('notify-logged', 'user-status', ([userId, , status]: any) => userId === bob.userId && statuses.push(status)).ready();
        const all = clients.filter((client) => client.account.uid === bob.userId);
        all.forEach((client) => client.connection.close());
        await eventually(async () => (await alice.get('v1/users.getStatus', { userId: bob.userId })).status === 'offline');
        const client = await connect(bob);
        await eventually(async () => (await alice.get('v1/users.getStatus', { userId: bob.userId })).status === 'online');
        await client.client.callAsync('setUserStatus', 'busy', 'in a talk');
        await eventually(() => statuses.includes(3));
        client.connection.close();
        await eventually(async () => (await alice.get('v1/users.getStatus', { userId: bob.userId })).status === 'offline');
        expect(statuses).toEqual(expect.arrayContaining([0, 1, 3]));
    });

    test('a client that nobody sits at makes its user away, and nothing but online', async () => {
        const client = await connect(bob);
        const status = async () => (await alice.get('v1/users.getStatus', { userId: bob.userId })).status;
        await client.client.callAsync('setUserStatus', 'online', '');
        await client.client.callAsync('UserPresence:away');
        expect(await status()).toBe('away');
        await client.client.callAsync('UserPresence:online');
        expect(await status()).toBe('online');
        await client.client.callAsync('setUserStatus', 'busy', '');
        await client.client.callAsync('UserPresence:away');
        expect(await status()).toBe('busy');
        await client.client.callAsync('setUserStatus', 'online', '');
        await client.client.callAsync('UserPresence:online');
    });

    test('a desktop notice for a direct message and a mention, none for other talk or an edit', async () => {
        const client = await connect(bob);
        const notices: any[] = [];
        await client.stream('notify-user', `${bob.userId}/notification`, (notice: any) => notices.push(notice)).ready();
        await alice.send(room, 'just talk');
        const mention = await alice.send(room, 'look, @bob');
        await alice.edit(mention, 'look here, @bob');
        const direct = await alice.send(await alice.directRoom('bob'), 'psst');
        await eventually(() => notices.length >= 2);
        expect(notices).toEqual([
            expect.objectContaining({ title: '#live', text: 'alice: look, @bob', payload: expect.objectContaining({ _id: mention._id, rid: room._id, type: 'p', name: 'live' }) }),
            expect.objectContaining({ title: 'alice', text: 'psst', payload: expect.objectContaining({ _id: direct._id, type: 'd' }) }),
        ]);
    });

    test('methods: send, history, reactions, rooms, direct messages', async () => {
        const client = await connect(bob);
        const call = (name: string, ...params: unknown[]): Promise<any> => client.client.callAsync(name, ...params);
        const sent = await call('sendMessage', { _id: 'ddpchosen12345678', rid: room._id, msg: 'over DDP' });
        expect(sent).toMatchObject({ _id: 'ddpchosen12345678', msg: 'over DDP', u: { username: 'bob' } });
        await call('updateMessage', { _id: sent._id, rid: room._id, msg: 'edited over DDP' });
        await call('setReaction', ':+1:', sent._id, true);
        const history = await call('loadHistory', room._id, null, 3, null);
        expect(history.messages[0]).toMatchObject({ msg: 'edited over DDP', reactions: { ':+1:': { usernames: ['bob'] } } });
        await call('deleteMessage', { _id: sent._id });
        expect((await call('loadHistory', room._id, null, 3, null)).messages[0]._id).not.toBe(sent._id);
        expect(await call('getRoomIdByNameOrId', 'live')).toBe(room._id);
        expect(await call('createDirectMessage', 'alice')).toMatchObject({ t: 'd', rid: expect.any(String) });
        expect((await call('rooms/get')).map(({ name }: any) => name)).toContain('live');
        expect(await call('subscriptions/get', { $date: 0 })).toMatchObject({ update: expect.any(Array), remove: [] });
        await call('readMessages', room._id);
        expect(await call('getRoomRoles', room._id)).toEqual([expect.objectContaining({ roles: ['owner'], u: expect.objectContaining({ username: 'alice' }) })]);
        await call('logout');
        await expect(call('subscriptions/get')).rejects.toMatchObject({ error: 'error-invalid-user' });
        bob = await RocketChat.login(running().workspace.url, 'bob', 'bob');
    });

    test('a login and a subscription that follows it at once: in this order', async () => {
        const client = await connect();
        void client.client.callAsync('login', { user: { username: 'bob' }, password: 'bob' });
        await expect(client.stream('notify-user', `${bob.userId}/message`, () => undefined).ready()).resolves.toBeUndefined();
    });

    test('the official REST client beside it', async () => {
        const client = await connect(bob);
        expect(await client.rest.get('/v1/me')).toMatchObject({ username: 'bob', success: true });
        expect(await client.rest.post('/v1/chat.postMessage', { roomId: room._id, text: 'by the official client' })).toMatchObject({ success: true });
        expect(await client.rest.get('/v1/channels.list' as never, { count: 1 } as never)).toMatchObject({ channels: [expect.any(Object)], count: 1 });
        await expect(client.rest.get('/v1/groups.info' as never, { roomId: 'none' } as never)).rejects.toMatchObject({ status: 400 });
    });

    test('the wire: server_id first, pong with the ping\'s id, another version refused, SockJS framing', async () => {
        const talk = (path: string, send: (text: string) => string = (text) => text) =>
            new Promise<{ socket: WebSocket; lines: string[]; say(message: object): void }>((resolve, reject) => {
                const socket = new WebSocket(`${running().workspace.url.replace('http', 'ws')}${path}`);
                const lines: string[] = [];
                socket.on('message', (data) => lines.push(String(data)));
                socket.on('error', reject);
                socket.on('open', () => resolve({ socket, lines, say: (message) => socket.send(send(JSON.stringify(message))) }));
            });
        const plain = await talk('/websocket');
        plain.say({ msg: 'method', id: '1', method: 'login', params: [] });
        plain.say({ msg: 'connect', version: '1', support: ['1'] });
        plain.say({ msg: 'ping', id: 'x' });
        await eventually(() => plain.lines.length >= 4);
        expect(plain.lines.map((line) => JSON.parse(line))).toEqual([
            { server_id: '0' },
            expect.objectContaining({ msg: 'error', reason: 'Must connect first' }),
            { msg: 'connected', session: expect.any(String) },
            { msg: 'pong', id: 'x' },
        ]);
        for (const nonsense of [{ msg: 'sub', id: 5 }, { msg: 'method', id: '2', method: 'login', params: 'x' }, { msg: 'nonsense' }]) plain.say(nonsense);
        plain.socket.send('no JSON');
        await eventually(() => plain.lines.length >= 8);
        expect(plain.lines.slice(4).map((line) => JSON.parse(line).msg)).toEqual(['error', 'error', 'error', 'error']);
        plain.socket.close();
        const old = await talk('/websocket');
        old.say({ msg: 'connect', version: 'pre1', support: ['pre1'] });
        await eventually(() => old.socket.readyState === old.socket.CLOSED);
        expect(JSON.parse(old.lines[1])).toEqual({ msg: 'failed', version: '1' });
        const framed = await talk('/sockjs/123/abcdefgh/websocket', (text) => JSON.stringify([text]));
        framed.say({ msg: 'connect', version: '1', support: ['1'] });
        await eventually(() => framed.lines.length >= 3);
        expect(framed.lines[0]).toBe('o');
        expect(JSON.parse(JSON.parse(framed.lines[2].slice(1))[0])).toMatchObject({ msg: 'connected' });
        framed.socket.close();
    });
});
