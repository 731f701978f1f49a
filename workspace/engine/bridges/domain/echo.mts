import type { AppInterface } from '@rocket.chat/apps-engine/definition/metadata';
import { setTimeout as delay } from 'node:timers/promises';
import type { BridgeHost } from '../../load.mts';

/**
 * On the real server the work after a message was stored (several round trips to MongoDB, which the accessor's call waits for) takes longer
 * than the event's way into the sandbox, so that an app hears of its own message before `finish()` returns. The workspace's store is in
 * memory: this wait, longer than the one request that the engine makes before the handler's, keeps the order.
 */
export async function letEchoPass(host: BridgeHost, event: string): Promise<void> {
    if (host.manager().getListenerManager().getListeners(event as AppInterface).length) await delay(3);
}
