import type { RcRoomId } from '../../ids/types';
import { reasonOf } from '../core/Context';
import { despiteDatabase, isHomeservers, isServersTrouble } from '../core/databaseTrouble';
import { LruMap } from '../core/LruMap';
import type { Parts } from '../core/Parts';
import type { Doers, Work } from '../outbound/items';
import type { Notices } from '../outbound/Notices';
import { RoomQueues } from '../outbound/RoomQueues';
import type { Sender } from '../outbound/Sender';
import type { Portal } from '../portals/Portal';
import type { Intent, Journal, RoomRecord } from './Journal';
import { Leftovers } from './Leftovers';
import type { Presence } from './Presence';
import { Recovery } from './Recovery';

/** What is to be compared. */
interface Range {
    whole: boolean;
    /** Milliseconds since the epoch; infinite where only the records tell. */
    since: number;
}

const CHECKED = 20_000;
/** When another process has something under way in a room, the room is looked at again after this time. */
const DEFER_MS = 15_000;
/** How often other processes are waited for: some rooms are never quiet. */
const DEFERRALS = 4;
/** Older messages come from an import, and are stored like all that the newest messages do not tell. */
const OLD_MS = 3_600_000;
const AGAIN_MS = 60_000;
/** What the homeserver does not let us compare is tried less and less often. */
const SELDOM_MS = 3_600_000;
const DAY_MS = 86_400_000;

const messageKey = (id: string): string => `message ${id}`;

/**
 * The work of the rooms' lanes to Matrix, so that none of it is lost: what is stored before it waits, what is compared when
 * a room is first touched, and what is taken over from a process that has ended.
 */
export class RoomWork {
    public readonly queues: RoomQueues;
    public readonly leftovers: Leftovers;
    private readonly recovery: Recovery;
    /** Rooms whose past was compared since this process, or the app, started. */
    private readonly checked = new LruMap<RcRoomId, 'news' | 'whole'>(CHECKED);
    private readonly checking = new Map<RcRoomId, Range & { done: Promise<void> }>();
    /** How often a room was put off because another process has something under way there. */
    private readonly deferred = new LruMap<RcRoomId, number>(CHECKED);
    /** How often a room could not be compared, one time after the other. */
    private readonly failures = new LruMap<RcRoomId, number>(CHECKED);

    constructor(
        private readonly parts: Parts,
        doers: Doers,
        sender: Sender,
        private readonly notices: Notices,
        private readonly journal: Journal,
        private readonly presence: Presence,
    ) {
        this.leftovers = new Leftovers(parts, doers, notices, journal, presence);
        this.recovery = new Recovery(parts, doers.messages, doers.reactions, sender);
        this.queues = new RoomQueues(parts, (roomId, since) => this.reread(roomId, since), (roomId) => journal.quiet(roomId));
    }

    /** Puts something into its room's lane; nothing happens in rooms that are not bridged. @returns when it would survive a crash */
    public async add({ item, concerned, order, intent, action }: Work): Promise<void> {
        const { portals, context } = this.parts;
        const portal = await despiteDatabase(context, `Something of room ${item.room}`, () => portals.ofRcRoom(item.room), isServersTrouble);
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
                if (kept && (await this.leftovers.isTooEarly(item, concerned.message).catch(() => false))) {
                    void this.leftovers.later(portal, { id: kept.id, item }, concerned.message, (task) => this.queues.run(item.room, task));
                    return;
                }
                // The room may have been deleted meanwhile: then nobody of ours is in the one on Matrix.
                const unlessOver = async (): Promise<void> => { await ((await portals.ofRcRoom(item.room)) && action(portal)); };
                for (let isSettled = false; !isSettled;) {
                    isSettled = await despiteDatabase(context, `Something of room ${item.room}`, unlessOver, isServersTrouble)
                        .then(() => true, (error) => this.notices.failed(item, concerned, error));
                }
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
     * @param since from when on something may be missing, milliseconds since the epoch, when the records may not tell
     * @returns when that is done, or was put off
     */
    public check(portal: Portal, whole: boolean, since = Infinity): Promise<void> {
        const id = portal.rcRoomId;
        const running = this.checking.get(id);
        if (running) {
            const isEnough = (running.whole || !whole) && running.since <= since;
            return isEnough ? running.done : running.done.then(() => this.check(portal, whole, since));
        }
        this.checked.set(id, whole ? 'whole' : 'news');
        const past = { whole, since };
        const done = this.queues.run(id, async () => {
            try {
                await despiteDatabase(this.parts.context, `The comparison of room ${id}`, () => this.bringUp(portal, past));
            } catch (error) {
                await this.putOff(portal, past, error);
            }
        }, -Infinity).finally(() => this.checking.delete(id));
        this.checking.set(id, { ...past, done });
        return done;
    }

    /** The app was off, or events may have been missed: every room is compared again when something happens in it. */
    public doubtAll(): void {
        this.checked.clear();
    }

    private async bringUp(portal: Portal, past: Range): Promise<void> {
        const { journal, presence, queues } = this;
        const roomId = portal.rcRoomId;
        const startedAt = this.parts.context.clock.now();
        const record = await journal.of(roomId);
        const gone = await this.goneOf(record);
        const isBusy = ({ bursts }: RoomRecord): boolean => bursts.some(({ owner }) => owner !== presence.id && !gone.has(owner));
        const isOurs = ({ id, owner }: Intent): boolean => owner === presence.id && journal.isHeld(roomId) && !queues.isWaiting(roomId, id);
        const intents = record.intents.filter((intent) => gone.has(intent.owner) || isOurs(intent));
        const left = [...record.bursts.filter(({ owner }) => gone.has(owner)).map(({ since }) => since), ...intents.map(({ at }) => at)];
        past.since = Math.min(past.since, ...(left.length ? left : [(record.doneUntil ?? portal.bridgedAt - 1) + 1]));
        if (isBusy(record) && this.defer(portal, past)) {
            return;
        }
        if (left.length) {
            await journal.begin(roomId, past.since);
            const now = await journal.of(roomId);
            const first = now.bursts.map(({ owner }) => owner).filter((owner) => !gone.has(owner)).sort()[0];
            // Another one takes it up at the same moment: one of the two steps back.
            if (!isBusy(record) && isBusy(now) && first !== presence.id && this.defer(portal, past)) {
                return;
            }
        }
        this.deferred.delete(roomId);
        await this.compare(portal, { ...past, whole: past.whole || left.length > 0 }, record.intents);
        const isOver = !(await this.parts.portals.ofRcRoom(roomId));
        await (isOver ? Promise.all(intents.map(({ id }) => journal.done(id))) : this.leftovers.redo(portal, intents));
        for (const owner of gone) {
            await journal.close(roomId, owner);
        }
        this.failures.delete(roomId);
        await journal.release(roomId);
        if (startedAt - (record.doneUntil ?? 0) > DAY_MS) {
            await journal.reached(roomId, startedAt);
        }
    }

    private async goneOf({ bursts, intents }: RoomRecord): Promise<Set<string>> {
        const gone = new Set<string>();
        for (const owner of new Set([...bursts, ...intents].map((record) => record.owner))) {
            if (await this.presence.isGone(owner)) {
                gone.add(owner);
            }
        }
        return gone;
    }

    /** What was not held in memory: messages are in the server's database, the rest was stored. */
    private async reread(roomId: RcRoomId, since: number): Promise<void> {
        const { journal, presence, queues } = this;
        const portal = await this.parts.portals.ofRcRoom(roomId);
        if (!portal) {
            return;
        }
        try {
            await despiteDatabase(this.parts.context, `The comparison of room ${roomId}`, async () => {
                await journal.begin(roomId, since);
                await journal.settled();
                const { intents } = await journal.of(roomId);
                await this.compare(portal, { whole: false, since }, intents);
                await this.leftovers.redo(portal, intents.filter(({ id, owner }) => owner === presence.id && !queues.isWaiting(roomId, id)));
            });
        } catch (error) {
            await this.putOff(portal, { whole: false, since }, error);
        }
    }

    private async compare(portal: Portal, { since, whole }: Range, intents: Intent[]): Promise<void> {
        const roomId = portal.rcRoomId;
        const deleted = new Set(intents.reduce<string[]>((all, { item }) => (item.kind === 'delete' ? [...all, item.message] : all), []));
        await this.recovery.room(portal, { since, whole, deleted }, {
            begin: () => this.journal.begin(roomId, since),
            isWaiting: (id) => this.queues.isWaiting(roomId, messageKey(id)),
            claim: (id) => this.queues.claim(roomId, messageKey(id)),
            failed: (item, concerned, error) => this.leftovers.giveUp(item, concerned, error),
        });
    }

    /** It could not be done now: kept, also over a crash, and tried again. */
    private async putOff(portal: Portal, past: Range, error: unknown): Promise<void> {
        const { clock, log } = this.parts.context;
        const { rcRoomId: id, bridgedAt } = portal;
        log.error(`Room ${id} could not be compared with Matrix: ${reasonOf(error)}`);
        this.checked.delete(id);
        const since = Number.isFinite(past.since) ? past.since : Math.max(bridgedAt, clock.now() - DAY_MS);
        await this.journal.hold(id, since);
        const failures = this.failures.get(id) || 0;
        this.failures.set(id, failures + 1);
        const pause = isHomeservers(error) ? Math.min(SELDOM_MS, AGAIN_MS * 2 ** Math.min(failures, 10)) : AGAIN_MS;
        void clock.sleep(pause).then(() => this.check(portal, past.whole, since));
    }

    /** Another process has something under way in the room. @returns false when it was put off often enough */
    private defer(portal: Portal, { whole, since }: Range): boolean {
        const times = (this.deferred.get(portal.rcRoomId) || 0) + 1;
        this.deferred.set(portal.rcRoomId, times);
        if (times > DEFERRALS) {
            return false;
        }
        void this.parts.context.clock.sleep(DEFER_MS).then(() => this.check(portal, whole, since));
        return true;
    }
}
