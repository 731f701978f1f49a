import type { IRoom, IUser } from '../contract.mts';
import type { Server } from '../context.mts';
import { hasPermission } from '../permissions/permissions.mts';
import { checkCustomFields } from './customFields.mts';

type Check = (value: any, field: string) => void;

const typed = (...types: string[]): Check => (value, field) => {
    const type = Array.isArray(value) ? 'array' : typeof value;
    if (!types.includes(type)) throw new Error(`Match error: Expected ${types.join(' or ')}, got ${type} in field ${field}`);
};
const string = typed('string');
const boolean = typed('boolean');
const number = typed('number');
const array = typed('array');

const isAbsolute = (url: string) => /^[a-z][a-z0-9+.-]*:/i.test(url) && URL.canParse(url);
const isScript = (url: string) => /^javascript:/i.test(url);

/** An absolute URL or the path of an uploaded file, and no script. */
const fullUrl: Check = (value, field) => {
    string(value, field);
    if ((!isAbsolute(value) && !value.startsWith('/file-upload/')) || isScript(value)) throw new Error('Invalid href value provided');
};
/** The same, or a relative URL. */
const anyUrl: Check = (value, field) => {
    string(value, field);
    if ((!isAbsolute(value) && !value.startsWith('/')) || isScript(value)) throw new Error('Invalid href value provided');
};

const messageFields: Record<string, Check> = {
    _id: string, msg: string, text: string, alias: string, emoji: string, tmid: string, tshow: boolean, avatar: anyUrl, attachments: array, blocks: array,
};

const attachmentFields: Record<string, Check> = {
    color: string, text: string, ts: typed('string', 'number'), thumb_url: fullUrl, button_alignment: string, actions: array, message_link: fullUrl,
    collapsed: boolean, author_name: string, author_link: fullUrl, author_icon: fullUrl, title: string, title_link: fullUrl,
    title_link_download: boolean, image_dimensions: typed('object'), image_url: fullUrl, image_preview: string, image_type: string, image_size: number,
    audio_url: fullUrl, audio_type: string, audio_size: number, video_url: fullUrl, video_type: string, video_size: number, fields: array,
};

const actionFields: Record<string, Check> = {
    type: string, text: string, url: fullUrl, image_url: fullUrl, is_webview: boolean, webview_height_ratio: string, msg: string, msg_in_chat_window: boolean,
};

function checkFields(object: any, fields: Record<string, Check>): void {
    for (const [field, check] of Object.entries(fields)) if (object[field] != null) check(object[field], field);
}

function checkAttachment(attachment: any): void {
    checkFields(attachment, attachmentFields);
    for (const field of attachment.fields ?? []) {
        checkFields(field, { short: boolean, title: string, value: typed('string', 'number', 'boolean') });
        if (!field.value || !field.title) throw new Error('Invalid attachment field, title and value is required');
    }
    for (const action of attachment.actions ?? []) checkFields(action, actionFields);
}

/**
 * The shape of a message (apps/meteor/server/lib/messages/sendMessage.ts `validateMessage`): types, links of attachments,
 * `message-impersonate` for an alias or a picture, custom fields.
 * @throws Error
 */
export async function validateMessage(server: Server, message: any, room: IRoom, user: IUser): Promise<void> {
    checkFields(message, messageFields);
    if ((message.alias || message.avatar) && !(await hasPermission(server, user, 'message-impersonate', room._id))) {
        throw new Error('Not enough permission');
    }
    for (const attachment of message.attachments ?? []) checkAttachment(attachment);
    if (message.customFields) checkCustomFields(server, message.customFields);
}
