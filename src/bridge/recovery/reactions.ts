import type { MatrixUserId, RcMessageId } from '../../ids/types';
import type { RcUser } from '../../rocketchat/RocketChat';
import { reasonOf } from '../core/Context';
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
export async function compareReactions(
    parts: Parts,
    reactions: OutboundReactions,
    { portal, written, arrived, from, whole }: Compared,
    lane: RoomLane,
): Promise<void> {
    const people = new People(parts);
    const refs = new Map<string, Ref>(written.messages.map((ref) => [ref.id, ref]));
    await takenBack();
    await given();

    async function takenBack(): Promise<void> {
        const { context, links } = parts;
        for (const { event, sender: ghost, message, emoji, ts } of arrived.reactions.values()) {
            const user = await people.behind(ghost);
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
                await lane.begin();
                await reactions.changed(portal, user, { message: { id: now.id, roomId: now.roomId }, emoji, on: false, at: context.clock.now() })
                    .catch((error) => context.log.warn(`A reaction to message ${message} could not be taken back on Matrix: ${reasonOf(error)}`));
            }
        }
    }

    async function given(): Promise<void> {
        const { context, links, ghosts } = parts;
        const newest = whole ? written.messages.slice(-NEWEST) : [];
        const looked = written.messages.filter((ref) => ref.reactions && ref.ts >= portal.bridgedAt && (ref.ts >= from || newest.includes(ref)));
        for (const { id, reactions: byEmoji } of looked) {
            for (const [emoji, names] of Object.entries(byEmoji || {})) {
                for (const name of names) {
                    const user = await people.named(name);
                    const ghost = user && (await ghosts.ifKnown(user.id));
                    if (!user || (ghost && arrived.reactions.has(reactionOf(id, emoji, ghost.mxid))) || (await links.reaction(id, user.id, emoji))) {
                        continue;
                    }
                    const item = { kind: 'reaction' as const, room: portal.rcRoomId, message: id, user: user.id, emoji, on: true, at: context.clock.now() };
                    await lane.begin();
                    await reactions.changed(portal, user, { ...item, message: { id, roomId: portal.rcRoomId } })
                        .catch((error) => context.log.warn(`A reaction to message ${id} could not be brought to Matrix: ${reasonOf(error)}`));
                }
            }
        }
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
