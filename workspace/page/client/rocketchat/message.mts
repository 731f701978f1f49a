import { markdown } from './markdown.mts';
import type { Message } from '../side.mts';
import { link, plain } from '../text.mts';

/** What the system messages of a room say. The key is the message's type. */
const EVENTS: Record<string, (message: any) => string> = {
    uj: () => 'joined the channel',
    ul: () => 'left the channel',
    au: ({ msg }) => `added ${msg}`,
    ru: ({ msg }) => `removed ${msg}`,
    r: ({ msg }) => `changed the room name to ${msg}`,
    ut: () => 'joined the conversation',
    rm: () => 'removed a message',
    room_changed_topic: ({ msg }) => `changed the topic to: ${msg}`,
    room_changed_description: ({ msg }) => `changed the description to: ${msg}`,
    room_changed_announcement: ({ msg }) => `changed the announcement to: ${msg}`,
    room_changed_privacy: ({ msg }) => `made the room ${msg === 'c' ? 'public' : 'private'}`,
    room_changed_avatar: () => 'changed the room picture',
    'subscription-role-added': ({ msg, role }) => `made ${msg} ${role}`,
    'subscription-role-removed': ({ msg, role }) => `took ${role} from ${msg}`,
    'user-muted': ({ msg }) => `muted ${msg}`,
    'user-unmuted': ({ msg }) => `unmuted ${msg}`,
    message_pinned: () => 'pinned a message',
    'room-archived': () => 'archived the room',
    'room-unarchived': () => 'unarchived the room',
};

/** A date of the REST API (text) or of the realtime API (`{ $date }` or a Date). */
function dateOf(value: any): Date {
    return new Date(value?.$date ?? value ?? Date.now());
}

function contentOf(message: any): DocumentFragment {
    const content = document.createDocumentFragment();
    if (message.t && EVENTS[message.t]) {
        content.append(`${message.u?.name ?? message.u?.username} ${EVENTS[message.t](message)}`);
        return content;
    }
    content.append(Array.isArray(message.md) && message.md.length > 0 ? markdown(message.md) : plain(message.msg ?? ''));
    for (const attachment of message.attachments ?? []) {
        content.append(attachmentOf(attachment));
    }
    return content;
}

/** A quote, a picture or a file of a message. */
function attachmentOf(attachment: any): HTMLElement {
    const box = document.createElement('div');
    box.className = 'attachment';
    if (attachment.author_name && attachment.text !== undefined) {
        const quote = document.createElement('blockquote');
        quote.append(`${attachment.author_name}: `, plain(attachment.text));
        return quote;
    }
    if (attachment.image_url) {
        const image = document.createElement('img');
        image.src = attachment.image_url;
        image.alt = attachment.title ?? '';
        box.append(image);
    }
    const url = attachment.title_link ? new URL(attachment.title_link, location.origin).href : undefined;
    if (attachment.title) {
        box.append(url ? link(url, attachment.title) : attachment.title);
    }
    if (attachment.description) {
        box.append(plain(` ${attachment.description}`));
    }
    return box;
}

/** A message of the REST or realtime API as the page shows it. */
export function rocketchatMessage(message: any): Message {
    const username = message.u?.username ?? '';
    const reactions = Object.entries(message.reactions ?? {}) as [string, { usernames: string[] }][];
    return {
        id: message._id,
        author: {
            id: username,
            name: message.alias || message.u?.name || username,
            avatar: message.avatar || `/avatar/${encodeURIComponent(username)}`,
        },
        time: dateOf(message.ts),
        notice: message.private ? 'whisper' : message.t ? 'event' : undefined,
        content: contentOf(message),
        version: JSON.stringify([message._updatedAt, message.msg, message.reactions, message.alias, message.avatar]),
        edited: Boolean(message.editedAt),
        sending: false,
        reactions: reactions.map(([key, { usernames }]) => ({ key, count: usernames?.length ?? 0 })),
    };
}
