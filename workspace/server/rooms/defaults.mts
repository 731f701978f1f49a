import type { IRoom, IUser } from '../contract.mts';
import type { Server } from '../context.mts';
import { saveSystemMessage } from '../messages/system.mts';
import { createSubscription, subscriptionOf } from './subscriptions.mts';

/**
 * What a server has after its first start (apps/meteor/server/startup/initialData.ts): the channel `#general`, with the id `GENERAL`,
 * and the bot `rocket.cat`.
 */
export async function createInitialData(server: Server): Promise<void> {
    const { rooms, users } = server.collections;
    const now = new Date();
    if (!(await users.findOneAsync({ _id: 'rocket.cat' }))) {
        await users.insertAsync({
            _id: 'rocket.cat', name: 'Rocket.Cat', username: 'rocket.cat', status: 'online', statusDefault: 'online', utcOffset: 0,
            active: true, type: 'bot', roles: ['bot'], createdAt: now, _updatedAt: now,
        } as IUser);
    }
    if (await rooms.findOneAsync({ _id: 'GENERAL' })) return;
    // Without a display name, as `Rooms.createWithIdTypeAndName` makes it.
    await rooms.insertAsync({
        _id: 'GENERAL', ts: now, t: 'c', name: 'general', u: { _id: 'rocket.cat', username: 'rocket.cat', name: 'Rocket.Cat' }, usernames: [], msgs: 0, usersCount: 0, default: true,
        sysMes: true, _updatedAt: now,
    } as unknown as IRoom);
}

/** Puts a new user into the default channels, with a `uj` message and without join events (apps/meteor/server/lib/users/addUserToDefaultChannels.ts). */
export async function joinDefaultRooms(server: Server, user: IUser): Promise<void> {
    for (const room of await server.collections.rooms.findAsync({ default: true, t: { $in: ['c', 'p'] } })) {
        if (await subscriptionOf(server, room._id, user._id)) continue;
        const now = new Date();
        await createSubscription(server, room, user, { ts: now, open: true, alert: true, unread: 1, userMentions: 1 });
        await server.collections.rooms.updateAsync({ _id: room._id }, { $inc: { usersCount: 1 } });
        await saveSystemMessage(server, 'uj', room._id, user.username!, user);
    }
}
