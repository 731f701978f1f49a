/** A send whose outcome is not known, in a room that nobody of ours can read. */
import { failure as fail } from '../../src/errors/catalogue';
import { world } from '../support/fakes/world.mts';

async function bridged() {
    const w = world();
    const bob = w.rocketchat.addUser('bob');
    const room = w.rocketchat.addRoom('c', 'general', [bob]);
    const portal = await w.bridge.rooms.bridge(room, bob);
    const texts = (): unknown[] => w.homeserver.rooms.get(portal.matrixRoomId)!.timeline.map(({ content }) => content.body);
    const say = async (text: string): Promise<void> => {
        await w.bridge.outbound.messagePosted(w.rocketchat.write(room, bob, text));
        await w.quiet();
    };
    await say('warm');
    return { ...w, texts, say };
}

test('where nobody can look the transaction id guards against doubling', async () => {
    const w = await bridged();
    w.homeserver.messages = async () => Promise.reject(fail('matrix.unsupported', { status: 404, errcode: 'M_UNRECOGNIZED' }));
    w.homeserver.faults.send = ['lost', fail('homeserver.unavailable', { status: 502 })];
    await w.say('once');
    expect(w.texts()).toEqual(['warm', 'once']);
    expect(w.rocketchat.whispers).toEqual([]);
});

test.each<[string, number, string]>([['refused', 400, 'M_BAD_JSON'], ['refused to one who is out of the room', 403, 'M_FORBIDDEN']])(
    'when the first try may have succeeded, and the next is %s, nobody says that it was not delivered',
    async (_name, status, errcode) => {
        const w = await bridged();
        const refused = fail(status === 403 ? 'matrix.forbidden' : 'matrix.refused', { status, errcode });
        w.homeserver.faults.send = [fail('homeserver.timeout')];
        w.homeserver.messages = async () => Promise.reject(refused);
        w.homeserver.faults.join = [refused, refused];
        const { send } = w.homeserver;
        w.homeserver.send = async (event) => (w.homeserver.faults.send.length ? send.call(w.homeserver, event) : Promise.reject(refused));
        await w.say('perhaps');
        expect(w.rocketchat.whispers.map(({ text }) => text)).toEqual([expect.stringContaining('“perhaps” may not have been delivered')]);
    },
);
