import { Bridge } from '../../../src/bridge/Bridge';
import { messageIdOf } from '../../../src/ids/messages';
import { BridgeError } from '../../../src/errors/BridgeError';
import { bridgedRoom, CAROL } from '../../support/fakes/bridgedRoom.mts';

const refused = (userMessage: string): BridgeError => new BridgeError({ code: 'rocketchat.refused', userMessage, retriable: false, certain: true });

async function bridged() {
    const w = await bridgedRoom();
    return { ...w, say: w.carolSays, texts: w.textsInRocketChat };
}

test('an event that Rocket.Chat refuses becomes a letter and arrives once when it is tried again', async () => {
    const w = await bridged();
    w.rocketchat.faults.post = [refused('Not now.')];
    const event = w.say('knock knock');
    await w.push(event);
    await w.push(w.say('next'));
    await w.quiet();
    const [letter] = await w.bridge.deadLetters.all();
    expect(letter).toMatchObject({ direction: 'in', room: w.matrixRoom.id, reason: 'Not now.', certain: true });
    w.rocketchat.faults.post = [refused('Not yet.')];
    expect(await w.bridge.retries.retry([letter], 1e9)).toEqual({ through: 0, failed: 1, waiting: 0 });
    expect(await w.bridge.deadLetters.all()).toEqual([{ ...letter, reason: 'Not yet.', failures: 2, lastAt: expect.any(Number) }]);
    expect(await w.bridge.retries.retry([letter], 1e9)).toEqual({ through: 1, failed: 0, waiting: 0 });
    expect(w.texts().sort()).toEqual([expect.stringContaining('knock knock'), 'next']);
    expect(await w.bridge.deadLetters.all()).toEqual([]);
});

test('an event that is there although its failure was told is not posted a second time', async () => {
    const w = await bridged();
    const event = w.say('once');
    const post = w.rocketchat.post.bind(w.rocketchat);
    w.rocketchat.post = async (message) => {
        await post(message);
        throw refused('Not sure.');
    };
    await w.push(event);
    w.rocketchat.post = post;
    expect(await w.bridge.retries.retry(await w.bridge.deadLetters.all(), 1e9)).toMatchObject({ through: 1 });
    expect(w.texts()).toEqual(['once']);
    expect(w.rocketchat.messages.has(messageIdOf(event.event_id))).toBe(true);
});

test('what was redacted since is not brought by another try, but the letter goes', async () => {
    const w = await bridged();
    w.rocketchat.faults.post = [refused('Not now.')];
    const event = w.say('regretted');
    await w.push(event, w.homeserver.write(w.matrixRoom, CAROL, 'm.room.redaction', {}, { redacts: event.event_id }));
    const next = new Bridge(w.context);
    expect(await next.retries.retry(await next.deadLetters.all(), 1e9)).toMatchObject({ through: 1 });
    expect(w.texts()).toEqual([]);
    expect(await next.deadLetters.all()).toEqual([]);
});

test('a redaction, which says nothing itself, is tried again', async () => {
    const w = await bridged();
    const event = w.say('secret');
    await w.push(event);
    // What is refused is done once more without what memory holds of the sender.
    w.rocketchat.faults.delete = [refused('Not now.'), refused('Not now.')];
    await w.push(w.homeserver.write(w.matrixRoom, CAROL, 'm.room.redaction', {}, { redacts: event.event_id }));
    expect(w.texts()).toEqual(['secret']);
    expect(await w.bridge.retries.retry(await w.bridge.deadLetters.all(), 1e9)).toMatchObject({ through: 1 });
    expect(w.texts()).toEqual([]);
});

test('a room is known by its name, as long as it is bridged', async () => {
    const w = await bridged();
    expect(await w.bridge.queue.roomName('in', w.matrixRoom.id)).toBe('#general');
    expect(await w.bridge.queue.roomName('out', w.room.id)).toBe('#general');
    expect(await w.bridge.queue.roomName('in', '!elsewhere:hs.test')).toBe('!elsewhere:hs.test');
});
