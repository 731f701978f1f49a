import type { MxcUri } from '../../ids/types';
import type { InwardEvent, InwardMedia, MediaKind } from '../types';
import { count, isObject, text } from '../values';
import { extensionOf } from '../mime';
import { joiner } from './dialect/runs';
import { quietLine } from './text';

const kinds: Record<string, MediaKind> = { 'm.image': 'image', 'm.video': 'video', 'm.audio': 'audio', 'm.file': 'file' };

const mxc = (value: unknown): MxcUri | undefined => {
    const uri = text(value, 1024);
    // Both parts are checked: they become parts of a URL on the homeserver (Matrix spec, "Matrix Content URIs").
    return uri !== undefined && /^mxc:\/\/[A-Za-z0-9.:[\]-]{1,255}\/[A-Za-z0-9_-]{1,255}$/.test(uri) ? uri as MxcUri : undefined;
};

/** @returns the file of an event, undefined when it has none. Missing or broken details are left out, never an error. */
export function readMedia({ type, content }: InwardEvent): InwardMedia | undefined {
    const msgtype = text(content.msgtype, 255) ?? '';
    const sticker = type === 'm.sticker';
    const known = sticker ? 'sticker' : Object.prototype.hasOwnProperty.call(kinds, msgtype) ? kinds[msgtype] : undefined;
    if (!known) return undefined;
    const info = isObject(content.info) ? content.info : {};
    const mimetype = mime(info.mimetype) ?? (isObject(content.file) ? mime(content.file.mimetype) : undefined);
    const encrypted = isObject(content.file);
    const audio = isObject(content['org.matrix.msc1767.audio']) ? content['org.matrix.msc1767.audio'] : {};
    const thumbnail = mxc(info.thumbnail_url);
    const thumbnailInfo = isObject(info.thumbnail_info) ? info.thumbnail_info : {};
    return {
        kind: known,
        url: encrypted ? undefined : mxc(content.url),
        filename: filename(text(content.filename) || (text(content.body) ?? ''), known, mimetype),
        mimetype,
        size: count(info.size),
        width: count(info.w),
        height: count(info.h),
        durationMs: count(info.duration) ?? count(audio.duration),
        voice: known === 'audio' && (isObject(content['org.matrix.msc3245.voice']) || isObject(content['org.matrix.msc3245.voice.v2'])),
        thumbnail: thumbnail && { url: thumbnail, width: count(thumbnailInfo.w), height: count(thumbnailInfo.h) },
        encrypted,
    };
}

const galleries = ['m.gallery', 'dm.filament.gallery'];
/** Files of one gallery: as many as an event can hold of them with their details. */
const most = 50;

/** @returns the files of a gallery (MSC4274, in the stable and the unstable form), undefined when the event is none or shows nothing */
export function readGallery({ type, content }: InwardEvent): InwardMedia[] | undefined {
    if (type !== 'm.room.message' || !galleries.includes(text(content.msgtype) ?? '')) return undefined;
    const items = (Array.isArray(content.itemtypes) ? content.itemtypes : []).slice(0, most).filter(isObject)
        .map((item) => readMedia({ type, content: { ...item, msgtype: item.itemtype } }))
        .filter((media): media is InwardMedia => media !== undefined);
    return items.length > 0 ? items : undefined;
}

const mime = (value: unknown): string | undefined => {
    const type = text(value, 255)?.toLowerCase();
    return type !== undefined && /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(type.split(';')[0].trim()) ? type.split(';')[0].trim() : undefined;
};

/** A name without path, control, direction and other invisible characters, at most 180 long, with an extension that the type asks for. */
function filename(raw: string, kind: MediaKind, mimetype?: string): string {
    const last = raw.slice(0, 4096).split(/[\\/]/).pop() ?? '';
    const clean = last.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff<>:"|?*]/g, '').replace(/^[.\s]+|\s+$/g, '');
    const extension = extensionOf(mimetype);
    const named = clean === '' ? kind : clean;
    const dot = named.lastIndexOf('.');
    const hasExtension = dot > 0 && /^\.[A-Za-z0-9]{1,8}$/.test(named.slice(dot));
    const stem = hasExtension ? named.slice(0, dot) : named;
    const tail = hasExtension ? named.slice(dot) : extension ? `.${extension}` : '';
    return stem.slice(0, 180).replace(/[\ud800-\udbff]$/, '') + tail;
}

/**
 * The attachment of a message that shows a file lying at `url`.
 * @param url absolute, or the path of an upload of this server (`/file-upload/<id>/<name>`)
 * @param caption in Rocket.Chat's dialect
 */
export function mediaAttachment(media: InwardMedia, url: string, caption?: string): Record<string, unknown> {
    const attachment: Record<string, unknown> = { title: media.filename, title_link: url, title_link_download: true, type: 'file' };
    if (caption) attachment.description = caption;
    const group = media.kind === 'sticker' ? 'image' : media.kind;
    if (group === 'file') return { ...attachment, ...(media.size === undefined ? {} : { size: media.size }) };
    attachment[`${group}_url`] = url;
    attachment[`${group}_type`] = media.mimetype ?? (group === 'image' ? 'image/png' : group === 'video' ? 'video/mp4' : 'audio/ogg');
    if (media.size !== undefined) attachment[`${group}_size`] = media.size;
    if (group === 'image' && media.width && media.height) attachment.image_dimensions = { width: media.width, height: media.height };
    return attachment;
}

/** Where a file can be had. Nothing in its name rings: it is a stranger's words. */
export const fileLink = ({ filename: name }: InwardMedia, url: string): string => `<${url}|${name.replace(/[|<>]/g, '').replace(/@/g, `@${joiner}`)}>`;

/** What stands in place of a file that is larger than what may be carried. @param url where it can be had, if anywhere */
export function mediaTooLarge(media: InwardMedia, limit: number, url?: string): string {
    const name = url ? fileLink(media, url) : quietLine(`“${media.filename}”`);
    return `${name} ${media.size === undefined ? 'is' : `(${size(media.size)}) is`} larger than the ${size(limit)} that the bridge may carry.`;
}

/** What stands in place of a file that the bridge cannot fetch, whatever it does. */
export function mediaMissing({ filename: name, encrypted }: InwardMedia): string {
    const quoted = quietLine(`“${name}”`);
    return encrypted ? `🔒 ${quoted} is end-to-end encrypted: it can be seen only on Matrix.` : `${quoted} was sent without an address.`;
}

/** Bytes for people: `512 B`, `1.5 MB`. */
export function size(bytes: number): string {
    const units = ['B', 'kB', 'MB', 'GB', 'TB'];
    let value = bytes;
    let unit = 0;
    while (value >= 1000 && unit < units.length - 1) {
        value /= 1000;
        unit += 1;
    }
    return `${unit > 0 && value < 100 ? Number(value.toFixed(1)) : Math.round(value)} ${units[unit]}`;
}
