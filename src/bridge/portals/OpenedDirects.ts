import type { MatrixUserId, RcRoomId } from '../../ids/types';
import type { RcUser } from '../../rocketchat/RocketChat';
import { LruMap } from '../core/LruMap';
import type { Parts } from '../core/Parts';
import { RoomMaker } from './RoomMaker';

const CACHED = 20_000;

/** Direct rooms that people open with puppets in Rocket.Chat itself, without a command: bridged with their first message. */
export class OpenedDirects {
    private readonly maker: RoomMaker;
    private readonly opening = new Map<RcRoomId, Promise<void>>();
    /** Other rooms. The members of a direct room stay the same, and no room becomes a direct one. */
    private readonly others = new LruMap<RcRoomId, true>(CACHED);

    constructor(private readonly parts: Parts) {
        this.maker = new RoomMaker(parts);
    }

    /**
     * To be called before a message is brought to Matrix; does nothing for all other rooms, and costs them one read.
     * @param ts time of the message
     * @throws BridgeError when the room cannot be made on Matrix
     */
    public async open(roomId: RcRoomId, sender: RcUser, ts: number): Promise<void> {
        if (this.others.has(roomId) || (await this.parts.portals.ofRcRoom(roomId))) {
            return;
        }
        let opening = this.opening.get(roomId);
        if (!opening) {
            opening = this.make(roomId, sender, ts).finally(() => this.opening.delete(roomId));
            this.opening.set(roomId, opening);
        }
        await opening;
    }

    private async make(roomId: RcRoomId, sender: RcUser, ts: number): Promise<void> {
        const { context, puppets, portals } = this.parts;
        const room = await context.rocketchat.room(roomId);
        const members = room && room.kind === 'd' && !room.unbridgeable ? await context.rocketchat.members(roomId) : [];
        const people: MatrixUserId[] = [];
        for (const member of members.filter(({ isPuppet }) => isPuppet)) {
            const puppet = await puppets.byUserId(member.id);
            if (puppet) {
                people.push(puppet.mxid);
            }
        }
        if (people.length === 0) {
            this.others.set(roomId, true);
        } else if (!(await portals.ofRcRoom(roomId))) {
            const portal = await this.maker.directOf(roomId, sender, people, ts);
            context.log.info(`The direct room ${roomId} is bridged to ${portal.matrixRoomId}, by its first message.`);
        }
    }
}
