import { MeteorError, type IUpload, type IUser } from '../../server/contract.mts';
import { channelHistory, messagePage } from '../../methods/messages/history.mts';
import { roomRoles } from '../../methods/rooms/members.mts';
import { containing } from '../../methods/documents.mts';
import type { Api, RouteOptions } from '../framework/Api.mts';
import type { Call } from '../framework/Call.mts';
import { failure, forbidden } from '../framework/results.mts';
import { counters, viewRoom, viewRooms, type RoomFamily } from '../lib/rooms.mts';
import { viewMember } from '../lib/users.mts';

const isTrue = (value: unknown) => value === 'true' || value === true;
const ids = (list: unknown, field: string) => (typeof list === 'string' && list ? { [field]: { $in: list.split(',').map((id) => id.trim()) } } : {});

/** `roomId`, `roomName` and nothing else: an undefined one must not count as given. */
export function roomParams(query: Record<string, any>): { roomId?: string; roomName?: string } {
    return { ...(query.roomId !== undefined && { roomId: query.roomId }), ...(query.roomName !== undefined && { roomName: query.roomName }) };
}

/** A list of messages of a room: `mentionIds`, `starredIds`, `pinned` narrow it. */
export function listMessages(call: Call, roomId: string) {
    const { mentionIds, starredIds, pinned } = call.query;
    const filter = {
        rid: roomId,
        _hidden: { $ne: true },
        ...ids(mentionIds, 'mentions._id'),
        ...ids(starredIds, 'starred._id'),
        ...(String(pinned).toLowerCase() === 'true' && { pinned: true }),
    };
    return messagePage(call.domain, call.user, filter, { ...call.page(), sort: call.sort({ ts: -1 }) });
}

/** The history of a room by the parameters that channels, groups and direct rooms share. */
export async function history(call: Call, roomId: string, page: { offset: number; count: number }, withThreads: boolean) {
    const { latest, oldest, inclusive, unreads } = call.query;
    const result = await channelHistory(call.domain, call.user, roomId, {
        latest: latest ? new Date(latest) : new Date(),
        oldest: oldest ? new Date(oldest) : undefined,
        inclusive: isTrue(inclusive),
        unreads: isTrue(unreads),
        showThreadMessages: withThreads,
        ...page,
    });
    return result === false ? forbidden() : result;
}

/** Files of a room, without thumbnails, each with who sent it (`api/lib/addUserToFileObj.ts`). */
export async function listFiles(call: Call, roomId: string) {
    const { name, typeGroup, onlyConfirmed } = call.query;
    const filter = {
        rid: roomId,
        complete: true,
        typeGroup: typeGroup || { $ne: 'thumb' },
        ...(name && { name: { $regex: containing(name) } }),
        ...(isTrue(onlyConfirmed) && { expiresAt: { $exists: false } }),
    };
    const { offset, count } = call.page();
    const { uploads } = call.domain.collections;
    const found: IUpload[] = await uploads.findAsync(filter).sort(call.sort({ name: 1 })).skip(offset).limit(count);
    const files = await Promise.all(
        found.map(async (file) => {
            const user = file.userId ? await call.domain.users.findById(file.userId) : null;
            return { ...file, ...(user && { user: { _id: user._id, username: user.username, name: user.name } }) };
        }),
    );
    return { files, count: files.length, offset, total: await uploads.countAsync(filter) };
}

/**
 * Members of a room (`lib/findUsersOfRoom.ts`): active ones, by name.
 * @param rank puts some before others, low numbers first
 */
export async function listMembers(call: Call, roomId: string, rank: (user: IUser) => number = () => 0) {
    const { filter, status } = call.query;
    const wanted = status === undefined ? undefined : [status].flat();
    if ((filter !== undefined && typeof filter !== 'string') || (status !== undefined && !Array.isArray(status))) {
        throw new MeteorError('400', 'Match failed');
    }
    const texts = (user: IUser) => [user.username, user.name, user.nickname, user.emails?.[0]?.address];
    const matches = (user: IUser) => !filter || texts(user).some((text) => text && containing(filter).test(text));
    const direction = call.sort({}).username ?? 1;
    const all = (await call.domain.rooms.members(roomId))
        .filter((user) => user.active && matches(user) && (!wanted || wanted.includes(user.status)))
        .sort((a, b) => rank(a) - rank(b) || direction * String(a.username).localeCompare(String(b.username)));
    const { offset, count } = call.page();
    const members = all.slice(offset, count === 0 ? undefined : offset + count).map(viewMember);
    return { members, count: members.length, offset, total: all.length };
}

/** Rooms of a type, a page of them, as the caller is shown them. */
export async function listRooms(call: Call, key: string, filter: Record<string, unknown>) {
    const { offset, count } = call.page();
    const { rooms } = call.domain.collections;
    const found = await rooms.findAsync(filter).sort(call.sort({ name: 1 })).skip(offset).limit(count);
    return { [key]: await viewRooms(call, found), count: found.length, offset, total: await rooms.countAsync(filter) };
}

/** Ids of the caller's rooms of a type. */
export async function joinedRooms(call: Call, type: string): Promise<string[]> {
    return (await call.domain.collections.subscriptions.findAsync({ 'u._id': call.userId, t: type })).map(({ rid }) => rid);
}

/** What can be read of a channel or a group (`v1/channels.ts`, `v1/groups.ts`). */
export function readingRoutes(api: Api, family: RoomFamily): void {
    const { prefix, key } = family;
    const isChannel = family.type === 'c';
    const checked = (validateParams: RouteOptions['validateParams']): RouteOptions => ({ validateParams });
    const accessible = async (call: Call) => {
        const room = await family.find(call, roomParams(call.query), false);
        return (await call.domain.rooms.canAccess(room, call.user)) ? room : null;
    };

    api.get(`${prefix}.info`, {}, async (call) => {
        const room = await accessible(call);
        return room ? { [key]: await viewRoom(call, room) } : forbidden();
    });
    api.get(`${prefix}.history`, isChannel ? checked('isChannelsHistoryProps') : {}, async (call) => {
        const room = await family.find(call, roomParams(call.query), false);
        const number = (value: unknown, standard: number) => (value ? Number.parseInt(String(value), 10) : standard);
        const { showThreadMessages, count, offset } = call.query;
        return isChannel
            ? history(call, room._id, call.page(), isTrue(showThreadMessages))
            : history(call, room._id, { offset: number(offset, 0), count: number(count, 20) }, showThreadMessages !== 'false');
    });
    api.get(
        `${prefix}.messages`,
        isChannel ? { validateParams: 'isChannelsMessagesProps', permissions: ['view-c-room'] } : checked('isGroupsMessagesProps'),
        async (call) => {
            const room = await accessible(call);
            if (!room) return forbidden();
            const outside = isChannel && (await call.may('view-joined-room')) && !(await call.domain.rooms.subscriptionOf(room._id, call.userId));
            return outside ? forbidden() : listMessages(call, room._id);
        },
    );
    api.get(`${prefix}.files`, checked(isChannel ? 'isChannelsFilesListProps' : 'isGroupsFilesProps'), async (call) => {
        const room = await accessible(call);
        return room ? listFiles(call, room._id) : forbidden();
    });
    api.get(`${prefix}.members`, {}, async (call) => {
        const room = await accessible(call);
        if (!room) return forbidden();
        if (room.broadcast && !(await call.may('view-broadcast-member-list', room._id))) return forbidden();
        return listMembers(call, room._id);
    });
    api.get(`${prefix}.roles`, isChannel ? checked('isChannelsRolesProps') : {}, async (call) => {
        const room = await family.find(call, roomParams(call.query));
        return { roles: await roomRoles(call.domain, call.user, room._id) };
    });
    api.get(`${prefix}.moderators`, isChannel ? checked('isChannelsModeratorsProps') : {}, async (call) => {
        const room = await family.find(call, roomParams(call.query));
        if (!(await call.domain.rooms.canAccess(room, call.user))) return forbidden();
        const subscriptions = await call.domain.collections.subscriptions.findAsync({ rid: room._id, roles: 'moderator' });
        return { moderators: subscriptions.map(({ u }) => u) };
    });
    api.get(`${prefix}.counters`, {}, async (call) => {
        const admin = await call.may('view-room-administration');
        if (call.query.userId && !admin) return forbidden();
        const room = await family.find(call, roomParams(call.query));
        return counters(call, room, call.query.userId || call.userId, admin);
    });
    api.get(`${prefix}.online`, checked(isChannel ? 'isChannelsOnlineProps' : 'isGroupsOnlineProps'), async (call) => {
        if (!call.query._id) return failure('Invalid query');
        const room = await call.domain.rooms.findById(call.query._id);
        if (!room || room.t !== family.type) return failure(`${isChannel ? 'Channel' : 'Group'} does not exists`);
        if (!(await call.domain.rooms.canAccess(room, call.user))) throw new MeteorError('error-not-allowed', 'Not Allowed');
        const members = await call.domain.rooms.members(room._id);
        return { online: members.filter(({ status }) => status && status !== 'offline').map(({ _id, username }) => ({ _id, username })) };
    });
}
