import type { Users } from '../contract.mts';
import type { Server } from '../context.mts';
import { hasPermission } from '../permissions/permissions.mts';
import { findByUsername, isUsernameAvailable } from './availability.mts';
import { getAvatar, resetAvatar, setAvatar } from './avatar.mts';
import { createUser } from './create.mts';
import { createPersonalAccessToken, findByToken, login, loginWithToken, logout, startSession } from './login.mts';
import { connectionClosed, connectionOpened, setConnectionStatus, setStatus } from './presence.mts';
import { deleteUser, setUserActive } from './remove.mts';
import { saveUser } from './save.mts';

/** `server/lib/users/*` of the real server. */
export function usersService(server: Server): Users {
    return {
        create: (user, performedBy) => createUser(server, user, performedBy),
        findById: (id) => server.collections.users.findOneAsync({ _id: id }),
        findByUsername: (username) => findByUsername(server, username),
        isUsernameAvailable: (username) => isUsernameAvailable(server, username),
        login: (usernameOrEmail, password) => login(server, usernameOrEmail, password),
        loginWithToken: (token) => loginWithToken(server, token),
        startSession: (user) => startSession(server, user),
        findByToken: (userId, token) => findByToken(server, userId, token),
        createPersonalAccessToken: (userId, name) => createPersonalAccessToken(server, userId, name),
        logout: (userId, token) => logout(server, userId, token),
        save: (userId, changes, performedBy) => saveUser(server, userId, changes, performedBy),
        setAvatar: (userId, content, contentType) => setAvatar(server, userId, content, contentType),
        resetAvatar: (userId) => resetAvatar(server, userId),
        getAvatar: (username) => getAvatar(server, username),
        setActive: (userId, active, confirmRelinquish) => setUserActive(server, userId, active, confirmRelinquish),
        remove: (userId, performedBy, confirmRelinquish) => deleteUser(server, userId, confirmRelinquish, performedBy),
        setStatus: (userId, status, statusText) => setStatus(server, userId, status, statusText),
        connectionOpened: (userId) => connectionOpened(server, userId),
        connectionClosed: (userId) => connectionClosed(server, userId),
        setConnectionStatus: (userId, status) => setConnectionStatus(server, userId, status),
        hasPermission: (user, permission, roomId) => hasPermission(server, user, permission, roomId),
    };
}
