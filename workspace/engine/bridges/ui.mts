import type { IUIKitInteraction } from '@rocket.chat/apps-engine/definition/uikit';
import type { IUser } from '@rocket.chat/apps-engine/definition/users';
import type { UiInteractionBridge } from '@rocket.chat/apps-engine/server/bridges';
import type { Domain } from '../../server/contract.mts';
import type { BridgeHost } from '../load.mts';

/** Opens surfaces for a user. Server: `app/apps/server/bridges/uiInteraction.ts`. */
export function uiInteractionBridge(domain: Domain, { engine, manager }: BridgeHost): UiInteractionBridge {
    return new (class extends engine.bridges.UiInteractionBridge {
        async notifyUser(user: IUser, interaction: IUIKitInteraction, appId: string): Promise<void> {
            if (!manager().getOneById(appId)) throw new Error('Invalid app provided');
            domain.notify('uiInteraction', user.id, interaction as unknown as Record<string, unknown>);
        }
    })();
}
