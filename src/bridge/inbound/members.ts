import type { MatrixUserId } from '../../ids/types';
import { matrixUserId } from '../../ids/matrix';
import type { MatrixEvent } from '../../matrix/Homeserver';
import type { Parts } from '../core/Parts';
import type { Portal } from '../portals/Portal';
import { Invitations } from './Invitations';
import { isOvertaken } from './late';

/** `m.room.member`: invites of ghosts, joins and leaves of Matrix users, their names, and ghosts that are put out. */
export class InboundMembers {
    private readonly invitations: Invitations;

    constructor(private readonly parts: Parts) {
        this.invitations = new Invitations(parts);
    }

    public async handle(event: MatrixEvent): Promise<void> {
        const { namespace } = this.parts.context;
        const user = matrixUserId(event.state_key);
        if (!user || user === namespace.bot) {
            return;
        }
        if (namespace.isGhost(user)) {
            await this.ghost(event, user);
        } else {
            await this.person(event, user);
        }
    }

    /** Somebody invites one of our users, or puts them out. */
    private async ghost(event: MatrixEvent, ghost: MatrixUserId): Promise<void> {
        const { portals, ghosts, context } = this.parts;
        const { membership } = event.content;
        if (membership !== 'invite' && membership !== 'leave' && membership !== 'ban') {
            return;
        }
        const portal = await portals.ofMatrixRoom(event.room_id);
        if (portal && (await isOvertaken(this.parts, portal, event))) {
            return;
        }
        if (membership === 'invite') {
            await this.invitations.accept(event, ghost);
            return;
        }
        const user = portal && portal.kind !== 'd' ? await ghosts.userOf(ghost) : undefined;
        if (portal && user) {
            await context.rocketchat.removeMember(portal.rcRoomId, user.username);
        }
    }

    private async person(event: MatrixEvent, user: MatrixUserId): Promise<void> {
        const { portals, puppets } = this.parts;
        const portal = await portals.ofMatrixRoom(event.room_id);
        if (!portal || (await isOvertaken(this.parts, portal, event))) {
            return;
        }
        switch (event.content.membership) {
            case 'join':
                await this.joined(event, user, portal);
                break;
            case 'leave':
            case 'ban': {
                const puppet = portal.kind === 'd' ? undefined : await puppets.ifKnown(user);
                if (puppet) {
                    await puppets.removeMember(puppet, portal.rcRoomId);
                }
                break;
            }
            default:
        }
    }

    /** A join, or a new name or avatar of a member: both come as this event. */
    private async joined(event: MatrixEvent, user: MatrixUserId, portal: Portal): Promise<void> {
        const { puppets } = this.parts;
        const profile = { displayName: event.content.displayname, avatarUrl: event.content.avatar_url };
        const puppet = await puppets.of(user, profile);
        await puppets.profileChanged(user, profile);
        await puppets.ensureMember(puppet, portal);
    }
}
