import type { Content } from '../../matrix/Homeserver';
import type { MatrixUserId } from '../../ids/types';

/** The answer of one person: the content of the newest response event of each counts. */
export interface PollAnswer {
    sender: MatrixUserId;
    content: Content;
    /** `origin_server_ts`. */
    ts: number;
}

/** The results of a poll as text. @param start content of the event that began it */
export function pollResults(start: Content, answers: PollAnswer[]): string {
    return `${answers.length} ${String(start.type ?? '')}`;
}
