/** Whom messages and their edits mention on Matrix, and whom they ring. */
import { Bridge } from '../../../src/bridge/Bridge';
import { CAROL } from '../../support/fakes/bridgedRoom.mts';
import { outboundRoom } from '../../support/fakes/outboundRoom.mts';

describe('an edit', () => {
    const alice = { user_ids: ['@rc_alice:hs.test'] };
    const rung = (w: Awaited<ReturnType<typeof outboundRoom>>): unknown[] => w.timeline().map(({ content }) => content['m.mentions']);

    test('rings only whom the text did not mention before, whatever it was edited to already', async () => {
        const w = await outboundRoom();
        const { message } = await w.post('hi @alice');
        await w.edit(message, 'hello @alice');
        w.clock.pass(10);
        await w.edit(message, 'hello @alice and @bob');
        w.clock.pass(10);
        await w.edit(message, 'hello, @alice and @bob');
        expect(rung(w)).toEqual([alice, {}, { user_ids: ['@rc_bob:hs.test'] }, {}]);
        expect(w.timeline()[3].content['m.new_content']).toMatchObject({ 'm.mentions': { user_ids: ['@rc_alice:hs.test', '@rc_bob:hs.test'] } });
        expect(w.homeserver.calls).not.toContain('event');
    });

    test('rings nobody again after a restart, nor in the copy of "also send to channel"', async () => {
        const w = await outboundRoom();
        const { message: root } = await w.post('root');
        const { message } = await w.post('hi @alice', { threadId: root.id, threadShown: true });
        const { outbound } = new Bridge(w.context);
        await outbound.messageEdited({ ...message, text: 'hello @alice and @bob', editor: w.bob, editedAt: w.clock.now() });
        await w.quiet();
        expect(rung(w)).toEqual([{}, alice, {}, { user_ids: ['@rc_bob:hs.test'] }, {}]);
    });

    test('rings a room once, and whoever is answered once', async () => {
        const w = await outboundRoom();
        const { message: asked } = await w.post('question', {}, w.alice);
        const { message } = await w.post('@all come', { unmapped: { mentions: [{ _id: 'all', username: 'all' }] } });
        await w.edit(message, '@all come now');
        const link = `[ ](https://chat.test/channel/general?msg=${asked.id})`;
        const { message: answer } = await w.post(`${link} so`);
        await w.edit(answer, `${link} so it is`);
        expect(rung(w).slice(1)).toEqual([{ room: true }, {}, alice, {}]);
    });
});

test('somebody who is named by the whole Matrix id is mentioned', async () => {
    const w = await outboundRoom();
    await w.bridge.handleTransaction('1', [w.homeserver.write(w.matrixRoom, CAROL, 'm.room.message', { msgtype: 'm.text', body: 'hers' })], []);
    await w.post('ask @carol:elsewhere.test or @dave:third.test. Not `@carol:elsewhere.test`');
    const { content } = w.timeline().pop()!;
    expect(content['m.mentions']).toEqual({ user_ids: [CAROL, '@dave:third.test'] });
    expect(content.body).toBe('ask Carol C or @dave:third.test. Not `@carol:elsewhere.test`');
});

test('what only has the form of a Matrix id is nobody', async () => {
    const w = await outboundRoom();
    await w.post('see you @10:30, @2:00pm or @10:30.5, @alice:please');
    const { content } = w.timeline().pop()!;
    expect(content).toMatchObject({ 'body': 'see you @10:30, @2:00pm or @10:30.5, @alice:please', 'm.mentions': {} });
    expect(content).not.toHaveProperty('formatted_body');
});

describe('channels that are named', () => {
    test('are links: to their room on Matrix, or to where they are', async () => {
        const w = await outboundRoom();
        const [other, local] = [w.rocketchat.addRoom('c', 'other', [w.alice]), w.rocketchat.addRoom('c', 'local', [w.alice])];
        const portal = await w.bridge.rooms.bridge(other, w.alice);
        await w.post('see #other and #local and #none', { channels: [other, local].map(({ id, name }) => ({ id, name })) });
        expect(w.timeline()[0].content).toMatchObject({ body: 'see #other and #local and #none' });
        expect(w.timeline()[0].content.formatted_body).toBe(`see <a href="https://matrix.to/#/${encodeURIComponent(portal.alias!).replace('%3A', ':')}">#other</a> `
            + 'and <a href="https://chat.test/channel/local">#local</a> and #none');
    });

    test.each([
        ['are found by their names where the server does not say which it found, but no groups', {}, 'see <a href="https://chat.test/channel/local">#local</a> and #group'],
        ['stay text where it says that it found none', { channels: [] }, undefined],
    ])('%s', async (_what, unmapped, html) => {
        const w = await outboundRoom();
        w.rocketchat.addRoom('c', 'local', [w.alice]);
        w.rocketchat.addRoom('p', 'group', [w.alice]);
        await w.post('see #local and #group', { unmapped });
        expect(w.timeline()[0].content.formatted_body).toBe(html);
    });
});

test('a room is rung only when the server counts the word as a mention: not in rooms over its limit', async () => {
    const w = await outboundRoom();
    await w.post('@all too many', { unmapped: { mentions: [] } });
    await w.post('@all come', { unmapped: { mentions: [{ _id: 'all', username: 'all' }] } });
    await w.post('@here read back', { unmapped: {} });
    expect(w.timeline().slice(-3).map(({ content }) => [content.body, content['m.mentions']])).toEqual([
        ['@all too many', {}],
        ['@room come', { room: true }],
        ['@room read back', { room: true }],
    ]);
});
