import { randomBytes } from 'crypto';
import type { RcRoomId, RcUserId } from '../../ids/types';
import type { StoreKey } from '../../rocketchat/RocketChat';
import type { BridgeContext } from '../core/Context';
import { reasonOf } from '../core/Context';
import type { OutItem } from '../outbound/items';
import type { Presence } from './Presence';

/** How far a room has been brought to Matrix: everything up to here has arrived, or its writer was told that it has not. */
interface Progress {
    is: 'progress';
    roomId: RcRoomId;
    doneUntil: number;
}

/** A process has something under way in a room: of what was written from then on something may be missing. */
export interface Burst {
    is: 'burst';
    roomId: RcRoomId;
    owner: string;
    since: number;
}

/** Something that the server's database does not tell afterwards. */
export interface Intent {
    is: 'intent';
    id: string;
    roomId: RcRoomId;
    owner: string;
    at: number;
    /** Among those of the same millisecond. */
    place: number;
    item: OutItem;
}

/** A new name of somebody who may never write again. */
export interface NameIntent {
    is: 'name';
    id: string;
    owner: string;
    userId: RcUserId;
}

/** What is stored of a room. Times in milliseconds since the epoch. */
export interface RoomRecord {
    doneUntil?: number;
    bursts: Burst[];
    /** In the order in which they happened. */
    intents: Intent[];
}

type Stored = Progress | Burst | Intent | NameIntent;

const KIND: StoreKey = { model: 'misc', id: 'outbound' };
const OPEN: StoreKey = { model: 'misc', id: 'outbound-open' };
const PROGRESS: StoreKey = { model: 'misc', id: 'outbound-progress' };
const HOUR_MS = 3_600_000;
/** A room that has had no work for this long is closed: so a burst costs a few writes, and not one for each message. */
const QUIET_MS = 10_000;
/** Rooms with work within this many hours count as active. */
const ACTIVE_HOURS = 12;

const byRoom = (id: RcRoomId): StoreKey => ({ model: 'room', id });
const byHour = (time: number): StoreKey => ({ model: 'misc', id: `outbound-hour:${new Date(time).toISOString().slice(0, 13)}` });
const burstOf = (owner: string): StoreKey => ({ model: 'misc', id: `burst:${owner}` });
const byIntent = (id: string): StoreKey => ({ model: 'misc', id: `intent:${id}` });

/**
 * What survives a crash of the way to Matrix. A message in the server's database is its own intent: of it nothing is stored
 * but that its room has something under way, since when, and until when all is done; written before the first send of a
 * burst and when the room has been quiet for a while. What the database does not tell afterwards (deletions, reactions,
 * edits of old messages, who came and went, names) is stored item by item before it waits for its turn.
 */
export class Journal {
    /** `until` is when something was begun last: what was written before has been heard of. */
    private readonly open = new Map<RcRoomId, { until: number; round: number; stored: Promise<void> }>();
    /** Rooms in which something is to be done later. */
    private readonly held = new Set<RcRoomId>();
    private readonly writing = new Set<Promise<void>>();
    private count = 0;

    constructor(
        private readonly context: BridgeContext,
        private readonly presence: Presence,
    ) {}

    /**
     * To be awaited before the first send. Never throws: a message is not kept back for its record.
     * @param ts time of what is to be sent
     */
    public begin(roomId: RcRoomId, ts: number): Promise<void> {
        const until = this.context.clock.now();
        const entry = this.open.get(roomId);
        if (entry) {
            entry.round += 1;
            entry.until = until;
            return entry.stored;
        }
        const stored = this.addBurst(roomId, ts).catch((error) => {
            this.open.delete(roomId);
            this.context.log.error(`What is under way in room ${roomId} could not be stored: ${reasonOf(error)}`);
        });
        this.open.set(roomId, { until, round: 0, stored });
        return stored;
    }

    /** Everything up to then was looked at. What is open is noted when it is closed. Never throws. */
    public async reached(roomId: RcRoomId, time: number): Promise<void> {
        if (!this.open.has(roomId)) {
            await this.progress(roomId, time).catch((error) => this.context.log.warn(`The progress of room ${roomId} could not be stored: ${reasonOf(error)}`));
        }
    }

    /** The room has no work now: when that stays so, it is closed. */
    public quiet(roomId: RcRoomId): void {
        const entry = this.open.get(roomId);
        if (!entry) {
            return;
        }
        const { round } = entry;
        void this.context.clock.sleep(QUIET_MS).then(async () => {
            if (this.open.get(roomId) === entry && entry.round === round && !this.held.has(roomId)) {
                await entry.stored;
                this.open.delete(roomId);
                await this.progress(roomId, entry.until);
                await this.close(roomId, this.presence.id);
            }
        }).catch((error) => this.context.log.warn(`The progress of room ${roomId} could not be stored: ${reasonOf(error)}`));
    }

    /** Something of a room is done later: until then it is not closed. Never throws. @param since milliseconds since the epoch */
    public async hold(roomId: RcRoomId, since: number): Promise<void> {
        if (!this.held.has(roomId)) {
            this.held.add(roomId);
            await this.addBurst(roomId, since).catch((error) => this.context.log.error(`What is left in room ${roomId} could not be stored: ${reasonOf(error)}`));
        }
    }

    public isHeld(roomId: RcRoomId): boolean {
        return this.held.has(roomId);
    }

    /** What was to be done later is done. */
    public async release(roomId: RcRoomId): Promise<void> {
        if (this.held.delete(roomId)) {
            await this.close(roomId, this.presence.id);
        }
    }

    /** A burst is over, also one of a process that has ended. */
    public async close(roomId: RcRoomId, owner: string): Promise<void> {
        const reopened = owner === this.presence.id && this.open.get(roomId);
        if (!reopened) {
            await this.context.rocketchat.store.remove(byRoom(roomId), burstOf(owner));
        }
    }

    /** Stores an item before it waits. Never throws. @returns its id, at once, and when it is stored */
    public intend(item: OutItem): { id: string; stored: Promise<void> } {
        const id = randomBytes(8).toString('hex');
        const { context, presence } = this;
        const intent: Intent = { is: 'intent', id, roomId: item.room, owner: presence.id, at: context.clock.now(), place: (this.count += 1), item };
        return { id, stored: this.keep(intent, byRoom(item.room), KIND, OPEN, byIntent(id)) };
    }

    public intendName(userId: RcUserId): { id: string; stored: Promise<void> } {
        const id = randomBytes(8).toString('hex');
        return { id, stored: this.keep({ is: 'name', id, owner: this.presence.id, userId }, OPEN, byIntent(id)) };
    }

    /** An item is done, or given up. Never throws: doing it again later changes nothing. */
    public async done(id: string): Promise<void> {
        await this.context.rocketchat.store.remove(byIntent(id), OPEN).catch((error) => this.context.log.warn(`An intent could not be removed: ${reasonOf(error)}`));
    }

    /** Nothing is under way. */
    public get isIdle(): boolean {
        return this.open.size === 0 && this.writing.size === 0;
    }

    /** What is being stored is stored. */
    public async settled(): Promise<void> {
        await Promise.all(this.writing);
    }

    /** What others than this process have begun. One read. */
    public async unfinished(): Promise<(Burst | Intent | NameIntent)[]> {
        const stored = await this.context.rocketchat.store.read<Exclude<Stored, Progress>>(OPEN);
        return stored.filter(({ owner }) => owner !== this.presence.id);
    }

    public async of(roomId: RcRoomId): Promise<RoomRecord> {
        const stored = await this.context.rocketchat.store.read<Stored>(byRoom(roomId), KIND);
        const times = stored.reduce<number[]>((all, record) => (record.is === 'progress' ? [...all, record.doneUntil] : all), []);
        return {
            ...(times.length && { doneUntil: Math.max(...times) }),
            bursts: stored.filter((record): record is Burst => record.is === 'burst'),
            intents: stored.filter((record): record is Intent => record.is === 'intent').sort((a, b) => a.at - b.at || a.place - b.place),
        };
    }

    /**
     * @param since milliseconds since the epoch: when nobody listened any more
     * @returns the rooms from which something went to Matrix in the hours before now or before then, the latest first
     */
    public async recent(most: number, since: number): Promise<RcRoomId[]> {
        const { clock, rocketchat } = this.context;
        const ends = [clock.now(), since];
        const hours = [...Array(ACTIVE_HOURS).keys()].reduce<StoreKey[]>((all, hour) => [...all, ...ends.map((end) => byHour(end - hour * HOUR_MS))], []);
        const found: Progress[] = [];
        for (const hour of new Map(hours.map((key) => [key.id, key])).values()) {
            found.push(...(found.length < most ? await rocketchat.store.read<Progress>(hour) : []));
        }
        return found.sort((a, b) => b.doneUntil - a.doneUntil).slice(0, most).map(({ roomId }) => roomId);
    }

    private async addBurst(roomId: RcRoomId, since: number): Promise<void> {
        const { presence, context } = this;
        await presence.known();
        const burst: Burst = { is: 'burst', roomId, owner: presence.id, since };
        await context.rocketchat.store.add(burst, byRoom(roomId), KIND, OPEN, burstOf(burst.owner));
    }

    private async progress(roomId: RcRoomId, doneUntil: number): Promise<void> {
        const { store } = this.context.rocketchat;
        const progress: Progress = { is: 'progress', roomId, doneUntil };
        await store.remove(byRoom(roomId), PROGRESS);
        await store.add(progress, byRoom(roomId), KIND, PROGRESS, byHour(this.context.clock.now()));
    }

    private keep(record: Intent | NameIntent, ...keys: StoreKey[]): Promise<void> {
        const stored: Promise<void> = this.presence.known()
            .then(() => this.context.rocketchat.store.add(record, ...keys))
            .catch((error) => this.context.log.error(`Something that waits for Matrix could not be stored: ${reasonOf(error)}`))
            .then(() => { this.writing.delete(stored); });
        this.writing.add(stored);
        return stored;
    }
}
