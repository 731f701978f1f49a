import { isDerivedMessageId } from '../../ids/messages';
import type { MatrixEvent } from '../../matrix/Homeserver';
import type { RcMessage, RcUser } from '../../rocketchat/RocketChat';
import type { Parts } from '../core/Parts';
import { OUTWARD } from '../core/Patience';
import { markOf } from '../links/mark';
import type { Portal } from '../portals/Portal';
import type { OutboundMessages } from './messages';
import type { Sender } from './Sender';

/** Most messages of one room that are looked at; whoever was away longer finds the rest in Rocket.Chat. */
const MAX_MESSAGES = 2_000;
const PAGE = 100;
/** Clocks and the order of events are not exact. */
const SLACK_MS = 2_000;

/** From when on something may be missing. */
export interface Past {
    /** Milliseconds: everything before is known to be done. */
    since: number;
    /** Something was under way then, not only unseen. */
    crashed: boolean;
}

/** What of ours is in a Matrix room: events of messages by their message, and the edits that were made. */
interface Arrived {
    messages: Map<string, MatrixEvent>;
    edits: Set<string>;
}

/**
 * Brings to Matrix what was written while no process could: after a crash, a restart, while the app was off. Compares the
 * room's newest messages with the marks of the events that are there, so nothing is sent twice, whatever memory has lost.
 * Called in the room's lane.
 */
export class Recovery {
    constructor(
        private readonly parts: Parts,
        private readonly messages: OutboundMessages,
        private readonly sender: Sender,
    ) {}

    /**
     * @param failed told of each message that cannot be delivered
     */
    public async room(portal: Portal, { since, crashed }: Past, failed: (message: RcMessage, error: unknown) => Promise<void>): Promise<void> {
        const from = Math.max(since, portal.bridgedAt) - SLACK_MS;
        const written = await this.written(portal, from);
        if (!written.length && !crashed) {
            return;
        }
        const arrived = await this.arrived(portal, from);
        for (const message of written) {
            try {
                await this.one(portal, message, arrived, from);
            } catch (error) {
                await failed(message, error);
            }
        }
        await this.deleted(portal, written, arrived);
        const missing = written.filter((message) => !arrived.messages.has(message.id)).length;
        this.parts.context.log.info(`Room ${portal.rcRoomId} was compared with Matrix from ${new Date(from).toISOString()}: ${written.length} messages, ${missing} were missing.`);
    }

    private async one(portal: Portal, message: RcMessage, arrived: Arrived, from: number): Promise<void> {
        const { links } = this.parts;
        const event = arrived.messages.get(message.id);
        if (event) {
            links.remember({ kind: 'message', event: event.event_id, message: message.id, room: message.roomId, sender: event.sender });
            if (message.files.length) {
                // Of its files some may be missing.
                await this.messages.post(portal, message);
            }
        } else if (message.ts >= from && !(await links.eventsOf(message.id)).length) {
            await this.messages.post(portal, message);
            return;
        }
        if (message.editedAt && message.editedAt >= from && !arrived.edits.has(`${message.id} ${message.editedAt}`)) {
            await this.messages.edit(portal, message);
        }
    }

    /** Messages of local people since then, oldest first, with the whole of their writers. */
    private async written(portal: Portal, from: number): Promise<RcMessage[]> {
        const { rocketchat } = this.parts.context;
        const users = new Map<string, RcUser | undefined>();
        const found: RcMessage[] = [];
        for (let skip = 0; skip < MAX_MESSAGES; skip += PAGE) {
            const page = await rocketchat.recentMessages(portal.rcRoomId, { limit: PAGE, skip });
            for (const message of page) {
                const recent = message.ts >= from || (message.editedAt || 0) >= from;
                if (!recent || message.systemType || isDerivedMessageId(message.id)) {
                    continue;
                }
                if (!users.has(message.sender.id)) {
                    users.set(message.sender.id, await rocketchat.user(message.sender.id));
                }
                const sender = users.get(message.sender.id);
                if (sender && !sender.isPuppet && !sender.isAppUser) {
                    found.push({ ...message, sender, ...(message.editor && { editor: sender }) });
                }
            }
            if (page.length < PAGE || page[page.length - 1].ts < from) {
                break;
            }
        }
        return found.sort((a, b) => a.ts - b.ts);
    }

    private async arrived(portal: Portal, from: number): Promise<Arrived> {
        const { context, patience } = this.parts;
        const arrived: Arrived = { messages: new Map(), edits: new Set() };
        const acting = portal.host === context.namespace.bot ? {} : { as: portal.host };
        let token: string | undefined;
        for (let seen = 0; seen < MAX_MESSAGES; seen += PAGE) {
            const options = { ...acting, dir: 'b' as const, limit: PAGE, ...(token && { from: token }) };
            const { events, end } = await patience.keepTrying(() => context.homeserver.messages(portal.matrixRoomId, options), OUTWARD);
            for (const event of events) {
                const mark = context.namespace.isGhost(event.sender) ? markOf(event.content) : undefined;
                if (mark && mark.kind === 'message' && mark.part) {
                    const { event_id: id, sender } = event;
                    this.parts.links.remember({ kind: 'message', event: id, message: mark.id, room: portal.rcRoomId, sender, part: mark.part });
                } else if (mark && mark.kind === 'message') {
                    arrived.messages.set(mark.id, event);
                } else if (mark && mark.kind === 'edit') {
                    arrived.edits.add(`${mark.id} ${mark.revision}`);
                }
            }
            // Old messages carry their own time: the place in the room is not to be trusted for less than a page.
            if (!end || end === token || events.length < PAGE || events.every((event) => event.origin_server_ts < from)) {
                break;
            }
            token = end;
        }
        return arrived;
    }

    /** What has arrived since then and is no more in Rocket.Chat was deleted meanwhile. */
    private async deleted(portal: Portal, written: RcMessage[], arrived: Arrived): Promise<void> {
        const { context, links, patience } = this.parts;
        const there = new Set<string>(written.map((message) => message.id));
        const oldest = written.length ? written[0].ts : Infinity;
        for (const [id, event] of arrived.messages) {
            if (there.has(id) || event.origin_server_ts < oldest - SLACK_MS) {
                continue;
            }
            const message = await context.rocketchat.message(id as RcMessage['id']);
            if (!message || message.systemType === 'rm') {
                for (const one of new Set([event.event_id, ...(await links.eventsOf(id as RcMessage['id']))])) {
                    await patience.keepTrying(() => this.sender.redactAs(portal, event.sender, one), OUTWARD);
                }
            }
        }
    }
}
