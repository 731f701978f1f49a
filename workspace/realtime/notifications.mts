import type { Domain, IMessage, IRoom, ISubscription, IUser } from '../server/contract.mts';

/** Newest ids of messages that were told of; an edit of one of them is no news. */
const remembered = 1000;

/** Mentions of a message that reach a member. */
function isMentioned(message: IMessage, user: IUser): { personally: boolean; withAll: boolean } {
    const ids = (message.mentions ?? []).map(({ _id }) => _id);
    return { personally: ids.includes(user._id), withAll: ids.includes('all') || ids.includes('here') };
}

/** `server/lib/notifications/desktop.ts`, shouldNotifyDesktop. */
function shouldNotify(domain: Domain, user: IUser, room: IRoom, subscription: ISubscription, message: IMessage): boolean {
    const wanted = subscription.desktopNotifications ?? domain.settings.get<string>('Accounts_Default_User_Preferences_desktopNotifications') ?? 'mentions';
    const offline = !user.statusConnection || user.statusConnection === 'offline';
    if (offline || user.status === 'busy' || wanted === 'nothing' || subscription.disableNotifications) return false;
    const { personally, withAll } = isMentioned(message, user);
    return room.t === 'd' || personally || (withAll && !subscription.muteGroupMentions) || wanted === 'all';
}

/**
 * Makes desktop notices of new messages: for whom the settings want it, and who is connected
 * (`server/lib/notifications/sendNotificationsOnMessage.ts`).
 * @returns a function that takes every stored message and calls `tell` for each member concerned
 */
export function desktopNotifier(domain: Domain, tell: (userId: string, notification: object) => void): (message: IMessage) => Promise<void> {
    const told: string[] = [];
    return async (message) => {
        if (message.t || 'editedAt' in message || told.includes(message._id)) return;
        told.push(message._id);
        if (told.length > remembered) told.shift();
        const room = await domain.rooms.findById(message.rid);
        if (!room) return;
        const useRealName = domain.settings.get('UI_Use_Real_Name');
        const sender = (useRealName && message.u.name) || message.u.username;
        const [title, text] = room.t === 'd' ? [sender, message.msg] : [`#${room.fname ?? room.name}`, `${sender}: ${message.msg}`];
        for (const subscription of await domain.collections.subscriptions.findAsync({ rid: room._id, 'u._id': { $ne: message.u._id } })) {
            const user = await domain.users.findById(subscription.u._id);
            if (!user || subscription.ignored?.includes(message.u._id) || !shouldNotify(domain, user, room, subscription, message)) continue;
            const { _id, rid, tmid, u, msg } = message;
            tell(user._id, { title, text, payload: { _id, rid, ...(tmid && { tmid }), sender: u, type: room.t, name: room.name, message: { msg } } });
        }
    };
}
