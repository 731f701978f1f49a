import { BridgeError } from '../../errors/BridgeError';
import type { MatrixUserId } from '../../ids/types';
import type { RcUser } from '../../rocketchat/RocketChat';
import type { Parts } from '../core/Parts';
import { reasonOf } from '../core/Context';
import { OUTWARD } from '../core/Patience';
import { keepBan } from '../people/bans';
import { isForbidden } from '../people/Ghosts';
import type { Portal } from '../portals/Portal';
import type { Sender } from './Sender';

/** Joins and leaves of a bridged room's members on their way to Matrix. */
export class OutboundMembers {
    constructor(
        private readonly parts: Parts,
        private readonly sender: Sender,
    ) {}

    /** A local user joined, or somebody added a puppet: that person is invited on Matrix. */
    public async joined(portal: Portal, user: RcUser, inviter?: RcUser): Promise<void> {
        const { ghosts, puppets, context, patience } = this.parts;
        if (!user.isPuppet) {
            await this.sender.asGhost(portal, user, (ghost) => ghosts.bringIn(ghost, portal));
            return;
        }
        const puppet = await puppets.byUserId(user.id);
        if (!puppet || !inviter) {
            return;
        }
        puppets.noteMember(puppet, portal.rcRoomId);
        if (await this.isIn(portal, puppet.mxid)) {
            return;
        }
        try {
            await patience.keepTrying(notForLong(unless(() => this.look(portal, puppet.mxid), () => this.invite(portal, inviter, puppet.mxid))), OUTWARD);
        } catch (error) {
            const sentence = error instanceof BridgeError ? error.userMessage : '';
            await context.rocketchat.whisper(inviter.id, portal.rcRoomId, `:warning: ${puppet.mxid} could not be invited on Matrix. ${sentence}`);
            throw error;
        }
    }

    /** A local user left or was put out, or somebody put a puppet out. */
    public async left(portal: Portal, user: RcUser, removedBy?: RcUser): Promise<void> {
        const { ghosts, puppets, context } = this.parts;
        if (user.isPuppet) {
            const puppet = await puppets.byUserId(user.id);
            if (puppet) {
                puppets.noteGone(puppet, portal.rcRoomId);
            }
            // Done twice it would be an error: it may be a kick that a crash has left.
            if (puppet && removedBy && (await this.isIn(portal, puppet.mxid))) {
                await this.kick(portal, removedBy, puppet.mxid);
            }
            return;
        }
        const ghost = await ghosts.ifKnown(user.id);
        if (!ghost) {
            return;
        }
        if (removedBy && removedBy.id !== user.id) {
            try {
                await this.kick(portal, removedBy, ghost.mxid);
                return;
            } catch (error) {
                context.log.warn(`${ghost.mxid} could not be removed by another and leaves by itself: ${reasonOf(error)}`);
            }
        }
        await this.sender.asGhost(portal, user, () => ghosts.takeOut(ghost, portal.matrixRoomId));
    }

    /**
     * Somebody was banned here, or is not any more: only a system message with the name tells of it (server: `banUserFromRoom.ts`). A
     * puppet's person is banned on Matrix as well; one of our own people is put out there.
     * @param by who did it
     * @param on false when the ban was lifted
     */
    public async banned(portal: Portal, username: string, by: RcUser, on: boolean): Promise<void> {
        const { puppets, context, patience } = this.parts;
        const { rocketchat, homeserver } = context;
        const user = await rocketchat.userByName(username);
        const puppet = user && user.isPuppet ? await puppets.byUserId(user.id) : undefined;
        if (puppet) {
            puppets.noteGone(puppet, portal.rcRoomId);
            await keepBan(rocketchat.store, portal.rcRoomId, puppet, on);
            const membership = await patience.keepTrying(() => this.membership(portal, puppet.mxid), OUTWARD);
            if ((membership === 'ban') !== on) {
                const change = (acting: { as?: MatrixUserId }) => homeserver[on ? 'ban' : 'unban'](portal.matrixRoomId, puppet.mxid, acting);
                await patience.keepTrying(() => this.asPersonOrHost(portal, by, change), OUTWARD);
            }
        } else if (user && on) {
            await this.left(portal, user, by);
        }
    }

    private isIn(portal: Portal, user: MatrixUserId): Promise<boolean> {
        return this.parts.patience.keepTrying(() => this.look(portal, user), OUTWARD);
    }

    /** @returns whether somebody is joined, or invited */
    private async look(portal: Portal, user: MatrixUserId): Promise<boolean> {
        const membership = await this.membership(portal, user);
        return membership === 'join' || membership === 'invite';
    }

    private async membership(portal: Portal, user: MatrixUserId): Promise<unknown> {
        const member = await this.parts.context.homeserver.state(portal.matrixRoomId, 'm.room.member', user, this.asHost(portal));
        return member && member.membership;
    }

    /** As the person, if the power suffices, else as our host in the room: Rocket.Chat has checked the right. */
    public async invite(portal: Portal, inviter: RcUser, user: Parameters<Parts['context']['homeserver']['invite']>[1]): Promise<void> {
        const { homeserver } = this.parts.context;
        await this.asPersonOrHost(portal, inviter, (acting) => homeserver.invite(portal.matrixRoomId, user, acting));
    }

    private async kick(portal: Portal, by: RcUser, user: Parameters<Parts['context']['homeserver']['kick']>[1]): Promise<void> {
        const { patience, context } = this.parts;
        const kick = () => this.asPersonOrHost(portal, by, (acting) => context.homeserver.kick(portal.matrixRoomId, user, acting));
        await patience.keepTrying(unless(async () => !(await this.look(portal, user)), kick), OUTWARD);
    }

    private async asPersonOrHost(portal: Portal, person: RcUser, action: (acting: { as?: Portal['host'] }) => Promise<void>): Promise<void> {
        const { ghosts } = this.parts;
        const ghost = await ghosts.ifKnown(person.id);
        if (ghost) {
            try {
                await action({ as: ghost.mxid });
                return;
            } catch (error) {
                if (!isForbidden(error) || ghost.mxid === portal.host) {
                    throw error;
                }
            }
        }
        await action(this.asHost(portal));
    }

    private asHost(portal: Portal): { as?: Portal['host'] } {
        return this.parts.context.namespace.actingAs(portal.host);
    }
}

type Try = (previous?: BridgeError) => Promise<void>;

/** Of a try without an answer nobody knows whether it was done: then it is looked first, for a second time is refused. */
const unless = (isDone: () => Promise<boolean>, action: () => Promise<void>): Try => async (previous) => {
    if (!previous || previous.certain || !(await isDone())) {
        await action();
    }
};

/**
 * An invite can hang on the invited person's server, for which the room's messages do not wait: without an answer it is tried
 * once more. While our own homeserver surely is not there it waits like everything else.
 */
function notForLong(action: Try): Try {
    let unanswered = 0;
    return (previous) => action(previous).catch((error: unknown) => {
        unanswered += error instanceof BridgeError && !error.certain ? 1 : 0;
        throw error instanceof BridgeError && unanswered > 1 ? new BridgeError({ ...error, retriable: false }) : error;
    });
}
