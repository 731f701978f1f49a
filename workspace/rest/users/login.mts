import { MeteorError, type IUser } from '../../server/contract.mts';
import { logIn } from '../../methods/users/login.mts';
import type { Api } from '../framework/Api.mts';
import { header } from '../framework/Call.mts';
import { internalError, Result, unauthorized } from '../framework/results.mts';
import { viewSelf } from '../lib/users.mts';

/** `login` takes what older clients send and turns it into what the login method takes (`ApiClass.ts`, loginCompatibility). */
function loginRequest(body: Record<string, any>): Record<string, any> {
    const { user, username, email, password } = body;
    if (password === undefined || password === null) return body;
    if (Object.keys(body).some((key) => !['user', 'username', 'email', 'password', 'code'].includes(key))) return body;
    let who: { username?: string; email?: string } | undefined;
    if (typeof user === 'string') who = user.includes('@') ? { email: user } : { username: user };
    else if (username) who = { username };
    else if (email) who = { email };
    if (!who) return body;
    return { user: who, password: password.hashed ? { digest: password.hashed, algorithm: 'sha-256' } : password };
}

/** Login, logout, oneself (`ApiClass.ts`, _initAuth; `v1/misc.ts`, me). */
export function loginRoutes(api: Api): void {
    api.post('login', { auth: false, limit: false }, async (call) => {
        try {
            const { user, token } = await logIn(call.domain, loginRequest(call.body));
            return { status: 'success', data: { userId: user._id, authToken: token, me: await viewSelf(call.domain, user) } };
        } catch (error) {
            if (!(error instanceof MeteorError)) return internalError();
            const unknown = error.reason === 'User not found';
            return unauthorized('unauthorized', {
                status: 'error',
                error: unknown ? 'Unauthorized' : error.error,
                details: error.details,
                message: unknown ? 'Unauthorized' : (error.reason ?? error.message),
            });
        }
    });
    const logout = async (call: { domain: { users: { logout(userId: string, token: string): Promise<void> } }; userId: string; token: string }) => {
        await call.domain.users.logout(call.userId, call.token);
        return new Result(200, { status: 'success', data: { message: "You've been logged out!" } });
    };
    api.get('logout', {}, logout);
    api.post('logout', {}, logout);
    api.get('me', {}, async (call) => viewSelf(call.domain, (await call.domain.users.findById(call.userId)) as IUser));
}

/** Does the request bring the login by cookie, header or query, as files are asked for? */
export function credentialsOf(request: Parameters<typeof header>[0]): { userId?: string; token?: string } {
    const cookies = Object.fromEntries((request.headers.cookie ?? '').split(';').map((part) => part.trim().split('=').map(decodeURIComponent)));
    const query = request.query as Record<string, string | undefined>;
    return {
        userId: header(request, 'x-user-id') ?? query.rc_uid ?? cookies.rc_uid,
        token: header(request, 'x-auth-token') ?? query.rc_token ?? cookies.rc_token,
    };
}
