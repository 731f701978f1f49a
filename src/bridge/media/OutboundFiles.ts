import type { OutwardFile, TextContent } from '../../convert/index';
import { asEdit, fileNote, measure, mediaContent, outwardFiles, renoted, sizeInWords, withCaption } from '../../convert/index';
import { BridgeError } from '../../errors/BridgeError';
import { isFailure } from '../../errors/catalogue';
import type { MatrixEventId, MxcUri } from '../../ids/types';
import type { Content, MatrixEvent } from '../../matrix/Homeserver';
import type { RcMessage } from '../../rocketchat/RocketChat';
import { reasonOf } from '../core/Context';
import type { Parts } from '../core/Parts';
import type { Sender } from '../outbound/Sender';
import type { Portal } from '../portals/Portal';
import type { MediaLimits } from './MediaLimits';

type Thumbnail = NonNullable<OutwardFile['thumbnail']>;
type UploadedThumbnail = Thumbnail & { url: MxcUri };

type Recaptioned = { event: MatrixEventId; content?: Content };

/** How often reading an upload is tried: a file that is gone looks like a server that fails. */
const READ_TRIES = 3;
const READ_PAUSE_MS = 500;
/** Name of the file that holds a text too long for an event. */
const WHOLE_NAME = 'message.txt';

/** Files of Rocket.Chat on their way to Matrix, each one event. What cannot be carried is said in words to both sides. */
export class OutboundFiles {
    constructor(
        private readonly parts: Parts,
        private readonly sender: Sender,
        private readonly limits: MediaLimits,
    ) {}

    /**
     * Uploads a file as its writer's ghost.
     * @param caption as converted
     * @returns content of the file's event; of a text with a link when the file cannot be carried
     */
    public async content(portal: Portal, message: RcMessage, file: OutwardFile, caption?: TextContent): Promise<Content> {
        const limit = await this.limits.largest();
        if (file.size !== undefined && file.size > limit) {
            return this.tooLarge(message, file, file.size, limit, caption);
        }
        const bytes = await this.read(file.id);
        if (!bytes) {
            await this.tell(message, `The file “${file.name}” is not on this server any more and was not delivered to Matrix.`);
            return fileNote(file.name, 'this file was deleted before it could be delivered.', undefined, caption);
        }
        if (bytes.length > limit) {
            return this.tooLarge(message, file, bytes.length, limit, caption);
        }
        try {
            const url = await this.upload(portal, message, bytes, file.name, file.mimetype);
            const thumbnail = await this.thumbnail(portal, message, file.thumbnail);
            const measured = measure(bytes, file.mimetype);
            return mediaContent({ ...file, ...measured, size: bytes.length }, url, { ...(caption && { caption }), ...(thumbnail && { thumbnail }) });
        } catch (error) {
            if (!isFailure(error, 'matrix.tooLarge')) {
                throw error;
            }
            this.limits.forget();
            return this.tooLarge(message, file, bytes.length, Math.min(limit, await this.limits.largest()), caption);
        }
    }

    /** The whole of a text that did not fit into its event, as a file behind it. */
    public async whole(portal: Portal, message: RcMessage, text: string): Promise<Content> {
        const bytes = Buffer.from(text, 'utf8');
        const url = await this.upload(portal, message, bytes, WHOLE_NAME, 'text/plain');
        return mediaContent({ name: WHOLE_NAME, mimetype: 'text/plain', size: bytes.length, voice: false }, url);
    }

    /**
     * The file behind a text that did not fit into its event follows the edits of the text: it is changed, added, or goes.
     * @param whole makes the content of the file; undefined when the text fits now
     */
    public async editWhole(portal: Portal, message: RcMessage, whole?: () => Promise<Content>): Promise<void> {
        const { links } = this.parts;
        const there = (await links.linksOf(message.id)).filter(({ part }) => part === 1).map(({ event }) => event);
        const before = there.length ? await this.standing(portal, message, there) : undefined;
        if (whole === undefined) {
            await (before && this.sender.redact(portal, message.sender, before.event_id));
            return;
        }
        const content = await whole();
        const mark = { id: message.id, kind: 'edit', part: 1, revision: String(message.editedAt || 0) };
        const outgoing = { type: 'm.room.message', content: before ? asEdit(content, before.event_id) : content, mark, ts: message.editedAt };
        const { eventId, ghost } = await this.sender.send(portal, message.sender, outgoing);
        if (!before) {
            links.remember({ kind: 'message', event: eventId, message: message.id, room: message.roomId, sender: ghost.mxid, part: 1 });
        }
    }

    /**
     * @param events of the message's files, in their order
     * @returns the first that was not redacted, and the content of its file, or of the note in its place, with the new caption: none when
     * it is neither; undefined when nothing is left
     */
    public async recaptioned(portal: Portal, message: RcMessage, events: MatrixEventId[], caption?: TextContent): Promise<Recaptioned | undefined> {
        const original = await this.standing(portal, message, events);
        if (!original) {
            return undefined;
        }
        const content = typeof original.content.url === 'string' ? withCaption(original.content, caption) : renoted(original.content, caption);
        return { event: original.event_id, ...(content && { content }) };
    }

    /** @returns the first of these events that was not redacted */
    private async standing(portal: Portal, message: RcMessage, events: MatrixEventId[]): Promise<MatrixEvent | undefined> {
        const { homeserver } = this.parts.context;
        for (const event of events) {
            const read = await this.sender.asGhost(portal, message.sender, (ghost) => homeserver.event(portal.matrixRoomId, event, { as: ghost.mxid }));
            if (read && Object.keys(read.content).length) {
                return read;
            }
        }
        return undefined;
    }

    private upload(portal: Portal, message: RcMessage, bytes: Buffer, filename: string, contentType: string): Promise<MxcUri> {
        const { homeserver } = this.parts.context;
        return this.sender.asGhost(portal, message.sender, (ghost) => homeserver.upload(bytes, { as: ghost.mxid, filename, contentType }));
    }

    /** A file does not fail for its preview. */
    private async thumbnail(portal: Portal, message: RcMessage, thumbnail?: Thumbnail): Promise<UploadedThumbnail | undefined> {
        const bytes = thumbnail && (await this.read(thumbnail.id));
        if (!thumbnail || !bytes) {
            return undefined;
        }
        try {
            const { id, ...info } = thumbnail;
            const url = await this.upload(portal, message, bytes, `thumbnail of ${id}`, info.mimetype);
            return { ...thumbnail, ...measure(bytes, info.mimetype), size: bytes.length, url };
        } catch (error) {
            this.parts.context.log.warn(`A thumbnail of message ${message.id} could not be uploaded: ${reasonOf(error)}`);
            return undefined;
        }
    }

    /** @returns undefined when there is no such file any more */
    private async read(id: string): Promise<Buffer | undefined> {
        const { rocketchat, clock, log } = this.parts.context;
        for (let tries = 1; ; tries += 1) {
            try {
                const bytes = await rocketchat.fileContent(id);
                return bytes && bytes.length ? Buffer.from(bytes) : undefined;
            } catch (error) {
                if (tries >= READ_TRIES || (error instanceof BridgeError && !error.retriable)) {
                    log.warn(`The upload ${id} could not be read: ${reasonOf(error)}`);
                    return undefined;
                }
                await clock.sleep(READ_PAUSE_MS * tries);
            }
        }
    }

    private async tooLarge(message: RcMessage, file: OutwardFile, bytes: number, limit: number, caption?: TextContent): Promise<Content> {
        const sizes = `${sizeInWords(bytes)} are more than the ${sizeInWords(limit)} that may be delivered to Matrix.`;
        await this.tell(message, `The file “${file.name}” was not delivered: ${sizes} People on Matrix see a link, which works for those with an account here.`);
        const link = `${await this.parts.context.rocketchat.siteUrl()}/file-upload/${file.id}/${encodeURIComponent(file.name)}`;
        return fileNote(file.name, sizes, link, caption);
    }

    private async tell(message: RcMessage, sentence: string): Promise<void> {
        const { rocketchat, log } = this.parts.context;
        try {
            await rocketchat.whisper(message.sender.id, message.roomId, `:warning: ${sentence}`, { threadId: message.threadId });
        } catch (error) {
            log.error(`A notice of a file could not be shown: ${reasonOf(error)}`);
        }
    }
}

/** @returns the files of a message of which each becomes an event */
export const filesOf = (message: RcMessage): OutwardFile[] => (message.files.length ? outwardFiles(message) : []);
