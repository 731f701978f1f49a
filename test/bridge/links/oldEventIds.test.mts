/** Rooms of versions 1 to 3, whose event ids cannot be read back from the ids of their messages. */
import { Bridge } from '../../../src/bridge/Bridge';
import { messageIdOf } from '../../../src/ids/messages';
import type { MatrixEventId } from '../../../src/ids/types';
import { turns } from '../../support/fakes/FakeClock.mts';
import { bridgedRoom, CAROL } from '../../support/fakes/bridgedRoom.mts';

const settled = (): Promise<void> => turns(60);

describe.each([
    ['1', '$143273582443PhrSn:elsewhere.test'],
    ['3', '$acR1l0raoZnm60CBwAVgqbZqoO/mYU81xysh1u7XcJk'],
] as [string, MatrixEventId][])('room version %s', (_version, id) => {
    async function setUp(length = 3) {
        const w = await bridgedRoom();
        await w.push(w.carolSays('o'.repeat(length), {}, { event_id: id }));
        await w.bridge.settle();
        return { ...w, message: w.rocketchat.messages.get(messageIdOf(id))!, next: new Bridge(w.context) };
    }

    test('reactions, threads and deletions of Rocket.Chat find the event, also after a restart', async () => {
        const w = await setUp();
        await w.next.outbound.reacted(w.message, w.alice, ':thumbsup:', true);
        await w.next.outbound.messagePosted(w.rocketchat.write(w.room, w.bob, 'in its thread', { threadId: w.message.id }));
        await settled();
        expect(w.matrixRoom.timeline.filter(({ type }) => type === 'm.reaction').map(({ content }) => content['m.relates_to'])).toEqual([expect.objectContaining({ event_id: id })]);
        expect(w.messagesOnMatrix().pop()).toMatchObject({ content: { body: 'in its thread', 'm.relates_to': { rel_type: 'm.thread', event_id: id } } });
        await w.next.outbound.messageDeleted(w.message, w.alice);
        await settled();
        expect(w.matrixRoom.timeline.filter(({ redacts }) => redacts === id)).toHaveLength(1);
    });

    test('a redaction takes all messages of a long text', async () => {
        const w = await setUp(9_000);
        expect(w.textsInRocketChat()).toHaveLength(2);
        await w.next.handleTransaction('1', [w.homeserver.write(w.matrixRoom, CAROL, 'm.room.redaction', {}, { redacts: id })], []);
        expect(w.textsInRocketChat()).toEqual([]);
    });
});
