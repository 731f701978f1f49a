import type { MxcUri } from '../../ids/types';
import type { Content } from '../../matrix/Homeserver';
import type { OutwardMessage, TextContent } from '../types';
import { below, escapeHtml } from './html';
import { answerSign, isQuote } from './quotes';
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
 * an attachment's description (servers before 7, and whoever sends one) is the caption of its file.
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
        const { text: words, md, alias } = message;
        const own = index === 0 && words.trim() !== '' ? { text: words, md, attachments: message.attachments?.filter(isQuote), ...(alias && { alias }) } : undefined;
        return {
            id: file.id,
            name: file.name || text(attachment.title)?.trim() || 'file',
            mimetype: file.type || 'application/octet-stream',
            size: file.size ?? count(attachment.image_size) ?? count(attachment.audio_size) ?? count(attachment.video_size),
            ...(ofThumbnail ? {} : pixels),
            ...(thumbnail && { thumbnail: { id: thumbnail.id, mimetype: thumbnail.type || 'image/png', size: thumbnail.size, ...(ofThumbnail ? pixels : {}) } }),
            voice: /^audio\//.test(file.type) && /^(?:audio record\b.*|\d{10,}\.(?:aac|m4a))$/i.test(file.name),
            caption: together(own, describedBy(attachment)),
        };
    });
}

function describedBy({ description, descriptionMd }: Record<string, unknown>): OutwardMessage | undefined {
    const words = text(description)?.trim();
    return words ? { text: words, md: Array.isArray(descriptionMd) ? descriptionMd : undefined } : undefined;
}

/** A message can have a text, and its file a description (`rooms.mediaConfirm`). */
function together(own?: OutwardMessage, described?: OutwardMessage): OutwardMessage | undefined {
    if (!own || !described || own.text.trim() === described.text) return own ?? described;
    return { ...own, text: `${own.text}\n${described.text}`, md: own.md?.length && described.md?.length ? [...own.md, ...described.md] : undefined };
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
    const content: Content = { msgtype, filename: file.name, url, info, ...captioned(file.name, caption) };
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
    const content: Content = { ...original };
    for (const field of ['format', 'formatted_body', 'm.relates_to', 'm.new_content']) delete content[field];
    return { ...content, ...captioned(original.filename ?? original.body, caption) };
}

/** A file that answers without a word has its name where others have a caption. */
function captioned(name: unknown, caption?: TextContent): Content {
    const mentions = { 'm.mentions': caption?.['m.mentions'] ?? {} };
    if (!caption || caption.body === answerSign) return { body: name, ...mentions };
    return { body: caption.body, ...mentions, ...(caption.formatted_body !== undefined && { format: caption.format, formatted_body: caption.formatted_body }) };
}

const sign = '📎';

/** What stands in place of a file that cannot be carried. @param link where people with an account can have it */
export const fileNote = (name: string, reason: string, link?: string, caption?: TextContent): Content => noted(`${sign} ${name}: ${reason}${link ? ` ${link}` : ''}`, caption);

/** The note of a file with another caption, for an edit. @returns undefined when the content is no such note */
export function renoted({ body }: Content, caption?: TextContent): Content | undefined {
    const note = text(body)?.split('\n').pop() ?? '';
    return note.startsWith(`${sign} `) ? noted(note, caption) : undefined;
}

function noted(note: string, caption?: TextContent): Content {
    const mentions = { 'm.mentions': caption?.['m.mentions'] ?? {} };
    if (!caption || caption.body === answerSign) return { msgtype: 'm.text', body: note, ...mentions };
    const html = caption.formatted_body !== undefined && { format: caption.format, formatted_body: below([caption.formatted_body, escapeHtml(note)]) };
    return { msgtype: 'm.text', body: `${caption.body}\n${note}`, ...html, ...mentions };
}

const defined = (fields: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
