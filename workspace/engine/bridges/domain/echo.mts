import type { AppInterface } from '@rocket.chat/apps-engine/definition/metadata';
import { setTimeout as delay } from 'node:timers/promises';
import type { BridgeHost } from '../../load.mts';

/** A sandbox that is down or busy holds nobody up for longer. */
const patienceMs = 2_000;

/**
 * On the real server the work after a message was stored (several round trips to MongoDB, which the accessor's call waits for) takes longer
 * than the event's way into the sandbox, so that an app hears of its own message before `finish()` returns. The workspace's store takes no
 * such time. The engine makes one request (`checkPostMessageSent`) before the handler's: two round trips of its own `ping` behind it keep
 * the order.
 */
export async function letEchoPass(host: BridgeHost, event: string, appId: string): Promise<void> {
    const listeners = host.manager().getListenerManager().getListeners(event as AppInterface);
    const runtime = listeners.find((app) => app.getID() === appId)?.getRuntimeController();
    if (!runtime) return;
    const ping = () => runtime.sendRequest({ method: 'ping', params: [] });
    const patience = new AbortController();
    await Promise.race([ping().then(ping).catch(() => undefined), delay(patienceMs, undefined, { signal: patience.signal }).catch(() => undefined)]);
    patience.abort();
}
