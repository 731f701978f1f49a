import { reactionContent, reactionKey } from '../../convert/index';
import { BridgeError } from '../../errors/BridgeError';
import type { RcRoomId } from '../../ids/types';
import type { RcMessage, RcUser } from '../../rocketchat/RocketChat';
import { reasonOf } from '../core/Context';
import type { Parts } from '../core/Parts';
import { OpenedDirects } from '../portals/OpenedDirects';
import type { Portal } from '../portals/Portal';
import { Journal } from './Journal';
import { OutboundMembers } from './members';
import { OutboundMessages } from './messages';
import { Notices } from './Notices';
import { Recovery } from './Recovery';
import { OutboundRoomState } from './roomState';
import { Sender } from './Sender';

/** Users through whom Matrix acts: what they do came from there and never goes back. */
const isOurs = (user: RcUser): boolean => user.isPuppet || user.isAppUser;

const LANE = 'out ';

/**
 * What happens in Rocket.Chat, on its way to Matrix. Each method is called by an event of the engine, decides by who
 * acted, and puts the work into the room's lane: nobody waits for the homeserver. Failures are told to who acted.
 */
export class Outbound {
    public readonly members: OutboundMembers;
    private readonly messages: OutboundMessages;
    private readonly roomState: OutboundRoomState;
    private readonly notices: Notices;
    private readonly sender: Sender;
    private readonly journal: Journal;
    private readonly recovery: Recovery;
    private readonly directs: OpenedDirects;
    /** Rooms whose past was compared since this process, or the app, started. */
    private checked = new Set<RcRoomId>();

    constructor(private readonly parts: Parts) {
        this.sender = new Sender(parts);
        this.messages = new OutboundMessages(parts, this.sender);
        this.roomState = new OutboundRoomState(parts, this.sender);
        this.members = new OutboundMembers(parts, this.sender);
        this.notices = new Notices(parts.context);
        this.journal = new Journal(parts.context);
        this.recovery = new Recovery(parts, this.messages, this.sender);
        this.directs = new OpenedDirects(parts);
        parts.lanes.onIdle = (key) => {
            if (key.startsWith(LANE)) {
                this.journal.quiet(key.slice(LANE.length) as RcRoomId);
            }
        };
    }

    public async messagePosted(message: RcMessage): Promise<void> {
        if (message.systemType || isOurs(message.sender)) {
            return;
        }
        await this.attempt(message, message.sender, 'delivered', () => this.directs.open(message.roomId, message.sender, message.ts));
        await this.enqueue(message.roomId, message.ts, async (portal) => {
            await this.attempt(message, message.sender, 'delivered', () => this.messages.post(portal, message));
        });
    }

    public async messageEdited(message: RcMessage): Promise<void> {
        const editor = message.editor || message.sender;
        if (message.systemType || isOurs(editor) || isOurs(message.sender)) {
            return;
        }
        await this.enqueue(message.roomId, undefined, async (portal) => {
            await this.attempt(message, editor, 'changed', () => this.messages.edit(portal, message));
        });
    }

    public async messageDeleted(message: RcMessage, by: RcUser): Promise<void> {
        if (message.systemType || isOurs(by)) {
            return;
        }
        await this.enqueue(message.roomId, undefined, async (portal) => {
            await this.attempt(message, by, 'deleted', () => this.messages.delete(portal, message, by));
        });
    }

    /** @param emoji `:name:`; @param on false when it was taken back */
    public async reacted(message: RcMessage, user: RcUser, emoji: string, on: boolean): Promise<void> {
        if (isOurs(user)) {
            return;
        }
        const at = this.parts.context.clock.now();
        await this.enqueue(message.roomId, undefined, async (portal) => {
            await this.attempt(message, user, 'reacted to', () => this.react(portal, message, user, emoji, on, at));
        });
    }

    /** A system message: renames, topics. */
    public async systemMessage(message: RcMessage): Promise<void> {
        if (isOurs(message.sender) || !OutboundRoomState.knows(message)) {
            return;
        }
        await this.enqueue(message.roomId, message.ts, (portal) => this.roomState.changed(portal, message));
    }

    public async memberJoined(roomId: RcRoomId, user: RcUser, inviter?: RcUser): Promise<void> {
        if (isOurs(user) && !(user.isPuppet && inviter)) {
            return;
        }
        await this.enqueue(roomId, undefined, (portal) => this.members.joined(portal, user, inviter));
    }

    public async memberLeft(roomId: RcRoomId, user: RcUser, removedBy?: RcUser): Promise<void> {
        if ((isOurs(user) && !(user.isPuppet && removedBy)) || (removedBy && isOurs(removedBy))) {
            return;
        }
        await this.enqueue(roomId, undefined, (portal) => this.members.left(portal, user, removedBy));
    }

    public async userChanged(user: RcUser): Promise<void> {
        if (!isOurs(user)) {
            await this.parts.ghosts.nameChanged(user);
        }
    }

    /** Something happened in a bridged room: what was written there while the app was away is brought over, once. */
    public touched(portal: Portal): void {
        if (this.checked.has(portal.rcRoomId)) {
            return;
        }
        this.checked.add(portal.rcRoomId);
        this.inLane(portal.rcRoomId, -Infinity, async () => {
            const progress = await this.journal.of(portal.rcRoomId);
            if (!progress) {
                return;
            }
            const since = progress.openSince ?? progress.doneUntil + 1;
            await this.journal.begin(portal.rcRoomId, since);
            const failed = (message: RcMessage, error: unknown): Promise<void> => this.notices.failed(message, message.sender, 'delivered', error);
            await this.recovery.room(portal, { since, crashed: progress.openSince !== undefined }, failed);
        });
    }

    /** Finishes what a process that is no more had begun. Touches only rooms that had something under way. */
    public async resume(): Promise<void> {
        for (const { roomId } of await this.journal.unfinished()) {
            const portal = await this.parts.portals.ofRcRoom(roomId);
            if (portal) {
                this.touched(portal);
            }
        }
    }

    /** The app was off, or events may have been missed: every room is compared again when something happens in it. */
    public doubtAll(): void {
        this.checked = new Set();
    }

    private async enqueue(roomId: RcRoomId, order: number | undefined, task: (portal: Portal) => Promise<void>): Promise<void> {
        const { portals, context } = this.parts;
        const portal = await portals.ofRcRoom(roomId);
        if (!portal) {
            return;
        }
        this.touched(portal);
        const ts = order ?? context.clock.now();
        this.inLane(roomId, order, async () => {
            await this.journal.begin(roomId, ts);
            await task(portal);
        });
    }

    /** Not awaited: the engine gives a handler up after 30 s, a homeserver may be away for hours. */
    private inLane(roomId: RcRoomId, order: number | undefined, task: () => Promise<void>): void {
        const { lanes, context } = this.parts;
        void lanes.run(`${LANE}${roomId}`, task, order).catch((error) => {
            context.log.error(`Something of room ${roomId} could not be brought to Matrix: ${reasonOf(error)}`);
        });
    }

    private async attempt(message: RcMessage, actor: RcUser, what: Parameters<Notices['failed']>[2], action: () => Promise<void>): Promise<void> {
        try {
            await action();
        } catch (error) {
            await this.notices.failed(message, actor, what, error);
        }
    }

    private async react(portal: Portal, message: RcMessage, user: RcUser, emoji: string, on: boolean, at: number): Promise<void> {
        const { links } = this.parts;
        const given = await links.reaction(message.id, user.id, emoji);
        if (!on) {
            if (given) {
                await this.sender.redact(portal, user, given.event);
                await links.forgetReaction(given);
            }
            return;
        }
        const [event] = await links.eventsOf(message.id);
        if (!event || given) {
            return;
        }
        const key = reactionKey(emoji);
        const mark = { id: message.id, kind: 'react', part: 0, revision: `${emoji} ${at}` };
        try {
            const content = reactionContent(event, key, key === emoji ? emoji : undefined);
            const sent = await this.sender.send(portal, user, { type: 'm.reaction', content, mark });
            links.remember({ kind: 'reaction', event: sent.eventId, message: message.id, room: message.roomId, sender: sent.ghost.mxid, emoji, userId: user.id });
        } catch (error) {
            if (!(error instanceof BridgeError) || error.errcode !== 'M_DUPLICATE_ANNOTATION') {
                throw error;
            }
        }
    }
}
