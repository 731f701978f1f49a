import { MeteorError, type Domain, type IUser } from '../../server/contract.mts';
import { updateUser } from '../documents.mts';

const statuses = ['online', 'away', 'offline', 'busy'];

/**
 * `meteor-methods/users/setUserStatus.ts` and `users.setStatus`.
 * @throws MeteorError `error-status-not-allowed`, `error-invalid-status`, `error-not-allowed`
 */
export async function setUserStatus(domain: Domain, user: IUser, status: string | undefined, text: string | undefined, method: string): Promise<void> {
    if (text && domain.settings.get('Accounts_AllowUserStatusMessageChange') === false) throw new MeteorError('error-not-allowed', 'Change status is not allowed', { method });
    if (status !== undefined && !statuses.includes(status)) {
        throw new MeteorError('error-invalid-status', 'Valid status types include online, away, offline, and busy.', { method });
    }
    if (status === 'offline' && domain.settings.get('Accounts_AllowInvisibleStatusOption') === false) {
        throw new MeteorError('error-status-not-allowed', 'Invisible status is disabled', { method });
    }
    await domain.users.setStatus(user._id, status, text);
}

/** Default preferences: the settings `Accounts_Default_User_Preferences_*` (`api/lib/getUserInfo.ts`). */
export async function preferencesOf(domain: Domain, user: IUser): Promise<Record<string, unknown>> {
    const prefix = 'Accounts_Default_User_Preferences_';
    const defaults = (await domain.settings.all()).filter(({ _id }) => _id.startsWith(prefix)).map(({ _id, value }) => [_id.slice(prefix.length), value]);
    return { ...Object.fromEntries(defaults), ...user.settings?.preferences };
}

/** `meteor-methods/users/saveUserPreferences.ts`. */
export async function savePreferences(domain: Domain, userId: string, data: Record<string, unknown>): Promise<IUser> {
    const user = (await domain.users.findById(userId)) as IUser;
    const { language, ...preferences } = data;
    return updateUser(domain, userId, {
        'settings.preferences': { ...user.settings?.preferences, ...preferences },
        ...(typeof language === 'string' && { language }),
    });
}
