import { MeteorError, type IRole, type IUser } from '../../server/contract.mts';
import { updateUser } from '../../methods/documents.mts';
import type { Api, Schema } from '../framework/Api.mts';
import type { Call } from '../framework/Call.mts';
import { failure } from '../framework/results.mts';
import { userOf } from '../lib/users.mts';

const since = (call: Call): Date | undefined => {
    const { updatedSince } = call.query;
    if (!updatedSince) return undefined;
    if (Number.isNaN(Date.parse(updatedSince))) throw new MeteorError('error-roomId-param-invalid', 'The "updatedSince" query parameter must be a valid date.');
    return new Date(updatedSince);
};

/** Roles and what they may (`v1/roles.ts`, `v1/permissions.ts`). */
export function roleRoutes(api: Api): void {
    permissions(api);
    roles(api);
}

function permissions(api: Api): void {
    const query: Schema = { type: 'object', properties: { updatedSince: { type: 'string', nullable: true } }, additionalProperties: false };
    api.get('permissions.listAll', { query }, async (call) => {
        const from = since(call);
        return { update: await call.domain.collections.permissions.findAsync(from ? { _updatedAt: { $gt: from } } : {}), remove: [] };
    });
    const entry = {
        type: 'object',
        properties: { _id: { type: 'string' }, roles: { type: 'array', items: { type: 'string' }, uniqueItems: true } },
        additionalProperties: false,
        required: ['_id', 'roles'],
    };
    const body: Schema = { type: 'object', properties: { permissions: { type: 'array', items: entry } }, required: ['permissions'], additionalProperties: false };
    api.post('permissions.update', { body, permissions: ['access-permissions'] }, async (call) => {
        const changes: { _id: string; roles: string[] }[] = call.body.permissions;
        const { permissions, roles } = call.domain.collections;
        if ((await permissions.countAsync({ _id: { $in: changes.map(({ _id }) => _id) } })) !== changes.length) return failure('Invalid permission', 'error-invalid-permission');
        const named = [...new Set(changes.flatMap((change) => change.roles))];
        if ((await roles.countAsync({ _id: { $in: named } })) !== named.length) return failure('Invalid role', 'error-invalid-role');
        for (const change of changes) await permissions.updateAsync({ _id: change._id }, { $set: { roles: change.roles, _updatedAt: new Date() } });
        return { permissions: await permissions.findAsync({}) };
    });
}

const view = ({ _updatedAt, ...role }: IRole & { _updatedAt?: Date }) => role;

const viewInRole = ({ _id, name, username, emails, avatarETag, createdAt, _updatedAt }: IUser) => ({
    _id, name, username, emails, avatarETag, createdAt, _updatedAt,
});

async function isInRole(call: Call, user: IUser, role: IRole, scope?: string): Promise<boolean> {
    if (role.scope !== 'Subscriptions') return user.roles?.includes(role._id) ?? false;
    return scope ? ((await call.domain.rooms.subscriptionOf(scope, user._id))?.roles?.includes(role._id) ?? false) : false;
}

async function setRole(call: Call, user: IUser, role: IRole, on: boolean, scope?: string): Promise<void> {
    if (role.scope === 'Subscriptions') {
        if (!scope) throw new MeteorError('error-scope-required', 'A room is required for this role');
        return call.domain.rooms.setRole(scope, user._id, role._id as 'owner', on, call.user);
    }
    const others = (user.roles ?? []).filter((id) => id !== role._id);
    await updateUser(call.domain, user._id, { roles: on ? [...others, role._id] : others });
}

function roles(api: Api): void {
    api.get('roles.list', {}, async (call) => ({ roles: (await call.domain.collections.roles.findAsync({})).map(view) }));
    api.get('roles.sync', { query: { type: 'object', properties: { updatedSince: { type: 'string' } }, additionalProperties: false } }, async (call) => {
        const from = since(call);
        return { roles: { update: await call.domain.collections.roles.findAsync(from ? { _updatedAt: { $gt: from } } : {}), remove: [] } };
    });
    api.post('roles.addUserToRole', { body: 'isRoleAddUserToRoleProps' }, async (call) => {
        const user = await userOf(call.domain, call.body);
        const { roleId, roomId } = call.body;
        if (!roleId) return failure('error-invalid-role-properties');
        const role = await call.domain.collections.roles.findOneAsync({ _id: roleId });
        if (!role) return failure('error-role-not-found', 'Role not found');
        if (await isInRole(call, user, role, roomId)) throw new MeteorError('error-user-already-in-role', 'User already in role');
        if (!(await call.may('access-permissions'))) throw new MeteorError('error-action-not-allowed', 'Accessing permissions is not allowed', { method: 'authorization:addUserToRole', action: 'Accessing_permissions' });
        if (roleId === 'admin' && !(await call.may('assign-admin-role'))) throw new MeteorError('error-action-not-allowed', 'Assigning admin is not allowed', { method: 'authorization:addUserToRole', action: 'Assign_admin' });
        await setRole(call, user, role, true, roomId);
        return { role };
    });
    api.post('roles.removeUserFromRole', { body: 'isRoleRemoveUserFromRoleProps', permissions: ['access-permissions'] }, async (call) => {
        const { roleId, username, scope } = call.body;
        if (!roleId) return failure('error-invalid-role-properties');
        const user = await call.domain.users.findByUsername(username);
        if (!user) throw new MeteorError('error-invalid-user', 'There is no user with this username');
        const role = await call.domain.collections.roles.findOneAsync({ _id: roleId });
        if (!role) throw new MeteorError('error-invalid-roleId', 'This role does not exist');
        if (!(await isInRole(call, user, role, scope))) throw new MeteorError('error-user-not-in-role', 'User is not in this role');
        const lastAdmin = roleId === 'admin' && (await call.domain.collections.users.countAsync({ roles: 'admin' })) === 1;
        if (lastAdmin) throw new MeteorError('error-admin-required', 'You need to have at least one admin');
        await setRole(call, user, role, false, scope);
        return { role };
    });
    api.get('roles.getUsersInRole', { query: 'isRolesGetUsersInRoleProps', permissions: ['access-permissions'] }, async (call) => {
        const { role, roomId } = call.query;
        if (!role) throw new MeteorError('error-param-not-provided', 'Query param "role" is required');
        const known = await call.domain.collections.roles.findOneAsync({ _id: role });
        if (!known) throw new MeteorError('error-invalid-roleId');
        const { offset, count } = call.page();
        const { subscriptions, users } = call.domain.collections;
        const inRooms = known.scope === 'Subscriptions' ? await subscriptions.findAsync({ roles: role, ...(roomId && { rid: roomId }) }) : undefined;
        const filter = inRooms ? { _id: { $in: inRooms.map(({ u }) => u._id) } } : { roles: role };
        const found = await users.findAsync(filter).sort({ username: 1 }).skip(offset).limit(count);
        return { users: found.map(viewInRole), total: await users.countAsync(filter) };
    });
}
