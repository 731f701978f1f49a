import type { MatrixEventId } from '../ids/types';
import type { Content } from '../matrix/Homeserver';

/** Matrix keeps the pins of a room in one list; clients show about so many of them. */
const most = 100;

/** @returns the events of a content of `m.room.pinned_events`, strangers' rubbish left out */
export const pinnedEvents = (content: Content | undefined): MatrixEventId[] =>
    (Array.isArray(content?.pinned) ? content?.pinned ?? [] : []).filter((id: unknown): id is MatrixEventId => typeof id === 'string' && /^\$\S{1,254}$/.test(id));

/** Content of `m.room.pinned_events` with an event more or less. @returns undefined when nothing changes */
export function withPin(content: Content | undefined, event: MatrixEventId, pinned: boolean): Content | undefined {
    const before = pinnedEvents(content);
    if (before.includes(event) === pinned) return undefined;
    const after = pinned ? [...before, event].slice(-most) : before.filter((id) => id !== event);
    return { ...content, pinned: after };
}

/** What was pinned and unpinned between two states of the list. */
export function pinChanges(before: Content | undefined, after: Content | undefined): { pinned: MatrixEventId[]; unpinned: MatrixEventId[] } {
    const [old, now] = [pinnedEvents(before), pinnedEvents(after)];
    return { pinned: now.filter((id) => !old.includes(id)), unpinned: old.filter((id) => !now.includes(id)) };
}
