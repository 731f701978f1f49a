import type { MatrixEventId, MatrixRoomAlias, MatrixRoomId, MatrixUserId } from '../ids/types';

/** What a link to Matrix points at. */
export type MatrixLink =
    | { kind: 'user'; id: MatrixUserId }
    | { kind: 'room'; room: MatrixRoomId | MatrixRoomAlias; event?: MatrixEventId; via: string[] };

const base = 'https://matrix.to/#/';

/** Percent-encodes a component; the characters that every client leaves readable (`@ : ! $`) stay. */
const component = (text: string): string => encodeURIComponent(text.replace(/[\ud800-\udfff]/g, (unit, at: number, all: string) =>
    isLone(all, at) ? '\ufffd' : unit)).replace(/%(40|3A|21|24)/g, (code) => decodeURIComponent(code));

function isLone(text: string, at: number): boolean {
    const unit = text.charCodeAt(at);
    const other = text.charCodeAt(unit < 0xdc00 ? at + 1 : at - 1);
    return !(unit < 0xdc00 ? other >= 0xdc00 && other < 0xe000 : other >= 0xd800 && other < 0xdc00);
}

const viaQuery = (via?: string[]): string => (via && via.length > 0 ? `?${via.map((server) => `via=${encodeURIComponent(server)}`).join('&')}` : '');

/** matrix.to link of a user (a "pill" as the target of an anchor; Matrix spec, appendix "matrix.to navigation"). */
export const userLink = (id: MatrixUserId): string => base + component(id);

/** matrix.to link of a room. @param via servers that know the room, needed for room ids */
export const roomLink = (room: MatrixRoomId | MatrixRoomAlias, via?: string[]): string => base + component(room) + viaQuery(via);

/** matrix.to link of an event. */
export const eventLink = (room: MatrixRoomId | MatrixRoomAlias, event: MatrixEventId, via?: string[]): string =>
    `${base}${component(room)}/${component(event)}${viaQuery(via)}`;

/**
 * Understands matrix.to links and `matrix:` URIs (Matrix spec, appendix "URIs").
 * @returns undefined for every other link and for ids of a wrong form; never throws
 */
export function parseMatrixLink(href: string): MatrixLink | undefined {
    if (href.length > 2048) return undefined;
    const matrixTo = /^https?:\/\/matrix\.to\/(?:#|%23)\/?(.*)$/i.exec(href);
    if (matrixTo) return fromParts(matrixTo[1]);
    const uri = /^matrix:(?:\/\/[^/]*\/)?(.*)$/i.exec(href);
    return uri ? fromUri(uri[1]) : undefined;
}

function fromParts(fragment: string): MatrixLink | undefined {
    const [path, query = ''] = fragment.split('?', 2);
    const [id, event] = path.split('/').filter((part) => part !== '').map(decode);
    return id === undefined ? undefined : link(id, event, query);
}

const sigils: Record<string, string> = { u: '@', user: '@', r: '#', room: '#', roomid: '!' };

function fromUri(rest: string): MatrixLink | undefined {
    const [path, query = ''] = rest.split('#', 1)[0].split('?', 2);
    const [kind = '', id, kindOfEvent, event] = path.split('/').map(decode);
    const sigil = Object.prototype.hasOwnProperty.call(sigils, kind.toLowerCase()) ? sigils[kind.toLowerCase()] : undefined;
    if (!sigil || !id) return undefined;
    return link(sigil + id, (kindOfEvent === 'e' || kindOfEvent === 'event') && event ? `$${event}` : undefined, query);
}

function link(id: string, event: string | undefined, query: string): MatrixLink | undefined {
    if (/^@[^\s:]*:[^\s/?]+$/.test(id)) return { kind: 'user', id: id as MatrixUserId };
    if (!/^(#[^\s:]*:[^\s/?]+|![^\s/?]+)$/.test(id)) return undefined;
    const via = query.split('&').filter((pair) => pair.startsWith('via=')).map((pair) => decode(pair.slice(4)));
    const target = { kind: 'room' as const, room: id as MatrixRoomId | MatrixRoomAlias, via };
    return event !== undefined && /^\$\S+$/.test(event) ? { ...target, event: event as MatrixEventId } : target;
}

function decode(text: string): string {
    try {
        return decodeURIComponent(text);
    } catch {
        return text;
    }
}
