import { fromMatrix } from '../../../convert/index';
import { noticeIdOf } from '../../../ids/messages';
import type { MatrixRoomId } from '../../../ids/types';
import type { MatrixEvent } from '../../../matrix/Homeserver';
import type { StoreKey } from '../../../rocketchat/RocketChat';
import { LruMap } from '../../core/LruMap';
import type { Parts } from '../../core/Parts';
import { sayAsHost } from '../../portals/hostNote';
import type { Portal } from '../../portals/Portal';

const FOR_WRITERS = '🔒 This room is bridged to Rocket.Chat, and the bridge cannot read end-to-end encrypted messages: what is written here encrypted does '
    + 'not arrive there. Encryption of a room cannot be switched off again. To talk with people on Rocket.Chat, begin a room without encryption.';

const keyOf = (room: MatrixRoomId): StoreKey => ({ model: 'misc', id: `told-encrypted:${room}` });

/** `m.room.encrypted`: both sides are told once per room, whatever instance or process reads it. */
export class EncryptedRooms {
    private readonly told = new LruMap<MatrixRoomId, true>(5_000);

    constructor(private readonly parts: Parts) {}

    /** @throws when it may succeed later */
    public async tell(portal: Portal, event: MatrixEvent): Promise<void> {
        const { rocketchat } = this.parts.context;
        if (this.told.has(event.room_id)) {
            return;
        }
        if (!(await rocketchat.store.readOne(keyOf(event.room_id)))) {
            // The id is made of the room's: two instances at once post one message.
            const id = noticeIdOf('encrypted', event.room_id);
            const { text } = fromMatrix(event, {});
            const { created } = await rocketchat.post({ id, roomId: portal.rcRoomId, senderId: (await rocketchat.appUser()).id, text });
            if (created) {
                await sayAsHost(this.parts, portal, event.room_id, FOR_WRITERS, id);
            }
            await rocketchat.store.put({ room: event.room_id }, keyOf(event.room_id));
        }
        this.told.set(event.room_id, true);
    }
}
