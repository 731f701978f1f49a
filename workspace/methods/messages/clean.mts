import { MeteorError, type Domain, type IRoom, type IUser } from '../../server/contract.mts';

const isOn = (value: unknown) => [true, 'true', 1, '1'].includes(value as string);

/**
 * `meteor-methods/rooms/cleanRoomHistory.ts`: removes messages of a span of time for good.
 * @param body as `rooms.cleanHistory` takes it
 * @returns how many were removed
 * @throws MeteorError `error-not-allowed` without `clean-channel-history`
 */
export async function cleanHistory(domain: Domain, user: IUser, room: IRoom, body: Record<string, any>): Promise<number> {
    if (!(await domain.users.hasPermission(user, 'clean-channel-history', room._id))) throw new MeteorError('error-not-allowed', 'Not allowed', { method: 'cleanRoomHistory' });
    const [from, to] = [new Date(body.oldest), new Date(body.latest)];
    const users = (body.users ?? []).filter(Boolean);
    const filter: Record<string, unknown> = {
        rid: room._id,
        ts: isOn(body.inclusive) ? { $gte: from, $lte: to } : { $gt: from, $lt: to },
        ...(isOn(body.excludePinned) && { pinned: { $ne: true } }),
        ...(isOn(body.ignoreThreads) && { tmid: { $exists: false }, tcount: { $exists: false } }),
        ...(isOn(body.ignoreDiscussion) && { drid: { $exists: false } }),
        ...(isOn(body.filesOnly) && { 'file._id': { $exists: true } }),
        ...(users.length > 0 && { 'u.username': { $in: users } }),
    };
    const { messages } = domain.collections;
    const found = await messages.findAsync(filter).sort({ ts: 1 }).limit(body.limit ?? 0);
    for (const { _id } of found) {
        await messages.removeAsync({ _id }, {});
        domain.notify('messageDeleted', room._id, _id);
    }
    return found.length;
}
