import { randomBytes } from 'crypto';
import type { StoreKey } from '../../rocketchat/RocketChat';
import type { BridgeContext } from '../core/Context';
import { reasonOf } from '../core/Context';

/** What could not be delivered after its tries, kept for the admins. */
export interface DeadLetter {
    id: string;
    /** `in`: from Matrix to Rocket.Chat. */
    direction: 'in' | 'out';
    /** The room it came from, by the id of its side. */
    room: string;
    /** In words, without what was written: "the event $… (m.room.message)". */
    what: string;
    reason: string;
    /** Whether it surely was not delivered. */
    certain: boolean;
    /** All that another try needs, as JSON text: accessors do not take every JSON of strangers. */
    payload: string;
    /** Milliseconds since the epoch. */
    at: number;
}

const KIND: StoreKey = { model: 'misc', id: 'dead-letter' };
const byId = (id: string): StoreKey => ({ model: 'misc', id: `dead-letter:${id}` });

/** One store for both directions. Nothing else reads it on the way of a message. */
export class DeadLetters {
    constructor(private readonly context: BridgeContext) {}

    /** Never throws: the lane goes on. @returns the id, undefined when it could not be stored */
    public async add(letter: Omit<DeadLetter, 'id' | 'at'>): Promise<string | undefined> {
        const id = randomBytes(4).toString('hex');
        try {
            await this.context.rocketchat.store.add({ ...letter, id, at: this.context.clock.now() }, byId(id), KIND);
            return id;
        } catch (error) {
            this.context.log.error(`A dead letter (${letter.what}) could not be stored: ${reasonOf(error)}`);
            return undefined;
        }
    }

    /** Oldest first. */
    public async all(): Promise<DeadLetter[]> {
        return (await this.context.rocketchat.store.read<DeadLetter>(KIND)).sort((a, b) => a.at - b.at);
    }

    public async remove(id: string): Promise<void> {
        await this.context.rocketchat.store.remove(byId(id), KIND);
    }
}
