import type { Content } from '../../matrix/Homeserver';
import type { InwardContext } from '../types';
import { cut, isObject, text } from '../values';
import { convertBody, convertText, finish, quietLine } from './text';

/** A place as an event of a type of its own (MSC3488). */
export const isLocation = (type: string): boolean => type === 'm.location' || type === 'org.matrix.msc3488.location';

/** A place as a link to a map and in words. `geo:` URIs: RFC 5870; content: `m.location`. */
export function convertLocation(content: Content): string {
    const location = isObject(content['org.matrix.msc3488.location']) ? content['org.matrix.msc3488.location'] : isObject(content['m.location']) ? content['m.location'] : {};
    const uri = text(content.geo_uri, 500) ?? text(location.uri, 500) ?? '';
    const [, latitude, longitude] = /^geo:(-?\d{1,3}(?:\.\d{1,15})?)\d*,(-?\d{1,3}(?:\.\d{1,15})?)/i.exec(uri) ?? [];
    const fallback = (text(content.body) ?? extensibleText(content) ?? '').slice(0, 2000);
    // The fallback of clients names the address once more: `Location geo:… at …`, or is a link to a map.
    const isAddress = latitude !== undefined && (fallback.includes(`geo:${latitude},`) || /^https:\/\/\S+$/.test(fallback));
    const words = finish(convertBody(text(location.description, 500) ?? (isAddress ? '' : fallback)));
    if (latitude === undefined || Math.abs(Number(latitude)) > 90 || Math.abs(Number(longitude)) > 180) return `📍 ${words || finish(convertBody(uri)) || 'Location'}`;
    const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
    return `📍 <${map}|${latitude}, ${longitude}>${words ? `\n${words}` : ''}`;
}

/** One of the forms in which an extensible event has its text (MSC1767 and its drafts). */
function form(value: Record<string, unknown>, mimetype: string): string | undefined {
    const entries: unknown[] = [value['m.text'], value['m.message'], value['org.matrix.msc1767.message']].filter(Array.isArray).reduce((all, list) => all.concat(list), []);
    const found = entries.find((entry) => isObject(entry) && typeof entry.body === 'string' && (entry.mimetype ?? 'text/plain') === mimetype);
    return text(isObject(found) ? found.body : undefined);
}

/** Text of an extensible event, in the stable and in the unstable form. */
export function extensibleText(value: unknown): string | undefined {
    if (typeof value === 'string') return value;
    if (!isObject(value)) return undefined;
    return form(value, 'text/plain') ?? text(value['org.matrix.msc1767.text']) ?? text(value['m.text']) ?? text(value.body);
}

/** The text for those who do not know the event's type, formatted where the event has it so. */
function fallbackOf(content: Content): Content {
    const html = form(content, 'text/html') ?? text(content['org.matrix.msc1767.html']);
    const body = extensibleText(content) ?? '';
    return html === undefined ? { ...content, body } : { ...content, body, format: 'org.matrix.custom.html', formatted_body: html };
}

/** Somebody calls: the only event of a call that people should know of (`m.call.invite`; MSC4075). */
export const isCall = (type: string): boolean => /^(?:m|org\.matrix\.msc\d+)\.(?:call\.(?:invite|notify)|rtc\.notification)$/.test(type);

/** What can be said of an event of an unknown type: its fallback text, else its type. */
export function convertUnknown(content: Content, type: string, context: InwardContext): string {
    if (isCall(type)) return '📞 _started a call, which can be taken only on Matrix_';
    const words = `sent something that can be seen only on Matrix (${type.slice(0, 100)})`;
    return convertText(fallbackOf(content), context) || finish(convertBody(words));
}

/**
 * A reaction that Rocket.Chat has no emoji for, in words.
 * @param key of a stranger: an emoji that this server does not know, a text, the address of a picture
 * @param shortcode the name that the reaction's content gives it (MSC4027)
 */
export function reactionText(name: string, key: string, shortcode?: string): string {
    const shown = /^mxc:\/\//.test(key) ? `:${(shortcode ?? 'picture').replace(/^:|:$/g, '')}:` : key;
    return quietLine(`${name} reacted with ${cut(shown.replace(/\s+/g, ' '), 100)}`);
}
