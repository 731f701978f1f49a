import type { IUser } from '../contract.mts';
import { MeteorError } from '../contract.mts';
import type { Server } from '../context.mts';
import { randomSecret } from '../lib/ids.mts';
import { checkPassword, hashLoginToken, passwordDigest } from '../lib/passwords.mts';
import { findByUsername } from './availability.mts';

/** An entry of `services.resume.loginTokens`. */
export interface LoginToken {
    hashedToken: string;
    when?: Date;
    type?: string;
    name?: string;
    createdAt?: Date;
    lastTokenPart?: string;
    bypassTwoFactor?: boolean;
}

const tokensOf = (user: IUser) => (user.services?.resume?.loginTokens ?? []) as unknown as LoginToken[];
const unauthorized = () => new MeteorError('Unauthorized', 'Unauthorized');
const hexDigest = /^[0-9a-f]{64}$/;

/**
 * Login with a password, in clear or as the SHA-256 digest that clients send.
 * @returns a new login token, stored only as its hash. Fires IPostUserLoggedIn
 * @throws MeteorError `Unauthorized`; `error-user-is-not-activated`
 */
export async function login(server: Server, usernameOrEmail: string, password: string): Promise<{ user: IUser; token: string }> {
    const user = usernameOrEmail.includes('@')
        ? await server.collections.users.findOneAsync({ 'emails.address': usernameOrEmail.toLowerCase() })
        : await findByUsername(server, usernameOrEmail);
    const stored = (user?.services?.password as { bcrypt?: string } | undefined)?.bcrypt;
    if (!user || !stored) throw unauthorized();
    const asDigest = hexDigest.test(password) && (await checkPassword(password, stored));
    if (!asDigest && !(await checkPassword(passwordDigest(password), stored))) throw unauthorized();
    if (!user.active) throw new MeteorError('error-user-is-not-activated', 'User is not activated');
    return startSession(server, user);
}

/** A new login token for the user (server: `Accounts._generateStampedLoginToken`); fires IPostUserLoggedIn. */
export async function startSession(server: Server, user: IUser): Promise<{ user: IUser; token: string }> {
    const token = randomSecret();
    const now = new Date();
    const stamped: LoginToken = { hashedToken: hashLoginToken(token), when: now };
    await server.collections.users.updateAsync(
        { _id: user._id },
        { $push: { 'services.resume.loginTokens': stamped as never }, $set: { lastLogin: now, _updatedAt: now } },
    );
    const current = (await server.collections.users.findOneAsync({ _id: user._id }))!;
    void server.post('IPostUserLoggedIn', current);
    return { user: current, token };
}

/** Resume: the same token goes on being valid. */
export async function loginWithToken(server: Server, token: string): Promise<{ user: IUser; token: string } | null> {
    const user = await server.collections.users.findOneAsync({ 'services.resume.loginTokens.hashedToken': hashLoginToken(token) });
    if (!user?.active) return null;
    void server.post('IPostUserLoggedIn', user);
    return { user, token };
}

/** Who asks, by `X-User-Id` and `X-Auth-Token`; deactivated users and expired tokens are nobody. */
export async function findByToken(server: Server, userId: string, token: string): Promise<IUser | null> {
    const user = await server.collections.users.findOneAsync({ _id: userId });
    const found = user && tokensOf(user).find((one) => one.hashedToken === hashLoginToken(token));
    if (!user?.active || !found) return null;
    const days = server.settings.get<number>('Accounts_LoginExpiration');
    const expired = !found.type && found.when && Date.now() - found.when.getTime() > days * 24 * 60 * 60 * 1000;
    return expired ? null : user;
}

/**
 * A personal access token (apps/meteor/imports/personal-access-tokens/server/api/methods/generateToken.ts).
 * @throws MeteorError `error-token-already-exists`
 */
export async function createPersonalAccessToken(server: Server, userId: string, tokenName: string): Promise<string> {
    const user = await server.collections.users.findOneAsync({ _id: userId });
    if (!user) throw new MeteorError('error-invalid-user', 'Invalid user');
    if (tokensOf(user).some((one) => one.type === 'personalAccessToken' && one.name === tokenName)) {
        throw new MeteorError('error-token-already-exists', 'A token with this name already exists');
    }
    const token = randomSecret();
    const entry: LoginToken = {
        hashedToken: hashLoginToken(token),
        type: 'personalAccessToken',
        createdAt: new Date(),
        lastTokenPart: token.slice(-6),
        name: tokenName,
        bypassTwoFactor: false,
    };
    await server.collections.users.updateAsync({ _id: userId }, { $push: { 'services.resume.loginTokens': entry as never } });
    return token;
}

/** Forgets one token; fires IPostUserLoggedOut. */
export async function logout(server: Server, userId: string, token: string): Promise<void> {
    await server.collections.users.updateAsync(
        { _id: userId },
        { $pull: { 'services.resume.loginTokens': { hashedToken: hashLoginToken(token) } as never } },
    );
    const user = await server.collections.users.findOneAsync({ _id: userId });
    if (user) void server.post('IPostUserLoggedOut', user);
}
