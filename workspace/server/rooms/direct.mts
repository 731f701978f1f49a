import type { IRoom, ISubscription, IUser } from '../contract.mts';
import { MeteorError } from '../contract.mts';
import type { Server } from '../context.mts';
import { objectId, randomId } from '../lib/ids.mts';
import { askAppsAboutRoom } from './create.mts';
import { directRoomNames } from './names.mts';
import { changeSubscription, subscriptionOf } from './subscriptions.mts';

/** The direct room with exactly these members. */
async function findDirectRoom(server: Server, userIds: string[]): Promise<IRoom | null> {
    const wanted = [...new Set(userIds)];
    const candidates = await server.collections.rooms.findAsync({ t: 'd', uids: wanted[0] });
    return candidates.find(({ uids }) => uids?.length === wanted.length && wanted.every((id) => uids.includes(id))) ?? null;
}

function checkSize(server: Server, count: number): void {
    const most = server.settings.get<number>('DirectMesssage_maxUsers') || 1;
    if (count <= most) return;
    const text = `You cannot add more than ${most} users, including yourself to a direct message`;
    throw new MeteorError('error-direct-message-max-user-exceeded', text);
}

/**
 * Finds or makes the direct room of these members (apps/meteor/server/lib/rooms/createDirectRoom.ts). The others' side of a room of
 * two starts closed. Only a new room fires IPreRoomCreate* and IPostRoomCreate.
 */
export async function createDirectRoom(
    server: Server, someMembers: IUser[], creator: IUser, extraData: Partial<IRoom> = {},
): Promise<{ room: IRoom; inserted: boolean }> {
    const members = [...new Map(someMembers.map((member) => [member._id, member])).values()];
    checkSize(server, members.length);
    const sorted = [...members].sort((one, other) => (one.name || one.username!).localeCompare(other.name || other.username!));
    const uids = members.map(({ _id }) => _id).sort();
    const existing = await findDirectRoom(server, uids);
    const room = existing ?? (await insertDirectRoom(server, sorted, uids, extraData));
    await ensureSubscriptions(server, room, members, creator);
    if (!existing) void server.post('IPostRoomCreate', room);
    return { room, inserted: !existing };
}

async function insertDirectRoom(server: Server, members: IUser[], uids: string[], extraData: Partial<IRoom>): Promise<IRoom> {
    const usernames = members.map(({ username }) => username!);
    const inactive = uids.length === 2 && members.some(({ active }) => active === false);
    const now = new Date();
    const draft = {
        t: 'd' as const,
        usernames,
        usersCount: members.length,
        msgs: 0,
        ts: now,
        uids,
        ...extraData,
        ...(inactive && { ro: true, reactWhenReadOnly: false }),
        _updatedAt: now,
    };
    const asked = await askAppsAboutRoom(server, draft, usernames);
    const room = await server.collections.rooms.insertAsync({ ...asked, _id: objectId() } as IRoom);
    server.notify('room', 'inserted', room);
    return room;
}

async function ensureSubscriptions(server: Server, room: IRoom, members: IUser[], creator: IUser): Promise<void> {
    const names = directRoomNames(members);
    for (const member of members) {
        if (await subscriptionOf(server, room._id, member._id)) {
            if (member._id === creator._id) await changeSubscription(server, room._id, member._id, { $set: { open: true } });
            continue;
        }
        const now = new Date();
        const subscription = await server.collections.subscriptions.insertAsync({
            _id: randomId(),
            ts: now,
            alert: false,
            unread: 0,
            userMentions: 0,
            groupMentions: 0,
            open: member._id === creator._id || members.length > 2,
            t: 'd',
            rid: room._id,
            ...names.get(member._id)!,
            u: { _id: member._id, username: member.username!, name: member.name },
            _updatedAt: now,
        } as ISubscription);
        server.notify('subscription', 'inserted', subscription);
    }
}
