import type { MatrixUserId } from '../../../src/ids/types';
import { homeserverClient } from '../../../src/matrix/client/HomeserverClient';
import { FakeHttp } from '../../support/fakes/http.mts';

const ghost = '@rc_alice:hs.test' as MatrixUserId;
const room = `!${'r'.repeat(43)}`;
const event = (id: string, more = {}) => ({ type: 'm.room.message', event_id: `$${id}`, sender: '@carol:hs.test', origin_server_ts: 1, content: { body: id }, ...more });

function setUp(body: unknown) {
    const fake = new FakeHttp({ body });
    const access = { homeserverUrl: 'http://localhost:8008', asToken: 'the-secret', id: 'rocketchat', domain: 'hs.test', bot: '@rocketchat:hs.test' as MatrixUserId };
    const asked = () => new URL(fake.last.url).searchParams;
    return { homeserver: homeserverClient(access, () => fake.http), asked, filter: () => JSON.parse(asked().get('filter') as string) };
}

describe('news', () => {
    test('the first look asks for no room, waits for nothing and does not show the ghost as present', async () => {
        const { homeserver, asked, filter } = setUp({ next_batch: 's1', rooms: { join: { [room]: { timeline: { events: [event('old')] } } } } });
        await expect(homeserver.news({ as: ghost })).resolves.toEqual({ next: 's1', rooms: [], left: [], invites: [] });
        expect(Object.fromEntries(asked())).toMatchObject({ user_id: ghost, set_presence: 'offline' });
        expect(asked().get('timeout')).not.toBeNull();
        expect(filter().room).toMatchObject({ rooms: [], state: { not_types: ['*'] }, ephemeral: { not_types: ['*'] } });
    });

    test('a later one gives what is new by room; what is malformed is left out', async () => {
        const { homeserver, asked, filter } = setUp({
            next_batch: 's2',
            rooms: {
                join: {
                    [room]: { timeline: { events: [event('a'), { nonsense: true }, event('b', { type: 'm.room.redaction', redacts: '$a' })], limited: true } },
                    'no room': { timeline: { events: [event('c')] } },
                    '!empty': {},
                },
                leave: { '!left': {} },
            },
        });
        const { next, rooms, left } = await homeserver.news({ as: ghost, since: 's1' });
        expect([next, left]).toEqual(['s2', ['!left']]);
        expect(rooms.map(({ roomId, events, limited }) => [roomId, events.map(({ event_id: id }) => id), limited])).toEqual([[room, ['$a', '$b'], true], ['!empty', [], false]]);
        expect(rooms[0].events[1]).toMatchObject({ redacts: '$a', room_id: room });
        expect(asked().get('since')).toBe('s1');
        expect(filter().room).not.toHaveProperty('rooms');
    });

    test('new invites come as they are pushed: with the state of the room, and an id where the homeserver tells none', async () => {
        const invite = { type: 'm.room.member', sender: '@carol:hs.test', state_key: ghost, content: { membership: 'invite', is_direct: true } };
        const name = { type: 'm.room.name', sender: '@carol:hs.test', state_key: '', content: { name: 'Tea' } };
        const { homeserver } = setUp({
            next_batch: 's2',
            rooms: {
                invite: {
                    [room]: { invite_state: { events: [name, { ...invite, event_id: '$told' }] } },
                    '!stripped': { invite_state: { events: [invite] } },
                    '!other': { invite_state: { events: [{ ...invite, state_key: '@rc_bob:hs.test' }] } },
                    '!broken': { invite_state: 5 },
                },
            },
        });
        const { invites } = await homeserver.news({ as: ghost, since: 's1' });
        expect(invites.map(({ room_id: id }) => id)).toEqual([room, '!stripped']);
        expect(invites[0]).toMatchObject({ event_id: '$told', sender: '@carol:hs.test', state_key: ghost, unsigned: { invite_room_state: [name, { state_key: ghost }] } });
        expect(invites[1].event_id).toMatch(/^\$[0-9a-f]{43}$/);
        expect((await homeserver.news({ as: ghost, since: 's1' })).invites[1].event_id).toBe(invites[1].event_id);
    });
});
