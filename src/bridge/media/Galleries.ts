import type { InwardMedia } from '../../convert/index';
import { mediaMissing } from '../../convert/index';
import type { MatrixEvent } from '../../matrix/Homeserver';
import type { PostMessage, RcMessage } from '../../rocketchat/RocketChat';
import type { Parts } from '../core/Parts';
import type { Puppet } from '../people/Puppets';
import type { Portal } from '../portals/Portal';
import type { Brought, InboundFiles } from './InboundFiles';

type Shown = Required<Pick<PostMessage, 'attachments' | 'files'>>;

/** Several files of one event (MSC4274): one message shows all of them, or each is a message that the server has posted. */
export class Galleries {
    constructor(
        private readonly parts: Parts,
        private readonly files: InboundFiles,
    ) {}

    /**
     * @returns what is to be posted for all of them. Of messages that the server has posted the first one: the others are recorded
     * as further parts of the event, so that another try passes over them
     * @throws BridgeError when it may succeed later
     */
    public async bring(portal: Portal, event: MatrixEvent, puppet: Puppet, gallery: InwardMedia[]): Promise<Brought> {
        const { links, context } = this.parts;
        const recorded = await links.messagesOf(event.event_id);
        const shown: Shown = { attachments: [], files: [] };
        const notes: string[] = [];
        let posted: RcMessage | undefined;
        for (const [part, media] of gallery.entries()) {
            const known = recorded.get(part);
            const brought = known ? { posted: await context.rocketchat.message(known) } : await this.one(portal, event, puppet, media);
            if (brought.posted && !known) {
                links.remember({ kind: 'message', event: event.event_id, message: brought.posted.id, room: portal.rcRoomId, sender: event.sender, ...(part && { part }) });
            }
            posted = posted || brought.posted;
            shown.attachments.push(...(brought.shown ? brought.shown.attachments : []));
            shown.files.push(...(brought.shown ? brought.shown.files : []));
            notes.push(...(brought.note ? [brought.note] : []));
        }
        return { ...(posted ? { posted } : shown.files.length && { shown }), ...(notes.length && { note: notes.join('\n') }) };
    }

    private async one(portal: Portal, event: MatrixEvent, puppet: Puppet, media: InwardMedia): Promise<Brought> {
        const { url } = media;
        return url ? this.files.bring(portal, event, puppet, { ...media, url }) : { note: mediaMissing(media) };
    }
}
