import type { MatrixEventId, MatrixRoomId } from '../../ids/types';
import { checkEvents } from '../../matrix/events/envelope';
import type { MatrixEvent } from '../../matrix/Homeserver';
import type { Store, StoreKey } from '../../rocketchat/RocketChat';

/** What is known of a parked transaction without its events: small enough to read all of them at a start. */
export interface ParkedNote {
    id: string;
    /** The process that works at it. */
    owner: string;
    /** Milliseconds since the epoch. */
    at: number;
    /** Place among those of the same owner. */
    seq: number;
    /** The rooms of which events are left, with all that were parked of each, in their order. */
    rooms: { room: MatrixRoomId; events: MatrixEventId[] }[];
}

const NOTE: StoreKey = { model: 'misc', id: 'inbound-parked' };
const BODY: StoreKey = { model: 'misc', id: 'inbound-parked-events' };
const byId = (id: string): StoreKey => ({ model: 'misc', id: `inbound-parked:${id}` });

/**
 * Parked transactions in the app's persistence: one document of events for each, and a note beside it. The events are kept as
 * JSON text: the engine's accessors break at some JSON that strangers can send (keys `__proto__`, more than 100 levels).
 */
export class ParkedStore {
    constructor(private readonly store: () => Store) {}

    public async add(note: ParkedNote, events: MatrixEvent[]): Promise<void> {
        await this.store().add({ text: JSON.stringify(events) }, byId(note.id), BODY);
        try {
            await this.store().add(note, byId(note.id), NOTE);
        } catch (error) {
            // Without its note nobody would ever find it.
            await this.remove(note.id).catch(() => undefined);
            throw error;
        }
    }

    /** Some of its rooms are done. */
    public async update(note: ParkedNote): Promise<void> {
        await this.store().put(note, byId(note.id), NOTE);
    }

    public async remove(id: string): Promise<void> {
        await this.store().remove(byId(id));
    }

    /** @returns the notes, oldest first */
    public async notes(): Promise<ParkedNote[]> {
        return (await this.store().read<ParkedNote>(NOTE)).sort((a, b) => a.at - b.at || a.seq - b.seq);
    }

    public note(id: string): Promise<ParkedNote | undefined> {
        return this.store().readOne<ParkedNote>(byId(id), NOTE);
    }

    /** @returns undefined when they are not there any more */
    public async events(id: string): Promise<MatrixEvent[] | undefined> {
        const body = await this.store().readOne<{ text: string }>(byId(id), BODY);
        const values: unknown = body && JSON.parse(body.text);
        if (!Array.isArray(values)) {
            return undefined;
        }
        return checkEvents(values);
    }
}
