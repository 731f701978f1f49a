import { isFailure } from '../../errors/catalogue';
import { matrixUserId, serverOf } from '../../ids/matrix';
import type { MatrixUserId } from '../../ids/types';
import type { RcRoom, RcUser } from '../../rocketchat/RocketChat';
import type { Parts } from '../core/Parts';
import { SHORT } from '../core/Patience';
import { refusal } from '../core/refusals';
import type { OutboundMembers } from '../outbound/members';
import type { Portal } from './Portal';
import { RoomMaker } from './RoomMaker';

/** Rocket.Chat's limit of people in a direct room (`DirectMesssage_maxUsers`), the sender included. */
const MAX_DIRECT = 8;

/** What the room commands do. Refusals and failures are thrown as `BridgeError`s whose `userMessage` is the answer. */
export class RoomCommands {
    private readonly maker: RoomMaker;

    constructor(
        private readonly parts: Parts,
        private readonly members: OutboundMembers,
    ) {
        this.maker = new RoomMaker(parts);
    }

    /** Bridges a room: its owners and admins may. */
    public async bridge(room: RcRoom, sender: RcUser): Promise<Portal> {
        const isAdmin = sender.roles.includes('admin');
        if (!isAdmin && room.kind !== 'd' && !(await this.parts.context.rocketchat.owners(room.id)).includes(sender.id)) {
            throw refusal('room.notOwner', 'Only an owner of this room or an administrator can bridge it.');
        }
        return this.maker.bridge(room, sender);
    }

    /** Invites somebody on Matrix into a bridged channel or group. @returns the id that was invited */
    public async invite(room: RcRoom, sender: RcUser, typed: string): Promise<MatrixUserId> {
        const { portals, context, patience } = this.parts;
        const user = await this.person(typed);
        const portal = await portals.ofRcRoom(room.id);
        if (!portal) {
            throw refusal('room.notBridged', room.unbridgeable ? `This room cannot be bridged: ${room.unbridgeable}.` : 'This room is not bridged to Matrix. Its owner can do it with `/matrix bridge`.');
        }
        if (portal.kind === 'd') {
            throw refusal('room.direct', 'Nobody can be invited into a direct conversation. Use `/matrix dm` with everybody you want to write to.');
        }
        const asHost = context.namespace.actingAs(portal.host);
        const member = await patience.keepTrying(() => context.homeserver.state(portal.matrixRoomId, 'm.room.member', user, asHost), SHORT);
        const membership = member && member.membership;
        if (membership === 'join') {
            throw refusal('invite.joined', `${user} is in this room already.`);
        }
        if (membership === 'invite') {
            throw refusal('invite.invited', `${user} has been invited already and has not answered yet.`);
        }
        if (membership === 'ban') {
            throw refusal('invite.banned', `${user} is banned from this room on Matrix.`);
        }
        await this.exists(user);
        await patience.keepTrying(() => this.members.invite(portal, sender, user), SHORT);
        return user;
    }

    /** Opens a direct room with one or more people on Matrix. */
    public async direct(sender: RcUser, typed: string[]): Promise<{ people: MatrixUserId[]; existed: boolean }> {
        const people: MatrixUserId[] = [];
        for (const one of typed) {
            const user = await this.person(one);
            if (!people.includes(user)) {
                people.push(user);
            }
        }
        if (!people.length) {
            throw refusal('dm.nobody', 'Whom do you want to write to? Type `/matrix dm @user:server`.');
        }
        if (people.length + 1 > MAX_DIRECT) {
            throw refusal('dm.tooMany', `A direct room can have ${MAX_DIRECT} people at most, with you.`);
        }
        for (const user of people) {
            await this.exists(user);
        }
        const { existed } = await this.maker.direct(sender, people);
        return { people, existed };
    }

    /** Checks the form of an id and that it is somebody on Matrix, not one of us. */
    private async person(typed: string): Promise<MatrixUserId> {
        const { namespace } = this.parts.context;
        const user = matrixUserId(typed.trim());
        if (!user) {
            throw refusal('user.malformed', `\`${typed.replace(/`/g, '').slice(0, 80)}\` is not a Matrix user id. It looks like \`@user:server\`.`);
        }
        if (user === namespace.bot) {
            throw refusal('user.bot', `${user} is this bridge itself.`);
        }
        if (namespace.isGhost(user)) {
            const local = await this.parts.ghosts.userOf(user);
            throw refusal('user.ghost', local ? `${user} is the Matrix side of @${local.username} in this Rocket.Chat. Invite @${local.username} here instead.` : `${user} is reserved for users of this Rocket.Chat.`);
        }
        return user;
    }

    /** Homeservers let one invite people who do not exist: the profile tells. */
    private async exists(user: MatrixUserId): Promise<void> {
        const { homeserver, namespace } = this.parts.context;
        const server = serverOf(user);
        const profile = await this.parts.patience.keepTrying(() => homeserver.profile(user), SHORT).catch((error) => {
            // Of another server's user: 403 when federation with it is not allowed, 502 (Synapse) or 500 (Dendrite) when it is not there.
            if (server !== namespace.domain && isFailure(error) && error.status !== undefined && [403, 500, 502, 504].includes(error.status)) {
                throw refusal('user.serverUnreachable', `The homeserver could not ask ${server} about ${user}: there is no such server, or the two do not federate.`);
            }
            throw error;
        });
        if (!profile) {
            throw refusal('user.unknown', `There is no user ${user} on ${serverOf(user)}.`);
        }
    }
}
