import type { IRoom } from '@rocket.chat/apps-engine/definition/rooms';
import type { Outbound } from '../bridge/outbound/Outbound';
import { rcRoomId } from '../ids/rocketchat';

/** Events of rooms (apps-engine `IPostRoomDeleted`). Where an app or the server itself deletes a room there is none (`deleteRoom.ts`). */
export class RoomEvents {
    constructor(private readonly outbound: Outbound) {}

    public async deleted(room: IRoom): Promise<void> {
        if (room && room.id) {
            await this.outbound.roomDeleted(rcRoomId(room.id));
        }
    }
}
