import { MeteorError, type Domain, type IUser } from '../../server/contract.mts';
import { preferencesOf } from '../../methods/users/presence.mts';

export interface UserParams {
    userId?: string;
    username?: string;
    user?: string;
    userIds?: string[];
    usernames?: string[];
}

/**
 * `api/lib/getUserFromParams.ts`.
 * @throws MeteorError `error-user-param-not-provided`, `error-invalid-user`
 */
export async function userOf(domain: Domain, params: UserParams): Promise<IUser> {
    let user: IUser | null;
    if (params.userId?.trim()) user = await domain.users.findById(params.userId);
    else if (params.username?.trim()) user = await domain.users.findByUsername(params.username);
    else if (params.user?.trim()) user = await domain.users.findByUsername(params.user);
    else throw new MeteorError('error-user-param-not-provided', 'The required "userId" or "username" param was not provided');
    if (!user) throw new MeteorError('error-invalid-user', 'The required "userId" or "username" param provided does not match any users');
    return user;
}

/** Is the caller meant (nobody named, or oneself)? (`api/lib/isUserFromParams.ts`) */
export function isSelf(params: UserParams, caller: IUser): boolean {
    const named = params.userId || params.username || params.user;
    return !named || params.userId === caller._id || params.username === caller.username || params.user === caller.username;
}

/**
 * `getUserListFromParams`: those that exist.
 * @throws MeteorError `error-users-params-not-provided`
 */
export async function usersOf(domain: Domain, params: UserParams): Promise<IUser[]> {
    const named = [...new Set([...(params.userIds ?? params.usernames ?? []), params.userId ?? params.username ?? params.user ?? ''].filter(Boolean))];
    if (named.length === 0) throw new MeteorError('error-users-params-not-provided', 'Please provide "userId" or "username" or "userIds" or "usernames" as param');
    const byId = Boolean(params.userIds || params.userId);
    const users = await Promise.all(named.map((name) => (byId ? domain.users.findById(name) : domain.users.findByUsername(name))));
    return users.filter((user): user is IUser => user !== null);
}

const pick = (user: IUser, fields: string[]) => Object.fromEntries(Object.entries(user).filter(([field]) => fields.includes(field))) as Partial<IUser>;

/** `lib/users/getFullUserData.ts`: what everybody sees of a user … */
const publicFields = [
    '_id', 'name', 'username', 'nickname', 'status', 'utcOffset', 'type', 'active', 'bio', 'reason', 'statusText', 'statusSource', 'statusExpiresAt', 'avatarETag',
    'federated', 'statusLivechat', 'freeSwitchExtension',
];
/** … and who may see all. */
const fullFields = [
    'emails', 'phone', 'statusConnection', 'createdAt', 'lastLogin', 'requirePasswordChange', 'requirePasswordChangeReason', 'roles', 'importIds', 'customFields',
];

/** A user as `users.info` shows it. */
export async function viewUser(domain: Domain, caller: IUser, user: IUser): Promise<Partial<IUser>> {
    const self = caller._id === user._id;
    const canViewAllInfo = self || (await domain.users.hasPermission(caller, 'view-full-other-user-info'));
    const shown = pick(user, canViewAllInfo ? [...publicFields, ...fullFields] : publicFields);
    return { ...shown, canViewAllInfo, ...(self && user.services?.password && { services: { password: true } as unknown as IUser['services'] }) };
}

/** A user as the answers of `users.create` and `users.update` show it (`parseJsonQuery.ts`, the fields of users routes). */
export async function viewUserDocument(domain: Domain, caller: IUser, user: IUser): Promise<Partial<IUser>> {
    const full = await domain.users.hasPermission(caller, 'view-full-other-user-info');
    const hidden = full
        ? ['services', 'inviteToken', 'importIds']
        : [
              'avatarOrigin', 'emails', 'phone', 'statusConnection', 'createdAt', 'lastLogin', 'services', 'requirePasswordChange', 'requirePasswordChangeReason',
              'roles', 'statusDefault', '_updatedAt', 'settings', 'inviteToken', 'importIds',
          ];
    return Object.fromEntries(Object.entries(user).filter(([field]) => !hidden.includes(field)));
}

/** Fields of oneself (`lib/utils/functions/getBaseUserFields.ts`). */
const ownFields = [
    '_id', 'name', 'username', 'nickname', 'emails', 'status', 'statusDefault', 'statusText', 'statusConnection', 'bio', 'avatarOrigin', 'utcOffset', 'language',
    'settings', 'enableAutoAway', 'idleTimeLimit', 'roles', 'active', 'defaultRoom', 'customFields', 'requirePasswordChange', 'requirePasswordChangeReason',
    'statusLivechat', 'banners', 'oauth', '_updatedAt', 'avatarETag', 'type',
];

/** Oneself, as `me` and `login` show it (`api/lib/getUserInfo.ts`). */
export async function viewSelf(domain: Domain, user: IUser, withPreferences = true): Promise<Record<string, unknown>> {
    const siteUrl = String(domain.settings.get('Site_Url') ?? '').replace(/\/$/, '');
    return {
        ...pick(user, ownFields),
        services: { password: { exists: Boolean(user.services?.password) } },
        email: user.emails?.find(({ verified }) => verified)?.address,
        settings: { profile: {}, ...(withPreferences && { preferences: await preferencesOf(domain, user) }), calendar: {} },
        avatarUrl: `${siteUrl}/avatar/${user.username}`,
        isOAuthUser: false,
    };
}

/** A user in a list of members (`lib/findUsersOfRoom.ts`). */
export const viewMember = (user: IUser) => pick(user, ['_id', 'name', 'username', 'nickname', 'status', 'avatarETag', '_updatedAt', 'federated']);

/** A user in a list of presences. */
export const viewPresence = (user: IUser) => pick(user, ['_id', 'username', 'name', 'status', 'utcOffset', 'statusText', 'avatarETag', 'statusSource', 'statusExpiresAt']);

/** Fields of `users.list` (`api/lib/users.ts`, getNonEmptyFields). */
export const viewListed = (user: IUser) => pick(user, ['_id', 'name', 'username', 'emails', 'roles', 'status', 'active', 'avatarETag', 'lastLogin', 'type', 'reason', 'federated']);
