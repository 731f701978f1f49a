import type { IMessage, IUser } from '../contract.mts';
import type { Server } from '../context.mts';
import { objectId } from '../lib/ids.mts';
import { withoutUndefined } from '../lib/objects.mts';
import { notifyRoom } from '../rooms/subscriptions.mts';

/**
 * Stores a system message (apps/meteor/server/services/messages/service.ts `saveSystemMessage`). Apps get IPostSystemMessageSent.
 * @param type field `t`: `uj`, `ru`, `room_changed_topic`, …
 * @param text parameter of the message: a username, a new name, …
 * @param extra fields that go over the usual ones, e.g. `u` for who did it, `role`
 */
export async function saveSystemMessage(
    server: Server, type: string, roomId: string, text: string, user: Pick<IUser, '_id' | 'username' | 'name'>, extra: Record<string, unknown> = {},
): Promise<IMessage> {
    if (!user.username) throw new Error('The username cannot be empty.');
    const now = new Date();
    const message = await server.collections.messages.insertAsync(
        withoutUndefined({
            _id: objectId(),
            t: type,
            rid: roomId,
            ts: now,
            msg: text,
            u: withoutUndefined({ _id: user._id, username: user.username, name: user.name }),
            groupable: false,
            ...extra,
            _updatedAt: now,
        }) as unknown as IMessage,
    );
    await server.collections.rooms.updateAsync({ _id: roomId }, { $inc: { msgs: 1 } });
    void server.post('IPostSystemMessageSent', message);
    server.notify('message', message);
    await notifyRoom(server, roomId);
    return message;
}
