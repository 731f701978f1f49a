import { localpartOf } from '../../ids/matrix';
import type { BridgeContext } from '../core/Context';

const NAME = 'Rocket.Chat';

/**
 * Gives the application service's own user a name, once: rooms and invites show it. Synapse lets the bot act without an account,
 * and then nobody sees a name for it; Dendrite makes the account itself. A name that somebody gave it stays.
 * @throws BridgeError when the homeserver refuses or cannot be reached
 */
export async function introduceBot({ homeserver, namespace }: Pick<BridgeContext, 'homeserver' | 'namespace'>): Promise<void> {
    const localpart = localpartOf(namespace.bot);
    const profile = await homeserver.profile(namespace.bot);
    if (profile?.displayName && profile.displayName !== localpart) {
        return;
    }
    await homeserver.register(localpart);
    await homeserver.setDisplayName(namespace.bot, NAME);
}
