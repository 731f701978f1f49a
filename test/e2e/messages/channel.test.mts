/** A channel becomes a Matrix room, and people on both sides talk in it. */
import { BridgedRoom } from '../../support/bridgedRoom.mts';
import { eventually } from '../../support/eventually.mts';
import type { Matrix } from '../../support/clients/matrix.mts';
import type { RcRoom, RocketChat } from '../../support/clients/rocketchat.mts';
import { useStack } from '../../support/servers/stack.mts';

const here = useStack();
let alice: RocketChat;
let carol: Matrix;
let channel: RcRoom;
let roomId: string;

beforeAll(async () => {
    ({ alice, carol, channel, roomId } = await BridgedRoom.make(here(), 'wonderland'));
}, 60_000);

test('what is written in the channel is read in the Matrix room, under the name of its writer', async () => {
    await alice.send(channel, 'Curiouser and curiouser!');
    const event = await carol.waitForEvent(roomId, 'Curiouser');
    expect(event.sender).toBe(here().ghostOf(alice));
    expect(event.content).toMatchObject({ msgtype: 'm.text', body: 'Curiouser and curiouser!', 'm.mentions': {} });
    expect(await carol.profile(event.sender)).toMatchObject({ displayname: 'Alice Liddell' });
});

test('what is written in the Matrix room is read in the channel, under the name of its writer', async () => {
    await carol.sendText(roomId, 'Higher, further, faster');
    const message = await alice.waitForMessage(channel, 'Higher, further, faster');
    expect(message.msg).toBe('Higher, further, faster');
    const puppet = await here().admin.user(message.u.username);
    expect(puppet).toMatchObject({ type: 'bot', name: 'Carol Danvers', active: true });
});

test('Markdown of the channel is HTML in the Matrix room, with a plain body beside it', async () => {
    await alice.send(channel, 'a *bold* and an _italic_ word');
    const { content } = await carol.waitForEvent(roomId, (event) => String(event.content.formatted_body).includes('bold'));
    expect(content.format).toBe('org.matrix.custom.html');
    expect(content.formatted_body).toContain('<strong>bold</strong>');
    expect(content.formatted_body).toContain('<em>italic</em>');
    expect(content.body).toMatch(/bold/);
});

test('HTML of the Matrix room is Markdown in the channel', async () => {
    await carol.sendText(roomId, 'strong words', { format: 'org.matrix.custom.html', formatted_body: '<strong>strong</strong> words' });
    const message = await alice.waitForMessage(channel, (candidate) => candidate.msg.includes('strong'));
    expect(message.msg).toBe('*strong* words');
});

test('several lines, code and characters of HTML arrive as they were typed', async () => {
    const text = 'first <line> & "more"\nsecond line\n```\nlet a = 1 < 2;\n```';
    await alice.send(channel, text);
    const { content } = await carol.waitForEvent(roomId, 'first <line>');
    expect(content.body).toContain('second line');
    expect(content.formatted_body).toContain('&lt;line&gt;');
    expect(content.formatted_body).toContain('let a = 1 &lt; 2;');
});

test('every message says whom it mentions, also when it mentions nobody', async () => {
    const puppet = (await alice.waitForMessage(channel, 'Higher')).u.username;
    await alice.send(channel, `look here @${puppet}`);
    const mention = await carol.waitForEvent(roomId, 'look here');
    expect(mention.content['m.mentions']).toEqual({ user_ids: [carol.userId] });
    await alice.send(channel, 'to nobody in particular');
    const none = await carol.waitForEvent(roomId, 'to nobody');
    expect(none.content['m.mentions']).toEqual({});
});

test('a message of a second Rocket.Chat user brings their own ghost', async () => {
    const bob = await here().rocketchatUser('bob', { name: 'Bob' });
    await alice.invite(channel, bob.userId);
    await bob.send(channel, 'Bob was here');
    const event = await carol.waitForEvent(roomId, 'Bob was here');
    expect(event.sender).toBe(here().ghostOf(bob));
});

test('messages of one writer keep their order, both ways', async () => {
    const numbers = Array.from({ length: 20 }, (_, index) => `count ${String(index).padStart(2, '0')}`);
    for (const text of numbers) {
        await alice.send(channel, `out ${text}`);
        await carol.sendText(roomId, `in ${text}`);
    }
    const arrived = async (all: Promise<(string | undefined)[]>, direction: string): Promise<boolean> => {
        const bodies = (await all).filter((body) => body?.startsWith(`${direction} count`));
        expect(bodies).toEqual(numbers.map((text) => `${direction} ${text}`));
        return true;
    };
    await eventually(() => arrived(carol.events(roomId).then((events) => events.filter((event) => event.sender !== carol.userId).map((event) => event.content.body)), 'out'));
    await eventually(() => arrived(alice.messages(channel).then((messages) => messages.map((message) => message.msg)), 'in'));
}, 60_000);
