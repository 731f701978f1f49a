import { checkEvent, checkEvents } from '../../../src/matrix/events/envelope';
import { typingIn } from '../../../src/matrix/events/ephemeral';

const good = {
    type: 'm.room.message',
    room_id: '!room',
    event_id: '$event',
    sender: '@carol:hs.test',
    origin_server_ts: 5,
    content: { body: 'x' },
};

describe('event from outside', () => {
    it('comes as its known fields', () => {
        expect(checkEvent({ ...good, user_id: '@x:y', age: 5, unsigned: { age: 5 }, extra: { a: 1 } })).toEqual({ event: { ...good, unsigned: { age: 5 } } });
    });

    it.each<[string, unknown, RegExp]>([
        ['nothing', null, /not an object/],
        ['a list', [], /not an object/],
        ['no type', { ...good, type: '' }, /type/],
        ['a long type', { ...good, type: 'x'.repeat(256) }, /type/],
        ['a long type in bytes', { ...good, type: 'ü'.repeat(200) }, /type/],
        ['no room', { ...good, room_id: null }, /room/],
        ['an alias for a room', { ...good, room_id: '#a:b' }, /room/],
        ['no event id', { ...good, event_id: 7 }, /event id/],
        ['a sender without a server', { ...good, sender: '@carol' }, /sender/],
        ['no content', { ...good, content: null }, /content/],
        ['content that is a list', { ...good, content: [] }, /content/],
        ['a state key that is a number', { ...good, state_key: 5 }, /state key/],
        ['a long state key', { ...good, state_key: 'x'.repeat(256) }, /state key/],
    ])('is refused with %s', (_name, value, words) => {
        expect(checkEvent(value)).toEqual({ problem: expect.stringMatching(words) });
    });

    it.each<[string, object, object]>([
        ['an empty state key', { state_key: '' }, { state_key: '' }],
        ['null for what is not there (as the sandbox gives it)', { state_key: null, redacts: null, unsigned: null }, {}],
        ['a time that is no number', { origin_server_ts: 'now' }, { origin_server_ts: 0 }],
        ['a time with a fraction', { origin_server_ts: 5.5 }, { origin_server_ts: 5 }],
        ['a negative time', { origin_server_ts: -1 }, { origin_server_ts: 0 }],
        ['a redaction of old rooms', { type: 'm.room.redaction', redacts: '$x' }, { type: 'm.room.redaction', redacts: '$x' }],
        ['a redaction of new rooms', { type: 'm.room.redaction', content: { redacts: '$x' } }, { type: 'm.room.redaction', content: { redacts: '$x' }, redacts: '$x' }],
        ['the same key in a message', { content: { redacts: '$x' } }, { content: { redacts: '$x' } }],
    ])('may have %s', (_name, changes, result) => {
        expect(checkEvent({ ...good, ...changes })).toEqual({ event: { ...good, ...result } });
    });

    it('takes the room it was asked for in where it names none', () => {
        expect(checkEvents([{ ...good, room_id: undefined }, 5, good], '!asked').map(({ room_id: room }) => room)).toEqual(['!asked', '!room']);
    });
});

describe('ephemeral event', () => {
    it.each<[string, unknown, unknown]>([
        ['typing', { type: 'm.typing', room_id: '!r', content: { user_ids: ['@a:b.test', 5, 'x'] } }, { roomId: '!r', users: ['@a:b.test'] }],
        ['typing of nobody known', { type: 'm.typing', room_id: '!r', content: {} }, { roomId: '!r', users: [] }],
        ['receipts, which cannot be shown', { type: 'm.receipt', room_id: '!r', content: { $e: { 'm.read': { '@a:b.test': { ts: 1 } } } } }, undefined],
        ['typing without a room', { type: 'm.typing', content: {} }, undefined],
        ['an unknown type', { type: 'x', room_id: '!r', content: {} }, undefined],
        ['nothing', null, undefined],
        ['no content', { type: 'm.typing', room_id: '!r' }, undefined],
    ])('%s', (_name, value, result) => {
        expect(typingIn(value)).toEqual(result);
    });
});
