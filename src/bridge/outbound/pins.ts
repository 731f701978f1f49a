import { withPin } from '../../convert/index';
import type { MatrixUserId, RcMessageId } from '../../ids/types';
import type { RcUser } from '../../rocketchat/RocketChat';
import type { Parts } from '../core/Parts';
import { OUTWARD } from '../core/Patience';
import { isForbidden } from '../people/Ghosts';
import { keepPins } from '../portals/pins';
import type { Portal } from '../portals/Portal';
import type { Sender } from './Sender';

const TYPE = 'm.room.pinned_events';

/** Pins of local users on their way to Matrix, where the pins of a room are one list. */
export class OutboundPins {
    constructor(
        private readonly parts: Parts,
        private readonly sender: Sender,
        private readonly ensure: (portal: Portal, message: RcMessageId) => Promise<void>,
    ) {}

    /**
     * Sent as the person's ghost; where it has not the power, as our host in the room: Rocket.Chat has checked the right.
     * A message that is not on Matrix cannot be pinned there.
     * @param on false when it was unpinned
     * @throws BridgeError when the list cannot be changed
     */
    public async changed(portal: Portal, user: RcUser, message: RcMessageId, on: boolean): Promise<void> {
        const { links, patience } = this.parts;
        if (on && !(await links.eventsOf(message)).length) {
            await this.ensure(portal, message);
        }
        const [event] = await links.eventsOf(message);
        if (!event) {
            return;
        }
        const as = (actor: MatrixUserId): Promise<void> => this.change(portal, actor, (before) => withPin(before, event, on));
        try {
            await this.sender.asGhost(portal, user, (ghost) => as(ghost.mxid));
        } catch (error) {
            if (!isForbidden(error)) {
                throw error;
            }
            await patience.keepTrying(() => as(portal.host), OUTWARD);
        }
    }

    private async change(portal: Portal, actor: MatrixUserId, make: (before: Parameters<typeof withPin>[0]) => ReturnType<typeof withPin>): Promise<void> {
        const { homeserver, namespace, rocketchat } = this.parts.context;
        const acting = actor === namespace.bot ? {} : { as: actor };
        const room = portal.matrixRoomId;
        const after = make(await homeserver.state(room, TYPE, '', acting));
        if (after) {
            await homeserver.sendState(room, TYPE, '', after, acting);
            await keepPins(rocketchat.store, room, after);
        }
    }
}
