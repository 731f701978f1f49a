import { MeteorError, type IUser } from '../../server/contract.mts';
import { containing, escapeRegExp } from '../../methods/documents.mts';
import { findByEmail, isEmailFree, isUsernameFree, isValidName, isValidUsername, saveUser, setActiveStatus } from '../../methods/users/account.mts';
import type { Api, Schema } from '../framework/Api.mts';
import type { Call } from '../framework/Call.mts';
import { failure, forbidden } from '../framework/results.mts';
import { userOf, viewListed, viewUser, viewUserDocument } from '../lib/users.mts';

const byUser = (extra: Record<string, unknown> = {}): Schema => ({
    type: 'object',
    properties: { userId: { type: 'string' }, username: { type: 'string' }, user: { type: 'string' }, ...extra },
    anyOf: [{ required: ['userId'] }, { required: ['username'] }, { required: ['user'] }],
    additionalProperties: false,
});

/** Users, as admins and others see and keep them (`apps/meteor/server/api/v1/users.ts`). */
export function userRoutes(api: Api): void {
    reading(api);
    keeping(api);
}

async function search(call: Call): Promise<IUser | null> {
    const { userId, username, importId, email } = call.query;
    if (userId || username) return (await call.domain.users.findById(userId || username)) ?? call.domain.users.findByUsername(username || userId);
    if (email && (await call.may('view-full-other-user-info'))) return findByEmail(call.domain, email);
    if (importId && (await call.may('view-full-other-user-info'))) return call.domain.collections.users.findOneAsync({ importIds: importId });
    return null;
}

function reading(api: Api): void {
    api.get('users.info', { query: 'isUsersInfoParamsGetProps' }, async (call) => {
        const { userId, username, importId, email, includeUserRooms } = call.query;
        if (!userId && !username && !importId && !email) return failure('Invalid search query.');
        const found = await search(call);
        if (!found) return failure('User not found.');
        const user = await viewUser(call.domain, call.user, found);
        const withRooms = String(includeUserRooms) === 'true' && (found._id === call.userId || (await call.may('view-other-user-channels')));
        if (!withRooms) return { user };
        const subscriptions = await call.domain.collections.subscriptions.findAsync({ 'u._id': found._id }).sort({ t: 1, name: 1 });
        return { user: { ...user, rooms: subscriptions.map(({ _id, rid, name, t, roles, unread }) => ({ _id, rid, name, t, roles, unread })) } };
    });
    api.get('users.list', { query: 'isUsersListParamsGET', permissions: ['view-d-room'] }, async (call) => {
        if (call.domain.settings.get('API_Apply_permission_view-outside-room_on_users-list') && !(await call.may('view-outside-room'))) return forbidden();
        const full = await call.may('view-full-other-user-info');
        if (call.query.email && !full) return forbidden();
        const filter = call.query.email ? { 'emails.address': new RegExp(`^${escapeRegExp(call.query.email)}$`, 'i') } : { username: { $exists: true } };
        return page(call, filter, full);
    });
    api.get('users.listByStatus', { query: 'isUsersListStatusProps', permissions: ['view-d-room'] }, async (call) => {
        if (call.domain.settings.get('API_Apply_permission_view-outside-room_on_users-list') && !(await call.may('view-outside-room'))) return forbidden();
        const { status, hasLoggedIn, type, roles, searchTerm } = call.query;
        const full = await call.may('view-full-other-user-info');
        const term = searchTerm?.trim() && containing(searchTerm);
        const filter = {
            ...(status && { active: status === 'active' }),
            ...(hasLoggedIn !== undefined && { lastLogin: { $exists: String(hasLoggedIn) === 'true' } }),
            ...(type && { type }),
            ...(roles?.length && !roles.includes('all') && { roles: { $in: roles } }),
            ...(term && { $or: [{ username: term }, { name: term }, ...(full ? [{ 'emails.address': term }] : [])] }),
        };
        return page(call, filter, full);
    });
}

async function page(call: Call, filter: Record<string, unknown>, full: boolean) {
    const { offset, count } = call.page();
    const { users } = call.domain.collections;
    const { status, ...sort } = call.sort({ username: 1 });
    const found = await users.findAsync(filter).sort({ ...sort, ...(status && { active: status }) }).skip(offset).limit(count);
    const hidden = full ? [] : ['emails', 'roles', 'lastLogin'];
    const shown = found.map((user) => Object.fromEntries(Object.entries(viewListed(user)).filter(([field]) => !hidden.includes(field))));
    return { users: shown, count: shown.length, offset, total: await users.countAsync(filter) };
}

function keeping(api: Api): void {
    api.post('users.create', { body: 'isUserCreateParamsPOST' }, async (call) => {
        const { active, joinDefaultChannels, ...data } = call.body;
        if (data.name && !isValidName(data.name)) return failure('Name contains invalid characters');
        const user = await saveUser(call.domain, call.user, { ...data, joinDefaultChannels: joinDefaultChannels !== false });
        if (active !== undefined) await setActiveStatus(call.domain, call.user, user._id, active, false);
        return { user: await viewUserDocument(call.domain, call.user, (await call.domain.users.findById(user._id)) as IUser) };
    });
    api.post('users.update', { body: 'isUsersUpdateParamsPOST' }, async (call) => {
        const { userId, data, confirmRelinquish } = call.body;
        const { active, ...changes } = data;
        if (changes.name && !isValidName(changes.name)) return failure('Name contains invalid characters');
        await saveUser(call.domain, call.user, { _id: userId, ...changes });
        if (active !== undefined) await setActiveStatus(call.domain, call.user, userId, active, Boolean(confirmRelinquish));
        const user = await call.domain.users.findById(userId);
        return user ? { user: await viewUserDocument(call.domain, call.user, user) } : failure('User not found');
    });
    api.post('users.delete', { body: byUser({ confirmRelinquish: { type: 'boolean', nullable: true } }), permissions: ['delete-user'] }, async (call) => {
        const user = await userOf(call.domain, call.body);
        const owned = (await call.domain.collections.subscriptions.findAsync({ 'u._id': user._id })).map(({ rid }) => rid);
        await call.domain.users.remove(user._id, call.user, call.body.confirmRelinquish ?? false);
        const left = new Set((await call.domain.collections.rooms.findAsync({ _id: { $in: owned } })).map(({ _id }) => _id));
        return { deletedRooms: owned.filter((rid) => !left.has(rid)) };
    });
    api.post('users.deleteOwnAccount', { body: { type: 'object', properties: { password: { type: 'string' }, confirmRelinquish: { type: 'boolean', nullable: true } }, required: ['password'], additionalProperties: false } }, async (call) => {
        if (!call.domain.settings.get('Accounts_AllowDeleteOwnAccount')) throw new MeteorError('error-not-allowed', 'Not allowed');
        await call.domain.users.login(call.user.username as string, call.body.password).catch(() => {
            throw new MeteorError('error-invalid-password', 'Invalid password', { method: 'deleteUserOwnAccount' });
        });
        await call.domain.users.remove(call.userId, undefined, call.body.confirmRelinquish ?? false);
    });
    api.post('users.setActiveStatus', { body: 'isUserSetActiveStatusParamsPOST', anyPermission: ['edit-other-user-active-status', 'manage-moderation-actions'] }, async (call) => {
        const { userId, activeStatus, confirmRelinquish = false } = call.body;
        await setActiveStatus(call.domain, call.user, userId, activeStatus, confirmRelinquish);
        const user = await call.domain.users.findById(userId);
        return user ? { user: { _id: user._id, active: user.active } } : failure('User not found');
    });
    api.post('users.register', { auth: false, body: 'isUserRegisterParamsPOST' }, async (call) => {
        const { username, email, pass, name } = call.body;
        if (call.user) return failure('Logged in users can not register again.');
        if (name && !isValidName(name)) return failure('Name contains invalid characters');
        if (!isValidUsername(call.domain, username)) return failure('The username provided is not valid');
        if (!(await isUsernameFree(call.domain, username))) return failure('Username is already in use');
        if (!(await isEmailFree(call.domain, email))) return failure('Email already exists');
        const form = call.domain.settings.get('Accounts_RegistrationForm');
        if (form === 'Disabled') throw new MeteorError('error-user-registration-disabled', 'User registration is disabled', { method: 'registerUser' });
        const user = await call.domain.users.create({ username, email, password: pass, name, roles: ['user'], active: true });
        return { user: await viewUserDocument(call.domain, user, user) };
    });
}
