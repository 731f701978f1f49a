import type { InwardMedia } from '../../convert/index';
import { eventLink, fileLink, mediaAttachment, mediaTooLarge, sizeInWords } from '../../convert/index';
import { BridgeError } from '../../errors/BridgeError';
import { noticeIdOf } from '../../ids/messages';
import type { MatrixEventId, MxcUri } from '../../ids/types';
import type { MatrixEvent } from '../../matrix/Homeserver';
import type { PostMessage, RcMessage } from '../../rocketchat/RocketChat';
import { reasonOf } from '../core/Context';
import { LruMap } from '../core/LruMap';
import type { Parts } from '../core/Parts';
import type { Puppet } from '../people/Puppets';
import { sayAsHost } from '../portals/hostNote';
import type { Portal } from '../portals/Portal';
import { FilesRoom } from './FilesRoom';
import { MediaLimits } from './MediaLimits';
import { uploadedMessage } from './uploadedMessage';

/** What is posted of a file. */
export interface Brought {
    /** The file, to be shown by the message that is posted. */
    shown?: Required<Pick<PostMessage, 'attachments' | 'files'>>;
    /** Words in its place. */
    note?: string;
    /** The message that the server has posted with it: only its text is missing. */
    posted?: RcMessage;
}

/** With these the server shows a file only to members of the room that it was uploaded to; the first one is on by default. */
const RESTRICTIONS = ['FileUpload_Restrict_to_room_members', 'FileUpload_Restrict_to_users_who_can_access_room'];
/** A file of another server may not be there for now, or never again: after so many failures words take its place. */
const MAX_FAILURES = 3;
const LOOK_BACK = 50;
/** Clocks of the two servers may differ. */
const SLACK_MS = 300_000;

/** Files from Matrix: fetched, laid into Rocket.Chat, and shown by one message with caption, thread and sender. */
export class InboundFiles {
    private readonly room: FilesRoom;
    private readonly limits: MediaLimits;
    private readonly failures = new LruMap<MatrixEventId, number>(1_000);

    constructor(private readonly parts: Parts) {
        this.room = new FilesRoom(parts.context);
        this.limits = new MediaLimits(parts.context);
    }

    /**
     * @returns what is to be posted: nothing of a file that is there already
     * @throws BridgeError when it may succeed later
     */
    public async bring(portal: Portal, event: MatrixEvent, puppet: Puppet, media: InwardMedia & { url: MxcUri }): Promise<Brought> {
        if (await this.switchedOff(portal)) {
            return this.inWords(portal, event, media, 'was not fetched: files are switched off on this server.', 'files are switched off there.');
        }
        const limit = await this.limits.largest();
        if (media.size !== undefined && media.size > limit) {
            return this.tooLarge(portal, event, media, limit);
        }
        const content = await this.fetch(event, media.url);
        if (!content) {
            return this.inWords(portal, event, media, 'could not be fetched from Matrix.', 'the homeserver did not hand it out.');
        }
        if (content.length > limit) {
            return this.tooLarge(portal, event, { ...media, size: content.length }, limit);
        }
        try {
            return await this.put(portal, event, puppet, media, content);
        } catch (error) {
            if (error instanceof BridgeError && error.retriable) {
                throw error;
            }
            this.parts.context.log.warn(`Rocket.Chat did not take the file of ${event.event_id}: ${reasonOf(error)}`);
            return this.inWords(portal, event, media, 'was refused by this server.', 'that server refused it, perhaps for its type.');
        }
    }

    /** A long text as a file. @returns undefined when it cannot be one */
    public async text(portal: Portal, event: MatrixEvent, puppet: Puppet, filename: string, text: string): Promise<Brought | undefined> {
        const media: InwardMedia = { kind: 'file', filename, mimetype: 'text/plain', voice: false, encrypted: false };
        const content = Buffer.from(text, 'utf8');
        try {
            if ((await this.switchedOff(portal)) || content.length > (await this.limits.largest())) {
                return undefined;
            }
            return await this.put(portal, event, puppet, media, content);
        } catch (error) {
            if (error instanceof BridgeError && error.retriable) {
                throw error;
            }
            this.parts.context.log.warn(`A long text could not be laid as a file: ${reasonOf(error)}`);
            return undefined;
        }
    }

    private async put(portal: Portal, event: MatrixEvent, puppet: Puppet, media: InwardMedia, content: Buffer): Promise<Brought> {
        return (await this.restricted()) ? { posted: await this.post(portal, event, puppet, media, content) } : { shown: await this.lay(media, content) };
    }

    private async lay(media: InwardMedia, content: Buffer): Promise<NonNullable<Brought['shown']>> {
        const { uploadId, shown } = await this.room.lay(media.filename, content);
        if (shown) {
            return { files: shown.files, attachments: shown.attachments };
        }
        const known = { ...media, size: content.length };
        const path = `/file-upload/${uploadId}/${encodeURIComponent(media.filename)}`;
        const file = { id: uploadId, name: media.filename, type: media.mimetype || 'application/octet-stream', size: content.length, isThumbnail: false };
        return { files: [file], attachments: [mediaAttachment(known, path)] };
    }

    /** The server posts the file in the room itself; its message is known by the file. A message of a try before is taken for it. */
    private async post(portal: Portal, event: MatrixEvent, puppet: Puppet, media: InwardMedia, content: Buffer): Promise<RcMessage> {
        const { context } = this.parts;
        const earlier = await this.unlinked(portal, event, puppet, media, content);
        if (earlier) {
            return earlier;
        }
        const { uploadId } = await context.rocketchat.uploadFile({ roomId: portal.rcRoomId, userId: puppet.rcUserId, name: media.filename, content });
        const posted = await uploadedMessage(context, portal.rcRoomId, uploadId, LOOK_BACK);
        if (!posted) {
            throw new BridgeError({ code: 'rocketchat.upload', userMessage: 'Rocket.Chat did not show the file.', retriable: false, certain: true, detail: uploadId });
        }
        return posted;
    }

    private async unlinked(portal: Portal, event: MatrixEvent, puppet: Puppet, media: InwardMedia, content: Buffer): Promise<RcMessage | undefined> {
        const { context, links } = this.parts;
        for (const message of await context.rocketchat.recentMessages(portal.rcRoomId, { limit: LOOK_BACK })) {
            const same = message.sender.id === puppet.rcUserId && message.ts > event.origin_server_ts - SLACK_MS
                && message.files.some(({ name, size }) => name === media.filename && size === content.length);
            if (same && !(await links.eventsOf(message.id)).length) {
                return message;
            }
        }
        return undefined;
    }

    /** @returns undefined when it cannot be had: refused, unknown, or again and again not there */
    private async fetch(event: MatrixEvent, url: MxcUri): Promise<Buffer | undefined> {
        const { homeserver, log } = this.parts.context;
        try {
            const { content } = await homeserver.download(url, { maxBytes: Number.MAX_SAFE_INTEGER });
            this.failures.delete(event.event_id);
            return content;
        } catch (error) {
            const answered = error instanceof BridgeError && (error.errcode !== undefined || error.code === 'homeserver.timeout') && error.status !== 429;
            const failures = (this.failures.get(event.event_id) || 0) + 1;
            this.failures.set(event.event_id, failures);
            if (error instanceof BridgeError && error.retriable && !(answered && failures >= MAX_FAILURES)) {
                throw error;
            }
            log.warn(`The file of ${event.event_id} could not be fetched: ${reasonOf(error)}`);
            return undefined;
        }
    }

    private async switchedOff(portal: Portal): Promise<boolean> {
        const names = ['FileUpload_Enabled', ...(portal.kind === 'd' ? ['FileUpload_Enabled_Direct'] : [])];
        return (await this.settings(names)).includes(false);
    }

    private async restricted(): Promise<boolean> {
        return (await this.settings(RESTRICTIONS)).includes(true);
    }

    /** Settings that this server does not have, or does not show to apps, say nothing. */
    private settings(names: string[]): Promise<(boolean | undefined)[]> {
        const { rocketchat } = this.parts.context;
        return Promise.all(names.map((name) => rocketchat.serverSetting<boolean>(name).catch(() => undefined)));
    }

    private async tooLarge(portal: Portal, event: MatrixEvent, media: InwardMedia, limit: number): Promise<Brought> {
        const sizes = `${sizeInWords(media.size || 0)} are more than the ${sizeInWords(limit)} that may be carried.`;
        await this.tellWriter(portal, event, media, sizes);
        return { note: mediaTooLarge(media, limit, this.link(event)) };
    }

    /** Words in place of the file, for both sides: its writer is on Matrix. */
    private async inWords(portal: Portal, event: MatrixEvent, media: InwardMedia, here: string, there: string): Promise<Brought> {
        await this.tellWriter(portal, event, media, there);
        return { note: `📎 ${fileLink(media, this.link(event))} ${here}` };
    }

    private tellWriter(portal: Portal, event: MatrixEvent, media: InwardMedia, reason: string): Promise<void> {
        const text = `⚠️ “${media.filename}” was not delivered to Rocket.Chat: ${reason}`;
        return sayAsHost(this.parts, portal, event.room_id, text, noticeIdOf('file', event.event_id), event.event_id);
    }

    private link(event: MatrixEvent): string {
        return eventLink(event.room_id, event.event_id);
    }
}
