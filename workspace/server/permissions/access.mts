import type { IRoom, IUser } from '../contract.mts';
import type { Server } from '../context.mts';
import { hasPermission } from './permissions.mts';
import { membership } from '../../store/queries.mts';

type Accessor = Pick<IUser, '_id'> & { roles?: string[] };

/**
 * Whether a user may see a room (apps/meteor/server/services/authorization/canAccessRoom.ts): public rooms with `view-c-room`;
 * joined ones with `view-joined-room` or `view-<t>-room`; discussions through their parent.
 */
export async function canAccessRoom(server: Server, room: IRoom, user: Accessor): Promise<boolean> {
    if (room.t === 'c' && !room.teamId && (await hasPermission(server, user, 'view-c-room'))) return !(await isBanned(server, room._id, user._id));
    const subscription = await server.collections.subscriptions.findOneAsync(membership(room._id, user._id));
    if (subscription && subscription.status !== 'BANNED') {
        if (await hasPermission(server, user, 'view-joined-room')) return true;
        if (await hasPermission(server, user, `view-${room.t}-room`)) return true;
    }
    if (!room.prid) return false;
    const parent = await server.collections.rooms.findOneAsync({ _id: room.prid });
    return parent !== null && canAccessRoom(server, parent, user);
}

async function isBanned(server: Server, roomId: string, userId: string): Promise<boolean> {
    return (await server.collections.subscriptions.findOneAsync(membership(roomId, userId)))?.status === 'BANNED';
}

/**
 * The checks that every sender must pass (apps/meteor/server/lib/authorization/canSendMessage.ts). Users of type `app` skip the
 * access check, bots do not.
 * @throws Error with the server's own key as message (`error-invalid-room`, `room_is_archived`, `error-not-allowed`, …)
 */
export async function checkCanSend(server: Server, room: IRoom | null, user: IUser): Promise<IRoom> {
    if (!room) throw new Error('error-invalid-room');
    if (room.archived) throw new Error('room_is_archived');
    if (user.type !== 'app' && !(await canAccessRoom(server, room, user))) throw new Error('error-not-allowed');
    if (room.t === 'd' && (room.uids?.length ?? 0) <= 2) {
        const subscription = await server.collections.subscriptions.findOneAsync(membership(room._id, user._id));
        if (subscription?.blocked || subscription?.blocker) throw new Error('room_is_blocked');
    }
    if (room.ro === true && !(await hasPermission(server, user, 'post-readonly', room._id)) && !room.unmuted?.includes(user.username ?? '')) {
        throw new Error('You can\'t send messages because the room is readonly.');
    }
    if (user.username && room.muted?.includes(user.username)) throw new Error('You_have_been_muted');
    return room;
}
