import type { Content } from '../../matrix/Homeserver';
import { isObject, text } from '../values';
import { convertBody, finish } from './text';

/** A place as a link to a map and in words. `geo:` URIs: RFC 5870; content: `m.location`. */
export function convertLocation(content: Content): string {
    const location = isObject(content['org.matrix.msc3488.location']) ? content['org.matrix.msc3488.location'] : isObject(content['m.location']) ? content['m.location'] : {};
    const uri = text(content.geo_uri, 500) ?? text(location.uri, 500) ?? '';
    const [, latitude, longitude] = /^geo:(-?\d{1,3}(?:\.\d{1,15})?)\d*,(-?\d{1,3}(?:\.\d{1,15})?)/i.exec(uri) ?? [];
    const fallback = text(content.body, 2000) ?? '';
    // The fallback of clients names the address once more: `Location geo:… at …`.
    const words = finish(convertBody(text(location.description, 500) ?? (latitude !== undefined && fallback.includes(`geo:${latitude},`) ? '' : fallback)));
    if (latitude === undefined || Math.abs(Number(latitude)) > 90 || Math.abs(Number(longitude)) > 180) return `📍 ${words || finish(convertBody(uri)) || 'Location'}`;
    const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
    return `📍 <${map}|${latitude}, ${longitude}>${words ? `\n${words}` : ''}`;
}

/** Text of an extensible event (MSC1767), in the stable and in the unstable form. */
export function extensibleText(value: unknown): string | undefined {
    if (typeof value === 'string') return value;
    if (!isObject(value)) return undefined;
    const list = value['m.text'];
    const first = Array.isArray(list) ? list.find((entry) => isObject(entry) && typeof entry.body === 'string' && (entry.mimetype ?? 'text/plain') === 'text/plain') : undefined;
    return text(isObject(first) ? first.body : undefined) ?? text(value['org.matrix.msc1767.text']) ?? text(value['m.text']) ?? text(value.body);
}

/** Somebody calls: the only event of a call that people should know of (`m.call.invite`; MSC4075). */
export const isCall = (type: string): boolean => /^(?:m|org\.matrix\.msc\d+)\.(?:call\.(?:invite|notify)|rtc\.notification)$/.test(type);

/** What can be said of an event of an unknown type: its fallback text, else its type. */
export function convertUnknown(content: Content, type: string): string {
    if (isCall(type)) return '📞 _started a call, which can be taken only on Matrix_';
    const fallback = extensibleText(content);
    const shown = fallback === undefined || fallback.trim() === '' ? `sent something that can be seen only on Matrix (${type.slice(0, 100)})` : fallback;
    return finish(convertBody(shown.slice(0, 10000)));
}

/**
 * A reaction that Rocket.Chat has no emoji for, in words.
 * @param key of a stranger: an emoji that this server does not know, a text, the address of a picture
 * @param shortcode the name that the reaction's content gives it (MSC4027)
 */
export function reactionText(name: string, key: string, shortcode?: string): string {
    const shown = /^mxc:\/\//.test(key) ? `:${(shortcode ?? 'picture').replace(/^:|:$/g, '')}:` : key;
    return finish(convertBody(`${name} reacted with ${shown.replace(/\s+/g, ' ').slice(0, 100)}`));
}
