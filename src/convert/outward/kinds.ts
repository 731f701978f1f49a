import type { Content } from '../../matrix/Homeserver';
import type { TextContent } from '../types';
import { isObject } from '../values';

/** Point on the earth of a Rocket.Chat message. @param location GeoJSON: [longitude, latitude] */
function placeOf(location: unknown): { latitude: number; longitude: number } | undefined {
    if (!isObject(location) || !Array.isArray(location.coordinates)) return undefined;
    const [longitude, latitude] = location.coordinates.map(Number);
    return Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90 ? { latitude, longitude } : undefined;
}

/**
 * Content of a shared place (`m.location`), with a link to a map for those whose client shows none.
 * @param text what is written beside it
 */
export function locationContent(location: unknown, text?: TextContent): Content | undefined {
    const place = placeOf(location);
    if (!place) return undefined;
    const { latitude, longitude } = place;
    const link = `📍 https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
    const words = text?.body.trim() ? `${text.body}\n${link}` : link;
    return { msgtype: 'm.location', body: words, geo_uri: `geo:${latitude},${longitude}`, 'm.mentions': text?.['m.mentions'] ?? {} };
}

/** What a program says is marked as such: no other program answers it (client-server API, `m.notice`). */
export const asNotice = (content: TextContent): TextContent => (content.msgtype === 'm.text' ? { ...content, msgtype: 'm.notice' } : content);
