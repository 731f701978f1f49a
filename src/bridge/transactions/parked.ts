import type { MatrixEventId, MatrixRoomId } from '../../ids/types';
import type { ParkedNote } from './ParkedStore';

/** What of one room is left of one parked transaction. */
export interface Part {
    room: MatrixRoomId;
    left: Set<MatrixEventId>;
    /** Its events are in the room's lane. */
    inLane: boolean;
    parked: Parked;
}

/** A parked transaction. */
export interface Parked {
    note: ParkedNote;
    parts: Part[];
    /** Settled when the documents are written. */
    stored: Promise<void>;
    /** Changes of them, one after another. */
    changing: Promise<void>;
    /** Of another process: settled when that is done with it, or has ended. */
    ours?: Promise<void>;
}

/** Who else works here, see `recovery/Presence.ts`. */
export interface Processes {
    /** Of this process. */
    readonly id: string;
    /** Before the first record that names this process. */
    known(): Promise<void>;
    isGone(process: string): Promise<boolean>;
}
