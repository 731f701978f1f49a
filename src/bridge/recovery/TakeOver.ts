import type { RcMessage, RcUser } from '../../rocketchat/RocketChat';
import type { RcRoomId } from '../../ids/types';
import { reasonOf } from '../core/Context';
import type { Parts } from '../core/Parts';
import type { Portal } from '../portals/Portal';
import type { Intent, Journal, NameIntent } from './Journal';
import type { Presence } from './Presence';
import type { RoomWork } from './RoomWork';

/** Where what was begun is begun again. */
export interface Doors {
    messagePosted(message: RcMessage): Promise<void>;
    userChanged(user: RcUser): Promise<void>;
}

/** How many rooms are compared at a time: after an outage very many can be left. */
const AT_ONCE = 8;

/** Takes up what processes that have ended had begun, also those of other servers. */
export class TakeOver {
    private looking?: Promise<void>;
    private readonly waiting = new Map<RcRoomId, Portal>();
    private readonly running = new Set<RcRoomId>();

    constructor(
        private readonly parts: Parts,
        private readonly presence: Presence,
        private readonly journal: Journal,
        private readonly work: RoomWork,
        private readonly doors: Doors,
    ) {}

    /** One read, and no work when nothing is left. @returns when it is known and waits in the rooms' lanes */
    public look(): Promise<void> {
        this.looking = this.looking || this.begin().finally(() => { this.looking = undefined; });
        return this.looking;
    }

    private async begin(): Promise<void> {
        const open = await this.journal.unfinished();
        const owners = [...new Set(open.map(({ owner }) => owner))];
        await Promise.all(owners.map(async (owner) => {
            if (await this.presence.isGone(owner)) {
                await this.of(owner, open.filter((record) => record.owner === owner));
            }
        }));
    }

    private async of(owner: string, left: Awaited<ReturnType<Journal['unfinished']>>): Promise<void> {
        const { portals, context } = this.parts;
        const rooms = new Set<RcRoomId>(left.reduce<RcRoomId[]>((all, record) => (record.is === 'name' ? all : [...all, record.roomId]), []));
        for (const roomId of rooms) {
            const portal = await portals.ofRcRoom(roomId);
            if (portal && !this.running.has(roomId)) {
                this.waiting.set(roomId, portal);
                this.next();
            } else if (!portal) {
                await this.unbridged(owner, roomId, left.filter((record): record is Intent => record.is === 'intent' && record.roomId === roomId));
            }
        }
        for (const record of left.filter((one): one is NameIntent => one.is === 'name')) {
            await this.name(record).catch((error) => context.log.warn(`A name could not be brought to Matrix: ${reasonOf(error)}`));
        }
    }

    /** Not awaited: a homeserver may be away for hours. */
    private next(): void {
        const [waiting] = this.running.size < AT_ONCE ? this.waiting : [];
        if (waiting) {
            const [roomId, portal] = waiting;
            this.waiting.delete(roomId);
            this.running.add(roomId);
            void this.work.check(portal, true).then(() => {
                this.running.delete(roomId);
                this.next();
            });
        }
    }

    /** The first messages of a direct room whose Matrix room was just being made; all else of rooms that are not bridged any more. */
    private async unbridged(owner: string, roomId: RcRoomId, intents: Intent[]): Promise<void> {
        const { rocketchat } = this.parts.context;
        for (const { id, item } of [...intents].sort((a, b) => a.at - b.at || a.place - b.place)) {
            const message = item.kind === 'message' ? await rocketchat.message(item.message) : undefined;
            const sender = message && (await rocketchat.user(message.sender.id));
            if (message && sender) {
                await this.doors.messagePosted({ ...message, sender });
            }
            await this.journal.done(id);
        }
        await this.journal.close(roomId, owner);
    }

    private async name({ id, userId }: NameIntent): Promise<void> {
        const user = await this.parts.context.rocketchat.user(userId);
        await (user && this.doors.userChanged(user));
        await this.journal.done(id);
    }
}
