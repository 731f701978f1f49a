import { digest } from '../../ids/hash';
import type { StoreKey } from '../../rocketchat/RocketChat';
import type { BridgeContext } from '../core/Context';
import { reasonOf } from '../core/Context';

/** Something that could not be delivered after its tries. */
export interface Undelivered {
    /** `in`: from Matrix to Rocket.Chat. */
    direction: 'in' | 'out';
    /** The room it came from, by the id of its side. */
    room: string;
    /** The same for every failure of the same thing: it is one letter, however often it fails. */
    identity: string;
    /** In words, without what was written: "the event $… (m.room.message)". */
    what: string;
    reason: string;
    /** Whether it surely was not delivered. */
    certain: boolean;
    /** All that another try needs, as JSON text: the engine's accessors break at some JSON that strangers can send. */
    payload: string;
}

/** What is kept of it for the admins. Times in milliseconds since the epoch. */
export interface DeadLetter extends Omit<Undelivered, 'payload'> {
    /** Eight hexadecimal digits, derived from direction and identity. */
    id: string;
    /** Of the first failure. */
    at: number;
    /** Of the last one. */
    lastAt: number;
    failures: number;
}

const KIND: StoreKey = { model: 'misc', id: 'dead-letter' };
const byId = (id: string): StoreKey => ({ model: 'misc', id: `dead-letter:${id}` });
/** On its own: the list of all letters is read without what is in them. */
const payloadOf = (id: string): StoreKey => ({ model: 'misc', id: `dead-letter-payload:${id}` });

/** One store for both directions. Nothing else reads it on the way of a message. */
export class DeadLetters {
    constructor(private readonly context: BridgeContext) {}

    /**
     * Keeps a failure; a known one gets the new reason. Never throws: the lane goes on.
     * @param doneAt when it was done what failed, if it can be done again, say an edit; milliseconds since the epoch
     * @returns whether it is the first failure of this thing, or of what was done again since the last one, true as well when it could not be
     * stored; and whether it is stored
     */
    public async add({ payload, ...undelivered }: Undelivered, doneAt = -Infinity): Promise<{ isNew: boolean; isStored: boolean }> {
        const { context } = this;
        const { store } = context.rocketchat;
        const id = digest(`${undelivered.direction} ${undelivered.identity}`).slice(0, 8);
        try {
            const before = await store.readOne<DeadLetter>(byId(id), KIND);
            const now = context.clock.now();
            const letter: DeadLetter = { ...undelivered, id, at: before ? before.at : now, lastAt: now, failures: before ? before.failures + 1 : 1 };
            await store.put({ payload }, payloadOf(id));
            await store.put(letter, byId(id), KIND);
            return { isNew: !before || doneAt > before.lastAt, isStored: true };
        } catch (error) {
            context.log.error(`A dead letter (${undelivered.what}) could not be stored: ${reasonOf(error)}`);
            return { isNew: true, isStored: false };
        }
    }

    /** Oldest first. */
    public async all(): Promise<DeadLetter[]> {
        return (await this.context.rocketchat.store.read<DeadLetter>(KIND)).sort((a, b) => a.at - b.at);
    }

    /** @returns what another try needs, as JSON text */
    public async payload({ id }: Pick<DeadLetter, 'id'>): Promise<string | undefined> {
        const stored = await this.context.rocketchat.store.readOne<{ payload: string }>(payloadOf(id));
        return stored && stored.payload;
    }

    public async remove({ id }: Pick<DeadLetter, 'id'>): Promise<void> {
        await this.context.rocketchat.store.remove(byId(id), KIND);
        await this.context.rocketchat.store.remove(payloadOf(id));
    }
}
