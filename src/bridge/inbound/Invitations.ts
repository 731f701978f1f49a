import { BridgeError } from '../../errors/BridgeError';
import { localpartOf, serverOf } from '../../ids/matrix';
import type { MatrixRoomId, MatrixUserId, RcRoomId } from '../../ids/types';
import type { MatrixEvent } from '../../matrix/Homeserver';
import type { RcRoom, RcUser, StoreKey } from '../../rocketchat/RocketChat';
import { reasonOf } from '../core/Context';
import type { Parts } from '../core/Parts';
import { isForbidden } from '../people/Ghosts';
import type { Puppet } from '../people/Puppets';
import type { Portal } from '../portals/Portal';
import { freeSlug, plainSlug } from '../portals/slugs';
import type { InvitedRoom } from './strippedState';
import { readInvite } from './strippedState';

/** How many members get their puppets at once when a room comes in; the others get theirs when they speak. */
const FIRST_MEMBERS = 50;
/** Where the name is noted under which a room is being made. */
const beginOf = (room: MatrixRoomId): StoreKey => ({ model: 'misc', id: `making:${room}` });

/** An invite from Matrix to a ghost: the room is made in Rocket.Chat, or the person joins the one that is bridged already. */
export class Invitations {
    constructor(private readonly parts: Parts) {}

    public async accept(event: MatrixEvent, ghostId: MatrixUserId): Promise<void> {
        const { ghosts, portals, context } = this.parts;
        const user = await ghosts.userOf(ghostId);
        if (!user) {
            // Only an account can decline; without it the invite would stand for ever.
            await context.homeserver.register(localpartOf(ghostId));
            await this.decline(event, ghostId, 'There is no such user in this Rocket.Chat.');
            return;
        }
        const invited = readInvite(event);
        if (invited.isSpace) {
            await this.decline(event, ghostId, 'Spaces are not bridged.');
            return;
        }
        const ghost = await ghosts.of(user);
        try {
            await context.homeserver.join(event.room_id, { as: ghost.mxid, via: [serverOf(event.sender)] });
        } catch (error) {
            if (!isForbidden(error)) {
                throw error;
            }
            // Taken back, or an old event: there is no invite any more.
            context.log.info(`The invite of ${ghost.mxid} into ${event.room_id} does not hold any more: ${reasonOf(error)}`);
            return;
        }
        const portal = await portals.ofMatrixRoom(event.room_id);
        if (!portal) {
            await portals.whileMaking(this.makeRoom(event, user, ghost.mxid, invited));
        } else if (portal.kind !== 'd') {
            await context.rocketchat.addMember(portal.rcRoomId, user.username);
        }
    }

    private async makeRoom(event: MatrixEvent, user: RcUser, ghost: MatrixUserId, invited: InvitedRoom): Promise<void> {
        const { puppets, portals, context } = this.parts;
        const inviter = await puppets.of(event.sender);
        const members = await this.membersOf(event, ghost);
        const common = { matrixRoomId: event.room_id, formerRooms: [], origin: 'matrix' as const, host: ghost, bridgedAt: context.clock.now() };
        const names = [user.username, ...members.map((puppet) => puppet.username)];
        const direct = invited.kind === 'd' ? await this.direct(inviter, names) : undefined;
        let portal: Portal;
        if (direct) {
            const before = await portals.ofRcRoom(direct);
            const formerRooms = before ? [before.matrixRoomId, ...before.formerRooms].filter((room) => room !== event.room_id) : [];
            portal = { ...common, rcRoomId: direct, kind: 'd', formerRooms };
        } else {
            const free = await freeSlug(context.rocketchat, invited.name, event.room_id);
            // Read after that: whoever took the name for this very room has noted it before.
            const begun = await context.rocketchat.store.readOne<{ name: string }>(beginOf(event.room_id));
            const there = begun && (await this.begunAs(begun.name, event, inviter));
            const { id: rcRoomId, kind, name } = there || (await this.create(free, names, event, inviter, invited));
            await (there && context.rocketchat.addMember(rcRoomId, user.username));
            (there ? [] : [inviter, ...members]).forEach((puppet) => puppets.noteMember(puppet, rcRoomId));
            portal = { ...common, rcRoomId, kind, name };
        }
        await portals.save(portal);
        context.log.info(`The Matrix room ${event.room_id} is bridged to ${portal.rcRoomId}, by an invite of ${event.sender}.`);
    }

    /** @returns undefined when these are more people than a direct room may have here (`DirectMesssage_maxUsers`): they get a group */
    private async direct(inviter: Puppet, names: string[]): Promise<RcRoomId | undefined> {
        try {
            return await this.parts.context.rocketchat.createDirectRoom(inviter.rcUserId, [...new Set([inviter.username, ...names])]);
        } catch (error) {
            if (error instanceof BridgeError && error.code === 'rocketchat.error-direct-message-max-user-exceeded') {
                return undefined;
            }
            throw error;
        }
    }

    /**
     * The name is noted first: the process can die, or another one be at it, before the portal is stored. A name that the server
     * does not take (its own pattern, `UTF8_Channel_Names_Validation`; another room that is shown under it) is replaced.
     */
    private async create(name: string, members: string[], event: MatrixEvent, inviter: Puppet, invited: InvitedRoom): Promise<Pick<RcRoom, 'id' | 'kind' | 'name'>> {
        const { rocketchat } = this.parts.context;
        await rocketchat.store.put({ name }, beginOf(event.room_id));
        try {
            const kind = invited.kind === 'c' ? 'c' : 'p';
            return { kind, name, id: await rocketchat.createRoom({ kind, name, displayName: invited.name || name, creatorId: inviter.rcUserId, members }) };
        } catch (error) {
            const there = await this.begunAs(name, event, inviter);
            const other = plainSlug(event.room_id);
            if (!there && (name === other || (error instanceof BridgeError && error.retriable))) {
                throw error;
            }
            return there || this.create(other, members, event, inviter, invited);
        }
    }

    /** @returns the room that was made for this Matrix room and is not bridged to another one */
    private async begunAs(name: string, event: MatrixEvent, inviter: Puppet): Promise<RcRoom | undefined> {
        const { portals, context } = this.parts;
        const room = await context.rocketchat.roomByName(name);
        const portal = room && (await portals.ofRcRoom(room.id));
        return room && room.creatorId === inviter.rcUserId && (!portal || portal.matrixRoomId === event.room_id) ? room : undefined;
    }

    /** The people who are in the room already, without the inviter. */
    private async membersOf(event: MatrixEvent, ghost: MatrixUserId): Promise<Puppet[]> {
        const { puppets, context } = this.parts;
        const joined = await context.homeserver.joinedMembers(event.room_id, { as: ghost });
        const people = [...joined].filter(([id]) => id !== event.sender && !context.namespace.isOurs(id)).slice(0, FIRST_MEMBERS);
        const members: Puppet[] = [];
        for (const [id, profile] of people) {
            try {
                members.push(await puppets.of(id, profile));
            } catch (error) {
                context.log.warn(`No user could be made for ${id}: ${reasonOf(error)}`);
            }
        }
        return members;
    }

    private async decline(event: MatrixEvent, ghost: MatrixUserId, reason: string): Promise<void> {
        const { homeserver, log } = this.parts.context;
        log.info(`The invite of ${ghost} into ${event.room_id} is declined: ${reason}`);
        await homeserver.leave(event.room_id, { as: ghost, reason }).catch((error) => log.debug(`Declining failed: ${reasonOf(error)}`));
    }
}
