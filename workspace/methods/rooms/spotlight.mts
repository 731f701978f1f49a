import type { Domain, IRoom, IUser } from '../../server/contract.mts';
import { containing } from '../documents.mts';
import { autocompleteUsers } from '../users/account.mts';

/**
 * `publications/spotlight.ts`: people and public channels whose names hold a text.
 * @param text a leading `@` or `#` narrows it to people or rooms
 */
export async function spotlight(domain: Domain, user: IUser | undefined, text: string): Promise<{ users: Partial<IUser>[]; rooms: Partial<IRoom>[] }> {
    const [onlyUsers, onlyRooms] = [text.startsWith('@'), text.startsWith('#')];
    const words = text.replace(/^[@#]/, '').trim();
    const mayRooms = !user || (await domain.users.hasPermission(user, 'view-c-room'));
    const match = { $regex: containing(words) };
    const rooms = onlyUsers || !mayRooms ? [] : await domain.collections.rooms.findAsync({ t: 'c', archived: { $ne: true }, $or: [{ name: match }, { fname: match }] }).limit(5);
    const users = onlyRooms || !user ? [] : await autocompleteUsers(domain, user, words, [], {});
    return {
        users: users.slice(0, 5),
        rooms: rooms.map(({ _id, name, fname, t, lastMessage }) => ({ _id, name, fname, t, lastMessage })),
    };
}
