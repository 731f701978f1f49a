/** Rooms over REST. Server: `apps/meteor/server/api/v1/{channels,groups,im,rooms,subscriptions}.ts`, `server/meteor-methods/rooms/*`. */
import { RocketChat } from '../../support/clients/rocketchat.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

describe('REST: rooms', () => {
    const running = useWorkspace();
    let alice: RocketChat;
    let bob: RocketChat;
    const person = async (username: string): Promise<RocketChat> => {
        await running().admin.createUser({ username, name: username.toUpperCase(), password: username });
        return RocketChat.login(running().workspace.url, username, username);
    };
    const ask = (who: RocketChat, method: string, path: string, body?: unknown) => who.request(method, `v1/${path}`, body);

    beforeAll(async () => {
        alice = await person('alice');
        bob = await person('bob');
    });

    describe.each([
        { namespace: 'channels', key: 'channel', t: 'c', noun: 'channel', missing: 'channel' },
        { namespace: 'groups', key: 'group', t: 'p', noun: 'private group', missing: 'group' },
    ])('$namespace', ({ namespace, key, t, noun, missing }) => {
        let room: any;
        beforeAll(async () => {
            room = (await alice.post(`v1/${namespace}.create`, { name: `${namespace}-one`, members: ['bob', 'nobody-of-that-name'], customFields: { a: 1 } }))[key];
        });
        const call = (who: RocketChat, method: string, route: string, body: object = {}) =>
            ask(who, method, method === 'GET' ? `${namespace}.${route}?roomId=${room._id}` : `${namespace}.${route}`, method === 'GET' ? undefined : { roomId: room._id, ...body });

        test('create: the creator owns it, unknown members are passed over, extra fields are kept', async () => {
            expect(room).toMatchObject({ t, name: `${namespace}-one`, usersCount: 2, msgs: 0, ro: false, customFields: { a: 1 }, u: { username: 'alice' } });
            const { members, total } = (await call(bob, 'GET', 'members')).body;
            expect({ total, names: members.map(({ username }: any) => username) }).toEqual({ total: 2, names: ['alice', 'bob'] });
            expect(Object.keys(members[0]).sort()).toEqual(expect.arrayContaining(['_id', 'name', 'status', 'username']));
            expect((await call(bob, 'GET', 'roles')).body.roles).toEqual([expect.objectContaining({ u: expect.objectContaining({ username: 'alice' }), roles: ['owner'] })]);
        });

        test('a name that is taken, or that is none', async () => {
            expect(await ask(bob, 'POST', `${namespace}.create`, { name: `${namespace}-one` })).toMatchObject({ status: 400, body: { errorType: 'error-duplicate-channel-name' } });
            expect(await ask(bob, 'POST', `${namespace}.create`, { name: 'not a name' })).toMatchObject({ status: 400, body: { errorType: 'error-invalid-room-name' } });
            expect((await ask(bob, 'POST', `${namespace}.create`, {})).body.error).toMatch(/"name" is required/);
        });

        test('a room that is not there', async () => {
            const answer = await ask(alice, 'GET', `${namespace}.info?roomId=none`);
            expect(answer).toMatchObject({
                status: 400,
                body: { success: false, errorType: 'error-room-not-found', error: `The required "roomId" or "roomName" param provided does not match any ${missing} [error-room-not-found]` },
            });
        });

        test('topic, description, announcement, name: only by whoever may edit the room', async () => {
            expect(await call(alice, 'POST', 'setTopic', { topic: 'T' })).toMatchObject({ status: 200, body: { success: true, topic: 'T' } });
            expect(await call(alice, 'POST', 'setDescription', { description: 'D' })).toMatchObject({ status: 200, body: { description: 'D' } });
            expect(await call(alice, 'POST', 'setAnnouncement', { announcement: 'A' })).toMatchObject({ status: 200, body: { announcement: 'A' } });
            expect((await call(bob, 'POST', 'setTopic', { topic: 'B' })).body).toMatchObject({ success: false, errorType: 'error-action-not-allowed', details: { method: 'saveRoomSettings' } });
            const renamed = await call(alice, 'POST', 'rename', { name: `${namespace}-two` });
            expect(renamed.body[key]).toMatchObject({ name: `${namespace}-two`, topic: 'T', description: 'D', announcement: 'A' });
            const types = (await call(alice, 'GET', 'messages')).body.messages.map((message: any) => message.t);
            expect(types).toEqual(expect.arrayContaining(['r', 'room_changed_topic', 'room_changed_description', 'room_changed_announcement']));
        });

        test('the same setting again is refused', async () => {
            await call(alice, 'POST', 'setReadOnly', { readOnly: true });
            const again = await call(alice, 'POST', 'setReadOnly', { readOnly: true });
            expect(again.body).toMatchObject({ success: false, error: `The ${noun} read only setting is the same as what it would be changed to.` });
            await call(alice, 'POST', 'setReadOnly', { readOnly: false });
        });

        test('roles: given once, taken once, never from the last owner', async () => {
            expect((await call(bob, 'POST', 'addModerator', { userId: bob.userId })).body.errorType).toBe('error-not-allowed');
            expect((await call(alice, 'POST', 'addModerator', { userId: bob.userId })).status).toBe(200);
            expect((await call(alice, 'POST', 'addModerator', { userId: bob.userId })).body.errorType).toBe('error-user-already-moderator');
            expect((await call(alice, 'GET', 'moderators')).body.moderators).toEqual([expect.objectContaining({ username: 'bob' })]);
            expect((await call(alice, 'POST', 'removeModerator', { userId: bob.userId })).status).toBe(200);
            expect((await call(alice, 'POST', 'removeOwner', { userId: alice.userId })).body.errorType).toBe('error-remove-last-owner');
            expect((await call(alice, 'POST', 'leave')).body.errorType).toBe('error-you-are-last-owner');
        });

        test('kick and invite', async () => {
            expect((await call(bob, 'POST', 'kick', { userId: alice.userId })).body.errorType).toBe('error-not-allowed');
            expect((await call(alice, 'POST', 'kick', { userId: bob.userId })).status).toBe(200);
            expect((await call(alice, 'POST', 'kick', { userId: bob.userId })).body.errorType).toBe('error-user-not-in-room');
            expect((await call(alice, 'POST', 'invite', { userId: bob.userId })).body[key]).toMatchObject({ usersCount: 2 });
            expect((await call(alice, 'POST', 'invite')).body.errorType).toBe('error-users-params-not-provided');
        });

        test('open and close, counters, list of one\'s own', async () => {
            expect((await call(bob, 'POST', 'open')).body).toMatchObject({ success: false, error: expect.stringContaining('is already open') });
            expect((await call(bob, 'POST', 'close')).status).toBe(200);
            expect((await call(bob, 'POST', 'close')).body.error).toMatch(/is already closed to the sender/);
            expect((await call(bob, 'POST', 'open')).status).toBe(200);
            expect((await call(bob, 'GET', 'counters')).body).toMatchObject({ joined: true, members: 2, msgs: expect.any(Number), userMentions: expect.any(Number) });
            const list = (await ask(bob, 'GET', namespace === 'channels' ? 'channels.list.joined' : 'groups.list')).body;
            expect(list).toMatchObject({ success: true, offset: 0, count: list.total });
            expect(list[namespace].map(({ _id }: any) => _id)).toContain(room._id);
        });

        test('history, by time and with thread answers or without', async () => {
            const root = await alice.send({ ...room, t } as never, 'root');
            await alice.send({ ...room, t } as never, 'answer', { tmid: root._id });
            const texts = async (query: string) => (await ask(alice, 'GET', `${namespace}.history?roomId=${room._id}&count=50${query}`)).body.messages.map(({ msg }: any) => msg);
            expect(await texts('&showThreadMessages=true')).toEqual(expect.arrayContaining(['root', 'answer']));
            expect(await texts('&showThreadMessages=false')).not.toContain('answer');
            expect(await texts(`&oldest=${root.ts}&inclusive=true&showThreadMessages=true`)).toEqual(['answer', 'root']);
            expect(await texts(`&latest=${root.ts}`)).not.toContain('root');
        });

        test('archive, unarchive, delete', async () => {
            expect((await call(bob, 'POST', 'archive')).body.errorType).toBe('error-not-authorized');
            expect((await call(running().admin, 'POST', 'archive')).status).toBe(namespace === 'channels' ? 200 : 400);
            expect((await call(alice, 'POST', 'archive')).status).toBe(namespace === 'channels' ? 400 : 200);
            expect((await call(alice, 'POST', 'setTopic', { topic: 'X' })).body).toMatchObject({ errorType: 'error-room-archived' });
            expect((await call(alice, 'POST', 'unarchive')).body.errorType).toBe('error-not-authorized');
            await running().admin.post('v1/rooms.changeArchivationState', { rid: room._id, action: 'unarchive' });
            expect((await call(bob, 'POST', 'delete')).body.errorType).toBe('error-not-allowed');
            expect((await call(alice, 'POST', 'delete')).status).toBe(200);
            expect((await call(alice, 'GET', 'info')).status).toBe(400);
        });
    });

    test('a private group is not there for strangers; a channel is, and can be joined and left', async () => {
        const group = await alice.createRoom('p', 'secret');
        expect((await ask(bob, 'GET', `groups.info?roomId=${group._id}`)).body.errorType).toBe('error-room-not-found');
        expect(await ask(bob, 'GET', `rooms.info?roomId=${group._id}`)).toMatchObject({ status: 400, body: { error: 'not-allowed', errorType: 'Not Allowed' } });
        const channel = await alice.createRoom('c', 'open');
        expect((await ask(bob, 'GET', `channels.info?roomName=open`)).body.channel._id).toBe(channel._id);
        expect((await bob.post('v1/channels.join', { roomId: channel._id })).channel.usersCount).toBe(2);
        await bob.leave(channel);
        expect((await ask(bob, 'POST', 'rooms.leave', { roomId: channel._id })).body.errorType).toBe('error-user-not-in-room');
    });

    test('direct rooms: one per pair; rid and _id; as im and as dm', async () => {
        const { room } = await alice.post('v1/im.create', { username: 'bob' });
        expect(room).toMatchObject({ t: 'd', rid: room._id, usernames: expect.arrayContaining(['alice', 'bob']) });
        expect((await bob.post('v1/dm.create', { username: 'alice' })).room._id).toBe(room._id);
        expect((await ask(alice, 'POST', 'im.create', { username: 'nobody' })).body.errorType).toBe('error-invalid-user');
        expect((await ask(alice, 'POST', 'im.create', {})).body.errorType).toBe('invalid-params');
        await alice.send({ _id: room._id, t: 'd' } as never, 'psst');
        expect((await bob.get('v1/im.history', { roomId: room._id })).messages[0]).toMatchObject({ msg: 'psst', u: { username: 'alice' } });
        expect((await bob.get('v1/dm.messages', { username: 'alice' })).total).toBe(1);
        expect((await bob.get('v1/im.members', { roomId: room._id })).members).toHaveLength(2);
        expect((await bob.get('v1/im.counters', { roomId: room._id })).unreads).toBe(1);
        await bob.post('v1/subscriptions.read', { rid: room._id });
        expect((await bob.get('v1/im.counters', { roomId: room._id })).unreads).toBe(0);
        expect((await bob.get('v1/im.list')).ims.map(({ _id }: any) => _id)).toContain(room._id);
        expect((await ask(bob, 'GET', 'im.list.everyone')).status).toBe(403);
        expect(await ask(running().admin, 'GET', `im.messages?roomId=${room._id}`)).toMatchObject({ status: 403, body: { error: 'unauthorized' } });
    });

    test('rooms.saveRoomSettings: several at once, unknown ones refused', async () => {
        const room = await alice.createRoom('c', 'settings');
        expect(await alice.post('v1/rooms.saveRoomSettings', { rid: room._id, roomTopic: 'T', reactWhenReadOnly: true, roomType: 'p' })).toMatchObject({ rid: room._id });
        expect(await alice.room(room._id)).toMatchObject({ topic: 'T', t: 'p', reactWhenReadOnly: true });
        expect((await ask(alice, 'POST', 'rooms.saveRoomSettings', { rid: room._id, nonsense: 1 })).body.errorType).toBe('invalid-params');
        expect((await ask(alice, 'POST', 'rooms.saveRoomSettings', { rid: room._id, default: true })).body.errorType).toBe('error-action-not-allowed');
    });

    test('mute, ban, unban; a banned one cannot come back', async () => {
        const room = await alice.createRoom('c', 'strict', ['bob']);
        await alice.post('v1/rooms.muteUser', { roomId: room._id, username: 'bob' });
        expect((await ask(bob, 'POST', 'chat.sendMessage', { message: { rid: room._id, msg: 'x' } })).status).toBe(400);
        await alice.post('v1/rooms.unmuteUser', { roomId: room._id, username: 'bob' });
        expect((await ask(bob, 'POST', 'chat.sendMessage', { message: { rid: room._id, msg: 'x' } })).status).toBe(200);
        await alice.post('v1/rooms.banUser', { roomId: room._id, username: 'bob' });
        expect((await ask(alice, 'GET', `rooms.bannedUsers?roomId=${room._id}`)).body.bannedUsers).toEqual([expect.objectContaining({ username: 'bob' })]);
        expect((await ask(bob, 'POST', 'channels.join', { roomId: room._id })).status).toBe(400);
        await alice.post('v1/rooms.unbanUser', { roomId: room._id, username: 'bob' });
        expect((await ask(bob, 'POST', 'channels.join', { roomId: room._id })).status).toBe(200);
    });

    test('discussions hang under their room', async () => {
        const room = await alice.createRoom('c', 'parent', ['bob']);
        const { discussion } = await alice.post('v1/rooms.createDiscussion', { prid: room._id, t_name: 'A talk', users: ['bob'], reply: 'first' });
        expect(discussion).toMatchObject({ prid: room._id, fname: 'A talk', rid: discussion._id });
        expect((await bob.get('v1/rooms.getDiscussions', { roomId: room._id })).discussions).toHaveLength(1);
        expect((await bob.get('v1/rooms.info', { roomId: discussion._id })).parent).toMatchObject({ _id: room._id, name: 'parent' });
        expect((await ask(alice, 'POST', 'rooms.createDiscussion', { prid: discussion._id, t_name: 'deeper' })).body.errorType).toBe('error-nested-discussion');
    });

    test('rooms.get and subscriptions.get: everything, then only what changed since', async () => {
        const room = await alice.createRoom('c', 'fresh');
        const since = new Date(Date.now() + 5).toISOString();
        await new Promise((resolve) => setTimeout(resolve, 20));
        await alice.send(room, 'new');
        const { update, remove } = await alice.get('v1/rooms.get', { updatedSince: since });
        expect({ names: update.map(({ name }: any) => name), remove }).toEqual({ names: ['fresh'], remove: [] });
        expect(update[0].lastMessage).toMatchObject({ msg: 'new' });
        const { subscription } = await alice.get('v1/subscriptions.getOne', { roomId: room._id });
        expect(subscription).toMatchObject({ rid: room._id, t: 'c', name: 'fresh', open: true, roles: ['owner'], u: { username: 'alice' } });
        expect((await alice.get('v1/subscriptions.get')).update.map(({ rid }: any) => rid)).toContain(room._id);
        await alice.post('v1/rooms.favorite', { roomId: room._id, favorite: true });
        expect((await alice.get('v1/subscriptions.getOne', { roomId: room._id })).subscription.f).toBe(true);
    });

    test('administration is for administrators', async () => {
        expect((await ask(alice, 'GET', 'rooms.adminRooms')).status).toBe(400);
        const { rooms, total } = await running().admin.get('v1/rooms.adminRooms', { filter: 'fresh' });
        expect({ total, name: rooms[0].name }).toEqual({ total: 1, name: 'fresh' });
        expect(await alice.get('v1/rooms.nameExists', { roomName: 'fresh' })).toMatchObject({ exists: true });
        expect((await alice.get('v1/directory', { text: 'fresh', type: 'channels' })).result).toEqual([expect.objectContaining({ name: 'fresh', usersCount: 1 })]);
    });
});
