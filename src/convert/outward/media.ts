import type { MxcUri } from '../../ids/types';
import type { Content } from '../../matrix/Homeserver';
import type { OutwardMessage, TextContent } from '../types';
import { escapeHtml } from './html';
import { isQuote } from './quotes';
import { count, isObject, text } from '../values';

/** A file of a Rocket.Chat message. Sizes in bytes. */
export interface OutwardFile {
    id: string;
    name: string;
    mimetype: string;
    size?: number;
    width?: number;
    height?: number;
    /** The smaller copy that the server has made. */
    thumbnail?: { id: string; mimetype: string; size?: number; width?: number; height?: number };
    /** Recorded in the client: a voice message on Matrix. */
    voice: boolean;
    /** The message to convert as its caption: undefined when there is none. */
    caption?: OutwardMessage;
}

/** The uploads of a message. `RcMessage` fits. */
export interface MessageWithFiles extends OutwardMessage {
    files: { id: string; name: string; type: string; size?: number; isThumbnail: boolean }[];
}

/**
 * The files of a message in their order, thumbnails left out. The message's own text is the caption of the first one;
 * an attachment's description (servers before 7) is the caption of its file.
 */
export function outwardFiles(message: MessageWithFiles): OutwardFile[] {
    const attachments = (message.attachments ?? []).filter(isObject);
    const shows = (attachment: Record<string, unknown>, id: string, fields = ['title_link', 'image_url', 'audio_url', 'video_url']): boolean =>
        fields.some((field) => text(attachment[field])?.includes(`/${id}/`) === true);
    return message.files.filter((file) => !file.isThumbnail).map((file, index) => {
        const next = message.files[message.files.indexOf(file) + 1];
        const thumbnail = next?.isThumbnail ? next : undefined;
        const attachment = attachments.find((candidate) => shows(candidate, file.id)) ?? {};
        // Of the picture that the attachment shows: the thumbnail where there is one (server: `parseFileIntoMessageAttachments`).
        const ofThumbnail = thumbnail !== undefined && shows(attachment, thumbnail.id, ['image_url']);
        const dimensions = isObject(attachment.image_dimensions) ? attachment.image_dimensions : {};
        const pixels = { width: count(dimensions.width), height: count(dimensions.height) };
        const description = text(attachment.description);
        const own = index === 0 && message.text.trim() !== '' ? { text: message.text, md: message.md, attachments: message.attachments?.filter(isQuote) } : undefined;
        const described = description ? { text: description, md: Array.isArray(attachment.descriptionMd) ? attachment.descriptionMd : undefined } : undefined;
        return {
            id: file.id,
            name: file.name,
            mimetype: file.type || 'application/octet-stream',
            size: file.size ?? count(attachment.image_size) ?? count(attachment.audio_size) ?? count(attachment.video_size),
            ...(ofThumbnail ? {} : pixels),
            ...(thumbnail && { thumbnail: { id: thumbnail.id, mimetype: thumbnail.type || 'image/png', size: thumbnail.size, ...(ofThumbnail ? pixels : {}) } }),
            voice: /^audio\//.test(file.type) && /^(?:audio record\b.*|\d{10,}\.(?:aac|m4a))$/i.test(file.name),
            caption: own ?? described,
        };
    });
}

/**
 * Content of the event of a file (client-server API, `m.image`, `m.video`, `m.audio`, `m.file`; captions: Matrix 1.10).
 * @param caption the converted caption; `body` is the file's name without one
 */
export function mediaContent(
    file: Pick<OutwardFile, 'name' | 'mimetype' | 'size' | 'width' | 'height' | 'voice'> & { durationMs?: number },
    url: MxcUri,
    options: { caption?: TextContent; thumbnail?: { url: MxcUri; mimetype: string; size?: number; width?: number; height?: number } } = {},
): Content {
    const { caption, thumbnail } = options;
    const group = file.mimetype.split('/', 1)[0];
    const msgtype = group === 'image' || group === 'video' || group === 'audio' ? `m.${group}` : 'm.file';
    const info = defined({ mimetype: file.mimetype, size: file.size, w: file.width, h: file.height, duration: file.durationMs });
    if (thumbnail) {
        info.thumbnail_url = thumbnail.url;
        info.thumbnail_info = defined({ mimetype: thumbnail.mimetype, size: thumbnail.size, w: thumbnail.width, h: thumbnail.height });
    }
    const content: Content = { msgtype, body: caption?.body ?? file.name, filename: file.name, url, info, 'm.mentions': caption?.['m.mentions'] ?? {} };
    if (caption?.formatted_body !== undefined) Object.assign(content, { format: caption.format, formatted_body: caption.formatted_body });
    if (file.voice && msgtype === 'm.audio') {
        content['org.matrix.msc3245.voice'] = {};
        content['org.matrix.msc1767.audio'] = defined({ duration: file.durationMs });
    }
    return content;
}

/**
 * The content of a file's event with another caption, for an edit: what is shown stays.
 * @param original content of the first event, as the homeserver has it
 * @param caption undefined when it was taken away
 */
export function withCaption(original: Content, caption?: TextContent): Content {
    const content: Content = { ...original, body: caption?.body ?? original.filename ?? original.body, 'm.mentions': caption?.['m.mentions'] ?? {} };
    for (const field of ['format', 'formatted_body', 'm.relates_to', 'm.new_content']) delete content[field];
    if (caption?.formatted_body !== undefined) Object.assign(content, { format: caption.format, formatted_body: caption.formatted_body });
    return content;
}

/** What stands in place of a file that cannot be carried. @param link where people with an account can have it */
export function fileNote(name: string, reason: string, link?: string, caption?: TextContent): Content {
    const note = `📎 ${name}: ${reason}${link ? ` ${link}` : ''}`;
    const body = caption ? `${caption.body}\n${note}` : note;
    if (caption?.formatted_body === undefined) return { msgtype: 'm.text', body, 'm.mentions': caption?.['m.mentions'] ?? {} };
    return { msgtype: 'm.text', body, format: caption.format, formatted_body: `${caption.formatted_body}<br>${escapeHtml(note)}`, 'm.mentions': caption['m.mentions'] };
}

const defined = (fields: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
