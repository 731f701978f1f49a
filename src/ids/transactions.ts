import { digest } from './hash';
import type { MatrixUserId } from './types';

/** What makes one send to the homeserver the same as another. */
export interface Operation {
    /** `message`, `edit`, `delete`, `react`, … */
    kind: string;
    /** The Rocket.Chat message (or other thing) that it is about. */
    id: string;
    /** Number of the part when one message becomes several events. */
    part?: number;
    /** Tells repetitions of the same kind apart: time of an edit, emoji of a reaction. */
    revision?: string | number;
    ghost: MatrixUserId;
}

/**
 * Transaction id of a send: the same for every try of the same operation. Holds the ghost because homeservers key their
 * cache by path and application service only: two ghosts with one id would lose the second message (Synapse
 * `rest/client/transactions.py`, Matrix spec "Transaction identifiers").
 */
export function transactionId({ kind, id, part = 0, revision = '', ghost }: Operation): string {
    return `rc-${digest([kind, id, part, revision, ghost].join('\u0000')).slice(0, 40)}`;
}
