import type { IUser } from '../contract.mts';
import { MeteorError } from '../contract.mts';
import type { Server } from '../context.mts';
import { translate } from '../lib/text.mts';
import { deleteRoom } from '../rooms/erase.mts';
import { deleteFile } from '../uploads/store.mts';

/** Rooms of which the user is the only owner: those that go with him, and those where somebody else becomes owner. */
async function soleOwnedRooms(server: Server, userId: string): Promise<{ remove: string[]; pass: string[] }> {
    const { subscriptions } = server.collections;
    const result = { remove: [] as string[], pass: [] as string[] };
    for (const own of await subscriptions.findAsync({ 'u._id': userId, 'roles': 'owner', 't': { $in: ['c', 'p'] } })) {
        const owners = await subscriptions.countAsync({ rid: own.rid, roles: 'owner' });
        if (owners > 1) continue;
        const members = await subscriptions.countAsync({ rid: own.rid });
        (members > 1 ? result.pass : result.remove).push(own.rid);
    }
    return result;
}

/** @throws MeteorError `user-last-owner` while somebody else would lose the room's only owner */
async function relinquishRooms(server: Server, userId: string, confirmed: boolean, removeEmptyRooms: boolean): Promise<string[]> {
    const { rooms, subscriptions } = server.collections;
    const owned = await soleOwnedRooms(server, userId);
    if ((owned.pass.length || owned.remove.length) && !confirmed) {
        const nameOf = async (rid: string) => (await rooms.findOneAsync({ _id: rid }))?.name;
        throw new MeteorError('user-last-owner', '', {
            shouldBeRemoved: await Promise.all(owned.remove.map(nameOf)),
            shouldChangeOwner: await Promise.all(owned.pass.map(nameOf)),
        });
    }
    for (const rid of owned.pass) {
        const [next] = await subscriptions.findAsync({ rid, 'u._id': { $ne: userId } }).sort({ ts: 1 }).limit(1);
        await subscriptions.updateAsync({ _id: next._id }, { $addToSet: { roles: 'owner' } });
    }
    if (!removeEmptyRooms) return [];
    for (const rid of owned.remove) await deleteRoom(server, rid);
    return owned.remove;
}

/**
 * Removes a user (apps/meteor/server/lib/users/deleteUser.ts): rooms that only he owned, his messages as `Message_ErasureType` says
 * (without message events), his direct rooms, his memberships (without leave events). IPostUserDeleted only when it is known who did it.
 */
export async function deleteUser(server: Server, userId: string, confirmRelinquish: boolean, deletedBy?: IUser): Promise<void> {
    if (userId === 'rocket.cat') throw new MeteorError('error-action-not-allowed', 'Deleting the rocket.cat user is not allowed');
    const { collections } = server;
    const user = await collections.users.findOneAsync({ _id: userId });
    if (!user) return;
    await relinquishRooms(server, userId, confirmRelinquish, true);
    await eraseMessages(server, user);
    for (const room of await collections.rooms.findAsync({ t: 'd', uids: userId })) await leaveDirectRoom(server, room._id, user);
    for (const { rid } of await collections.subscriptions.findAsync({ 'u._id': userId })) {
        await collections.rooms.updateAsync({ _id: rid }, { $inc: { usersCount: -1 } });
    }
    await collections.subscriptions.removeAsync({ 'u._id': userId }, { multi: true });
    // The real function reads the roles unchecked: a user without any makes it fail half-way.
    if (user.roles.includes('livechat-agent')) await collections.users.updateAsync({ _id: userId }, { $pull: { roles: 'livechat-agent' } });
    await collections.avatars.removeAsync({ _id: userId }, {});
    await collections.users.removeAsync({ _id: userId }, {});
    if (deletedBy) await server.post('IPostUserDeleted', { user, performedBy: deletedBy });
}

async function eraseMessages(server: Server, user: IUser): Promise<void> {
    const { messages } = server.collections;
    const mode = server.settings.get<string>('Message_ErasureType');
    if (mode === 'Delete') {
        for (const message of await messages.findAsync({ 'u._id': user._id, 'files': { $exists: true } })) {
            for (const file of message.files ?? []) await deleteFile(server, file._id);
        }
        await messages.removeAsync({ 'u._id': user._id }, { multi: true });
    } else if (mode === 'Unlink') {
        const set = { alias: translate('Removed_User'), u: { _id: 'rocket.cat', username: 'rocket.cat', name: 'Rocket.Cat' } };
        await messages.updateAsync({ 'u._id': user._id }, { $set: set }, { multi: true });
    }
}

async function leaveDirectRoom(server: Server, rid: string, user: IUser): Promise<void> {
    const { rooms, subscriptions } = server.collections;
    const room = await rooms.findOneAsync({ _id: rid });
    if ((room?.uids?.length ?? 0) > 2) {
        await rooms.updateAsync({ _id: rid }, { $pull: { uids: user._id, usernames: user.username! } });
        return;
    }
    await rooms.removeAsync({ _id: rid }, {});
    await subscriptions.removeAsync({ rid }, { multi: true });
}

/**
 * Activates or deactivates (apps/meteor/server/lib/users/setUserActiveStatus.ts): a deactivated user's tokens are gone and the direct
 * rooms with him become read-only.
 */
export async function setUserActive(server: Server, userId: string, active: boolean, confirmRelinquish: boolean): Promise<void> {
    const { rooms, users } = server.collections;
    const user = await users.findOneAsync({ _id: userId });
    if (!user) throw new MeteorError('error-invalid-user', 'Invalid user');
    if (!active && user.roles?.includes('admin') && (await users.countAsync({ roles: 'admin', active: true })) === 1) {
        throw new MeteorError('error-action-not-allowed', 'Leaving the app without an active admin is not allowed');
    }
    if (!active) await relinquishRooms(server, userId, confirmRelinquish, false);
    const loggedOut = active ? {} : { 'services.resume.loginTokens': [], 'status': 'offline', 'statusConnection': 'offline' };
    await users.updateAsync({ _id: userId }, { $set: { active, _updatedAt: new Date(), ...loggedOut } } as never);
    for (const room of await rooms.findAsync({ t: 'd', uids: userId })) {
        if (room.uids?.length !== 2) continue;
        const members = await users.findAsync({ _id: { $in: room.uids } });
        const ro = members.some((member) => !member.active);
        await rooms.updateAsync({ _id: room._id }, { $set: { ro, reactWhenReadOnly: false } });
        server.notify('room', 'updated', { ...room, ro });
    }
    server.notify('user', (await users.findOneAsync({ _id: userId }))!);
}
