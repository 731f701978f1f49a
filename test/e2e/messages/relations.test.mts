/** How messages speak of each other and of people: answers, quotes, threads, mentions, both ways. */
import { unique } from '../../support/eventually.mts';
import { useBridgedRoom } from '../../support/bridgedRoom.mts';
import type { MatrixEvent } from '../../support/clients/matrix.mts';
import type { RcMessage } from '../../support/clients/rocketchat.mts';
import { testWithOwnServers } from '../../support/servers/stack.mts';

const room = useBridgedRoom('relations');
const html = (formatted: string, more: object = {}) => ({ msgtype: 'm.text', body: 'fallback', format: 'org.matrix.custom.html', formatted_body: formatted, ...more });
const quotes = ({ attachments }: RcMessage): string[] => (attachments ?? []).filter((one: any) => one.message_link).map((one: any) => one.text);
const relation = ({ content }: MatrixEvent): unknown => content['m.relates_to'];
const never = `$${'n'.repeat(43)}`;

describe('answers', () => {
    test('in Rocket.Chat to several messages: the first is answered, the others are quoted', async () => {
        const { alice } = room();
        const [one, two] = [await room().fromCarol(), await room().fromAlice()];
        const links = await Promise.all([one.message, two.message].map((message) => room().linkOf(message)));
        const { event } = await room().fromAlice(`[ ](${links[0]}) [ ](${links[1]}) to both`);
        expect(relation(event)).toEqual({ 'm.in_reply_to': { event_id: one.eventId } });
        expect(event.content.formatted_body).toContain(`<blockquote><a href="https://matrix.to/#/${room().roomId}/`);
        expect(event.content.body).toBe(`> ${alice.username}: ${two.message.msg}\nto both`);
    });

    test('in Rocket.Chat to a message of another room: only its link', async () => {
        const { alice, carol } = room();
        const other = await alice.createRoom('p', unique('elsewhere'));
        const secret = await alice.send(other, unique('secret words'));
        const link = await room().linkOf(secret, other);
        const { event, message } = await room().fromAlice(`[ ](${link}) see there`);
        expect(quotes(message)).toEqual([secret.msg]);
        expect(event.content.body).toBe(`${link}\nsee there`);
        expect(JSON.stringify(await carol.events(room().roomId))).not.toContain(secret.msg);
    });

    test('in Rocket.Chat to a message of before the bridge: its link, and the text', async () => {
        const { alice, carol } = room();
        const channel = await alice.createRoom('c', unique('elder'));
        const old = await alice.send(channel, unique('old words'));
        await alice.run(channel, '/matrix bridge');
        const roomId = await carol.join(`#rc_${channel.name}:${room().stack.serverName}`);
        const link = await room().linkOf(old, channel);
        await alice.send(channel, `[ ](${link}) as I said`);
        const { content } = await carol.waitForEvent(roomId, 'as I said');
        expect(content).toMatchObject({ body: `${link}\nas I said` });
        expect(content).not.toHaveProperty('m.relates_to');
    });

    test('in Matrix, with the fallback of older clients taken off', async () => {
        const { roomId } = room();
        const { message: asked, event } = await room().fromAlice();
        const { message } = await room().fromCarol(html(`<mx-reply><blockquote><a href="https://matrix.to/#/${roomId}/${event.event_id}">In reply to</a> x<br>${asked.msg}</blockquote></mx-reply>my <b>answer</b>`, {
            'body': `> <${event.sender}> ${asked.msg}\n\nmy **answer**`, 'm.relates_to': { 'm.in_reply_to': { event_id: event.event_id } },
        }));
        expect(message.msg).toBe(`[ ](${await room().linkOf(asked)}) my *answer*`);
        expect(quotes(message)).toEqual([asked.msg]);
    });

    test('in Matrix to what Rocket.Chat does not know: the text, with a link', async () => {
        const { message } = await room().fromCarol({ 'msgtype': 'm.text', 'body': 'to what?', 'm.relates_to': { 'm.in_reply_to': { event_id: never } } });
        expect(message.msg).toBe(`[↩](https://matrix.to/#/${room().roomId}/${never}) to what?`);
    });

    test('in Matrix never quote another room, whatever the text links to', async () => {
        const { alice } = room();
        const { message: asked, event } = await room().fromAlice();
        const other = await alice.createRoom('c', unique('public-elsewhere'));
        const secret = await alice.send(other, unique('words of elsewhere'));
        const link = await room().linkOf(secret, other);
        const content = html(`see ${link} and <a href="${link}">that</a>`, { 'm.relates_to': { 'm.in_reply_to': { event_id: event.event_id } } });
        const { message, eventId } = await room().fromCarol(content);
        expect(quotes(message)).toEqual([asked.msg]);
        await room().edit(eventId, `changed ${link}`);
        const edited = await room().messageOf(eventId, ({ msg }) => msg.includes('changed'));
        expect(quotes(edited)).toEqual([asked.msg]);
    });

    test('stay answers when they are edited, both ways', async () => {
        const { message: asked, event } = await room().fromAlice();
        const inward = await room().fromCarol({ 'msgtype': 'm.text', 'body': 'ansver', 'm.relates_to': { 'm.in_reply_to': { event_id: event.event_id } } });
        await room().edit(inward.eventId, 'answer');
        const edited = await room().messageOf(inward.eventId, ({ msg }) => msg.endsWith(' answer'));
        expect(quotes(edited)).toEqual([asked.msg]);
        const link = await room().linkOf(inward.message);
        const outward = await room().fromAlice(`[ ](${link}) and mine`);
        await room().alice.edit(outward.message, `[ ](${link}) and mine, too`);
        expect((await room().editOf(outward.event.event_id, 'and mine, too')).content['m.new_content']).not.toHaveProperty('m.relates_to');
    });
});

describe('threads', () => {
    test('grow from both sides', async () => {
        const { message: root, event } = await room().fromAlice();
        const inward = await room().fromCarol({ 'msgtype': 'm.text', 'body': 'first', 'm.relates_to': { 'rel_type': 'm.thread', 'event_id': event.event_id, 'is_falling_back': true, 'm.in_reply_to': { event_id: event.event_id } } });
        expect(inward.message.tmid).toBe(root._id);
        const outward = await room().fromAlice('second', { tmid: root._id });
        expect(relation(outward.event)).toMatchObject({ rel_type: 'm.thread', event_id: event.event_id, is_falling_back: true });
        const quoting = await room().fromAlice(`[ ](${await room().linkOf(inward.message)}) third`, { tmid: root._id });
        expect(relation(quoting.event)).toEqual({ 'rel_type': 'm.thread', 'event_id': event.event_id, 'is_falling_back': false, 'm.in_reply_to': { event_id: inward.eventId } });
        const deeper = await room().fromAlice('fourth', { tmid: inward.message._id });
        expect(relation(deeper.event)).toMatchObject({ rel_type: 'm.thread', event_id: event.event_id });
    });

    test('"also send to channel" is seen in the room and in the thread, both ways', async () => {
        const { message: root, event } = await room().fromAlice();
        const { message } = await room().fromAlice(unique('for all'), { tmid: root._id, tshow: true });
        const copy = await room().eventOf(message, ({ content }) => content['m.relates_to']?.rel_type === undefined);
        expect(relation(copy)).toEqual({ 'm.in_reply_to': { event_id: event.event_id } });
        const inThread = await room().eventOf(message, ({ content }) => content['m.relates_to']?.rel_type === 'm.thread');
        expect(inThread.content.body).toBe(copy.content.body);
        const answer = await room().fromCarol({ 'msgtype': 'm.text', 'body': 'seen', 'm.relates_to': { 'm.in_reply_to': { event_id: inThread.event_id } } });
        expect(answer.message).toMatchObject({ tmid: root._id, tshow: true });
        await room().alice.deleteMessage(message);
        await room().waitForRedaction(copy.event_id);
        await room().waitForRedaction(inThread.event_id);
    });

    testWithOwnServers('are quotes of their first message where a server has threads switched off', async () => {
        const { message: root, event } = await room().fromAlice();
        const threads = (value: boolean) => room().stack.admin.post('v1/settings/Threads_enabled', { value });
        await threads(false);
        const { message } = await room().fromCarol({ 'msgtype': 'm.text', 'body': 'aside', 'm.relates_to': { rel_type: 'm.thread', event_id: event.event_id } });
        await threads(true);
        expect([message.tmid, quotes(message)]).toEqual([undefined, [root.msg]]);
    });

    test('whose first message the other side does not know go on without it', async () => {
        const { alice, carol } = room();
        const channel = await alice.createRoom('c', unique('older'));
        const old = await alice.send(channel, 'from before the bridge');
        await alice.run(channel, '/matrix bridge');
        const roomId = await carol.join(`#rc_${channel.name}:${room().stack.serverName}`);
        await alice.send(channel, 'into the old thread', { tmid: old._id });
        expect((await carol.waitForEvent(roomId, 'into the old thread')).content).not.toHaveProperty('m.relates_to');
        // An event that is not shown here: for Rocket.Chat a thread of it has no first message.
        const root = await carol.send(roomId, 'org.example.silent', {});
        const event = await carol.sendText(roomId, 'in a thread of nothing', { 'm.relates_to': { rel_type: 'm.thread', event_id: root } });
        const message = await alice.waitForMessage(channel, ({ _id }) => _id === `mx${event.slice(1)}`);
        expect(message.msg).toBe(`[↩](https://matrix.to/#/${roomId}/${root}) in a thread of nothing`);
        expect(message.tmid).toBeUndefined();
        await alice.send(channel, 'a thread on it', { tmid: message._id });
        const moved = await carol.waitForEvent(roomId, 'a thread on it');
        // Synapse takes no thread inside of a thread, Dendrite does.
        expect([root, event]).toContain(moved.content['m.relates_to'].event_id);
    });
});

describe('mentions', () => {
    test('of people ring, whatever they are called', async () => {
        const { alice, stack } = room();
        const strange = await stack.matrixUser('strange', 'A (b) [c] *d* $&');
        await strange.join(room().roomId);
        await strange.sendText(room().roomId, 'I am here');
        const { u: { username } } = await alice.waitForMessage(room().channel, 'I am here');
        const { event } = await room().fromAlice(`for @${username} and (@${alice.username}), not \`@${username}\``);
        expect(event.content['m.mentions'].user_ids.sort()).toEqual([strange.userId, stack.ghostOf(alice)].sort());
        expect(event.content.formatted_body).toContain(`<a href="https://matrix.to/#/${strange.userId}">A (b) [c] *d* $&amp;</a>`);
        const pill = (id: string) => `<a href="https://matrix.to/#/${id}">whoever</a>`;
        const { message } = await room().fromCarol(html(`${pill(stack.ghostOf(alice))}, ${pill(strange.userId)}, not <code>${pill(stack.ghostOf(alice))}</code>`));
        expect(message.msg).toBe(`@${alice.username}, @${username}, not \`whoever\``);
        expect(message.mentions.map((one: any) => one.username).sort()).toEqual([alice.username, username].sort());
        const id = stack.ghostOf(alice);
        const { message: typed } = await room().fromCarol({ msgtype: 'm.text', body: `${id}: a client without pills`, 'm.mentions': { user_ids: [id] } });
        expect(typed.msg).toBe(`@${alice.username}: a client without pills`);
    });

    test('ring once: an edit rings only whom the text did not mention before', async () => {
        const { alice, carol, stack } = room();
        const { message: asked } = await room().fromCarol();
        const { message, event } = await room().fromAlice(`[ ](${await room().linkOf(asked)}) anser`);
        const rung = async (words: string): Promise<unknown> => {
            await alice.edit(message, `[ ](${await room().linkOf(asked)}) ${words}`);
            const { content } = await room().editOf(event.event_id, words.replace(`@${alice.username}`, 'Alice Liddell'));
            return [content['m.mentions'], [...content['m.new_content']['m.mentions'].user_ids].sort()];
        };
        const both = [carol.userId, stack.ghostOf(alice)].sort();
        expect(await rung('answer')).toEqual([{}, [carol.userId]]);
        expect(await rung(`answer of @${alice.username}`)).toEqual([{ user_ids: [stack.ghostOf(alice)] }, both]);
        expect(await rung(`the answer of @${alice.username}`)).toEqual([{}, both]);
    });

    test('of a room are links, both ways', async () => {
        const other = await room().another('neighbours');
        const alias = `#rc_${other.channel.name}:${room().stack.serverName}`;
        const { event } = await room().fromAlice(`come to #${other.channel.name}`);
        expect(event.content.formatted_body).toContain(`>#${other.channel.name}</a>`);
        expect(decodeURIComponent(event.content.formatted_body)).toContain(`https://matrix.to/#/${alias}`);
        for (const target of [alias, other.roomId]) {
            const { message } = await room().fromCarol(html(`come to <a href="https://matrix.to/#/${encodeURIComponent(target)}">there</a>`));
            expect(message.msg).toBe(`come to #${other.channel.name}`);
            expect(message.channels.map((one: any) => one.name)).toEqual([other.channel.name]);
        }
    });

    test('of everybody ring for those who may, on both sides', async () => {
        const { alice, carol, stack } = room();
        const { event } = await room().fromAlice('@all listen');
        expect(event.content).toMatchObject({ 'body': '@room listen', 'm.mentions': { room: true } });
        const ring = { 'm.mentions': { room: true } };
        const { message } = await room().fromCarol({ msgtype: 'm.text', body: '@room without the power', ...ring });
        expect(message).toMatchObject({ msg: '@room without the power', mentions: [] });

        const name = unique('hers');
        const own = await carol.createRoom({ preset: 'public_chat', name, invite: [stack.ghostOf(alice)] });
        const channel = await alice.waitForRoom((one) => one.fname === name || one.name === name);
        await carol.sendText(own, '@room with the power', ring);
        // Whoever makes a room owns it here as well, and owners may ring.
        const rung = await alice.waitForMessage(channel, 'with the power');
        expect(rung.msg).toBe('@all with the power');
        expect(rung.mentions.map((one: any) => one._id)).toEqual(['all']);
        const mayRing = (roles: string[]) => stack.admin.post('v1/permissions.update', { permissions: [{ _id: 'mention-all', roles }] });
        await mayRing(['admin']);
        await carol.sendText(own, '@room but the server does not want it', ring);
        const quiet = await alice.waitForMessage(channel, 'does not want it');
        await mayRing(['admin', 'owner', 'moderator', 'user']);
        expect(quiet).toMatchObject({ msg: '@room but the server does not want it', mentions: [] });
    });
});
