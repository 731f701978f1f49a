import type { RcRoomId } from '../../ids/types';
import { reasonOf } from '../core/Context';
import { LruMap } from '../core/LruMap';
import type { Parts } from '../core/Parts';
import type { Doers, OutItem } from '../outbound/items';
import { identityOf, Redoing } from '../outbound/items';
import type { Concerned, Notices } from '../outbound/Notices';
import { RoomQueues } from '../outbound/RoomQueues';
import type { Sender } from '../outbound/Sender';
import type { Portal } from '../portals/Portal';
import type { Intent, Journal, RoomRecord } from './Journal';
import type { Presence } from './Presence';
import { Recovery } from './Recovery';

/** One thing to be done in a room's lane. */
export interface Work {
    item: OutItem;
    concerned: Concerned;
    /** Place among what waits: time of a message in milliseconds since the epoch. */
    order?: number;
    /** Where it is stored already. */
    intent?: { id: string; stored: Promise<void> };
    /** @throws when it cannot be brought to Matrix */
    action: (portal: Portal) => Promise<void>;
}

const CHECKED = 20_000;
/** Another process has something under way in the room: it is looked at again after so long. */
const DEFER_MS = 15_000;
/** In rooms that are never quiet the others are waited for so often. */
const DEFERRALS = 4;
/** So old messages come from an import, and are stored like all that the newest messages do not tell. */
const OLD_MS = 3_600_000;
const TRIES = 5;
const PAUSE_MS = 2_000;
const DAY_MS = 86_400_000;

const messageKey = (id: string): string => `message ${id}`;

/**
 * The work of the rooms' lanes to Matrix, so that none of it is lost: what is stored before it waits, what is compared when
 * a room is first touched, and what is taken over from a process that is no more.
 */
export class RoomWork {
    public readonly queues: RoomQueues;
    public readonly redoing: Redoing;
    private readonly recovery: Recovery;
    /** Rooms whose past was compared since this process, or the app, started. */
    private readonly checked = new LruMap<RcRoomId, 'news' | 'whole'>(CHECKED);
    private readonly checking = new Map<RcRoomId, { whole: boolean; done: Promise<void> }>();
    /** How often a room was put off because another process has something under way there. */
    private readonly deferred = new LruMap<RcRoomId, number>(CHECKED);

    constructor(
        private readonly parts: Parts,
        doers: Doers,
        sender: Sender,
        private readonly notices: Notices,
        private readonly journal: Journal,
        private readonly presence: Presence,
    ) {
        this.redoing = new Redoing(parts, doers);
        this.recovery = new Recovery(parts, doers.messages, doers.reactions, sender);
        this.queues = new RoomQueues(parts, (roomId, since) => this.reread(roomId, since), (roomId) => journal.quiet(roomId));
    }

    /** Puts something into its room's lane; nothing happens in rooms that are not bridged. @returns when it would survive a crash */
    public async add({ item, concerned, order, intent, action }: Work): Promise<void> {
        const { portals, context } = this.parts;
        const portal = await portals.ofRcRoom(item.room);
        if (!portal) {
            await (intent && this.journal.done(intent.id));
            return;
        }
        this.touched(portal);
        const now = context.clock.now();
        // A message in the server's database is its own intent, as long as it can be found among the newest.
        const isFound = item.kind === 'message' && order !== undefined && order > now - OLD_MS;
        const kept = intent || (isFound ? undefined : this.journal.intend(item));
        const ts = isFound ? (order as number) : now;
        this.queues.add(item.room, {
            key: item.kind === 'message' ? messageKey(item.message) : (kept as { id: string }).id,
            order,
            ts,
            task: async () => {
                await Promise.all([kept && kept.stored, this.journal.begin(item.room, ts)]);
                await action(portal).catch((error) => this.notices.failed(item, concerned, error));
                await (kept && this.journal.done(kept.id));
            },
        });
        await (kept && kept.stored);
    }

    /** Something happened in a bridged room: what was written there while the app was away is brought over, once. */
    public touched(portal: Portal): void {
        if (!this.isChecked(portal.rcRoomId)) {
            void this.check(portal, false);
        }
    }

    /** @param whole not only for what was written since */
    public isChecked(roomId: RcRoomId, whole = false): boolean {
        const checking = this.checking.get(roomId);
        return whole ? this.checked.get(roomId) === 'whole' || Boolean(checking && checking.whole) : this.checked.has(roomId) || Boolean(checking);
    }

    /**
     * Compares a room with Matrix before whatever waits there. Twice at once is once.
     * @param whole also when nothing was written since
     * @returns when that is done, or was given up
     */
    public check(portal: Portal, whole: boolean): Promise<void> {
        const id = portal.rcRoomId;
        const running = this.checking.get(id);
        if (running) {
            return running.whole || !whole ? running.done : running.done.then(() => this.check(portal, whole));
        }
        this.checked.set(id, whole ? 'whole' : 'news');
        const done = this.queues.run(id, async () => {
            try {
                await this.patiently(id, () => this.bringUp(portal, whole));
            } catch (error) {
                this.checked.delete(id);
                this.parts.context.log.error(`Room ${id} could not be compared with Matrix: ${reasonOf(error)}`);
            }
        }, -Infinity).finally(() => this.checking.delete(id));
        this.checking.set(id, { whole, done });
        return done;
    }

    /** The app was off, or events may have been missed: every room is compared again when something happens in it. */
    public doubtAll(): void {
        this.checked.clear();
    }

    private async bringUp(portal: Portal, whole: boolean): Promise<void> {
        const { journal, presence } = this;
        const roomId = portal.rcRoomId;
        const startedAt = this.parts.context.clock.now();
        const record = await journal.of(roomId);
        const others = new Set([...record.bursts, ...record.intents].map(({ owner }) => owner).filter((owner) => owner !== presence.id));
        const gone = new Set<string>();
        for (const owner of others) {
            if (await presence.isGone(owner)) {
                gone.add(owner);
            }
        }
        const isBusy = ({ bursts }: RoomRecord): boolean => bursts.some(({ owner }) => owner !== presence.id && !gone.has(owner));
        if (isBusy(record) && this.defer(portal, whole)) {
            return;
        }
        const intents = record.intents.filter(({ owner }) => gone.has(owner));
        const left = [...record.bursts.filter(({ owner }) => gone.has(owner)).map(({ since }) => since), ...intents.map(({ at }) => at)];
        const since = left.length ? Math.min(...left) : (record.doneUntil ?? portal.bridgedAt - 1) + 1;
        if (left.length) {
            await journal.begin(roomId, since);
            const now = await journal.of(roomId);
            const first = now.bursts.map(({ owner }) => owner).filter((owner) => !gone.has(owner)).sort()[0];
            // Another one takes it up at the same moment: one of the two steps back.
            if (!isBusy(record) && isBusy(now) && first !== presence.id && this.defer(portal, whole)) {
                return;
            }
        }
        this.deferred.delete(roomId);
        await this.compare(portal, since, whole || left.length > 0, record.intents);
        await this.redo(portal, intents);
        for (const owner of gone) {
            await journal.close(roomId, owner);
        }
        if (startedAt - (record.doneUntil ?? 0) > DAY_MS) {
            await journal.reached(roomId, startedAt);
        }
    }

    /** What was not held in memory: messages are in the server's database, the rest was stored. */
    private async reread(roomId: RcRoomId, since: number): Promise<void> {
        const { journal, presence, queues } = this;
        const portal = await this.parts.portals.ofRcRoom(roomId);
        if (portal) {
            await journal.begin(roomId, since);
            await journal.settled();
            const { intents } = await journal.of(roomId);
            await this.patiently(roomId, () => this.compare(portal, since, false, intents));
            await this.redo(portal, intents.filter(({ id, owner }) => owner === presence.id && !queues.isWaiting(roomId, id)));
        }
    }

    private async compare(portal: Portal, since: number, whole: boolean, intents: Intent[]): Promise<void> {
        const roomId = portal.rcRoomId;
        const deleted = new Set(intents.reduce<string[]>((all, { item }) => (item.kind === 'delete' ? [...all, item.message] : all), []));
        await this.recovery.room(portal, { since, whole, deleted }, {
            begin: () => this.journal.begin(roomId, since),
            isWaiting: (id) => this.queues.isWaiting(roomId, messageKey(id)),
            claim: (id) => this.queues.claim(roomId, messageKey(id)),
            failed: (item, concerned, error) => this.notices.failed(item, concerned, error),
        });
    }

    /** In their order; of those that undo each other only the last. */
    private async redo(portal: Portal, intents: Intent[]): Promise<void> {
        const last = new Map(intents.map((intent) => [identityOf(intent.item), intent.id]));
        for (const { id, item } of intents) {
            if (last.get(identityOf(item)) === id) {
                await this.redoing.perform(portal, item).catch((error) => this.failed(item, error));
            }
            await this.journal.done(id);
        }
    }

    private async failed(item: OutItem, error: unknown): Promise<void> {
        const actorId = 'by' in item && item.by ? item.by : 'user' in item ? item.user : undefined;
        const { rocketchat } = this.parts.context;
        const message = 'message' in item ? await rocketchat.message(item.message).catch(() => undefined) : undefined;
        const actor = actorId ? await rocketchat.user(actorId).catch(() => undefined) : message && message.sender;
        await this.notices.failed(item, { message, actor: actor || (await rocketchat.appUser()) }, error);
    }

    /** Rocket.Chat's database may be away for a moment. */
    private async patiently(roomId: RcRoomId, action: () => Promise<void>): Promise<void> {
        const { clock, log } = this.parts.context;
        for (let tries = 1; ; tries += 1) {
            try {
                await action();
                return;
            } catch (error) {
                if (tries >= TRIES) {
                    throw error;
                }
                log.warn(`Room ${roomId} could not be compared with Matrix, and is again: ${reasonOf(error)}`);
                await clock.sleep(PAUSE_MS * tries);
            }
        }
    }

    /** @returns false when it was put off often enough */
    private defer(portal: Portal, whole: boolean): boolean {
        const times = (this.deferred.get(portal.rcRoomId) || 0) + 1;
        this.deferred.set(portal.rcRoomId, times);
        if (times > DEFERRALS) {
            return false;
        }
        void this.parts.context.clock.sleep(DEFER_MS).then(() => this.check(portal, whole));
        return true;
    }
}
