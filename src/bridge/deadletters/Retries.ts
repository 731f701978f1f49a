import { BridgeError } from '../../errors/BridgeError';
import type { BridgeContext } from '../core/Context';
import { reasonOf } from '../core/Context';
import type { DeadLetter, DeadLetters } from './DeadLetters';

/** How a letter's payload is tried again, by direction. @throws when it fails again */
export type Ways = Record<DeadLetter['direction'], (payload: string) => Promise<void>>;

/** How a retry went until now. */
export interface RetryReport {
    through: number;
    failed: number;
    /** Still under way: they stay letters until they are through. */
    waiting: number;
}

/** Tries dead letters again, through the code that failed before. A letter goes when it is through, and stays with the new reason when not. */
export class Retries {
    private readonly running = new Map<string, Promise<boolean>>();
    /** The last one of each room: letters of a room are tried in their order. */
    private readonly rooms = new Map<string, Promise<unknown>>();

    constructor(
        private readonly context: BridgeContext,
        private readonly letters: DeadLetters,
        private readonly ways: Ways,
    ) {}

    /** @param letters oldest first @param patienceMs how long is waited for them; they go on after it */
    public async retry(letters: DeadLetter[], patienceMs: number): Promise<RetryReport> {
        const report: RetryReport = { through: 0, failed: 0, waiting: letters.length };
        const all = Promise.all(letters.map(async (letter) => {
            const isThrough = await this.inOrder(letter);
            report.waiting -= 1;
            report[isThrough ? 'through' : 'failed'] += 1;
        }));
        await Promise.race([all, this.context.clock.sleep(patienceMs)]);
        return { ...report };
    }

    /** A letter that is under way is not begun a second time. */
    private inOrder(letter: DeadLetter): Promise<boolean> {
        const known = this.running.get(letter.id);
        if (known) {
            return known;
        }
        const room = `${letter.direction} ${letter.room}`;
        const run = (this.rooms.get(room) || Promise.resolve()).then(() => this.one(letter)).finally(() => {
            this.running.delete(letter.id);
            if (this.rooms.get(room) === run) {
                this.rooms.delete(room);
            }
        });
        this.running.set(letter.id, run);
        this.rooms.set(room, run);
        return run;
    }

    /** @returns whether it is through; never throws */
    private async one(letter: DeadLetter): Promise<boolean> {
        let payload: string | undefined;
        try {
            payload = await this.letters.payload(letter);
            if (payload !== undefined) {
                await this.ways[letter.direction](payload);
            }
            await this.letters.remove(letter);
            return true;
        } catch (error) {
            this.context.log.warn(`The dead letter ${letter.id} (${letter.what}) failed again: ${reasonOf(error)}`);
            if (payload !== undefined) {
                const { direction, room, identity, what } = letter;
                const known = error instanceof BridgeError;
                await this.letters.add({ direction, room, identity, what, payload, reason: reasonFor(error), certain: known && error.certain });
            }
            return false;
        }
    }
}

/** @returns why something failed, as a sentence for administrators */
export function reasonFor(error: unknown): string {
    return error instanceof BridgeError ? error.userMessage : 'An error in the bridge.';
}
