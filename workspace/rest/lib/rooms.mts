import { MeteorError, type IRoom, type ISubscription } from '../../server/contract.mts';
import { viewMessages } from '../../methods/messages/views.mts';
import { hiddenRoomFields, type Call } from '../framework/Call.mts';

export interface RoomParams {
    roomId?: string;
    roomName?: string;
}

/** A room without the fields that no answer shows, its last message as the caller is shown it. */
export async function viewRoom(call: Call, room: IRoom): Promise<IRoom> {
    const shown = Object.fromEntries(Object.entries(room).filter(([field]) => !hiddenRoomFields.includes(field))) as unknown as IRoom;
    if (!shown.lastMessage) return shown;
    const [lastMessage] = await viewMessages(call.domain, call.userId, [shown.lastMessage]);
    return { ...shown, lastMessage };
}

export const viewRooms = (call: Call, rooms: IRoom[]): Promise<IRoom[]> => Promise.all(rooms.map((room) => viewRoom(call, room)));

async function lookup({ domain }: Call, params: RoomParams): Promise<IRoom | null> {
    if ('roomId' in params) return domain.rooms.findById(params.roomId || '');
    return 'roomName' in params ? domain.rooms.findByName(params.roomName || '') : null;
}

/**
 * Any room by `roomId` or `roomName` (`v1/rooms.ts`, findRoomByIdOrName).
 * @throws MeteorError `error-roomid-param-not-provided`, `error-room-not-found`, `error-room-archived`
 */
export async function findRoom(call: Call, params: RoomParams, checkedArchived = true): Promise<IRoom> {
    if (!params.roomId && !params.roomName) throw new MeteorError('error-roomid-param-not-provided', 'The parameter "roomId" or "roomName" is required');
    const room = await lookup(call, params);
    if (!room) throw new MeteorError('error-room-not-found', 'The required "roomId" or "roomName" param provided does not match any channel');
    if (checkedArchived && room.archived) throw new MeteorError('error-room-archived', `The channel, ${room.name}, is archived`);
    return room;
}

/** How a namespace of rooms (channels or groups) finds its rooms and names them in its answers. */
export interface RoomFamily {
    prefix: 'channels' | 'groups';
    /** Key of the room in an answer. */
    key: 'channel' | 'group';
    type: 'c' | 'p';
    /** Words for the room in error texts. */
    noun: string;
    find(call: Call, params: RoomParams, checkedArchived?: boolean): Promise<IRoom>;
}

/** `v1/channels.ts`, findChannelByIdOrName. */
export const channels: RoomFamily = {
    prefix: 'channels',
    key: 'channel',
    type: 'c',
    noun: 'channel',
    async find(call, params, checkedArchived = true) {
        const room = await lookup(call, params);
        if (!room || room.t !== 'c') throw new MeteorError('error-room-not-found', 'The required "roomId" or "roomName" param provided does not match any channel');
        if (checkedArchived && room.archived) throw new MeteorError('error-room-archived', `The channel, ${room.name}, is archived`);
        return room;
    },
};

/** `v1/groups.ts`, findPrivateGroupByIdOrName: only groups that the caller can access. */
export const groups: RoomFamily = {
    prefix: 'groups',
    key: 'group',
    type: 'p',
    noun: 'private group',
    async find(call, params, checkedArchived = true) {
        if (!('roomId' in params) && !('roomName' in params)) {
            throw new MeteorError('error-room-param-not-provided', 'The parameter "roomId" or "roomName" is required');
        }
        const room = await lookup(call, params);
        if (!room || room.t !== 'p' || !(await call.domain.rooms.canAccess(room, call.user))) {
            throw new MeteorError('error-room-not-found', 'The required "roomId" or "roomName" param provided does not match any group');
        }
        if (checkedArchived && room.archived) throw new MeteorError('error-room-archived', `The private group, ${room.prid ? room.fname : room.name}, is archived`);
        return room;
    },
};

/** The room as it is after the change, under the family's key. */
export async function changedRoom(call: Call, family: RoomFamily, roomId: string): Promise<Record<string, IRoom>> {
    const room = await call.domain.rooms.findById(roomId);
    if (!room) throw new MeteorError('error-room-not-found', `The required "roomId" or "roomName" param provided does not match any ${family.key}`);
    return { [family.key]: await viewRoom(call, room) };
}

/** Counters of a room for a member (`channels.counters`, `groups.counters`, `im.counters`). */
export async function counters(call: Call, room: IRoom, userId: string, admin: boolean) {
    const subscription: ISubscription | null = await call.domain.rooms.subscriptionOf(room._id, userId);
    const latest = room.lm ?? room._updatedAt;
    const joined = room.t === 'd' ? subscription !== null : Boolean(subscription?.open);
    const since = subscription?.ls ?? subscription?.ts;
    const unreads = joined
        ? await call.domain.collections.messages.countAsync({ rid: room._id, _hidden: { $ne: true }, ts: { $gte: since, $lte: latest } })
        : null;
    const visible = admin || joined;
    return {
        joined,
        members: visible ? (await call.domain.rooms.members(room._id)).filter(({ active }) => active).length : null,
        unreads: room.t === 'd' ? (subscription?.unread ?? null) : unreads,
        unreadsFrom: joined ? since : null,
        msgs: visible ? room.msgs : null,
        latest: visible ? latest : null,
        userMentions: joined ? (subscription?.userMentions ?? 0) : null,
    };
}
