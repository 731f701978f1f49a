import type { IUser, NewUser } from '../contract.mts';
import { MeteorError } from '../contract.mts';
import type { Server } from '../context.mts';
import { randomId } from '../lib/ids.mts';
import { withoutUndefined } from '../lib/objects.mts';
import { hashPassword, passwordDigest } from '../lib/passwords.mts';
import { joinDefaultRooms } from '../rooms/defaults.mts';
import { checkUsernameCharacters, findByUsername, isUsernameAvailable } from './availability.mts';

/**
 * Makes a user of type `user` (apps/meteor/server/lib/users/saveUser/saveNewUser.ts), who joins the default
 * rooms unless told otherwise. Fires IPostUserCreated.
 * @throws MeteorError `error-field-unavailable` for a taken username or address, `error-invalid-username`
 */
export async function createUser(server: Server, user: NewUser, performedBy?: IUser): Promise<IUser> {
    const { collections } = server;
    checkUsernameCharacters(server, user.username);
    // The first admin, made at the first start, may have a name that is blocked for others (server: insertAdminUserFromEnv).
    const firstAdmin = !performedBy && user.roles?.includes('admin') && !(await findByUsername(server, user.username));
    if (!firstAdmin && !(await isUsernameAvailable(server, user.username))) throw new MeteorError('error-field-unavailable', `${user.username} is already in use :(`);
    const address = user.email?.toLowerCase();
    if (address && (await collections.users.findOneAsync({ 'emails.address': address }))) {
        throw new MeteorError('error-field-unavailable', `${user.email} is already in use :(`);
    }
    const now = new Date();
    const document = withoutUndefined({
        _id: randomId(),
        createdAt: now,
        services: {
            ...(user.password && { password: { bcrypt: await hashPassword(passwordDigest(user.password)) } }),
            resume: { loginTokens: [] },
        },
        username: user.username,
        ...(address && { emails: [{ address, verified: false }] }),
        type: 'user',
        status: 'offline',
        active: user.active ?? true,
        roles: user.roles ?? ['user'],
        name: user.name,
        customFields: user.customFields,
        settings: {},
        requirePasswordChange: false,
        utcOffset: 0,
        _updatedAt: now,
    }) as unknown as IUser;
    const created = await collections.users.insertAsync(document);
    if (user.joinDefaultChannels !== false) await joinDefaultRooms(server, created);
    server.notify('user', created);
    void server.post('IPostUserCreated', { user: created, performedBy });
    return created;
}
