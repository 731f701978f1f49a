import type { BridgeError } from '../../errors/BridgeError';
import { failure, isFailure } from '../../errors/catalogue';
import { matrixUserId, mxcUri } from '../../ids/matrix';
import type { MatrixUserId } from '../../ids/types';
import type { Homeserver, PingOutcome, Profile } from '../Homeserver';
import type { Caller, Json } from './Caller';
import { path } from './Caller';

type AccountCalls = Pick<Homeserver, 'versions' | 'software' | 'whoami' | 'ping' | 'register' | 'setDisplayName' | 'setAvatarUrl' | 'profile'>;

/** Reasons of a failed ping, application service API, "Pinging" (Matrix 1.7). */
const pingReasons: Record<string, Extract<PingOutcome, { ok: false }>['reason']> = {
    M_BAD_STATUS: 'bridge-refused',
    M_CONNECTION_FAILED: 'bridge-unreachable',
    M_CONNECTION_TIMEOUT: 'bridge-timeout',
    M_URL_NOT_SET: 'bridge-unreachable',
};

function failedPing(error: BridgeError): PingOutcome {
    // Synapse waits for the bridge longer than we wait for Synapse.
    if (error.code === 'homeserver.timeout') {
        return { ok: false, reason: 'bridge-timeout', detail: error.detail || error.userMessage };
    }
    const reason = (error.errcode && pingReasons[error.errcode]) || (isFailure(error, 'matrix.unsupported', 'matrix.notFound', 'homeserver.notMatrix') ? 'unsupported' : 'homeserver');
    return { ok: false, reason, detail: error.detail || error.userMessage };
}

/** @returns a user id the homeserver sent. @throws matrix.badAnswer */
function userIn(answer: Json, request: string): MatrixUserId {
    const user = matrixUserId(answer.user_id);
    if (!user) {
        throw failure('matrix.badAnswer', { detail: `${request}: no user id in the answer` });
    }
    return user;
}

/** @returns a profile of what the homeserver gave; what is no name or no address of a picture is left out */
export function profileOf(name: unknown, avatar: unknown): Profile {
    const avatarUrl = mxcUri(avatar);
    return { ...(typeof name === 'string' && name ? { displayName: name } : {}), ...(avatarUrl ? { avatarUrl } : {}) };
}

/** What the homeserver is, who we are there, and the users of our namespace. */
export function accountCalls(caller: Caller): AccountCalls {
    const { access } = caller;
    const profileField = async (user: MatrixUserId, field: 'displayname' | 'avatar_url', value: string): Promise<void> => {
        await caller.json('PUT', path('profile', user, field), { as: user, body: { [field]: value } });
    };
    return {
        async versions() {
            const { versions } = await caller.json('GET', '/_matrix/client/versions');
            if (!Array.isArray(versions)) {
                throw failure('homeserver.notMatrix', { detail: 'GET /_matrix/client/versions: no versions in the answer' });
            }
            return versions.filter((version): version is string => typeof version === 'string');
        },

        async software() {
            try {
                const server = (await caller.json('GET', '/_matrix/federation/v1/version')).server as Json | undefined;
                return server && typeof server.name === 'string' ? { name: server.name, version: typeof server.version === 'string' ? server.version : '' } : undefined;
            } catch (error) {
                // Federation may be on another port or switched off. Synapse names itself in a header; proxies often replace it.
                const named = /^(Synapse)\/(\S+)/i.exec((await caller.bytes('/_matrix/client/versions')).headers.server || '');
                return named ? { name: named[1], version: named[2] } : undefined;
            }
        },

        whoami: async () => userIn(await caller.json('GET', 'account/whoami'), 'GET whoami'),

        async ping(transactionId) {
            try {
                const answer = await caller.json('POST', `/_matrix/client/v1/${path('appservice', access.id, 'ping')}`, { body: { transaction_id: transactionId } });
                return { ok: true, durationMs: typeof answer.duration_ms === 'number' ? answer.duration_ms : 0 };
            } catch (error) {
                if (isFailure(error)) {
                    return failedPing(error);
                }
                throw error;
            }
        },

        async register(localpart) {
            const body = { type: 'm.login.application_service', username: localpart, inhibit_login: true };
            try {
                // Dendrite lower-cases silently: the id of the answer counts.
                return userIn(await caller.json('POST', 'register', { body }), 'POST register');
            } catch (error) {
                if (isFailure(error, 'matrix.userInUse')) {
                    return `@${localpart}:${access.domain}` as MatrixUserId;
                }
                throw error;
            }
        },

        setDisplayName: (user, name) => profileField(user, 'displayname', name),
        setAvatarUrl: (user, avatar) => profileField(user, 'avatar_url', avatar),

        async profile(user) {
            try {
                const { displayname, avatar_url: avatar } = await caller.json('GET', path('profile', user));
                return profileOf(displayname, avatar);
            } catch (error) {
                // By the status: Synapse says M_UNKNOWN for an unknown user of its own.
                if (isFailure(error) && error.status === 404 && error.errcode !== undefined && error.errcode !== 'M_UNRECOGNIZED') {
                    return undefined;
                }
                throw error;
            }
        },
    };
}
