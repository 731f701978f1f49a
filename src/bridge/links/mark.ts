import type { Content } from '../../matrix/Homeserver';
import type { RcMessageId } from '../../ids/types';

/**
 * Key in the content of every event that the bridge sends: the Rocket.Chat message it stands for. After a crash or a send
 * with an unknown outcome the room is searched for it. It counts only in events of our own users: anybody can write it.
 */
export const MARK = 'chat.rocket.matrix_bridge';

/** What an event of ours stands for. */
export interface Mark {
    id: RcMessageId;
    /** `message`, `edit`, … as in the transaction id. */
    kind: string;
    part: number;
    revision: string;
}

/** @returns the content with the mark */
export function withMark(content: Content, mark: Mark): Content {
    return { ...content, [MARK]: { ...mark } };
}

/** @returns the mark of an event's content, undefined when it has none of the right form */
export function markOf(content: Content): Mark | undefined {
    const mark = content[MARK] as Partial<Mark> | null | undefined;
    if (!mark || typeof mark !== 'object' || typeof mark.id !== 'string' || typeof mark.kind !== 'string') {
        return undefined;
    }
    return { id: mark.id, kind: mark.kind, part: Number(mark.part) || 0, revision: String(mark.revision ?? '') };
}
