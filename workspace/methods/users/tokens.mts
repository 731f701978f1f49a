import { MeteorError, type Domain, type IUser } from '../../server/contract.mts';
import { hashLoginToken } from '../../server/lib/passwords.mts';
import type { LoginToken } from '../../server/users/login.mts';

async function tokensOf(domain: Domain, userId: string): Promise<LoginToken[]> {
    const user = await domain.users.findById(userId);
    return (user?.services?.resume?.loginTokens ?? []) as LoginToken[];
}

async function keepTokens(domain: Domain, userId: string, tokens: LoginToken[]): Promise<void> {
    await domain.collections.users.updateAsync({ _id: userId }, { $set: { 'services.resume.loginTokens': tokens } });
}

/**
 * `meteor-methods/auth/createToken.ts`: for servers whose operator set CREATE_TOKENS_FOR_USERS_SECRET.
 * @throws MeteorError `error-not-authorized`
 */
export async function createToken(domain: Domain, caller: IUser, user: IUser, secret: string): Promise<{ userId: string; authToken: string }> {
    const may = caller._id === user._id || (await domain.users.hasPermission(caller, 'user-generate-access-token'));
    if (secret !== process.env.CREATE_TOKENS_FOR_USERS_SECRET || !may) throw new MeteorError('error-not-authorized', 'Not authorized');
    return { userId: user._id, authToken: (await domain.users.startSession(user)).token };
}

async function needTokenPermission(domain: Domain, user: IUser, method: string): Promise<void> {
    if (!(await domain.users.hasPermission(user, 'create-personal-access-tokens'))) throw new MeteorError('not-authorized', 'Not Authorized', { method });
}

/** Personal access tokens as they are listed: never the token itself. */
export async function listPersonalTokens(domain: Domain, user: IUser) {
    return (await tokensOf(domain, user._id))
        .filter(({ type }) => type === 'personalAccessToken')
        .map(({ name = '', createdAt, lastTokenPart = '', bypassTwoFactor }) => ({ name, createdAt, lastTokenPart, bypassTwoFactor: Boolean(bypassTwoFactor) }));
}

/** `personal-access-tokens/.../generateToken.ts`. @throws MeteorError `not-authorized`, `error-token-already-exists` */
export async function generatePersonalToken(domain: Domain, user: IUser, name: string, bypassTwoFactor = false): Promise<string> {
    const method = 'personalAccessTokens:generateToken';
    await needTokenPermission(domain, user, method);
    if ((await listPersonalTokens(domain, user)).some((token) => token.name === name)) {
        throw new MeteorError('error-token-already-exists', 'A token with this name already exists', { method });
    }
    const token = await domain.users.createPersonalAccessToken(user._id, name);
    if (bypassTwoFactor) {
        const tokens = await tokensOf(domain, user._id);
        await keepTokens(domain, user._id, tokens.map((known) => (known.hashedToken === hashLoginToken(token) ? { ...known, bypassTwoFactor } : known)));
    }
    return token;
}

/** `personal-access-tokens/.../removeToken.ts`. @throws MeteorError `not-authorized`, `error-token-does-not-exists` */
export async function removePersonalToken(domain: Domain, user: IUser, name: string, method = 'personalAccessTokens:removeToken'): Promise<void> {
    await needTokenPermission(domain, user, method);
    const tokens = await tokensOf(domain, user._id);
    const rest = tokens.filter((token) => token.type !== 'personalAccessToken' || token.name !== name);
    if (rest.length === tokens.length) throw new MeteorError('error-token-does-not-exists', 'Token does not exist', { method });
    await keepTokens(domain, user._id, rest);
}

/** `personal-access-tokens/.../regenerateToken.ts`. @throws MeteorError `not-authorized`, `error-token-does-not-exists` */
export async function regeneratePersonalToken(domain: Domain, user: IUser, name: string): Promise<string> {
    await removePersonalToken(domain, user, name, 'personalAccessTokens:regenerateToken');
    return generatePersonalToken(domain, user, name);
}

/** Logs every other client out, or (`all`) this one too. @param keep the token in clear that stays */
export async function logoutClients(domain: Domain, userId: string, keep?: string): Promise<void> {
    const tokens = await tokensOf(domain, userId);
    await keepTokens(domain, userId, keep ? tokens.filter((token) => token.type === 'personalAccessToken' || token.hashedToken === hashLoginToken(keep)) : []);
}
