import { randomBytes } from 'node:crypto';
import { MeteorError, type Domain, type IUser } from '../../server/contract.mts';
import { containing, escapeRegExp, updateUser } from '../documents.mts';

/** What an admin sends to make or change a user (`lib/users/saveUser`). */
export interface UserData {
    /** For a new user; `true` when absent. */
    joinDefaultChannels?: boolean;
    _id?: string;
    username?: string;
    name?: string;
    email?: string;
    password?: string;
    roles?: string[];
    active?: boolean;
    verified?: boolean;
    bio?: string;
    nickname?: string;
    statusText?: string;
    setRandomPassword?: boolean;
    requirePasswordChange?: boolean;
    customFields?: Record<string, unknown>;
}

const required = (field: string) => new MeteorError('error-the-field-is-required', `The field ${field} is required`, { method: 'insertOrUpdateUser', field });
const taken = (value: string, field: string) =>
    new MeteorError('error-field-unavailable', `<strong>${value}</strong> is already in use :(`, { method: 'insertOrUpdateUser', field });
const refused = (reason: string, action: string) => new MeteorError('error-action-not-allowed', reason, { method: 'insertOrUpdateUser', action });

/** `lib/users/validateUsername.ts`: the whole name must match `UTF8_User_Names_Validation`. */
export function isValidUsername(domain: Domain, username: string): boolean {
    const pattern = domain.settings.get<string>('UTF8_User_Names_Validation') || '[0-9a-zA-Z-_.]+';
    return new RegExp(`^${pattern}$`).test(username);
}

/** `lib/shared/validateNameChars.ts`. */
export const isValidName = (name: string): boolean => !/[<>"'\\\x00-\x1f]/.test(name) || !/[<>]/.test(name);

/** `lib/users/checkUsernameAvailability.ts`: nobody else's whatever its case. @throws MeteorError `error-blocked-username` */
export async function isUsernameFree(domain: Domain, username: string): Promise<boolean> {
    return domain.users.isUsernameAvailable(username);
}

/** Nobody has this address. */
export async function isEmailFree(domain: Domain, email: string): Promise<boolean> {
    return (await findByEmail(domain, email)) === null;
}

/** `Users.findOneByEmailAddress`: whatever its case. */
export function findByEmail(domain: Domain, email: string): Promise<IUser | null> {
    return domain.collections.users.findOneAsync({ 'emails.address': new RegExp(`^${escapeRegExp(email.trim())}$`, 'i') });
}

/** The checks of `lib/users/saveUser/validateUserData.ts`. */
async function validate(domain: Domain, actor: IUser, data: UserData): Promise<void> {
    const may = (permission: string) => domain.users.hasPermission(actor, permission);
    const existing = data._id ? await domain.users.findById(data._id) : null;
    if (data._id && data._id !== actor._id && !(await may('edit-other-user-info'))) throw refused('Editing user is not allowed', 'Editing_user');
    if (!data._id && !(await may('create-user'))) throw refused('Adding user is not allowed', 'Adding_user');
    if (data._id && !existing) throw new MeteorError('error-invalid-user', 'Invalid user', { function: 'RocketChat.saveUser' });
    if (data.roles && JSON.stringify(data.roles) !== JSON.stringify(existing?.roles)) {
        const known = await domain.collections.roles.findAsync({ _id: { $in: data.roles } });
        if (known.length !== new Set(data.roles).size) throw refused('The field Roles consist invalid role id', 'Assign_role');
        if (data.roles.includes('admin') && !(await may('assign-admin-role'))) throw refused('Assigning admin is not allowed', 'Assign_admin');
        if (!(await may('assign-roles'))) throw refused('Assigning roles is not allowed', 'Assign_role');
    }
    if (!data._id && !data.name?.trim()) throw required('Name');
    if (!data._id && !data.username?.trim()) throw required('Username');
    if (data.username && !isValidUsername(domain, data.username)) {
        throw new MeteorError('error-input-is-not-a-valid-field', `${data.username} is not a valid username`, { method: 'insertOrUpdateUser', input: data.username, field: 'Username' });
    }
    if (!data._id && !data.password && !data.setRandomPassword) throw required('Password');
    const sameName = existing?.username?.toLowerCase() === data.username?.toLowerCase();
    if (data.username && !sameName && !(await isUsernameFree(domain, data.username))) throw taken(data.username, 'Username');
    const owner = data.email ? await findByEmail(domain, data.email) : null;
    if (data.email && owner && owner._id !== data._id) throw taken(data.email, 'Email');
}

/** Without what was not given. */
const given = (fields: Record<string, unknown>) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/**
 * `lib/users/saveUser`: an admin makes or changes a user.
 * @throws MeteorError `error-action-not-allowed`, `error-the-field-is-required`, `error-field-unavailable`, `error-input-is-not-a-valid-field`
 */
export async function saveUser(domain: Domain, actor: IUser, data: UserData): Promise<IUser> {
    await validate(domain, actor, data);
    const password = data.setRandomPassword ? randomBytes(12).toString('base64url') : data.password;
    const extra: Record<string, unknown> = {};
    if (data.nickname !== undefined) extra.nickname = data.nickname;
    if (data.requirePasswordChange !== undefined) extra.requirePasswordChange = data.requirePasswordChange;
    let user: IUser;
    if (data._id) {
        const { _id, username, name, email, bio, statusText, roles, customFields } = data;
        user = await domain.users.save(_id, given({ username, name, email, bio, statusText, roles, customFields, password }), actor);
    } else {
        const { username = '', name = '', email, roles, customFields, joinDefaultChannels } = data;
        user = await domain.users.create({ username, name, email, password, roles: roles ?? ['user'], active: true, customFields, joinDefaultChannels }, actor);
        for (const field of ['bio', 'statusText'] as const) if (data[field] !== undefined) extra[field] = data[field];
    }
    const [first, ...others] = user.emails ?? [];
    if (data.verified !== undefined && first) extra.emails = [{ ...first, verified: data.verified }, ...others];
    return Object.keys(extra).length > 0 ? updateUser(domain, user._id, extra) : user;
}

/**
 * `meteor-methods/users/setUserActiveStatus.ts`.
 * @throws MeteorError `error-not-allowed`, `error-invalid-user`, `user-last-owner`
 */
export async function setActiveStatus(domain: Domain, actor: IUser, userId: string, active: boolean, confirmRelinquish: boolean): Promise<void> {
    const method = 'setUserActiveStatus';
    const may = (await domain.users.hasPermission(actor, 'edit-other-user-active-status')) || (await domain.users.hasPermission(actor, 'manage-moderation-actions'));
    if (!may) throw new MeteorError('error-not-allowed', 'Not allowed', { method });
    if (!(await domain.users.findById(userId))) throw new MeteorError('error-invalid-user', 'Invalid user', { method });
    await domain.users.setActive(userId, active, confirmRelinquish);
}

export interface ProfileData {
    email?: string;
    name?: string;
    username?: string;
    nickname?: string;
    bio?: string;
    statusText?: string;
    statusType?: string;
    newPassword?: string;
    currentPassword?: string;
}

/**
 * `meteor-methods/users/saveUserProfile.ts`: one changes one's own data.
 * @throws MeteorError `error-not-allowed` where the settings forbid it, `error-invalid-password`, and those of saving
 */
export async function saveProfile(
    domain: Domain,
    user: IUser,
    data: ProfileData,
    customFields?: Record<string, unknown>,
): Promise<void> {
    const method = 'saveUserProfile';
    const { settings } = domain;
    if (settings.get('Accounts_AllowUserProfileChange') === false) throw new MeteorError('error-not-allowed', 'Not allowed', { method });
    if (data.name !== undefined && data.name !== user.name && settings.get('Accounts_AllowRealNameChange') === false) throw new MeteorError('error-not-allowed', 'Not allowed', { method });
    if (data.username && data.username !== user.username) {
        if (settings.get('Accounts_AllowUsernameChange') === false) throw new MeteorError('error-not-allowed', 'Not allowed', { method });
        if (!isValidUsername(domain, data.username)) throw new MeteorError('username-invalid', `${data.username} is not a valid username, use only letters, numbers, dots, hyphens and underscores`);
        if (data.username.toLowerCase() !== user.username?.toLowerCase() && !(await isUsernameFree(domain, data.username))) {
            throw new MeteorError('error-field-unavailable', `<strong>${data.username}</strong> is already in use :(`, { method: 'setUsername', field: data.username });
        }
    }
    if (data.newPassword || (data.email && data.email !== user.emails?.[0]?.address)) {
        await domain.users.login(user.username as string, data.currentPassword ?? '').catch(() => {
            throw new MeteorError('error-invalid-password', 'Invalid password', { method });
        });
    }
    const { email, name, username, bio, statusText, newPassword: password } = data;
    const changes = given({ email: email || undefined, name, username: username || undefined, bio, password: password || undefined, customFields });
    if (Object.keys(changes).length > 0) await domain.users.save(user._id, changes, user);
    if (data.nickname !== undefined) await updateUser(domain, user._id, { nickname: data.nickname });
    if (statusText !== undefined || data.statusType) await domain.users.setStatus(user._id, data.statusType, statusText);
}

/** A username made from name or address that nobody has (`lib/users/getUsernameSuggestion.ts`). */
export async function suggestUsername(domain: Domain, user: IUser): Promise<string | undefined> {
    const candidates = [user.name, user.emails?.[0]?.address.split('@')[0]]
        .filter((text): text is string => Boolean(text))
        .map((text) => text.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').replace(/[^0-9a-zA-Z-_.\s]/g, '').trim().replace(/\s+/g, '.').toLowerCase())
        .filter(Boolean);
    for (const candidate of [...candidates, `${candidates[0] ?? 'user'}-1`]) if (await isUsernameFree(domain, candidate)) return candidate;
    return undefined;
}

/** Active users that match a term, for the completion of names (`api/lib/users.ts`, findUsersToAutocomplete). */
export async function autocompleteUsers(
    domain: Domain,
    caller: IUser,
    term: string,
    exceptions: string[],
    conditions: Record<string, unknown>,
): Promise<Partial<IUser>[]> {
    const match = { $regex: containing(term) };
    const named = { username: { $exists: true, $nin: exceptions }, $or: [{ username: match }, { name: match }, { nickname: match }] };
    const filter = { ...conditions, active: true, ...named };
    let users: IUser[] = await domain.collections.users.findAsync(filter).sort({ username: 1 });
    if (!(await domain.users.hasPermission(caller, 'view-outside-room'))) {
        const mine = (await domain.collections.subscriptions.findAsync({ 'u._id': caller._id })).map(({ rid }) => rid);
        const known = new Set((await domain.collections.subscriptions.findAsync({ rid: { $in: mine } })).map(({ u }) => u._id));
        users = users.filter(({ _id }) => known.has(_id));
    }
    return users.slice(0, 10).map(({ _id, name, username, nickname, status, avatarETag }) => ({ _id, name, username, nickname, status, avatarETag }));
}
