import type { MatrixUserId } from '../../../src/ids/types';
import type { MatrixEvent } from '../../../src/matrix/Homeserver';
import type { RcUser } from '../../../src/rocketchat/RocketChat';
import { world, type World } from './world.mts';

/** A person on Matrix. */
export const CAROL = '@carol:elsewhere.test' as MatrixUserId;

export interface BridgedRoomOptions<W extends World> {
    /** Where the room is; a new world by default. */
    in?: W;
    kind?: 'c' | 'p';
    topic?: string;
    /** What is special about Alice, who owns the room. */
    alice?: Partial<RcUser>;
    /** Who of Matrix is in the room: display names by user id. */
    people?: Record<string, string>;
}

/** A bridged room between the two fakes, with Alice, Bob and Carol in it: where most stories about the bridge begin. */
export async function bridgedRoom<W extends World = World>(options: BridgedRoomOptions<W> = {}) {
    const { in: w = world() as W, kind = 'c', topic, alice: special, people = { [CAROL]: 'Carol C' } } = options;
    const alice = w.rocketchat.addUser('alice', special);
    const bob = w.rocketchat.addUser('bob');
    const room = w.rocketchat.addRoom(kind, 'general', [alice, bob], { topic });
    const portal = await w.bridge.rooms.bridge(room, alice);
    const matrixRoom = w.homeserver.rooms.get(portal.matrixRoomId)!;
    for (const [id, name] of Object.entries(people)) {
        matrixRoom.members.set(w.homeserver.addPerson(id, name), 'join');
    }
    let transactions = 0;
    return {
        ...w, alice, bob, room, portal, matrixRoom,
        /** Hands events over as the homeserver does, in a transaction of their own. */
        push: (...events: unknown[]): Promise<void> => w.bridge.handleTransaction(String((transactions += 1)), events, []),
        /** Something that Carol writes; it still has to be pushed. */
        carolSays: (body: string, content: object = {}, more: Partial<MatrixEvent> = {}): MatrixEvent =>
            w.homeserver.write(matrixRoom, CAROL, 'm.room.message', { msgtype: 'm.text', body, ...content }, more),
        /** What is written in the room, as Rocket.Chat has it. */
        textsInRocketChat: (): string[] => w.rocketchat.inRoom(room.id).map(({ text }) => text),
        /** Messages in the room, as Matrix has them. */
        messagesOnMatrix: (): MatrixEvent[] => matrixRoom.timeline.filter(({ type }) => type === 'm.room.message'),
        textsOnMatrix: (): unknown[] => matrixRoom.timeline.filter(({ type }) => type === 'm.room.message').map(({ content }) => content.body),
    };
}
