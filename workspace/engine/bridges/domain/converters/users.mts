import type { Domain, IUser } from '../../../../server/contract.mts';
import { withoutEmpty } from '../../../../server/lib/objects.mts';

const types: Record<string, string> = { user: 'user', bot: 'bot', app: 'app' };

/** Users for apps and back (apps/meteor/app/apps/server/converters/users.ts). */
export interface UserConverter {
    byId(id: string): Promise<any>;
    byUsername(username: string): Promise<any>;
    toApp(user: Partial<IUser> | null | undefined): any;
    fromApp(user: any): any;
}

export function userConverter(domain: Domain): UserConverter {
    const { users } = domain.collections;
    return {
        byId: async (id) => (id ? toApp(await users.findOneAsync({ _id: id })) : undefined),
        // By the exact name (`Users.findOneByUsername`), unlike what people type.
        byUsername: async (username) => (username ? toApp(await users.findOneAsync({ username })) : undefined),
        toApp,
        fromApp,
    };
}

/** Exactly these fields: nothing of `services`, and no unmapped rest. */
function toApp(user: Partial<IUser> | null | undefined): any {
    if (!user) return undefined;
    const language = user.settings?.preferences?.language;
    return {
        id: user._id,
        username: user.username,
        emails: user.emails,
        type: user.type ? (types[user.type] ?? user.type.toUpperCase()) : 'unknown',
        isEnabled: user.active,
        name: user.name,
        roles: user.roles,
        bio: user.bio,
        status: user.status,
        statusText: user.statusText,
        statusConnection: user.statusConnection ?? 'undefined',
        utcOffset: user.utcOffset,
        createdAt: user.createdAt,
        updatedAt: user._updatedAt,
        lastLoginAt: user.lastLogin,
        appId: (user as { appId?: string }).appId,
        customFields: user.customFields,
        settings: { preferences: { ...(language && { language }) } },
    };
}

/** What of an app's user is stored: no custom fields, no status text, no picture. */
function fromApp(user: any): any {
    if (!user) return undefined;
    return withoutEmpty({
        _id: user.id,
        username: user.username,
        emails: user.emails,
        type: user.type,
        active: user.isEnabled,
        name: user.name,
        roles: user.roles,
        bio: user.bio,
        status: user.status,
        statusConnection: user.statusConnection,
        utcOffset: user.utcOffset ?? user.utfOffset,
        createdAt: user.createdAt,
        _updatedAt: user.updatedAt,
        lastLogin: user.lastLoginAt,
        appId: user.appId,
    });
}
