import { MeteorError } from '../server/contract.mts';
import { methodNotFound, toMethodError, type MethodError } from './errors.mts';
import { messageMethods } from './methods/messages.mts';
import { roomMethods } from './methods/rooms.mts';
import { userMethods } from './methods/users.mts';
import { workspaceMethods } from './methods/workspace.mts';
import type { Methods, MethodContext } from './methods/types.mts';

export type { MethodError } from './errors.mts';

const methods: Methods = { ...userMethods, ...roomMethods, ...messageMethods, ...workspaceMethods };

/** Methods that answer also who is not logged in. */
const anonymous = new Set(['login', 'public-settings/get', 'getRoomByTypeAndName', 'loadHistory', 'spotlight', 'permissions/get', 'registerUser']);

/**
 * Calls a method of the realtime API by its name, over DDP or over REST (`method.call`).
 * @returns its result, or the error in the form that goes over the wire
 */
export async function callMethod(context: MethodContext, name: string, params: any[]): Promise<{ result: unknown } | { error: MethodError }> {
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
    if (!method) return { error: methodNotFound(name) };
    if (!context.user && !anonymous.has(name)) return { error: toMethodError(new MeteorError('error-invalid-user', 'Invalid user', { method: name })) };
    try {
        return { result: await method(context, ...params) };
    } catch (error) {
        return { error: toMethodError(error) };
    }
}
