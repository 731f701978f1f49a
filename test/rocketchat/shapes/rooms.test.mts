/** Rooms as the engine hands them over. */
import { toRoom } from '../../../src/rocketchat/shapes/translate';

describe('a room that the bridge must keep its hands off', () => {
    test.each([
        ['an ordinary one', {}, undefined],
        ['of the server\'s own federation', { _unmappedProperties_: { federated: true } }, /own federation/],
        ['of the server\'s own federation, as apps-engine 1.66 says it', { isFederated: true, federation: { mrid: '!a:b' } }, /own federation/],
        ['not federated, as apps-engine 1.66 says it', { isFederated: false }, undefined],
        ['encrypted', { _unmappedProperties_: { encrypted: true } }, /end-to-end encrypted/],
        ['a discussion of such a one', { parentRoom: { id: 'p', type: 'p', isFederated: true } }, /discussion.*own federation/],
    ])('%s', (_what, more, reason) => {
        const { unbridgeable } = toRoom({ id: 'r', type: 'p', slugifiedName: 'group', ...more } as never);
        expect(unbridgeable).toEqual(reason && expect.stringMatching(reason));
    });
});

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
