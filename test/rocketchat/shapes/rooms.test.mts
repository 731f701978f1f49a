/** Rooms as the engine hands them over. */
import { toRoom } from '../../../src/rocketchat/shapes/translate';

describe('the age at which a room prunes its messages, in days', () => {
    test.each([
        ['none of its own', undefined, undefined],
        ['its own', { enabled: true, overrideGlobal: true, maxAge: 7 }, 7],
        ['its own without an age', { enabled: true, overrideGlobal: true }, 30],
        ['the global one', { enabled: true, maxAge: 7 }, undefined],
        ['switched off', { enabled: false, overrideGlobal: true, maxAge: 7 }, undefined],
        ['rubbish', { enabled: true, overrideGlobal: true, maxAge: 'x' }, undefined],
        ['nothing', null, undefined],
    ])('%s', (_what, retention, days) => {
        const room = { id: 'r', type: 'c', slugifiedName: 'general', _unmappedProperties_: { retention } };
        expect(toRoom(room as never).retentionDays).toBe(days);
    });
});
