import type { IHttp } from '@rocket.chat/apps-engine/definition/accessors';
import type { Homeserver } from '../Homeserver';
import { accountCalls } from './account';
import type { Access } from './Caller';
import { Caller } from './Caller';
import { eventCalls } from './events';
import { mediaCalls } from './media';
import { roomCalls } from './rooms';
import { syncCalls } from './sync';

/**
 * The homeserver as the bridge uses it: matrix-bot-sdk over the engine's HTTP accessor.
 * @param access where it is and who we are; another one needs another client
 * @param http the accessor, asked for at each request
 */
export function homeserverClient(access: Access, http: () => IHttp): Homeserver {
    const caller = new Caller(access, http);
    return { ...accountCalls(caller), ...roomCalls(caller), ...eventCalls(caller), ...mediaCalls(caller), ...syncCalls(caller) };
}
