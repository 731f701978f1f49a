import { randomBytes } from 'crypto';
import type { MatrixEventId, MatrixRoomId } from '../../ids/types';
import type { MatrixEvent } from '../../matrix/Homeserver';
import type { BridgeContext } from '../core/Context';
import { reasonOf } from '../core/Context';
import type { Waiting } from '../core/Waiting';
import type { Parked, Part, Processes } from './parked';
import type { ParkedNote } from './ParkedStore';
import { ParkedStore } from './ParkedStore';

/** A room's next parked events are fetched when fewer than these are in memory. */
const LOW_TIDE = 50;
/** How often another process is asked whether it is done. */
const LOOK_MS = 500;

/**
 * Events that are taken over from the homeserver and not handled yet, durably: the transaction they came in is answered, and
 * the homeserver goes on. Memory holds which events these are, and their order; those that are not in a lane yet are read
 * when the room's lane gets short. All newer events of a room come after them.
 */
export class Parking {
    private readonly store: ParkedStore;
    private readonly rooms = new Map<MatrixRoomId, Part[]>();
    /** Two processes can have parked the same event, each of them durably. */
    private readonly byEvent = new Map<MatrixEventId, Part[]>();
    private readonly fetching = new Set<MatrixRoomId>();
    private seq = 0;
    private loaded?: Promise<void>;

    /**
     * @param take puts an event into its room's lane
     * @param inMemory how many events of a room are in its lane
     * @param processes who else works here
     */
    constructor(
        private readonly context: BridgeContext,
        private readonly take: (event: MatrixEvent) => void,
        private readonly inMemory: (room: MatrixRoomId) => number,
        private readonly processes: Processes,
    ) {
        this.store = new ParkedStore(() => context.rocketchat.store);
    }

    /** Reads once per process what is parked: it comes before everything newer of its rooms. @throws when it cannot be read */
    public ready(): Promise<void> {
        this.loaded = this.loaded || this.adopt(() => true).catch((error) => {
            this.loaded = undefined;
            throw error;
        });
        return this.loaded;
    }

    /** Takes over what processes that have ended left behind. */
    public async takeOver(): Promise<void> {
        await this.ready();
        const notes = await this.store.notes();
        const owners = [...new Set(notes.map(({ owner }) => owner))];
        const gone = await Promise.all(owners.map((owner) => this.processes.isGone(owner)));
        await this.adopt(({ owner }) => gone[owners.indexOf(owner)]);
    }

    /** Where several processes work: what another one has parked of these rooms comes before new events of them. */
    public async lookFor(rooms: Set<MatrixRoomId>): Promise<void> {
        await this.adopt((note) => note.rooms.some(({ room }) => rooms.has(room)));
    }

    /** Of this room are parked events that are not in memory: newer ones go behind them. */
    public isBehind(room: MatrixRoomId): boolean {
        return (this.rooms.get(room) || []).some(({ inLane }) => !inLane);
    }

    public holds(event: MatrixEventId): boolean {
        return this.byEvent.has(event);
    }

    /** @returns when the documents that hold these events are written. @throws when they could not be */
    private async durable(events: MatrixEvent[]): Promise<void> {
        const documents = new Set<Promise<void>>();
        events.forEach(({ event_id: id }) => this.byEvent.get(id)?.forEach(({ parked }) => documents.add(parked.stored)));
        await Promise.all(documents);
    }

    /**
     * Parks events in the order in which they came.
     * @param inLane whether an event is in its room's lane already
     * @throws when they could not be stored: then they count as not parked
     */
    public async park(events: MatrixEvent[], inLane: (event: MatrixEvent) => boolean): Promise<void> {
        const fresh = events.filter(({ event_id: id }) => !this.byEvent.has(id));
        if (fresh.length) {
            const rooms = new Map<MatrixRoomId, MatrixEvent[]>();
            fresh.forEach((event) => rooms.set(event.room_id, []));
            fresh.forEach((event) => rooms.get(event.room_id)?.push(event));
            this.seq += 1;
            const note: ParkedNote = {
                id: randomBytes(8).toString('hex'), owner: this.processes.id, at: this.context.clock.now(), seq: this.seq,
                rooms: [...rooms].map(([room, list]) => ({ room, events: list.map(({ event_id: id }) => id) })),
            };
            const parked = this.keep(note, (room) => (rooms.get(room) as MatrixEvent[]).every(inLane));
            parked.stored = this.processes.known().then(() => this.store.add(note, fresh));
            parked.stored.catch(() => parked.parts.forEach((part) => this.drop(part)));
        }
        await this.durable(events);
        events.forEach(({ room_id: room }) => this.tide(room));
    }

    /** To be awaited in the lane when an event is handled: the next one of the room begins when that is stored. Never throws. */
    public async done(event: MatrixEventId, room: MatrixRoomId): Promise<void> {
        for (const part of this.byEvent.get(event) || []) {
            this.forget(event, part);
            if (!part.left.size) {
                await this.finish(part);
            }
        }
        this.tide(room);
    }

    /** Fetches what is parked of a room when little of it is left in memory. */
    public tide(room: MatrixRoomId): void {
        const next = (this.rooms.get(room) || []).find(({ inLane }) => !inLane);
        if (next && !this.fetching.has(room) && this.inMemory(room) < LOW_TIDE) {
            this.fetching.add(room);
            void this.fetch(next).finally(() => {
                this.fetching.delete(room);
                this.tide(room);
            });
        }
    }

    /** What is parked and not in memory, by room. */
    public waiting(): Waiting[] {
        return [...this.rooms].map(([room, parts]) => {
            const away = parts.filter(({ inLane }) => !inLane);
            return { room, direction: 'in', count: away.reduce((sum, { left }) => sum + left.size, 0), oldestAt: Math.min(...parts.map(({ parked }) => parked.note.at)) };
        });
    }

    private async adopt(wanted: (note: ParkedNote) => boolean): Promise<void> {
        const known = new Set<string>();
        this.rooms.forEach((parts) => parts.forEach(({ parked }) => known.add(parked.note.id)));
        const found = (await this.store.notes()).filter((note) => note.owner !== this.processes.id && !known.has(note.id) && wanted(note));
        for (const note of found) {
            const parked = this.keep(note, () => false);
            parked.ours = this.whenOurs(parked);
        }
        if (found.length) {
            found.forEach((note) => note.rooms.forEach(({ room }) => this.tide(room)));
        }
    }

    /** Waits until the process that has parked it is done with it, or has ended. Never rejects. */
    private async whenOurs(parked: Parked): Promise<void> {
        const { id, owner } = parked.note;
        for (;;) {
            try {
                const isGone = await this.processes.isGone(owner);
                const note = await this.store.note(id);
                const left = note ? note.rooms.map(({ room }) => room) : [];
                parked.parts.filter(({ room }) => !left.includes(room)).forEach((part) => this.drop(part));
                if (isGone && note && parked.parts.length) {
                    await this.processes.known();
                    parked.note = { ...note, owner: this.processes.id };
                    await this.store.update(parked.note);
                }
                if (isGone || !parked.parts.length) {
                    return;
                }
            } catch (error) {
                this.context.log.warn(`Parked events of another process could not be looked at: ${reasonOf(error)}`);
            }
            await this.context.clock.sleep(LOOK_MS);
        }
    }

    private keep(note: ParkedNote, inLane: (room: MatrixRoomId) => boolean): Parked {
        const parked: Parked = { note, parts: [], stored: Promise.resolve(), changing: Promise.resolve() };
        parked.parts = note.rooms.map(({ room, events }) => ({ room, left: new Set(events), inLane: inLane(room), parked }));
        for (const part of parked.parts) {
            this.rooms.set(part.room, [...(this.rooms.get(part.room) || []), part]);
            part.left.forEach((event) => this.byEvent.set(event, [...(this.byEvent.get(event) || []), part]));
        }
        return parked;
    }

    private drop(part: Part): void {
        [...part.left].forEach((event) => this.forget(event, part));
        const others = (this.rooms.get(part.room) || []).filter((other) => other !== part);
        if (others.length) {
            this.rooms.set(part.room, others);
        } else {
            this.rooms.delete(part.room);
        }
        part.parked.parts = part.parked.parts.filter((other) => other !== part);
    }

    /** The event is not left of this part any more. */
    private forget(event: MatrixEventId, part: Part): void {
        part.left.delete(event);
        const others = (this.byEvent.get(event) || []).filter((other) => other !== part);
        if (others.length) {
            this.byEvent.set(event, others);
        } else {
            this.byEvent.delete(event);
        }
    }

    /** Never rejects. */
    private finish(part: Part): Promise<void> {
        const { parked } = part;
        this.drop(part);
        if (parked.note.owner !== this.processes.id) {
            // Its owner takes it out, or whoever takes it over.
            return Promise.resolve();
        }
        parked.changing = parked.changing.then(async () => {
            await parked.stored;
            parked.note.rooms = parked.parts.map(({ room, left }) => ({ room, events: [...left] }));
            await (parked.parts.length ? this.store.update(parked.note) : this.store.remove(parked.note.id));
        }).catch((error) => {
            // It is handled once more after a restart, which changes nothing for most events.
            this.context.log.warn(`A parked transaction could not be taken out: ${reasonOf(error)}`);
        });
        return parked.changing;
    }

    private async fetch(part: Part): Promise<void> {
        try {
            await part.parked.stored;
            await part.parked.ours;
            if (!part.parked.parts.includes(part)) {
                return;
            }
            const events = await this.store.events(part.parked.note.id);
            const found = (events || []).filter((event) => event.room_id === part.room && part.left.has(event.event_id));
            const there = new Set(found.map(({ event_id: id }) => id));
            [...part.left].filter((id) => !there.has(id)).forEach((id) => this.forget(id, part));
            part.inLane = true;
            if (found.length) {
                found.forEach((event) => this.take(event));
            } else {
                await this.finish(part);
            }
        } catch (error) {
            this.context.log.warn(`Parked events of ${part.room} could not be read: ${reasonOf(error)}`);
            await this.context.clock.sleep(1_000);
        }
    }
}
