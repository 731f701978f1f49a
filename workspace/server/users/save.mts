import type { IUser, Users } from '../contract.mts';
import { MeteorError } from '../contract.mts';
import type { Server } from '../context.mts';
import { hashPassword, passwordDigest } from '../lib/passwords.mts';
import { hasPermission } from '../permissions/permissions.mts';
import { checkUsernameCharacters, isUsernameAvailable } from './availability.mts';
import { renameUser, renameUsername } from './references.mts';

type Changes = Parameters<Users['save']>[1];

/**
 * An admin's edit of a user or a user's edit of himself (apps/meteor/server/lib/users/saveUser/saveUser.ts). Fires IPostUserUpdated.
 * @throws MeteorError `error-action-not-allowed`, `error-field-unavailable`, `error-invalid-username`
 */
export async function saveUser(server: Server, userId: string, changes: Changes, performedBy: IUser): Promise<IUser> {
    const { users } = server.collections;
    const previousUser = await users.findOneAsync({ _id: userId });
    if (!previousUser) throw new MeteorError('error-invalid-user', 'Invalid user');
    await checkRights(server, userId, changes, performedBy);

    const { email, password, username, name, ...plain } = changes;
    const set: Partial<IUser> = { ...plain };
    if (username !== undefined && username !== previousUser.username) {
        checkUsernameCharacters(server, username);
        const sameLetters = username.toLowerCase() === previousUser.username?.toLowerCase();
        if (!sameLetters && !(await isUsernameAvailable(server, username))) {
            throw new MeteorError('error-field-unavailable', `${username} is already in use :(`);
        }
        set.username = username;
    }
    if (name !== undefined) set.name = name.trim();
    if (email !== undefined) set.emails = await newEmails(server, previousUser, email);
    if (password) set.services = { ...previousUser.services, password: { bcrypt: await hashPassword(passwordDigest(password)) } } as IUser['services'];
    await users.updateAsync({ _id: userId }, { $set: { ...set, _updatedAt: new Date() } });

    const user = (await users.findOneAsync({ _id: userId }))!;
    if (user.username !== previousUser.username) await renameUsername(server, user, previousUser.username!);
    if (user.name !== previousUser.name) await renameUser(server, user);
    server.notify('user', user);
    void server.post('IPostUserUpdated', { user, performedBy, previousUser });
    return user;
}

async function checkRights(server: Server, userId: string, changes: Changes, by: IUser): Promise<void> {
    if (changes.roles && !(await hasPermission(server, by, 'assign-roles'))) {
        throw new MeteorError('error-action-not-allowed', 'Assign roles is not allowed');
    }
    if (by._id === userId) return;
    if (!(await hasPermission(server, by, 'edit-other-user-info'))) {
        throw new MeteorError('error-action-not-allowed', 'Edit user is not allowed');
    }
    if (changes.password && !(await hasPermission(server, by, 'edit-other-user-password'))) {
        throw new MeteorError('error-action-not-allowed', 'Edit user password is not allowed');
    }
}

async function newEmails(server: Server, user: IUser, email: string): Promise<IUser['emails']> {
    const address = email.trim().toLowerCase();
    const other = await server.collections.users.findOneAsync({ 'emails.address': address });
    if (other && other._id !== user._id) throw new MeteorError('error-field-unavailable', `${email} is already in use :(`);
    const verified = user.emails?.find((one) => one.address === address)?.verified ?? false;
    return [{ address, verified }];
}
