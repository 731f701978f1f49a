import type { Collections } from '../../store/collections.mts';
import type { IUser } from '../contract.mts';
import type { Server } from '../context.mts';
import { defaultPermissions, defaultRoles } from './defaults.mts';
import { membership } from '../../store/queries.mts';

/** Adds the default roles and permissions that the store has not yet; an admin's changes stay. */
export async function createDefaultPermissions(collections: Collections): Promise<void> {
    for (const role of defaultRoles) {
        if (await collections.roles.findOneAsync({ _id: role._id })) continue;
        await collections.roles.insertAsync({ ...role, name: role._id, protected: true, mandatory2fa: false, _updatedAt: new Date() });
    }
    for (const permission of defaultPermissions) {
        if (await collections.permissions.findOneAsync({ _id: permission._id })) continue;
        await collections.permissions.insertAsync({ ...permission, _updatedAt: new Date() });
    }
}

/**
 * Whether one of the user's roles, or of his roles in the room, has the permission
 * (apps/meteor/server/services/authorization/service.ts). A user without roles has no permission at all.
 */
export async function hasPermission(
    server: Server,
    user: Pick<IUser, '_id'> & { roles?: string[] },
    permission: string,
    roomId?: string,
): Promise<boolean> {
    const allowed = await server.collections.permissions.findOneAsync({ _id: permission as never });
    if (!allowed?.roles.length) return false;
    const roles = user.roles ?? (await server.collections.users.findOneAsync({ _id: user._id }))?.roles ?? [];
    if (roles.some((role) => allowed.roles.includes(role))) return true;
    if (!roomId) return false;
    const subscription = await server.collections.subscriptions.findOneAsync(membership(roomId, user._id));
    return Boolean(subscription?.roles?.some((role) => allowed.roles.includes(role)));
}

/** Whether the user has the role, for room roles in the given room (server: `hasRole`). */
export async function hasRole(server: Server, userId: string, role: string, roomId?: string): Promise<boolean> {
    const user = await server.collections.users.findOneAsync({ _id: userId });
    if (user?.roles?.includes(role)) return true;
    if (!roomId) return false;
    const subscription = await server.collections.subscriptions.findOneAsync(membership(roomId, userId));
    return Boolean(subscription?.roles?.includes(role));
}
