import type { MatrixEvent } from '../../matrix/Homeserver';
import type { RcRoomKind } from '../../rocketchat/RocketChat';

/** What an invite tells of its room. */
export interface InvitedRoom {
    kind: RcRoomKind;
    name?: string;
    isSpace: boolean;
}

const MAX_EVENTS = 100;

/**
 * Reads the stripped state of an invite (Matrix spec, client-server API, "Stripped state"): a direct room by `is_direct`,
 * a channel by the public join rule, else a private group. Everything in it is a stranger's word.
 */
export function readInvite(event: MatrixEvent): InvitedRoom {
    const stripped = event.unsigned && event.unsigned.invite_room_state;
    const state = new Map<string, Record<string, unknown>>();
    for (const value of Array.isArray(stripped) ? stripped.slice(0, MAX_EVENTS) : []) {
        const entry = value as { type?: unknown; state_key?: unknown; content?: unknown } | null;
        if (entry && typeof entry.type === 'string' && entry.state_key === '' && entry.content && typeof entry.content === 'object') {
            state.set(entry.type, entry.content as Record<string, unknown>);
        }
    }
    const field = (type: string, key: string): unknown => (state.get(type) || {})[key];
    const text = (value: unknown, limit: number): string | undefined => (typeof value === 'string' && value.trim() ? value.trim().slice(0, limit) : undefined);
    const isPublic = field('m.room.join_rules', 'join_rule') === 'public';
    return {
        kind: event.content.is_direct === true ? 'd' : isPublic ? 'c' : 'p',
        name: text(field('m.room.name', 'name'), 120),
        isSpace: field('m.room.create', 'type') === 'm.space',
    };
}
