import type { Domain } from './contract.mts';
import type { Events } from './events.mts';

/**
 * What the server's functions get as their first argument: the domain with its collections and services, and the doors to the
 * apps that only they use. (On the real server these are module-level singletons.)
 */
export interface Server extends Domain, Pick<Events, 'broadcastToApps' | 'post'> {}
