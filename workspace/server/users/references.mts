import type { IUser } from '../contract.mts';
import type { Server } from '../context.mts';
import { directRoomNames } from '../rooms/names.mts';
import { membership } from '../../store/queries.mts';

/**
 * Carries a new username into everything that repeats it (apps/meteor/server/lib/users/saveUserIdentity.ts): messages, rooms,
 * subscriptions. Texts that mention the old name stay as they are.
 */
export async function renameUsername(server: Server, user: IUser, oldUsername: string): Promise<void> {
    const { messages, rooms, subscriptions } = server.collections;
    const username = user.username!;
    const multi = { multi: true };
    await messages.updateAsync({ 'u._id': user._id }, { $set: { 'u.username': username } }, multi);
    await messages.updateAsync({ 'editedBy._id': user._id } as never, { $set: { 'editedBy.username': username } } as never, multi);
    await rooms.updateAsync({ 'u._id': user._id }, { $set: { 'u.username': username } }, multi);
    await subscriptions.updateAsync({ 'u._id': user._id }, { $set: { 'u.username': username } }, multi);
    for (const list of ['usernames', 'muted', 'unmuted'] as const) {
        for (const room of await rooms.findAsync({ [list]: oldUsername })) {
            await rooms.updateAsync({ _id: room._id }, { $set: { [list]: room[list]!.map((name) => (name === oldUsername ? username : name)) } });
        }
    }
    await renameUser(server, user);
}

/** Gives the direct rooms of a user, as the others see them, the new names. */
export async function renameUser(server: Server, user: IUser): Promise<void> {
    const { subscriptions, users } = server.collections;
    await subscriptions.updateAsync({ 'u._id': user._id }, { $set: { 'u.name': user.name } }, { multi: true });
    for (const room of await server.collections.rooms.findAsync({ t: 'd', uids: user._id })) {
        const members = await users.findAsync({ _id: { $in: room.uids! } });
        const names = directRoomNames(members);
        for (const member of members) {
            const { name, fname } = names.get(member._id)!;
            await subscriptions.updateAsync(membership(room._id, member._id), { $set: { name, fname } });
            const subscription = await subscriptions.findOneAsync(membership(room._id, member._id));
            if (subscription) server.notify('subscription', 'updated', subscription);
        }
    }
}
