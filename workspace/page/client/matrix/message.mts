import type { MatrixClient, MatrixEvent, Room as MatrixRoom } from 'matrix-js-sdk';
import type { Message } from '../side.mts';
import { plain, safeHtml } from '../text.mts';

const MEMBERSHIPS: Record<string, string> = { join: 'joined', leave: 'left', ban: 'was banned', invite: 'was invited', knock: 'asks to join' };

function span(text: string): DocumentFragment {
    const fragment = document.createDocumentFragment();
    fragment.append(text);
    return fragment;
}

/** What a state event says; undefined for those that nobody wants to read. */
function stateText(event: MatrixEvent, name: string): string | undefined {
    const content = event.getContent();
    const before = event.getPrevContent();
    switch (event.getType()) {
        case 'm.room.member': {
            const who = content.displayname ?? before.displayname ?? event.getStateKey();
            if (content.membership === before.membership) {
                return content.displayname !== before.displayname ? `${before.displayname ?? event.getStateKey()} is now called ${content.displayname ?? event.getStateKey()}` : undefined;
            }
            if (content.membership === 'leave' && event.getSender() !== event.getStateKey()) {
                return `${name} removed ${who}`;
            }
            return `${who} ${MEMBERSHIPS[content.membership as string] ?? 'changed membership'}`;
        }
        case 'm.room.name':
            return `${name} named the room ${content.name}`;
        case 'm.room.topic':
            return `${name} changed the topic to: ${content.topic}`;
        case 'm.room.create':
            return `${name} made the room`;
        default:
            return undefined;
    }
}

/** Text of a message, or a link to its file. */
function contentOf(event: MatrixEvent, client: MatrixClient): DocumentFragment {
    const content = event.getContent();
    if (typeof content.url === 'string') {
        return fileOf(content, client);
    }
    if (content.format === 'org.matrix.custom.html' && typeof content.formatted_body === 'string') {
        return safeHtml(content.formatted_body);
    }
    return plain(typeof content.body === 'string' ? content.body : '');
}

/** Media wants the access token, so it is fetched and shown from memory. */
function fileOf(content: Record<string, any>, client: MatrixClient): DocumentFragment {
    const fragment = document.createDocumentFragment();
    const anchor = document.createElement('a');
    anchor.textContent = content.filename ?? content.body ?? 'file';
    anchor.download = anchor.textContent as string;
    fragment.append(anchor);
    void loadMedia(client, content.url).then((url) => {
        if (!url) {
            return;
        }
        anchor.href = url;
        if (content.msgtype === 'm.image') {
            const image = document.createElement('img');
            image.src = url;
            image.alt = anchor.textContent ?? '';
            anchor.replaceChildren(image);
        }
    });
    if (content.filename && content.body && content.body !== content.filename) {
        fragment.append(' ', content.body);
    }
    return fragment;
}

const media = new Map<string, Promise<string | undefined>>();

/** @returns a URL of the media's bytes in memory; undefined when they cannot be had */
export function loadMedia(client: MatrixClient, mxc: string): Promise<string | undefined> {
    const load = async (): Promise<string | undefined> => {
        const url = client.mxcUrlToHttp(mxc, undefined, undefined, undefined, false, true, true);
        const response = url ? await fetch(url, { headers: { Authorization: `Bearer ${client.getAccessToken()}` } }).catch(() => undefined) : undefined;
        return response?.ok ? URL.createObjectURL(await response.blob()) : undefined;
    };
    const known = media.get(mxc) ?? load();
    media.set(mxc, known);
    return known;
}

function reactionsOf(room: MatrixRoom, event: MatrixEvent): Message['reactions'] {
    const id = event.getId();
    const relations = id ? room.relations.getChildEventsForEvent(id, 'm.annotation', 'm.reaction') : undefined;
    return (relations?.getSortedAnnotationsByKey() ?? []).map(([key, events]) => ({ key, count: events.size })).filter(({ count }) => count > 0);
}

/** An event as the page shows it; undefined for what is not shown. */
export function matrixMessage(
    event: MatrixEvent,
    room: MatrixRoom,
    client: MatrixClient,
    avatarOf: (userId: string) => string | undefined,
): Message | undefined {
    const sender = event.getSender() ?? '';
    const name = event.sender?.rawDisplayName ?? room.getMember(sender)?.rawDisplayName ?? sender;
    const message = event.getType() === 'm.room.message';
    const notice = message ? undefined : stateText(event, name);
    if (event.isRedacted() || event.isRelation('m.replace') || (!message && notice === undefined)) {
        return undefined;
    }
    const reactions = message ? reactionsOf(room, event) : [];
    const edit = event.replacingEvent()?.getId();
    const avatar = avatarOf(sender);
    return {
        id: event.getTxnId() ?? event.getId() ?? '',
        author: { id: sender, name, avatar },
        time: event.getDate() ?? new Date(),
        notice: message ? undefined : 'event',
        content: message ? contentOf(event, client) : span(notice ?? ''),
        version: JSON.stringify([edit, event.status, name, avatar, reactions]),
        edited: edit !== undefined,
        sending: event.status !== null && event.status !== 'sent',
        reactions,
    };
}
