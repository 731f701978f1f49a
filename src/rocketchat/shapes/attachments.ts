import { isObject } from '../../convert/values';

/** An attachment as the server stores it and clients read it: `title_link`, `image_url`, `message_link`, … */
export type StoredAttachment = Record<string, unknown>;

/** Name on the server → name in the engine (server: `app/apps/server/converters/messages`, `_convertAttachmentsToApp`). */
const FIELDS: Record<string, string> = {
    collapsed: 'collapsed', color: 'color', text: 'text', message_link: 'timestampLink', thumb_url: 'thumbnailUrl',
    image_dimensions: 'imageDimensions', image_preview: 'imagePreview', image_url: 'imageUrl', image_type: 'imageType', image_size: 'imageSize',
    audio_url: 'audioUrl', audio_type: 'audioType', audio_size: 'audioSize', video_url: 'videoUrl', video_type: 'videoType',
    video_size: 'videoSize', fields: 'fields', button_alignment: 'actionButtonsAlignment', actions: 'actions', type: 'type', description: 'description',
};
const GROUPS: Record<string, [group: string, field: string]> = {
    author_name: ['author', 'name'], author_link: ['author', 'link'], author_icon: ['author', 'icon'],
    title: ['title', 'value'], title_link: ['title', 'link'], title_link_download: ['title', 'displayDownloadLink'],
};

const isThere = (value: unknown): boolean => value !== undefined && value !== null;

/** @returns the attachment as the server stores it; fields that the engine does not know come along */
export function fromEngineAttachment(attachment: unknown): StoredAttachment {
    if (!isObject(attachment)) {
        return {};
    }
    const stored: StoredAttachment = isObject(attachment._unmappedProperties_) ? { ...attachment._unmappedProperties_ } : {};
    const set = (name: string, value: unknown): void => {
        if (isThere(value)) {
            stored[name] = value;
        }
    };
    Object.keys(FIELDS).forEach((name) => set(name, attachment[FIELDS[name]]));
    for (const name of Object.keys(GROUPS)) {
        const [group, field] = GROUPS[name];
        const holder = attachment[group];
        set(name, isObject(holder) ? holder[field] : undefined);
    }
    // Of an attachment without a time the server makes an invalid date, which arrives in the sandbox as the beginning of 1970.
    const time = new Date(attachment.timestamp as string);
    if (time.getTime() > 0) {
        stored.ts = time.toISOString();
    }
    set('fileId', attachment.fileId);
    return stored;
}

/**
 * @returns the attachment as the engine takes it. What it does not know travels in `_unmappedProperties_`, which the server
 * puts back in its place.
 */
export function toEngineAttachment(stored: StoredAttachment): Record<string, unknown> {
    const attachment: Record<string, unknown> = {};
    const unmapped: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(stored)) {
        if (Object.prototype.hasOwnProperty.call(FIELDS, name)) {
            attachment[FIELDS[name]] = value;
        } else if (Object.prototype.hasOwnProperty.call(GROUPS, name)) {
            const [group, field] = GROUPS[name];
            attachment[group] = { ...(attachment[group] as object | undefined), [field]: value };
        } else if (name === 'ts') {
            attachment.timestamp = new Date(value as string);
        } else {
            unmapped[name] = value;
        }
    }
    return { ...attachment, _unmappedProperties_: unmapped };
}
