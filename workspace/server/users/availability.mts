import type { IUser } from '../contract.mts';
import { MeteorError } from '../contract.mts';
import type { Server } from '../context.mts';
import { escapeHtml, escapeRegExp } from '../lib/text.mts';

/** The index answers the usual spelling; only an unknown one costs a scan. */
export async function findByUsername(server: Server, username: string): Promise<IUser | null> {
    const exact = await server.collections.users.findOneAsync({ username });
    return exact ?? server.collections.users.findOneAsync({ username: { $regex: new RegExp(`^${escapeRegExp(username.trim())}$`, 'i') } });
}

const list = (value: unknown) => String(value ?? '').split(',').map((name) => name.trim().toLowerCase()).filter(Boolean);

/** Names that neither users nor rooms may have (server: `validateName`, setting `Accounts_SystemBlockedUsernameList`). */
export function isSystemName(server: Server, name: string): boolean {
    return list(server.settings.get('Accounts_SystemBlockedUsernameList')).includes(name.toLowerCase());
}

/**
 * Whether nobody has this username (apps/meteor/server/lib/users/checkUsernameAvailability.ts): no check of its characters.
 * @throws MeteorError `error-blocked-username` for names on the blocked lists, `all` and `here`
 */
export async function isUsernameAvailable(server: Server, username: string): Promise<boolean> {
    const name = username.trim().toLowerCase();
    const blocked = ['all', 'here', ...list(server.settings.get('Accounts_BlockedUsernameList'))];
    if (blocked.includes(name) || isSystemName(server, name)) throw new MeteorError('error-blocked-username', `${escapeHtml(username)} is blocked and can't be used!`);
    return (await findByUsername(server, username)) === null;
}

/** The check of the characters that only people's usernames get (`UTF8_User_Names_Validation`). */
export function checkUsernameCharacters(server: Server, username: string): void {
    let pattern: RegExp;
    try {
        pattern = new RegExp(`^${server.settings.get<string>('UTF8_User_Names_Validation')}$`);
    } catch {
        pattern = /^[0-9a-zA-Z-_.]+$/;
    }
    if (!pattern.test(username)) throw new MeteorError('error-invalid-username', `${escapeHtml(username)} is not a valid username`);
}
