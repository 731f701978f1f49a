import { MeteorError, type IUser } from '../../server/contract.mts';
import { autocompleteUsers, isUsernameFree, isValidUsername, saveProfile, suggestUsername } from '../../methods/users/account.mts';
import { preferencesOf, savePreferences, setUserStatus } from '../../methods/users/presence.mts';
import { createToken, generatePersonalToken, listPersonalTokens, logoutClients, regeneratePersonalToken, removePersonalToken } from '../../methods/users/tokens.mts';
import type { Api, Schema } from '../framework/Api.mts';
import { failure, forbidden } from '../framework/results.mts';
import { isSelf, userOf, viewPresence, viewSelf } from '../lib/users.mts';

const object = (properties: Record<string, unknown>, required: string[] = []): Schema => ({ type: 'object', properties, required, additionalProperties: false });
const text = { type: 'string' };
const user = { userId: text, username: text, user: text };
const tokenName = object({ tokenName: text }, ['tokenName']);

/** One's own profile, preferences, presence and tokens (`apps/meteor/server/api/v1/users.ts`). */
export function ownRoutes(api: Api): void {
    profile(api);
    presence(api);
    tokens(api);
}

function profile(api: Api): void {
    api.post('users.updateOwnBasicInfo', { body: 'isUsersUpdateOwnBasicInfoParamsPOST', limit: { calls: 1, interval: 60_000 } }, async (call) => {
        await saveProfile(call.domain, call.user, call.body.data, call.body.customFields);
        return { user: await viewSelf(call.domain, (await call.domain.users.findById(call.userId)) as IUser, false) };
    });
    api.post('users.setPreferences', { body: 'isUsersSetPreferencesParamsPOST' }, async (call) => {
        const { userId = call.userId, data } = call.body;
        if (userId !== call.userId && !(await call.may('edit-other-user-info'))) throw new MeteorError('error-action-not-allowed', 'Editing user is not allowed');
        if (!(await call.domain.users.findById(userId))) throw new MeteorError('error-invalid-user', 'The optional "userId" param provided does not match any users');
        const changed = await savePreferences(call.domain, userId, data);
        return { user: { _id: changed._id, settings: { preferences: { ...changed.settings?.preferences, language: changed.language } } } };
    });
    api.get('users.getPreferences', {}, async (call) => ({ preferences: { ...(await preferencesOf(call.domain, call.user)), language: call.user.language } }));
    api.get('users.getUsernameSuggestion', {}, async (call) => {
        const result = await suggestUsername(call.domain, call.user);
        return result ? { result } : failure('No username suggestion found');
    });
    api.get('users.checkUsernameAvailability', { query: 'isUsersCheckUsernameAvailabilityParamsGET' }, async (call) => {
        const { username } = call.query;
        if (!username || !isValidUsername(call.domain, username)) {
            throw new MeteorError('username-invalid', `${username} is not a valid username, use only letters, numbers, dots, hyphens and underscores`);
        }
        const own = username.toLowerCase() === call.user.username?.toLowerCase();
        return { result: own || (await isUsernameFree(call.domain, username)) };
    });
    api.get('users.autocomplete', { query: 'isUsersAutocompleteProps' }, async (call) => {
        const { exceptions = [], conditions = {}, term = '' } = JSON.parse(call.query.selector);
        const operators = JSON.stringify(conditions).match(/"\$\w+"/g) ?? [];
        if (operators.some((operator) => !['"$and"', '"$ne"', '"$exists"'].includes(operator))) return failure('error-invalid-query');
        return { items: await autocompleteUsers(call.domain, call.user, term, exceptions, conditions) };
    });
}

function presence(api: Api): void {
    api.get('users.presence', { query: 'isUsersPresenceParamsGET' }, async (call) => {
        const { ids, from } = call.query;
        const { users } = call.domain.collections;
        const answer = async (filter: object, full: boolean) => ({ users: (await users.findAsync(filter)).map(viewPresence), full });
        if (ids) return answer({ _id: { $in: Array.isArray(ids) ? ids : ids.split(',') }, active: true }, false);
        const since = from ? new Date(from) : undefined;
        const recent = since && Date.now() - since.getTime() < 600_000;
        if (recent) return answer({ _id: { $ne: call.userId }, username: { $exists: true }, _updatedAt: { $gte: since } }, false);
        return answer({ username: { $exists: true }, status: { $in: ['online', 'away', 'busy'] } }, true);
    });
    api.get('users.getPresence', { query: 'isUsersGetPresenceParamsGET' }, async (call) => {
        if (!isSelf(call.query, call.user)) return { presence: (await userOf(call.domain, call.query)).status ?? 'offline' };
        const { status, statusConnection, lastLogin } = call.user;
        return { presence: status ?? 'offline', connectionStatus: statusConnection ?? 'offline', ...(lastLogin && { lastLogin }) };
    });
    api.get('users.getStatus', { query: 'isUsersGetStatusParamsGET' }, async (call) => {
        if (isSelf(call.query, call.user)) {
            return { _id: call.userId, connectionStatus: call.user.statusConnection ?? 'offline', status: call.user.status ?? 'offline', message: call.user.statusText };
        }
        const other = await userOf(call.domain, call.query);
        return { _id: other._id, status: other.status ?? 'offline', message: other.statusText };
    });
    const status = { type: 'string', enum: ['online', 'away', 'offline', 'busy'] };
    const nullable = { type: 'string', nullable: true };
    api.post('users.setStatus', { body: object({ status, message: nullable, expiresAt: nullable, ...user }), limit: { calls: 5, interval: 60_000 } }, async (call) => {
        const { status, message } = call.body;
        if (status === undefined && message === undefined) throw new MeteorError('400', 'Match failed');
        const self = isSelf(call.body, call.user);
        if (!self && !(await call.may('edit-other-user-info'))) return forbidden();
        const target = self ? call.user : await userOf(call.domain, call.body);
        return setUserStatus(call.domain, target, status, message, 'users.setStatus');
    });
}

function tokens(api: Api): void {
    api.post('users.createToken', { body: object({ userId: { type: 'string', minLength: 1 }, secret: { type: 'string', minLength: 1 } }, ['userId', 'secret']) }, async (call) => {
        const target = await userOf(call.domain, call.body);
        return { data: await createToken(call.domain, call.user, target, call.body.secret) };
    });
    api.post('users.generatePersonalAccessToken', { body: object({ tokenName: text, bypassTwoFactor: { type: 'boolean', nullable: true } }, ['tokenName']) }, async (call) => ({
        token: await generatePersonalToken(call.domain, call.user, call.body.tokenName, call.body.bypassTwoFactor ?? false),
    }));
    api.post('users.regeneratePersonalAccessToken', { body: tokenName }, async (call) => ({ token: await regeneratePersonalToken(call.domain, call.user, call.body.tokenName) }));
    api.post('users.removePersonalAccessToken', { body: tokenName }, (call) => removePersonalToken(call.domain, call.user, call.body.tokenName));
    api.get('users.getPersonalAccessTokens', { permissions: ['create-personal-access-tokens'] }, async (call) => ({ tokens: await listPersonalTokens(call.domain, call.user) }));
    api.post('users.logout', { body: 'isUserLogoutParamsPOST' }, async (call) => {
        const userId = call.body.userId || call.userId;
        if (userId !== call.userId && !(await call.may('logout-other-user'))) return forbidden();
        if (!(await call.domain.users.findById(userId))) throw new MeteorError('error-invalid-user-id', 'Invalid user id');
        await logoutClients(call.domain, userId);
        return { message: `User ${userId} has been logged out!` };
    });
    api.post('users.logoutOtherClients', {}, async (call) => {
        await logoutClients(call.domain, call.userId, call.token);
        const days = call.domain.settings.get<number>('Accounts_LoginExpiration') || 90;
        return { token: call.token, tokenExpires: new Date(Date.now() + days * 86_400_000).toISOString() };
    });
    api.post('users.removeOtherTokens', {}, (call) => logoutClients(call.domain, call.userId, call.token));
}

