import type { IUser } from '../contract.mts';
import { MeteorError } from '../contract.mts';
import type { Server } from '../context.mts';
import { hasPermission } from '../permissions/permissions.mts';
import { deleteFile } from '../uploads/store.mts';

/** Removes a room with all that belongs to it (apps/meteor/server/lib/rooms/deleteRoom.ts): no check, no event. */
export async function deleteRoom(server: Server, roomId: string): Promise<void> {
    const { messages, rooms, subscriptions, uploads } = server.collections;
    const room = await rooms.findOneAsync({ _id: roomId });
    for (const upload of await uploads.findAsync({ rid: roomId })) await deleteFile(server, upload._id);
    await messages.removeAsync({ rid: roomId }, { multi: true });
    const members = await subscriptions.findAsync({ rid: roomId });
    await subscriptions.removeAsync({ rid: roomId }, { multi: true });
    await server.collections.avatars.removeAsync({ _id: `room-${roomId}` }, {});
    await rooms.removeAsync({ _id: roomId }, {});
    for (const subscription of members) server.notify('subscription', 'removed', subscription);
    if (room) server.notify('room', 'removed', room);
}

/** Deletion by a user (apps/meteor/server/lib/rooms/eraseRoom.ts): needs `delete-<t>`; fires IPreRoomDeletePrevent and IPostRoomDeleted. */
export async function eraseRoom(server: Server, roomId: string, byUser: IUser): Promise<void> {
    const room = await server.collections.rooms.findOneAsync({ _id: roomId });
    if (!room) throw new MeteorError('error-invalid-room', 'Invalid room');
    if (!(await hasPermission(server, byUser, `delete-${room.t}`, roomId))) throw new MeteorError('error-not-allowed', 'Not allowed');
    if (await server.apps.triggerEvent('IPreRoomDeletePrevent', room)) {
        throw new MeteorError('error-app-prevented-deleting', 'A Rocket.Chat App prevented the room erasing.');
    }
    await deleteRoom(server, roomId);
    void server.post('IPostRoomDeleted', room);
}
