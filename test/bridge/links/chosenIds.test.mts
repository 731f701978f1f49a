/** Servers that take the ids that the bridge chooses, and servers that make their own: nothing is made twice on either. */
import { Bridge } from '../../../src/bridge/Bridge';
import type { MatrixEvent } from '../../../src/matrix/Homeserver';
import { turns } from '../../support/fakes/FakeClock.mts';
import { bridgedRoom, CAROL } from '../../support/fakes/bridgedRoom.mts';
import { world } from '../../support/fakes/world.mts';

const moment = (count = 20): Promise<void> => turns(count);

async function setUp(honoursIds: boolean) {
    const empty = world();
    empty.rocketchat.honoursIds = honoursIds;
    const w = await bridgedRoom({ in: empty });
    const say = (body: string, more = {}) => w.carolSays(body, more, { origin_server_ts: w.clock.now() });
    let n = 0;
    const start = () => {
        const bridge = new Bridge(w.context);
        return { bridge, push: (...events: MatrixEvent[]): Promise<void> => bridge.handleTransaction(String((n += 1)), events, []) };
    };
    const puppets = () => [...w.rocketchat.users.values()].filter(({ isPuppet }) => isPuppet);
    return { ...w, say, start, texts: w.textsInRocketChat, puppets };
}

/** A process that dies before it has recorded anything of what it does. */
async function withoutRecords(w: Awaited<ReturnType<typeof setUp>>, work: () => Promise<unknown>): Promise<void> {
    const { store } = w.rocketchat;
    const { add, put } = store;
    store.add = async () => new Promise(() => undefined);
    store.put = async () => new Promise(() => undefined);
    void work().catch(() => undefined);
    await moment();
    Object.assign(store, { add, put });
    w.clock.pass(5_000);
}

describe('the probe', () => {
    test.each([true, false])('ids are taken: %s; asked once, and nothing stays of it', async (honoursIds) => {
        const w = await setUp(honoursIds);
        const { bridge } = w.start();
        await bridge.begin();
        await moment();
        expect((await bridge.counts()).ownIds).toBe(!honoursIds);
        expect([...w.rocketchat.messages.values()].filter(({ text }) => text === 'probe')).toEqual([]);
        w.rocketchat.calls.length = 0;
        const next = w.start();
        await next.bridge.begin();
        await moment();
        expect((await next.bridge.counts()).ownIds).toBe(!honoursIds);
        expect(w.rocketchat.calls).not.toContain('post');
    });
});

describe.each([true, false])('ids are taken: %s', (honoursIds) => {
    test('what a process posted that died before it recorded that, is not posted again', async () => {
        const w = await setUp(honoursIds);
        const first = w.start();
        await first.bridge.begin();
        await first.push(w.say('warm'));
        await moment();
        const event = w.say('once');
        await withoutRecords(w, () => first.push(event));
        expect(w.texts()).toEqual(['warm', 'once']);
        const { push } = w.start();
        await push(event, w.say('next'));
        expect(w.texts()).toEqual(['warm', 'once', 'next']);
    });

    test('nor when it comes again so late that it says when it was written', async () => {
        const w = await setUp(honoursIds);
        const first = w.start();
        await first.bridge.begin();
        await first.push(w.say('warm'));
        await moment();
        const event = w.say('once');
        await withoutRecords(w, () => first.push(event));
        w.clock.pass(600_000);
        await w.start().push(event);
        expect(w.texts()).toEqual(['warm', 'once']);
    });

    test('what is said of a change of the room or the end of a poll is said once, also by the next process', async () => {
        const w = await setUp(honoursIds);
        const state = (type: string, content: object): MatrixEvent => w.homeserver.write(w.matrixRoom, CAROL, type, content as MatrixEvent['content'], { state_key: '' });
        const asked = { question: { 'm.text': 'Tea?' }, kind: 'm.disclosed', max_selections: 1, answers: [{ 'm.id': 'y', 'm.text': 'Yes' }] };
        const poll = w.homeserver.write(w.matrixRoom, CAROL, 'm.poll.start', { 'm.poll': asked, 'm.text': 'Tea?' });
        const end = w.homeserver.write(w.matrixRoom, CAROL, 'm.poll.end', { 'm.relates_to': { rel_type: 'm.reference', event_id: poll.event_id }, 'm.text': 'Closed.' });
        const events = [poll, state('m.room.topic', { topic: 'Tea' }), state('m.room.name', { name: 'Tea room' }), end];
        const first = w.start();
        await first.push(...events);
        await first.bridge.settle();
        const said = w.texts();
        expect(said).toHaveLength(4);
        await w.start().push(...events);
        expect(w.texts()).toEqual(said);
    });

    test('a note that a process posted that died before it recorded that, is not posted again', async () => {
        const w = await setUp(honoursIds);
        const first = w.start();
        const event = w.say('look');
        await first.bridge.begin();
        await first.push(event);
        await moment(60);
        const pins = w.homeserver.write(w.matrixRoom, CAROL, 'm.room.pinned_events', { pinned: [event.event_id] }, { state_key: '' });
        await withoutRecords(w, () => first.push(pins));
        const said = w.texts();
        expect(said).toHaveLength(2);
        await w.start().push(pins);
        expect(w.texts()).toEqual(said);
    });

    test('a text that edits make longer and longer is changed, not added to', async () => {
        const w = await setUp(honoursIds);
        const event = w.say('a'.repeat(4_000));
        const { push } = w.start();
        await push(event);
        for (const [letter, length] of [['b', 6_000], ['c', 7_000]] as [string, number][]) {
            const body = letter.repeat(length);
            await push(w.say(`* ${body}`, { 'm.new_content': { msgtype: 'm.text', body }, 'm.relates_to': { rel_type: 'm.replace', event_id: event.event_id } }));
            expect(w.texts().join('')).toBe(body);
        }
    });

    test('the further messages of a text that an edit made long are changed and go with it', async () => {
        const w = await setUp(honoursIds);
        const { push } = w.start();
        const event = w.say('short');
        await push(event);
        const long = (word: string): string => Array.from({ length: 300 }, (_, line) => `${word} ${line} ${'x'.repeat(30)}`).join('\n');
        for (const body of [long('first'), long('second'), 'short', long('third')]) {
            w.clock.pass(10);
            await push(w.say(`* ${body}`, { 'm.new_content': { msgtype: 'm.text', body }, 'm.relates_to': { rel_type: 'm.replace', event_id: event.event_id } }));
            expect(w.texts().join('\n')).toBe(body);
        }
        await push(w.homeserver.write(w.matrixRoom, CAROL, 'm.room.redaction', { redacts: event.event_id }, { redacts: event.event_id }));
        expect(w.texts()).toEqual([]);
    });

    test('the same words said twice are two messages', async () => {
        const w = await setUp(honoursIds);
        const { bridge, push } = w.start();
        await bridge.begin();
        await push(w.say('ok'), w.say('ok'));
        await push(w.say('ok'));
        expect(w.texts()).toEqual(['ok', 'ok', 'ok']);
    });

    test('a repeated transaction to a fresh process changes nothing', async () => {
        const w = await setUp(honoursIds);
        const { push } = w.start();
        const events = [w.say('a'), w.say('b'), w.say('c')];
        await push(...events);
        await moment();
        await w.start().push(...events);
        await moment();
        await Promise.all([w.start().push(...events), w.start().push(...events)]);
        expect(w.texts()).toEqual(['a', 'b', 'c']);
    });

    test('edits, reactions, replies and redactions find the message after a restart', async () => {
        const w = await setUp(honoursIds);
        const event = w.say('tpyo');
        await w.start().push(event);
        await moment();
        const relation = (rel_type: string, more = {}) => ({ 'm.relates_to': { rel_type, event_id: event.event_id, ...more } });
        await w.start().push(w.say('* typo', { 'm.new_content': { msgtype: 'm.text', body: 'typo' }, ...relation('m.replace') }));
        await w.start().push(w.homeserver.write(w.matrixRoom, CAROL, 'm.reaction', relation('m.annotation', { key: '👍' })));
        const [message] = w.rocketchat.inRoom(w.room.id);
        expect(message).toMatchObject({ text: 'typo', reactions: { ':thumbsup:': ['carol-elsewhere.test'] } });
        await w.start().push(w.say('answer', { 'm.relates_to': { 'm.in_reply_to': { event_id: event.event_id } } }));
        expect(w.texts()[1]).toBe(`[ ](https://chat.test/channel/general?msg=${message.id}) answer`);
        await w.start().push(w.homeserver.write(w.matrixRoom, CAROL, 'm.room.redaction', {}, { redacts: event.event_id }));
        expect(w.texts()).toHaveLength(1);
    });

    test('two processes that meet a person at once make one puppet', async () => {
        const w = await setUp(honoursIds);
        await Promise.all([w.start().push(w.say('to one')), w.start().push(w.say('to the other'))]);
        expect(w.puppets()).toHaveLength(1);
        expect(w.texts().sort()).toEqual(['to one', 'to the other']);
    });

    test('a puppet that a process made and did not record is found again', async () => {
        const w = await setUp(honoursIds);
        const event = w.say('hello');
        await withoutRecords(w, () => w.start().push(event));
        expect(w.puppets()).toHaveLength(1);
        await w.start().push(event);
        expect(w.puppets()).toHaveLength(1);
        expect(w.texts()).toEqual(['hello']);
    });
});

test('a record that could not be stored is stored a little later', async () => {
    const w = await setUp(false);
    const { store } = w.rocketchat;
    const event = w.say('hello');
    const add = store.add.bind(store);
    let failures = 2;
    store.add = async (...args) => {
        if ((failures -= 1) >= 0) {
            throw new Error('away');
        }
        return add(...args);
    };
    await w.start().push(event);
    await moment(60);
    expect(store.documents.some(({ keys }) => keys.some(({ id }) => id === `event:${event.event_id}`))).toBe(true);
});
