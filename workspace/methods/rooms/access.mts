import { MeteorError, type Domain, type IRoom, type IUser } from '../../server/contract.mts';
import { createDirectMessage } from './create.mts';
import { joinRoom } from './members.mts';

/** The room, if it exists and the user can access it; else null. */
export async function accessibleRoom(domain: Domain, user: IUser, roomId: string): Promise<IRoom | null> {
    const room = await domain.rooms.findById(roomId);
    return room && (await domain.rooms.canAccess(room, user)) ? room : null;
}

/**
 * The room, or the error that the server's methods throw for a room one cannot see.
 * @throws MeteorError `error-not-allowed`
 */
export async function needRoom(domain: Domain, user: IUser, roomId: string, method: string): Promise<IRoom> {
    const room = await accessibleRoom(domain, user, roomId);
    if (!room) throw new MeteorError('error-not-allowed', 'Not allowed', { method });
    return room;
}

/**
 * Finds a room as the server does for `#name`, `@user`, an id or a name
 * (`lib/rooms/getRoomByNameOrIdWithOptionToJoin.ts`).
 * @param options `type: 'd'`: a direct room with the user named, made when missing; `join`: joins a channel
 * @returns null when there is none and `errorOnEmpty` is false
 * @throws MeteorError `invalid-channel`
 */
export async function findRoomToUse(
    domain: Domain,
    user: IUser,
    nameOrId: string,
    options: { type?: 'd'; join?: boolean; byUserIdOnly?: boolean; errorOnEmpty?: boolean } = {},
): Promise<IRoom | null> {
    let room: IRoom | null;
    if (options.type === 'd') {
        room = await directRoom(domain, user, nameOrId, options.byUserIdOnly === true);
    } else {
        room = await domain.rooms.findByIdOrName(nameOrId);
    }
    const usable = room && (room.t !== 'd' || options.type === 'd' || (room.uids ?? []).includes(user._id));
    if (!room || !usable) {
        if (options.errorOnEmpty === false) return null;
        throw new MeteorError('invalid-channel', 'The channel name provided is not valid', { method: 'getRoomByNameOrIdWithOptionToJoin' });
    }
    if (room.archived) throw new MeteorError('error-room-archived', `The channel, ${room.name}, is archived`);
    if (room.t === 'c' && options.join) await joinRoom(domain, user, room);
    return room;
}

async function directRoom(domain: Domain, user: IUser, nameOrId: string, byUserIdOnly: boolean): Promise<IRoom | null> {
    const known = byUserIdOnly ? null : await domain.rooms.findById(nameOrId);
    if (known) return known.t === 'd' ? known : null;
    const other = (await domain.users.findById(nameOrId)) ?? (byUserIdOnly ? null : await domain.users.findByUsername(nameOrId));
    if (!other?.username) return null;
    const { rid } = await createDirectMessage(domain, user, [other.username]);
    return domain.rooms.findById(rid);
}
