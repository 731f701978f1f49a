import type { IUser } from '../contract.mts';
import { MeteorError } from '../contract.mts';
import type { Server } from '../context.mts';
import { withoutUndefined } from '../lib/objects.mts';

const connections = new WeakMap<Server, Map<string, number>>();

function connectionsOf(server: Server): Map<string, number> {
    const known = connections.get(server) ?? new Map<string, number>();
    connections.set(server, known);
    return known;
}

/** People whose clients all say that nobody is there. */
const away = new WeakMap<Server, Set<string>>();

function awayOf(server: Server): Set<string> {
    const known = away.get(server) ?? new Set<string>();
    away.set(server, known);
    return known;
}

type Status = NonNullable<IUser['status']>;

/**
 * What others see (ee/packages/presence/src/lib/processConnectionStatus.ts): without a connection always offline; a client that
 * nobody sits at makes away of a wished online, and of nothing else.
 */
function derive(server: Server, userId: string, wanted: string): { status: Status; statusConnection: string } {
    if (!connectionsOf(server).has(userId)) return { status: 'offline' as Status, statusConnection: 'offline' };
    const statusConnection = awayOf(server).has(userId) ? 'away' : 'online';
    return { status: (wanted === 'online' ? statusConnection : wanted) as Status, statusConnection };
}

/** A client says that somebody is there, or that nobody is (ee/packages/presence/src/Presence.ts `setConnectionStatus`). */
export async function setConnectionStatus(server: Server, userId: string, status: 'online' | 'away'): Promise<void> {
    if (status === 'away') awayOf(server).add(userId);
    else awayOf(server).delete(userId);
    await recompute(server, userId);
}

const statuses = ['online', 'away', 'busy', 'offline', 'disabled'];

/**
 * Sets the wished status and its text (ee/packages/presence/src/Presence.ts `setStatus`; apps/meteor/server/lib/users/setStatusText.ts).
 * The status that shows is derived from the user's connections: **a bot stays offline**.
 */
export async function setStatus(server: Server, userId: string, status: string | undefined, statusText: string | undefined): Promise<void> {
    if (status !== undefined && !statuses.includes(status)) throw new MeteorError('error-invalid-status', 'Invalid status');
    const user = await server.collections.users.findOneAsync({ _id: userId });
    if (!user) return;
    const derived = status === undefined ? {} : { statusDefault: status as Status, ...derive(server, userId, status) };
    await change(server, user, withoutUndefined({ ...derived, statusText: statusText?.trim().slice(0, 120) }));
}

/** A client connected: the first connection brings the user online. */
export async function connectionOpened(server: Server, userId: string): Promise<void> {
    const known = connectionsOf(server);
    known.set(userId, (known.get(userId) ?? 0) + 1);
    awayOf(server).delete(userId);
    await recompute(server, userId);
}

export async function connectionClosed(server: Server, userId: string): Promise<void> {
    const known = connectionsOf(server);
    const left = (known.get(userId) ?? 0) - 1;
    if (left > 0) known.set(userId, left);
    else known.delete(userId);
    await recompute(server, userId);
}

async function recompute(server: Server, userId: string): Promise<void> {
    const user = await server.collections.users.findOneAsync({ _id: userId });
    if (!user) return;
    const next = derive(server, userId, user.statusDefault ?? 'online');
    if (next.status !== user.status || next.statusConnection !== user.statusConnection) await change(server, user, next);
}

/** Stores and tells every instance (`presence.status`), whose apps get IPostUserStatusChanged with a part of the user. */
async function change(server: Server, user: IUser, changes: Partial<IUser>): Promise<void> {
    await server.collections.users.updateAsync({ _id: user._id }, { $set: { ...changes, _updatedAt: new Date() } });
    const previous = user.status ?? 'offline';
    const current = { ...user, ...changes };
    server.notify('presence', current, current.status ?? 'offline', previous);
    const { _id, username, name, status, statusText, roles } = current;
    server.broadcastToApps('IPostUserStatusChanged', {
        user: { _id, username, name, status, statusText, roles },
        currentStatus: status ?? 'offline',
        previousStatus: previous,
    });
}

/** People whose connections were lost with the process are offline (server: Presence's removal of lost connections). */
export async function forgetLostConnections(server: Server): Promise<void> {
    await server.collections.users.updateAsync(
        { type: 'user', statusConnection: 'online' },
        { $set: { status: 'offline' as Status, statusConnection: 'offline' } },
        { multi: true },
    );
}
