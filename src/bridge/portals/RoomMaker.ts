import { BridgeError } from '../../errors/BridgeError';
import type { MatrixUserId, RcRoomId } from '../../ids/types';
import type { RcRoom, RcUser } from '../../rocketchat/RocketChat';
import { reasonOf } from '../core/Context';
import { digest } from '../../ids/hash';
import { despiteDatabase, isServersTrouble } from '../core/databaseTrouble';
import type { Parts } from '../core/Parts';
import { SHORT } from '../core/Patience';
import { refusal } from '../core/refusals';
import type { Portal } from './Portal';

/** A creator of a room, and a person in a direct one, may do everything. */
const OWNER = 100;

/** Makes Matrix rooms for rooms of Rocket.Chat: what people ask for by command. Refusals are sentences for them. */
export class RoomMaker {
    private readonly making = new Map<string, Promise<Portal>>();

    constructor(private readonly parts: Parts) {}

    /**
     * Bridges a channel or group: a Matrix room made by the bot, with the same name, topic and openness.
     * @throws BridgeError in words when the room cannot be bridged or the homeserver refuses
     */
    public async bridge(room: RcRoom, owner: RcUser): Promise<Portal> {
        if (room.kind === 'd') {
            throw refusal('room.direct', 'A direct conversation cannot be bridged later. Use `/matrix dm @user:server` to write to somebody on Matrix.');
        }
        if (room.unbridgeable) {
            throw refusal('room.unbridgeable', `This room cannot be bridged: ${room.unbridgeable}.`);
        }
        if (room.archived) {
            throw refusal('room.archived', 'This room cannot be bridged: it is archived.');
        }
        const existing = await this.parts.portals.ofRcRoom(room.id);
        if (existing) {
            throw refusal('room.bridged', `This room is bridged already, as ${existing.alias || existing.matrixRoomId}.`);
        }
        if (this.making.has(room.id)) {
            throw refusal('room.beingBridged', 'This room is just being bridged.');
        }
        const making = this.parts.portals.whileMaking(this.make(room, owner)).finally(() => this.making.delete(room.id));
        this.making.set(room.id, making);
        return making;
    }

    /**
     * A direct room with people on Matrix, made as the person's ghost.
     * @returns the portal, and whether it was there before
     */
    public async direct(sender: RcUser, people: MatrixUserId[]): Promise<{ portal: Portal; existed: boolean }> {
        return this.parts.portals.whileMaking(this.makeDirect(sender, people));
    }

    /**
     * The Matrix room of a direct room that is there already in Rocket.Chat.
     * @param sender as whose ghost it is made
     * @param people who is invited
     * @param since milliseconds since the epoch: what was written before is not brought over
     */
    public async directOf(rcRoomId: RcRoomId, sender: RcUser, people: MatrixUserId[], since: number): Promise<Portal> {
        return this.parts.portals.whileMaking(this.makeOpened(rcRoomId, sender, people, since));
    }

    private async make(room: RcRoom, owner: RcUser): Promise<Portal> {
        const { context, ghosts, patience } = this.parts;
        const { homeserver, namespace, log } = context;
        const isPublic = room.kind === 'c';
        const ghost = await patience.keepTrying(() => ghosts.of(owner), SHORT);
        const create = (aliasLocalpart: string) => homeserver.createRoom({
            name: room.displayName,
            ...(room.topic && { topic: room.topic }),
            aliasLocalpart,
            preset: isPublic ? 'public_chat' : 'private_chat',
            visibility: isPublic ? 'public' : 'private',
            userLevels: { [ghost.mxid]: OWNER },
        });
        let name = room.name || room.id;
        // Not repeated: a second try would make a second room.
        const matrixRoomId = await create(namespace.aliasLocalpart(name)).catch((error) => {
            if (!(error instanceof BridgeError) || error.errcode !== 'M_ROOM_IN_USE') {
                throw error;
            }
            name = `${name}-${digest(`${room.id} ${context.clock.now()}`).slice(0, 6)}`;
            return create(namespace.aliasLocalpart(name));
        });
        const portal: Portal = {
            rcRoomId: room.id,
            kind: room.kind,
            name: room.name,
            bridgedAt: context.clock.now(),
            matrixRoomId,
            formerRooms: [],
            origin: 'rocketchat',
            host: namespace.bot,
            alias: namespace.alias(name),
        };
        await this.keep(portal);
        await ghosts.bringIn(ghost, portal).catch((error) => log.warn(`${ghost.mxid} joins ${matrixRoomId} later: ${reasonOf(error)}`));
        if (isPublic && !(await homeserver.publish(matrixRoomId, true).catch(() => false))) {
            log.info(`The homeserver does not list ${matrixRoomId} in its directory.`);
        }
        return portal;
    }

    private async makeDirect(sender: RcUser, people: MatrixUserId[]): Promise<{ portal: Portal; existed: boolean }> {
        const { context, ghosts, puppets, portals, patience } = this.parts;
        const ghost = await patience.keepTrying(() => ghosts.of(sender), SHORT);
        const names: string[] = [];
        for (const person of people) {
            names.push((await puppets.of(person)).username);
        }
        const rcRoomId = await context.rocketchat.createDirectRoom(sender.id, [sender.username, ...names]);
        const existing = await portals.ofRcRoom(rcRoomId);
        if (existing) {
            for (const person of people) {
                const member = await context.homeserver.state(existing.matrixRoomId, 'm.room.member', person, { as: ghost.mxid });
                if (!member || (member.membership !== 'join' && member.membership !== 'invite')) {
                    await context.homeserver.invite(existing.matrixRoomId, person, { as: ghost.mxid });
                }
            }
            return { portal: existing, existed: true };
        }
        return { portal: await this.makeDirectPortal(rcRoomId, ghost.mxid, people, context.clock.now()), existed: false };
    }

    private async makeOpened(rcRoomId: RcRoomId, sender: RcUser, people: MatrixUserId[], since: number): Promise<Portal> {
        const ghost = await this.parts.patience.keepTrying(() => this.parts.ghosts.of(sender), SHORT);
        return this.makeDirectPortal(rcRoomId, ghost.mxid, people, since);
    }

    private async makeDirectPortal(rcRoomId: RcRoomId, host: MatrixUserId, people: MatrixUserId[], bridgedAt: number): Promise<Portal> {
        const { context } = this.parts;
        const userLevels: Record<string, number> = { [host]: OWNER };
        people.forEach((person) => { userLevels[person] = OWNER; });
        const matrixRoomId = await context.homeserver.createRoom({ as: host, preset: 'private_chat', visibility: 'private', isDirect: true, invite: people, userLevels });
        const portal: Portal = { rcRoomId, kind: 'd', bridgedAt, matrixRoomId, formerRooms: [], origin: 'rocketchat', host };
        await this.keep(portal);
        return portal;
    }

    /** The room is there on Matrix: when the database fails for a moment it must not be forgotten, and another one made by the next try. */
    private async keep(portal: Portal): Promise<void> {
        const { context, portals } = this.parts;
        await despiteDatabase(context, `The portal of room ${portal.rcRoomId}`, () => portals.save(portal), isServersTrouble);
    }
}
