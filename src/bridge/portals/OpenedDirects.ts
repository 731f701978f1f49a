import type { MatrixUserId, RcRoomId } from '../../ids/types';
import type { RcUser } from '../../rocketchat/RocketChat';
import { LruMap } from '../core/LruMap';
import type { Parts } from '../core/Parts';
import { UnderWay } from '../core/UnderWay';
import { RoomMaker } from './RoomMaker';

const CACHED = 20_000;
/** How many earlier messages of a direct room, and how old ones, come along when a later one bridges it. */
const EARLIER = 50;
const EARLIER_MS = 7 * 86_400_000;

/** Direct rooms that people open with puppets in Rocket.Chat itself, without a command: bridged with their first message. */
export class OpenedDirects {
    private readonly maker: RoomMaker;
    private readonly opening = new UnderWay<RcRoomId, void>();
    /** Other rooms. The members of a direct room stay the same, and no room becomes a direct one. */
    private readonly others = new LruMap<RcRoomId, true>(CACHED);

    constructor(private readonly parts: Parts) {
        this.maker = new RoomMaker(parts);
    }

    /**
     * To be called before a message is brought to Matrix; does nothing for all other rooms, and costs them one read.
     * @param ts time of the message
     * @param before called when the room must be made first: the message waits for that and would be lost with this process
     * @throws BridgeError when the room cannot be made on Matrix
     */
    public async open(roomId: RcRoomId, sender: RcUser, ts: number, before: () => Promise<void>): Promise<void> {
        if (this.others.has(roomId) || (await this.parts.portals.ofRcRoom(roomId))) {
            return;
        }
        const people = await this.peopleIn(roomId);
        if (people.length === 0) {
            this.others.set(roomId, true);
            return;
        }
        await before();
        await this.opening.join(roomId, () => this.make(roomId, sender, people, ts));
    }

    private async peopleIn(roomId: RcRoomId): Promise<MatrixUserId[]> {
        const { context, puppets } = this.parts;
        const room = await context.rocketchat.room(roomId);
        const members = room && room.kind === 'd' && !room.unbridgeable ? await context.rocketchat.members(roomId) : [];
        const people: MatrixUserId[] = [];
        for (const member of members.filter(({ isPuppet }) => isPuppet)) {
            const puppet = await puppets.byUserId(member.id);
            if (puppet) {
                people.push(puppet.mxid);
            }
        }
        return people;
    }

    private async make(roomId: RcRoomId, sender: RcUser, people: MatrixUserId[], ts: number): Promise<void> {
        const { context, portals } = this.parts;
        if (!(await portals.ofRcRoom(roomId))) {
            const portal = await this.maker.directOf(roomId, sender, people, await this.begunAt(roomId, ts));
            context.log.info(`The direct room ${roomId} is bridged to ${portal.matrixRoomId}, by its first message.`);
        }
    }

    /** What was written there before, while the app was off, waits as well. @returns milliseconds since the epoch */
    private async begunAt(roomId: RcRoomId, ts: number): Promise<number> {
        const { rocketchat, clock } = this.parts.context;
        const written = await rocketchat.recentMessages(roomId, { limit: EARLIER });
        const times = written.filter((message) => !message.systemType && message.ts > clock.now() - EARLIER_MS).map((message) => message.ts);
        return Math.min(ts, ...times);
    }
}
