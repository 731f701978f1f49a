import type { Domain, IMessage, IRoom, ISubscription, IUser } from '../server/contract.mts';
import { viewMessages } from '../methods/messages/views.mts';
import { accessibleRoom } from '../methods/rooms/access.mts';
import { desktopNotifier } from './notifications.mts';

/** What a connection listens to: the stream and the event, as in the subscription's parameters. */
export interface Listener {
    user: IUser | null;
    /** Is this event of this stream listened to? */
    listens(stream: string, eventName: string): boolean;
    /** Sends an event: a `changed` message of the stream's collection. */
    emit(stream: string, eventName: string, args: unknown[]): void;
    /** The users whose presence is followed (`stream-user-presence`). */
    readonly presences: ReadonlySet<string>;
    emitPresence(userId: string, args: unknown[]): void;
}

/** May this user follow this event? (`server/modules/notifications/notifications.module.ts`, allowRead) */
export async function mayListen(domain: Domain, user: IUser | null, stream: string, eventName: string): Promise<boolean> {
    switch (stream) {
        case 'room-messages':
            if (eventName === '__my_messages__') return user !== null;
            return mayReadRoom(domain, user, eventName);
        case 'notify-room':
        case 'notify-room-users':
            return mayReadRoom(domain, user, eventName.slice(0, eventName.lastIndexOf('/')));
        case 'notify-user':
            return user !== null && eventName.slice(0, eventName.indexOf('/')) === user._id;
        case 'notify-logged':
        case 'user-presence':
        case 'roles':
            return user !== null;
        case 'notify-all':
            return true;
        default:
            return false;
    }
}

/** Names of the streams that exist. */
export const streams = new Set(['room-messages', 'notify-room', 'notify-room-users', 'notify-user', 'notify-logged', 'notify-all', 'user-presence', 'roles']);

async function mayReadRoom(domain: Domain, user: IUser | null, roomId: string): Promise<boolean> {
    if (user) return (await accessibleRoom(domain, user, roomId)) !== null;
    const room = await domain.rooms.findById(roomId);
    return room?.t === 'c' && domain.settings.get('Accounts_AllowAnonymousRead') === true;
}

/** The number that stands for a status on the wire (`STATUS_MAP`). */
const statusCodes: Record<string, number> = { offline: 0, online: 1, away: 2, busy: 3, disabled: 4 };

const shownRoom = ({ joinCode: _code, ...room }: IRoom & { joinCode?: string }) => room;

/**
 * Passes the domain's notices on to everybody who listens (`server/modules/listeners/listeners.module.ts`).
 * @param listeners the connections of this instance
 * @returns stops it
 */
export function forwardNotices(domain: Domain, listeners: () => Iterable<Listener>): () => void {
    const each = (stream: string, eventName: string, ...args: unknown[]) => {
        for (const listener of listeners()) if (listener.listens(stream, eventName)) listener.emit(stream, eventName, args);
    };
    const notifyDesktop = desktopNotifier(domain, (userId, notification) => each('notify-user', `${userId}/notification`, notification));
    const stops = [
        domain.on('message', (message) => {
            forwardMessage(domain, listeners, message).catch(report);
            notifyDesktop(message).catch(report);
        }),
        domain.on('messageDeleted', (roomId, _id) => each('notify-room', `${roomId}/deleteMessage`, { _id })),
        domain.on('userActivity', (roomId, name, activities) => {
            each('notify-room', `${roomId}/user-activity`, name, activities, {});
            each('notify-room', `${roomId}/typing`, name, activities.includes('user-typing'));
        }),
        domain.on('ephemeral', (userId, message) => {
            const id = Math.random().toString(36).slice(2).padEnd(17, '0').slice(0, 17);
            each('notify-user', `${userId}/message`, { groupable: false, u: { _id: 'rocket.cat', username: 'rocket.cat' }, private: true, _id: id, ts: new Date(), ...message });
        }),
        domain.on('room', (action, room) => {
            forwardRoom(domain, each, action, room).catch(report);
        }),
        domain.on('subscription', (action, subscription) => forwardSubscription(each, action, subscription)),
        domain.on('presence', (user, status) => {
            const { _id, username, statusText, name, roles } = user;
            const code = statusCodes[status] ?? 0;
            each('notify-logged', 'user-status', [_id, username, code, statusText, name, roles]);
            for (const listener of listeners()) if (listener.presences.has(_id)) listener.emitPresence(_id, [[username, code, statusText]]);
        }),
        domain.on('uiInteraction', (userId, interaction) => each('notify-user', `${userId}/uiInteraction`, interaction)),
        domain.on('user', (user) => {
            const { _id, username, name, avatarETag } = user;
            each('notify-logged', 'Users:NameChanged', { _id, name, username });
            each('notify-logged', 'updateAvatar', { username, etag: avatarETag });
            each('notify-user', `${_id}/userData`, { type: 'updated', id: _id, diff: { username, name, avatarETag }, unset: {} });
        }),
    ];
    return () => stops.forEach((stop) => stop());
}

async function forwardMessage(domain: Domain, listeners: () => Iterable<Listener>, message: IMessage): Promise<void> {
    if ((message as { _hidden?: boolean })._hidden) return;
    let room: IRoom | null | undefined;
    for (const listener of [...listeners()]) {
        const userId = listener.user?._id ?? '';
        const direct = listener.listens('room-messages', message.rid);
        const own = listener.listens('room-messages', '__my_messages__');
        if (!direct && !own) continue;
        const [shown] = await viewMessages(domain, userId, [message]);
        if (direct) listener.emit('room-messages', message.rid, [shown]);
        if (!own || !(await domain.rooms.subscriptionOf(message.rid, userId))) continue;
        room ??= await domain.rooms.findById(message.rid);
        listener.emit('room-messages', '__my_messages__', [shown, { roomParticipant: true, roomType: room?.t, roomName: room?.name }]);
    }
}

const report = (error: unknown) => console.error('A notice could not be passed on:', error);

type Each = (stream: string, eventName: string, ...args: unknown[]) => void;

async function forwardRoom(domain: Domain, each: Each, action: string, room: IRoom): Promise<void> {
    const members = (await domain.collections.subscriptions.findAsync({ rid: room._id })).map(({ u }) => u._id);
    for (const userId of new Set([...members, ...(room.uids ?? [])])) each('notify-user', `${userId}/rooms-changed`, action, shownRoom(room));
}

function forwardSubscription(each: Each, action: string, subscription: ISubscription): void {
    const { _id, u, rid, t } = subscription;
    each('notify-user', `${u._id}/subscriptions-changed`, action, action === 'removed' ? { _id, u, rid, t } : subscription);
}
