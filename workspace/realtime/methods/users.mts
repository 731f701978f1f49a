import { createDirectMessage } from '../../methods/rooms/create.mts';
import { setIgnored } from '../../methods/messages/marks.mts';
import { saveProfile } from '../../methods/users/account.mts';
import { logIn } from '../../methods/users/login.mts';
import { savePreferences, setUserStatus } from '../../methods/users/presence.mts';
import { generatePersonalToken, logoutClients, regeneratePersonalToken, removePersonalToken } from '../../methods/users/tokens.mts';
import type { Methods } from './types.mts';

/** Login, presence and profile (`meteor-methods/{auth,users}`, `accounts-base`). */
export const userMethods: Methods = {
    async 'login'({ domain, connection }, request) {
        const { user, token, expires } = await logIn(domain, request);
        await connection?.setUser(user, token);
        return { id: user._id, token, tokenExpires: expires, type: request.resume ? 'resume' : 'password' };
    },
    async 'logout'({ domain, user, token, connection }) {
        await domain.users.logout(user._id, token);
        await connection?.setUser(null);
    },
    'logoutCleanUp': () => undefined,
    async 'logoutOtherClients'({ domain, user, token }) {
        await logoutClients(domain, user._id, token);
    },
    'setUserStatus': ({ domain, user }, status, text) => setUserStatus(domain, user, status, text, 'setUserStatus').then(() => true),
    'UserPresence:setDefaultStatus': ({ domain, user }, status) => setUserStatus(domain, user, status, undefined, 'UserPresence:setDefaultStatus'),
    'UserPresence:online': ({ domain, user }) => domain.users.setConnectionStatus(user._id, 'online'),
    'UserPresence:away': ({ domain, user }) => domain.users.setConnectionStatus(user._id, 'away'),
    'saveUserPreferences': ({ domain, user }, data) => savePreferences(domain, user._id, data).then(() => true),
    'saveUserProfile': ({ domain, user }, data, customFields) =>
        saveProfile(domain, user, { ...data, name: data.realname, currentPassword: data.typedPassword }, customFields).then(() => true),
    'ignoreUser': ({ domain, user }, { rid, userId, ignore = true }) => setIgnored(domain, user, rid, userId, ignore).then(() => true),
    'createDirectMessage': ({ domain, user }, ...usernames) => createDirectMessage(domain, user, usernames),
    'personalAccessTokens:generateToken': ({ domain, user }, { tokenName, bypassTwoFactor }) => generatePersonalToken(domain, user, tokenName, bypassTwoFactor),
    'personalAccessTokens:regenerateToken': ({ domain, user }, { tokenName }) => regeneratePersonalToken(domain, user, tokenName),
    'personalAccessTokens:removeToken': ({ domain, user }, { tokenName }) => removePersonalToken(domain, user, tokenName),
};
