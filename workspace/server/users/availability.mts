import type { IUser } from '../contract.mts';
import { MeteorError } from '../contract.mts';
import type { Server } from '../context.mts';
import { escapeHtml } from '../lib/text.mts';

const spellings = new WeakMap<Server['collections'], Promise<Map<string, string>>>();

/** Usernames by their lower-case letters: what the real collection's case-insensitive index gives. Learned once, then from the notices. */
function spellingsOf(server: Server): Promise<Map<string, string>> {
    const known = spellings.get(server.collections);
    if (known) return known;
    const learn = async (): Promise<Map<string, string>> => {
        const map = new Map<string, string>();
        const add = ({ username }: Pick<IUser, 'username'>) => username && map.set(username.toLowerCase(), username);
        server.on('user', add);
        for (const user of await server.collections.users.findAsync({}, { username: 1 })) add(user);
        return map;
    };
    const learned = learn();
    spellings.set(server.collections, learned);
    return learned;
}

/** Whatever the case of its letters (server: `findOneByUsernameIgnoringCase`). */
export async function findByUsername(server: Server, username: string): Promise<IUser | null> {
    const { users } = server.collections;
    const exact = await users.findOneAsync({ username });
    if (exact) return exact;
    const spelling = (await spellingsOf(server)).get(username.trim().toLowerCase());
    return spelling === undefined ? null : users.findOneAsync({ username: spelling });
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
