import { objectOf } from '../convert/values';
import type { Accessors } from './Accessors';
import { call, rocketChatError } from './failures';
import type { WorkspaceRequest } from './Workspace';

const TIMEOUT_MS = 10_000;

/** @returns requests through the engine's HTTP, to the address at which people reach the workspace */
export function workspaceRequest(accessors: Accessors, siteUrl: () => Promise<string>): WorkspaceRequest {
    return async (method, endpoint, { userId, token }, body) => {
        const url = `${await siteUrl()}/api/v1/${endpoint}`;
        const options = { timeout: TIMEOUT_MS, headers: { 'X-User-Id': userId, 'X-Auth-Token': token }, ...(body ? { data: body } : {}) };
        const { http } = accessors;
        const answer = await call(endpoint, () => (method === 'GET' ? http.get(url, options) : http.post(url, options)));
        if (!answer) {
            throw rocketChatError(endpoint, new Error('the permission "networking" is missing'));
        }
        return { status: answer.statusCode, answer: objectIn(answer.content) };
    };
}

/** @returns the object that stands in a text; an empty one for what is none, a page of a proxy say */
function objectIn(text: string | undefined): Record<string, unknown> {
    try {
        return objectOf(JSON.parse(text || ''));
    } catch (error) {
        return {};
    }
}
