import type { MatrixUserId, RcRoomId, RcUserId } from '../../ids/types';
import type { Store, StoreKey } from '../../rocketchat/RocketChat';
import { refusal } from '../core/refusals';

/** A puppet, as far as bans go. */
interface Person {
    rcUserId: RcUserId;
    mxid: MatrixUserId;
}

const keyOf = (roomId: RcRoomId, { rcUserId }: Person): StoreKey => ({ model: 'misc', id: `banned:${roomId}:${rcUserId}` });

/** Somebody here has banned the person from a room, or lifted the ban. No accessor tells of it afterwards. */
export async function keepBan(store: Store, roomId: RcRoomId, person: Person, on: boolean): Promise<void> {
    await (on ? store.put({ mxid: person.mxid }, keyOf(roomId, person)) : store.remove(keyOf(roomId, person)));
}

/**
 * To be called before a puppet is made a member: the server lifts a ban when an app adds the user (`addUserToRoom.ts`).
 * @throws BridgeError when the person is banned
 */
export async function refuseBanned(store: Store, roomId: RcRoomId, person: Person): Promise<void> {
    if (await store.readOne(keyOf(roomId, person))) {
        throw refusal('people.banned', `${person.mxid} is banned from this room in Rocket.Chat.`);
    }
}
