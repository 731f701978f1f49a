import { BridgeError } from '../../errors/BridgeError';
import type { MatrixRoomId, MatrixUserId } from '../../ids/types';
import type { News } from '../../matrix/Homeserver';
import { reasonOf } from '../core/Context';
import type { Parts } from '../core/Parts';

/** How many users look at most, and how many new ones are sought at one look. */
const MOST = 30;
const NEW_AT_ONCE = 10;

/** What a look found. */
export interface Seen {
    /** Also of other rooms of those who look. */
    news: News['rooms'];
    /** Of those who look. */
    invites: News['invites'];
    /** Rooms that are seen from now on: what was before is not known. */
    first: MatrixRoomId[];
    /** Rooms that nobody sees. */
    unseen: MatrixRoomId[];
}

interface Eye {
    since: string;
    rooms: Set<MatrixRoomId>;
}

/**
 * What happens in rooms, asked for: one cheap request for all rooms of one of our users (`/sync` from the last place on), and
 * a few users for all rooms that matter. Synapse does not answer the bot, so ghosts of the rooms look.
 */
export class Sight {
    private readonly eyes = new Map<MatrixUserId, Eye>();
    /** Rooms that are seen from now on, and not told of yet: a look can end in a failure. */
    private readonly first = new Set<MatrixRoomId>();
    private botIsBlind = false;

    constructor(private readonly parts: Parts) {}

    /** @throws BridgeError when the homeserver cannot be asked: by nobody; who could not be answered goes on from the last place next time */
    public async look(rooms: MatrixRoomId[]): Promise<Seen> {
        const wanted = new Set(rooms);
        // Whoever begins to look sees all their rooms: not only the one for which they were found.
        const seenBefore = new Set([...wanted].filter((room) => this.sees(room)));
        const unseen: MatrixRoomId[] = [];
        let tries = 0;
        try {
            for (const room of wanted) {
                if (this.sees(room)) {
                    continue;
                }
                tries += 1;
                if (tries > NEW_AT_ONCE || this.eyes.size >= MOST || !(await this.open(room))) {
                    unseen.push(room);
                }
            }
        } finally {
            [...wanted].filter((room) => this.sees(room) && !seenBefore.has(room)).forEach((room) => this.first.add(room));
        }
        const news: News['rooms'] = [];
        const invites: News['invites'] = [];
        const told = new Set<string>();
        const failed: unknown[] = [];
        let answered = 0;
        for (const [user, eye] of [...this.eyes]) {
            if (![...eye.rooms].some((room) => wanted.has(room))) {
                continue;
            }
            const asked = await this.ask(user, eye).catch((error) => { failed.push(error); });
            if (!asked) {
                continue;
            }
            answered += 1;
            invites.push(...asked.invites);
            asked.joined.forEach((room) => this.first.add(room));
            for (const room of asked.rooms) {
                // Two users may be in one room.
                const fresh = room.events.filter(({ event_id: id }) => !told.has(id));
                fresh.forEach(({ event_id: id }) => told.add(id));
                if (fresh.length || room.limited) {
                    news.push({ ...room, events: fresh });
                }
            }
        }
        if (failed.length && !answered) {
            throw failed[0];
        }
        const first = [...this.first];
        this.first.clear();
        return { news, invites, first, unseen: unseen.filter((room) => !this.sees(room)) };
    }

    public forget(): void {
        this.eyes.clear();
        this.first.clear();
        this.botIsBlind = false;
    }

    private sees(room: MatrixRoomId): boolean {
        return [...this.eyes.values()].some(({ rooms }) => rooms.has(room));
    }

    /** @returns besides the news: rooms that were joined since. What homeservers tell of these is what was written before. */
    private async ask(user: MatrixUserId, eye: Eye): Promise<Pick<News, 'rooms' | 'invites'> & { joined: MatrixRoomId[] }> {
        const { homeserver, namespace } = this.parts.context;
        try {
            const { next, rooms, left, invites } = await homeserver.news({ ...namespace.actingAs(user), since: eye.since });
            eye.since = next;
            const joined = rooms.map(({ roomId }) => roomId).filter((room) => !eye.rooms.has(room));
            joined.forEach((room) => eye.rooms.add(room));
            left.forEach((room) => eye.rooms.delete(room));
            return { rooms: rooms.filter(({ roomId }) => !joined.includes(roomId)), invites, joined };
        } catch (error) {
            if (isRefused(error)) {
                this.eyes.delete(user);
                this.parts.context.log.debug(`${user} cannot look any more: ${reasonOf(error)}`);
                return { rooms: [], invites: [], joined: [] };
            }
            throw error;
        }
    }

    /** Finds one of ours who is in the room and may look. */
    private async open(room: MatrixRoomId): Promise<boolean> {
        const { context, portals } = this.parts;
        const portal = await portals.ofMatrixRoom(room);
        if (!portal) {
            return false;
        }
        const { bot } = context.namespace;
        if ((portal.host !== bot || !this.botIsBlind) && (await this.openAs(portal.host, room))) {
            return true;
        }
        const acting = context.namespace.actingAs(portal.host);
        const members = await context.homeserver.joinedMembers(room, acting).catch((error) => this.nothing(error, new Map<MatrixUserId, unknown>()));
        const ghost = [...members.keys()].find((member) => member !== bot && context.namespace.isGhost(member));
        return Boolean(ghost) && this.openAs(ghost as MatrixUserId, room);
    }

    private async openAs(user: MatrixUserId, room: MatrixRoomId): Promise<boolean> {
        const { homeserver, namespace } = this.parts.context;
        try {
            const known = this.eyes.get(user);
            const { next } = known ? { next: known.since } : await homeserver.news(namespace.actingAs(user));
            const rooms = new Set(await homeserver.joinedRooms(namespace.actingAs(user)));
            if (rooms.has(room)) {
                // Whoever looks already goes on from the last place: the other rooms have news since then.
                this.eyes.set(user, { since: next, rooms });
                return true;
            }
        } catch (error) {
            this.nothing(error, undefined);
            this.botIsBlind = this.botIsBlind || user === namespace.bot;
        }
        return false;
    }

    private nothing<T>(error: unknown, value: T): T {
        if (!isRefused(error)) {
            throw error;
        }
        return value;
    }
}

/** The homeserver answered that it does not do this. */
function isRefused(error: unknown): boolean {
    const { status, errcode } = error instanceof BridgeError ? error : { status: undefined, errcode: undefined };
    return status !== undefined && status !== 429 && (status < 500 || (status === 500 && errcode !== undefined));
}
