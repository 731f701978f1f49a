import type { ThreadBridge } from '@rocket.chat/apps-engine/server/bridges/ThreadBridge';
import type { Domain } from '../../../server/contract.mts';
import type { BridgeHost } from '../../load.mts';
import type { Converters } from './converters/index.mts';

/** apps/meteor/server/lib/apps/bridges/thread.ts: the first message and its replies; empty for an unknown id. */
export function threadBridge(domain: Domain, host: BridgeHost, { messages }: Converters): ThreadBridge {
    class WorkspaceThreadBridge extends host.engine.bridges.ThreadBridge {
        protected async getById(id: string): Promise<any[]> {
            const first = await domain.messages.findById(id);
            if (!first) return [];
            const replies = await domain.collections.messages.findAsync({ tmid: id }).sort({ ts: 1 });
            return Promise.all([first, ...replies].map((message) => messages.toApp(message)));
        }
    }
    return new WorkspaceThreadBridge();
}
