import { createHash } from 'node:crypto';
import { MeteorError, type Domain, type IUser } from '../../server/contract.mts';
import { findByEmail } from './account.mts';

export interface LoggedIn {
    user: IUser;
    token: string;
    expires: Date;
}

const expiry = (domain: Domain) => new Date(Date.now() + (domain.settings.get<number>('Accounts_LoginExpiration') || 90) * 86_400_000);

/** The SHA-256 in hex that stands for a password on the wire (`accounts-password`). */
const passwordDigest = (password: string): string => createHash('sha256').update(password).digest('hex');

/**
 * The method `login`: with a password, clear or as its SHA-256, or with a login token (`{ resume }`).
 * @throws MeteorError 403 `User not found` (a wrong password too: nobody learns which names exist), 403 for a token that
 * is not valid, 400 for an unknown form, `error-user-is-not-activated`
 */
export async function logIn(domain: Domain, request: Record<string, any>): Promise<LoggedIn> {
    if (typeof request?.resume === 'string') {
        const resumed = await domain.users.loginWithToken(request.resume);
        if (!resumed) throw new MeteorError('403', "You've been logged out by the server. Please log in again.");
        return { ...resumed, expires: expiry(domain) };
    }
    const digest = typeof request?.password === 'string' ? passwordDigest(request.password) : request?.password?.digest;
    if (!request?.user || typeof digest !== 'string') throw new MeteorError('400', 'Unrecognized options for login request');
    const { username, email, id } = request.user as { username?: string; email?: string; id?: string };
    let user: IUser | null;
    if (id) user = await domain.users.findById(id);
    else user = username ? await domain.users.findByUsername(username) : await findByEmail(domain, email ?? '');
    if (!user?.username) throw new MeteorError('403', 'User not found');
    const session = await domain.users.login(user.username, digest).catch((error: MeteorError) => {
        throw error.error === 'Unauthorized' ? new MeteorError('403', 'User not found') : error;
    });
    return { ...session, expires: expiry(domain) };
}
