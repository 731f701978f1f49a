import type { MatrixUserId, RcMessageId } from '../../ids/types';
import type { RcUser } from '../../rocketchat/RocketChat';
import type { Parts } from '../core/Parts';
import type { OutboundReactions } from '../outbound/reactions';
import type { Portal } from '../portals/Portal';
import type { Arrived } from './Arrived';
import { reactionOf } from './Arrived';
import type { RoomLane } from './Recovery';
import type { Ref, Written } from './Written';

/** What is compared: the messages of a room with what has arrived. */
interface Compared {
    portal: Portal;
    written: Written;
    arrived: Arrived;
    /** Milliseconds since the epoch. */
    from: number;
    /** Older messages as well, the newest of them. */
    whole: boolean;
}

/** How many of the newest messages are looked at, whatever their age: an old one is seldom reacted to. */
const NEWEST = 50;

/** Reactions that local people gave or took back while nobody heard it: to the messages that are compared. */
export async function compareReactions(parts: Parts, reactions: OutboundReactions, compared: Compared, lane: RoomLane): Promise<void> {
    const comparison = new ReactionComparison(parts, reactions, compared, lane);
    await comparison.takeBack();
    await comparison.give();
}

class ReactionComparison {
    private readonly people: People;

    constructor(
        private readonly parts: Parts,
        private readonly reactions: OutboundReactions,
        private readonly compared: Compared,
        private readonly lane: RoomLane,
    ) {
        this.people = new People(parts);
    }

    /** What is on Matrix and not in Rocket.Chat any more. */
    public async takeBack(): Promise<void> {
        const { context, links } = this.parts;
        const { portal, written, arrived, from } = this.compared;
        const refs = new Map<string, Ref>(written.messages.map((ref) => [ref.id, ref]));
        for (const { event, sender: ghost, message, emoji, ts } of arrived.reactions.values()) {
            const user = await this.people.behind(ghost);
            if (!user) {
                continue;
            }
            links.remember({ kind: 'reaction', event, message: message as RcMessageId, room: portal.rcRoomId, sender: ghost, emoji, userId: user.id });
            const known = refs.get(message);
            const isShown = (names: Record<string, string[]> = {}): boolean => (names[emoji] || []).includes(user.username);
            if (known ? isShown(known.reactions) : ts < from) {
                continue;
            }
            // What was read a while ago may have changed since.
            const now = await context.rocketchat.message(message as RcMessageId);
            if (now && !now.systemType && !isShown(now.reactions)) {
                await this.change(user, now.id, emoji, false);
            }
        }
    }

    /** What is in Rocket.Chat and not on Matrix yet. */
    public async give(): Promise<void> {
        const { portal, written, from, whole } = this.compared;
        const newest = whole ? written.messages.slice(-NEWEST) : [];
        const looked = written.messages.filter((ref) => ref.reactions && ref.ts >= portal.bridgedAt && (ref.ts >= from || newest.includes(ref)));
        for (const { id, reactions } of looked) {
            for (const [emoji, names] of Object.entries(reactions || {})) {
                for (const name of names) {
                    const user = await this.people.named(name);
                    if (user && !(await this.isThere(id, user, emoji))) {
                        await this.change(user, id, emoji, true);
                    }
                }
            }
        }
    }

    private async isThere(message: RcMessageId, user: RcUser, emoji: string): Promise<boolean> {
        const { ghosts, links } = this.parts;
        const ghost = await ghosts.ifKnown(user.id);
        return Boolean(ghost && this.compared.arrived.reactions.has(reactionOf(message, emoji, ghost.mxid)))
            || Boolean(await links.reaction(message, user.id, emoji));
    }

    private async change(user: RcUser, id: RcMessageId, emoji: string, on: boolean): Promise<void> {
        const { context } = this.parts;
        const { portal } = this.compared;
        await this.lane.begin();
        const at = context.clock.now();
        await this.reactions.changed(portal, user, { message: { id, roomId: portal.rcRoomId }, emoji, on, at })
            .catch((error) => this.lane.failed({ kind: 'reaction', room: portal.rcRoomId, message: id, user: user.id, emoji, on, at }, { actor: user }, error));
    }
}

/** Local people, each read once. */
class People {
    private readonly known = new Map<string, Promise<RcUser | undefined>>();

    constructor(private readonly parts: Parts) {}

    public async named(username: string): Promise<RcUser | undefined> {
        const user = await this.once(username, () => this.parts.context.rocketchat.userByName(username));
        return user && !user.isPuppet && !user.isAppUser ? user : undefined;
    }

    public behind(ghost: MatrixUserId): Promise<RcUser | undefined> {
        return this.once(ghost, () => this.parts.ghosts.userOf(ghost));
    }

    private once(key: string, read: () => Promise<RcUser | undefined>): Promise<RcUser | undefined> {
        const reading = this.known.get(key) || read();
        this.known.set(key, reading);
        return reading;
    }
}
