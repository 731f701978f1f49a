import type { MatrixEventId, MatrixRoomAlias, MatrixRoomId, MatrixUserId } from '../../ids/types';
import type { Content } from '../../matrix/Homeserver';
import { parseMatrixLink } from '../matrixLinks';
import type { InwardContext, InwardEvent, InwardMessage } from '../types';
import { isObject, text } from '../values';
import { answering, quoteLink, unknownTarget } from './answers';
import { attribute, parseHtml, type HtmlNode } from './html';
import { convertLocation, convertUnknown, isLocation } from './kinds';
import { mediaMissing, readGallery, readMedia } from './media';
import { convertPollStart, isPollEnd, isPollResponse, isPollStart } from './polls';
import { isAnswer, readRelation } from './relations';
import { convertText, mentionedIds } from './text';

/** What an inward event speaks of: to be looked up before `fromMatrix`. */
export interface InwardReferences {
    users: MatrixUserId[];
    rooms: (MatrixRoomId | MatrixRoomAlias)[];
    /** Events of this room that are answered or linked. */
    events: MatrixEventId[];
}

/** Cheap: parses nothing when the content has no link to Matrix. */
export function referencesFromMatrix(event: InwardEvent, context: Pick<InwardContext, 'roomId'> = {}): InwardReferences {
    const content = effective(event.content);
    const { replyTo } = readRelation(event.content);
    const users = new Set<MatrixUserId>();
    const rooms = new Set<MatrixRoomId | MatrixRoomAlias>();
    const events = new Set<MatrixEventId>(replyTo ? [replyTo] : []);
    const html = text(content.formatted_body, 100000) ?? '';
    const words = `${text(content.body, 100000) ?? ''}${html}`;
    mentionedIds(content).filter((id) => words.includes(id)).forEach((id) => users.add(id));
    const visit = (node: HtmlNode): void => {
        const link = node.nodeName === 'a' ? parseMatrixLink(attribute(node, 'href') ?? '') : undefined;
        if (link?.kind === 'user') users.add(link.id);
        else if (link?.event && link.room === context.roomId) events.add(link.event);
        else if (link?.kind === 'room') rooms.add(link.room);
        if (node.nodeName !== 'mx-reply') (node.childNodes ?? []).forEach(visit);
    };
    if (/matrix(?:\.to|:|&)/i.test(html)) visit(parseHtml(html));
    return { users: [...users], rooms: [...rooms], events: [...events] };
}

/** Of an edit the new content (or the fallback for those who know no edits, without its mark), of everything else the content. */
function effective(content: Content): Content {
    if (!isObject(content['m.relates_to']) || content['m.relates_to'].rel_type !== 'm.replace') return content;
    const edited = content['m.new_content'];
    if (isObject(edited) && Object.keys(edited).length > 0 && (edited.msgtype === undefined || typeof edited.body === 'string')) {
        return content.msgtype === undefined ? edited : { msgtype: content.msgtype, ...edited };
    }
    const unmarked = (value: unknown): unknown => (typeof value === 'string' ? value.replace(/^ ?\* /, '') : value);
    return { ...content, body: unmarked(content.body), formatted_body: unmarked(content.formatted_body) };
}

/** Shown once per room. */
const encryptedText = '🔒 Messages in this room are end-to-end encrypted, the bridge cannot read them. To talk with people here, use a room without encryption.';

/**
 * Converts an event that is shown as a message: `m.room.message`, `m.sticker`, `m.room.encrypted`, polls, and every unknown type.
 * Of an edit the new content is converted. Never throws. A message without text and media is not to be shown (a vote, for instance).
 */
export function fromMatrix(event: InwardEvent, context: InwardContext): InwardMessage {
    const relation = readRelation(event.content);
    const content = effective(event.content);
    const inner = { type: event.type, content };
    const message: InwardMessage = { text: '', emote: false, notice: false, relation };
    if (event.type === 'm.room.encrypted') return { ...message, text: encryptedText, encrypted: true };
    if (isPollResponse(event.type) || isPollEnd(event.type)) return message;
    const converted = convertKind(inner, context, isAnswer(event.content));
    return { ...message, ...converted, text: withAnswered(converted.text ?? '', relation.replyTo, context, converted.media !== undefined || converted.gallery !== undefined) };
}

function convertKind(event: InwardEvent, context: InwardContext, reply: boolean): Partial<InwardMessage> {
    const { type, content } = event;
    if (isPollStart(type)) return { text: convertPollStart(content, context) };
    const media = readMedia(event);
    if (media) {
        const captioned = typeof content.filename === 'string' && content.filename !== '' && typeof content.body === 'string' && content.body !== content.filename && content.body !== '';
        const caption = captioned ? convertText(content, context, { reply }) : '';
        return { media, text: media.url === undefined ? [mediaMissing(media), caption].filter(Boolean).join('\n') : caption };
    }
    const gallery = readGallery(event);
    if (gallery) return { gallery, text: convertText(content, context, { reply }) };
    if (isLocation(type)) return { text: convertLocation(content) };
    if (type !== 'm.room.message') return { text: convertUnknown(content, type, context), unknown: type };
    switch (content.msgtype) {
        case 'm.text': return { text: convertText(content, context, { reply }) };
        // What a homeserver tells its users (client-server API, "Server Notices").
        case 'm.server_notice':
        case 'm.notice': return { text: notice(convertText(content, context, { reply })), notice: true };
        case 'm.emote': return { text: convertText(content, context, { emote: true, reply }), emote: true };
        case 'm.location': return { text: convertLocation(content) };
        default: return unknownKind(content, context, text(content.msgtype, 100) ?? type, reply);
    }
}

/** Of an unknown msgtype its text is the fallback (Matrix spec, "m.room.message msgtypes"). */
function unknownKind(content: Content, context: InwardContext, unknown: string, reply: boolean): Partial<InwardMessage> {
    return { text: convertText(content, context, { reply }) || convertUnknown(content, unknown, context), unknown };
}

/** What a program says is marked as such. */
const notice = (converted: string): string => (converted === '' ? '' : `ℹ️ ${/^(?:[#>|-]|```|\d+\.)/.test(converted) ? '\n' : ''}${converted}`);

/**
 * Puts the link of the answered message in front, out of which the server makes a quote. The event is of this room: the
 * look-up knows no other. An unknown one is named by its link on Matrix.
 */
function withAnswered(converted: string, replyTo: MatrixEventId | undefined, context: InwardContext, media: boolean): string {
    if (!replyTo || (converted === '' && !media)) return converted;
    const link = context.messageLink?.(replyTo);
    const quote = link ? quoteLink(link) : context.roomId ? unknownTarget(context.roomId, replyTo) : '';
    return quote === '' ? converted : answering(converted, quote);
}
