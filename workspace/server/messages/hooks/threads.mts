import type { IMessage, IRoom } from '../../contract.mts';
import type { Server } from '../../context.mts';

/**
 * Counts a reply on its thread's first message (`tcount`, `tlm`, followers in `replies`) and marks the thread unread for the followers
 * (apps/meteor/server/lib/threads/functions.ts). No event reaches the apps for the first message.
 */
export async function countReply(server: Server, reply: IMessage, room: IRoom): Promise<void> {
    const { messages, subscriptions } = server.collections;
    const parent = await messages.findOneAsync({ _id: reply.tmid! });
    if (!parent) return;
    const mentioned = (reply.mentions ?? []).map(({ _id }) => _id).filter((id) => id !== 'all' && id !== 'here');
    const followers = [...new Set([...(parent.replies ?? [parent.u._id]), reply.u._id, ...mentioned])];
    await messages.updateAsync({ _id: parent._id }, {
        $set: { replies: followers, tlm: reply.ts, _updatedAt: new Date() },
        $inc: { tcount: 1 },
    });
    const readers = { 'rid': room._id, 'u._id': { $in: followers.filter((id) => id !== reply.u._id) } };
    await subscriptions.updateAsync(readers, { $addToSet: { tunread: parent._id }, $set: { alert: true } }, { multi: true });
    const updated = await messages.findOneAsync({ _id: parent._id });
    if (updated) server.notify('message', updated);
}

/** Takes a deleted reply off its thread's count. */
export async function uncountReply(server: Server, reply: IMessage): Promise<void> {
    const { messages, subscriptions } = server.collections;
    const parent = await messages.findOneAsync({ _id: reply.tmid! });
    if (!parent) return;
    const left = Math.max(0, (parent.tcount ?? 1) - 1);
    const change = left > 0 ? { $set: { tcount: left, _updatedAt: new Date() } } : { $unset: { tcount: true, tlm: true, replies: true } };
    await messages.updateAsync({ _id: parent._id }, change as never);
    await subscriptions.updateAsync({ rid: reply.rid, tunread: parent._id }, { $pull: { tunread: parent._id } }, { multi: true });
    const updated = await messages.findOneAsync({ _id: parent._id });
    if (updated) server.notify('message', updated);
}

/** Counts the messages of a discussion on the message that stands for it in the parent room (`dcount`, `dlm`; server: `refreshDiscussionMetadata`). */
export async function countInDiscussion(server: Server, message: IMessage, discussion: IRoom): Promise<void> {
    const { messages } = server.collections;
    const parent = await messages.findOneAsync({ drid: discussion._id });
    if (!parent) return;
    await messages.updateAsync({ _id: parent._id }, { $set: { dlm: message.ts, _updatedAt: new Date() }, $inc: { dcount: 1 } } as never);
    const updated = await messages.findOneAsync({ _id: parent._id });
    if (updated) server.notify('message', updated);
}
