import type { RcMessageId } from '../ids/types';
import type { RcRoomKind } from '../rocketchat/RocketChat';

const paths: Record<RcRoomKind, string> = { c: 'channel', p: 'group', d: 'direct' };

const trimmed = (siteUrl: string): string => siteUrl.replace(/\/+$/, '');

/**
 * Link to a message, the form that Rocket.Chat's clients make and that its server turns into a quote
 * (`apps/meteor/server/services/messages/hooks/BeforeSaveJumpToMessage.ts`).
 * @param room for direct messages the room's id is used, else its name
 */
export function messageLink(siteUrl: string, room: { kind: RcRoomKind; id: string; name: string }, message: RcMessageId): string {
    const segment = room.kind === 'd' || room.name === '' ? room.id : room.name;
    return `${trimmed(siteUrl)}/${paths[room.kind]}/${encodeURIComponent(segment)}?msg=${encodeURIComponent(message)}`;
}

/** @returns the message and the room's segment of a link of this server, undefined for every other link; never throws */
export function parseMessageLink(url: string, siteUrl: string): { message: RcMessageId; room: string } | undefined {
    const prefix = `${trimmed(siteUrl)}/`;
    if (siteUrl === '' || url.length > 2048 || !url.startsWith(prefix)) return undefined;
    const match = /^(?:channel|group|direct|live)\/([^/?#]+)[^?#]*\?(?:[^#]*&)?msg=([^&#\s]+)/.exec(url.slice(prefix.length));
    if (!match) return undefined;
    try {
        return { room: decodeURIComponent(match[1]), message: decodeURIComponent(match[2]) as RcMessageId };
    } catch {
        return undefined;
    }
}
