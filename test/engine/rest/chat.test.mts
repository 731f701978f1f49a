/** Messages over REST. Server: `apps/meteor/server/api/v1/chat.ts`, `server/lib/messages/*`, `server/publications/messages.ts`. */
import { RocketChat, type RcMessage, type RcRoom } from '../../support/clients/rocketchat.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

describe('REST: chat', () => {
    const running = useWorkspace();
    let alice: RocketChat;
    let bob: RocketChat;
    let stranger: RocketChat;
    let room: RcRoom;
    const ask = (who: RocketChat, path: string, body?: unknown) => who.request(body ? 'POST' : 'GET', `v1/chat.${path}`, body);

    beforeAll(async () => {
        const { admin, workspace } = running();
        for (const username of ['alice', 'bob', 'stranger']) await admin.createUser({ username, name: username.toUpperCase(), password: username });
        [alice, bob, stranger] = await Promise.all(['alice', 'bob', 'stranger'].map((name) => RocketChat.login(workspace.url, name, name)));
        room = await alice.createRoom('p', 'chat', ['bob']);
    });

    test('postMessage takes #name, @user, an id, a list; answers the first message', async () => {
        const byName = await alice.post('v1/chat.postMessage', { channel: '#chat', text: ' *bold* @bob ' });
        expect(byName).toMatchObject({ success: true, ts: expect.any(Number), channel: '#chat', message: { msg: '*bold* @bob', rid: room._id, groupable: false, u: { username: 'alice', name: 'ALICE' } } });
        expect(byName.message).toMatchObject({ md: expect.any(Array), mentions: [expect.objectContaining({ username: 'bob', type: 'user' })], _id: expect.stringMatching(/^\w{17}$/) });
        expect((await alice.post('v1/chat.postMessage', { roomId: room._id, text: 'by id' })).message.rid).toBe(room._id);
        expect((await alice.post('v1/chat.postMessage', { channel: '@bob', text: 'direct' })).message.rid).not.toBe(room._id);
        expect((await ask(alice, 'postMessage', { channel: '#none', text: 'x' })).body).toMatchObject({ errorType: 'invalid-channel' });
        expect((await ask(stranger, 'postMessage', { roomId: room._id, text: 'x' })).status).toBe(400);
        expect((await ask(alice, 'postMessage', { channel: '#chat', text: 'x'.repeat(5001) })).body).toMatchObject({ success: false, error: 'error-message-size-exceeded' });
    });

    test('an alias needs message-impersonate', async () => {
        expect((await ask(alice, 'postMessage', { roomId: room._id, text: 'x', alias: 'Somebody' })).status).toBe(400);
        await running().admin.post('v1/groups.invite', { roomId: room._id, username: 'admin' }).catch(() => undefined);
        const { channel } = await running().admin.post('v1/channels.create', { name: 'impersonation' });
        await running().admin.post('v1/permissions.update', { permissions: [{ _id: 'message-impersonate', roles: ['bot', 'app', 'admin'] }] });
        const { message } = await running().admin.post('v1/chat.postMessage', { roomId: channel._id, text: 'x', alias: 'Somebody', avatar: 'http://example.org/a.png' });
        expect(message).toMatchObject({ alias: 'Somebody', avatar: 'http://example.org/a.png' });
    });

    test('sendMessage may choose the id, once', async () => {
        const sent = await alice.send(room, 'mine', { _id: 'chosenid123456789' });
        expect(sent).toMatchObject({ _id: 'chosenid123456789', msg: 'mine' });
        expect((await ask(alice, 'sendMessage', { message: { _id: 'chosenid123456789', rid: room._id, msg: 'again' } })).status).toBe(400);
        expect((await ask(alice, 'sendMessage', { message: { rid: room._id, msg: 'x', t: 'uj' } })).body.error).toMatch(/Cannot send system messages/);
        expect((await ask(alice, 'sendMessage', { message: { rid: room._id, msg: '' } })).status).toBe(400);
    });

    test('getMessage is for who can see the room', async () => {
        const sent = await alice.send(room, 'here');
        expect(await bob.message(sent._id)).toMatchObject({ _id: sent._id, msg: 'here' });
        expect(await ask(stranger, `getMessage?msgId=${sent._id}`)).toMatchObject({ status: 400, body: { success: false } });
    });

    test('update: one\'s own text, with the mark of the editor', async () => {
        const sent = await alice.send(room, 'old');
        expect((await alice.post('v1/chat.update', { roomId: room._id, msgId: sent._id, text: 'new' })).message).toMatchObject({
            msg: 'new', editedAt: expect.any(String), editedBy: { username: 'alice' },
        });
        expect((await ask(bob, 'update', { roomId: room._id, msgId: sent._id, text: 'his' })).body.errorType).toBe('error-action-not-allowed');
        expect((await ask(alice, 'update', { roomId: 'GENERAL', msgId: sent._id, text: 'x' })).body.error).toBe('The room id provided does not match where the message is from.');
        expect((await ask(alice, 'update', { roomId: room._id, msgId: 'none', text: 'x' })).body.error).toBe('No message found with the id of "none".');
    });

    test('delete: gone, and told to who asks later', async () => {
        const since = new Date(Date.now() - 1).toISOString();
        const sent = await alice.send(room, 'short-lived');
        expect((await ask(bob, 'delete', { roomId: room._id, msgId: sent._id })).status).toBe(400);
        expect(await alice.post('v1/chat.delete', { roomId: room._id, msgId: sent._id })).toMatchObject({ _id: sent._id, ts: expect.any(String), message: { rid: room._id } });
        expect((await ask(alice, `getMessage?msgId=${sent._id}`)).status).toBe(400);
        expect((await alice.get('v1/chat.getDeletedMessages', { roomId: room._id, since })).messages).toEqual([{ _id: sent._id }]);
        const { result } = await alice.get('v1/chat.syncMessages', { roomId: room._id, lastUpdate: since });
        expect(result.deleted).toEqual([{ _id: sent._id, _deletedAt: expect.any(String) }]);
    });

    test('react: by emoji or reaction, toggled or told; unknown names refused', async () => {
        const sent = await alice.send(room, 'react to me');
        await bob.post('v1/chat.react', { messageId: sent._id, emoji: ':smile:' });
        await alice.post('v1/chat.react', { messageId: sent._id, reaction: 'smile', shouldReact: true });
        expect((await alice.message(sent._id)).reactions).toEqual({ ':smile:': expect.objectContaining({ usernames: ['bob', 'alice'] }) });
        await bob.post('v1/chat.react', { messageId: sent._id, emoji: ':smile:' });
        await alice.post('v1/chat.react', { messageId: sent._id, emoji: ':smile:', shouldReact: false });
        expect((await alice.message(sent._id)).reactions).toBeUndefined();
        expect((await ask(alice, 'react', { messageId: sent._id, emoji: ':no-such-thing:' })).body.errorType).toBe('error-not-allowed');
        expect((await ask(alice, 'react', { messageId: 'none', emoji: ':smile:' })).body.errorType).toBe('error-message-not-found');
    });

    test('react: with an emoji that an administrator has added (`v1/emoji-custom.ts`)', async () => {
        const { admin } = running();
        const add = (who: RocketChat, name: string, type = 'image/png') => {
            const form = new FormData();
            form.append('emoji', new Blob(['picture'], { type }), 'blobby.png');
            form.append('name', name);
            return who.request('POST', 'v1/emoji-custom.create', form);
        };
        const sent = await alice.send(room, 'react with blobby');
        expect((await ask(bob, 'react', { messageId: sent._id, emoji: ':blobby:' })).body.error).toMatch(/Invalid emoji/);
        expect((await add(alice, 'blobby')).status).toBe(400);
        expect((await add(admin, 'not blobby')).status).toBe(400);
        expect((await add(admin, 'blobby', 'text/plain')).body.errorType).toBe('emoji-is-not-image');
        expect((await add(admin, 'blobby')).body).toEqual({ success: true });
        expect((await add(admin, 'blobby')).status).toBe(400);
        await bob.react(sent, ':blobby:');
        expect((await alice.message(sent._id)).reactions).toEqual({ ':blobby:': { usernames: ['bob'] } });
        expect((await alice.get('v1/emoji-custom.list')).emojis.update).toMatchObject([{ name: 'blobby', extension: 'png' }]);
    });

    test('pin, star: listed for the room, the star only for who set it', async () => {
        const sent = await alice.send(room, 'keep');
        expect((await alice.post('v1/chat.pinMessage', { messageId: sent._id })).message).toMatchObject({ pinned: true, pinnedBy: { username: 'alice' } });
        expect((await bob.get('v1/chat.getPinnedMessages', { roomId: room._id })).messages.map(({ _id }: RcMessage) => _id)).toEqual([sent._id]);
        await alice.post('v1/chat.unPinMessage', { messageId: sent._id });
        expect((await bob.get('v1/chat.getPinnedMessages', { roomId: room._id })).total).toBe(0);
        await bob.post('v1/chat.starMessage', { messageId: sent._id });
        expect((await bob.get('v1/chat.getStarredMessages', { roomId: room._id })).messages[0].starred).toEqual([{ _id: bob.userId }]);
        expect((await alice.get('v1/chat.getStarredMessages', { roomId: room._id })).total).toBe(0);
        expect((await alice.message(sent._id) as unknown as { starred: unknown[] }).starred).toEqual([]);
    });

    test('threads: counted on the root, listed, followed by who takes part', async () => {
        const root = await alice.send(room, 'thread root');
        await bob.send(room, 'one', { tmid: root._id });
        const answer = await alice.send(room, 'two', { tmid: root._id });
        expect(await alice.message(root._id)).toMatchObject({ tcount: 2, tlm: answer.ts, replies: expect.arrayContaining([alice.userId, bob.userId]) });
        expect((await alice.get('v1/chat.getThreadMessages', { tmid: root._id })).messages.map(({ msg }: RcMessage) => msg)).toEqual(['one', 'two']);
        expect((await alice.get('v1/chat.getThreadsList', { rid: room._id })).threads.map(({ _id }: RcMessage) => _id)).toEqual([root._id]);
        expect((await bob.get('v1/chat.getThreadsList', { rid: room._id, type: 'following' })).total).toBe(1);
        await bob.post('v1/chat.unfollowMessage', { mid: root._id });
        expect((await bob.get('v1/chat.getThreadsList', { rid: room._id, type: 'following' })).total).toBe(0);
        expect((await ask(stranger, `getThreadMessages?tmid=${root._id}`)).body.errorType).toBe('error-not-allowed');
    });

    test('a reply is deleted, also in a room where nobody has a thread unread', async () => {
        const own = await alice.createRoom('p', 'threads', ['bob']);
        const root = await alice.send(own, 'thread root');
        const [one, two] = [await alice.send(own, 'one', { tmid: root._id }), await alice.send(own, 'two', { tmid: root._id })];
        await alice.deleteMessage(one);
        expect((await alice.get('v1/chat.getThreadMessages', { tmid: root._id })).messages.map(({ _id }: RcMessage) => _id)).toEqual([two._id]);
        expect(await alice.message(root._id)).toMatchObject({ tcount: 1 });
    });

    test('search: words, people, regular expressions', async () => {
        await bob.send(room, 'a needle in the hay');
        const found = async (searchText: string) => (await alice.get('v1/chat.search', { roomId: room._id, searchText })).messages.map(({ msg }: RcMessage) => msg);
        expect(await found('NEEDLE')).toEqual(['a needle in the hay']);
        expect(await found('from:alice needle')).toEqual([]);
        expect(await found('/ne+dle/')).toEqual(['a needle in the hay']);
        expect(await found('(')).toEqual([]);
    });

    test('syncMessages: by time, or page by page with cursors that fit together', async () => {
        const channel = await alice.createRoom('c', 'sync');
        const sent = [];
        for (const text of ['1', '2', '3', '4', '5']) sent.push(await alice.send(channel, text));
        const page = async (query: Record<string, string>) => (await alice.get('v1/chat.syncMessages', { roomId: channel._id, type: 'UPDATED', count: 2, ...query })).result;
        const texts = ({ updated }: { updated: RcMessage[] }) => updated.map(({ msg }) => msg);
        const first = await page({ next: String(Date.parse(sent[0].ts) - 1) });
        const second = await page({ next: first.cursor.next });
        expect([texts(first), texts(second)]).toEqual([['1', '2'], ['3', '4']]);
        expect(second.deleted).toEqual([]);
        expect((await ask(alice, `syncMessages?roomId=${channel._id}&type=UPDATED&next=1&previous=2`)).body.errorType).toBe('error-cursor-conflict');
        expect((await ask(alice, `syncMessages?roomId=${channel._id}&lastUpdate=nonsense`)).body.errorType).toBe('error-lastUpdate-param-invalid');
    });

    test('the methods of the realtime API, over REST', async () => {
        const call = async (method: string, params: unknown[]) => {
            const { status, body } = await alice.request('POST', `v1/method.call/${method}`, { message: JSON.stringify({ msg: 'method', id: '7', method, params }) });
            return { status, success: body.success, ...JSON.parse(body.message) };
        };
        expect(await call('loadHistory', [room._id, null, 1])).toMatchObject({ status: 200, success: true, msg: 'result', id: '7', result: { messages: [{ ts: { $date: expect.any(Number) } }] } });
        expect(await call('getRoomById', ['none'])).toMatchObject({ status: 400, success: false, error: { error: 'error-not-allowed', errorType: 'Meteor.Error', isClientSafe: true } });
        expect(await call('noSuchMethod', [])).toMatchObject({ status: 400, error: { error: 404, reason: "Method 'noSuchMethod' not found" } });
    });
});
