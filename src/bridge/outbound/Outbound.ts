import type { RcRoomId } from '../../ids/types';
import type { RcMessage, RcUser } from '../../rocketchat/RocketChat';
import { reasonOf } from '../core/Context';
import type { Parts } from '../core/Parts';
import { refusal } from '../core/refusals';
import type { DeadLetters } from '../deadletters/DeadLetters';
import { OpenedDirects } from '../portals/OpenedDirects';
import type { Portal } from '../portals/Portal';
import type { OutItem } from './items';
import { Redoing } from './items';
import { Journal } from './Journal';
import { OutboundMembers } from './members';
import { OutboundMessages } from './messages';
import type { Concerned } from './Notices';
import { Notices } from './Notices';
import { OutboundReactions } from './reactions';
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
    public readonly messages: OutboundMessages;
    public readonly roomState: OutboundRoomState;
    private readonly notices: Notices;
    public readonly reactions: OutboundReactions;
    private readonly redoing: Redoing;
    private readonly journal: Journal;
    private readonly recovery: Recovery;
    private readonly directs: OpenedDirects;
    /** Rooms whose past was compared since this process, or the app, started. */
    private checked = new Set<RcRoomId>();

    constructor(private readonly parts: Parts, deadLetters: DeadLetters) {
        const sender = new Sender(parts);
        this.messages = new OutboundMessages(parts, sender);
        this.roomState = new OutboundRoomState(parts, sender);
        this.members = new OutboundMembers(parts, sender);
        this.reactions = new OutboundReactions(parts, sender);
        this.redoing = new Redoing(parts, this);
        this.notices = new Notices(parts.context, deadLetters);
        this.journal = new Journal(parts.context);
        this.recovery = new Recovery(parts, this.messages, sender);
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
        const item = { kind: 'message' as const, room: message.roomId, message: message.id };
        const concerned = { message, actor: message.sender };
        await this.attempt(item, concerned, () => this.directs.open(message.roomId, message.sender, message.ts));
        await this.enqueue(message.roomId, message.ts, (portal) => this.attempt(item, concerned, () => this.messages.post(portal, message)));
    }

    public async messageEdited(message: RcMessage): Promise<void> {
        const editor = message.editor || message.sender;
        if (message.systemType || isOurs(editor) || isOurs(message.sender)) {
            return;
        }
        const item = { kind: 'edit' as const, room: message.roomId, message: message.id };
        await this.enqueue(message.roomId, undefined, (portal) => this.attempt(item, { message, actor: editor }, () => this.messages.edit(portal, message)));
    }

    public async messageDeleted(message: RcMessage, by: RcUser): Promise<void> {
        if (message.systemType || isOurs(by)) {
            return;
        }
        const item = { kind: 'delete' as const, room: message.roomId, message: message.id, author: message.sender.id, by: by.id };
        await this.enqueue(message.roomId, undefined, (portal) => this.attempt(item, { message, actor: by }, () => this.messages.delete(portal, message, by)));
    }

    /** @param emoji `:name:`; @param on false when it was taken back */
    public async reacted(message: RcMessage, user: RcUser, emoji: string, on: boolean): Promise<void> {
        if (isOurs(user)) {
            return;
        }
        const at = this.parts.context.clock.now();
        const item = { kind: 'reaction' as const, room: message.roomId, message: message.id, user: user.id, emoji, on, at };
        await this.enqueue(message.roomId, undefined, (portal) =>
            this.attempt(item, { message, actor: user }, () => this.reactions.changed(portal, user, { message, emoji, on, at })));
    }

    /** A system message: renames, topics. */
    public async systemMessage(message: RcMessage): Promise<void> {
        if (isOurs(message.sender) || !OutboundRoomState.knows(message)) {
            return;
        }
        const item = { kind: 'state' as const, room: message.roomId, message: message.id };
        await this.enqueue(message.roomId, message.ts, (portal) =>
            this.attempt(item, { message, actor: message.sender }, () => this.roomState.changed(portal, message)));
    }

    public async memberJoined(roomId: RcRoomId, user: RcUser, inviter?: RcUser): Promise<void> {
        if (isOurs(user) && !(user.isPuppet && inviter)) {
            return;
        }
        const item = { kind: 'join' as const, room: roomId, user: user.id, ...(inviter && { by: inviter.id }) };
        await this.enqueue(roomId, undefined, (portal) => this.attempt(item, { actor: inviter || user }, () => this.members.joined(portal, user, inviter)));
    }

    public async memberLeft(roomId: RcRoomId, user: RcUser, removedBy?: RcUser): Promise<void> {
        if ((isOurs(user) && !(user.isPuppet && removedBy)) || (removedBy && isOurs(removedBy))) {
            return;
        }
        const item = { kind: 'leave' as const, room: roomId, user: user.id, ...(removedBy && { by: removedBy.id }) };
        await this.enqueue(roomId, undefined, (portal) => this.attempt(item, { actor: removedBy || user }, () => this.members.left(portal, user, removedBy)));
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
            const failed = (message: RcMessage, error: unknown): Promise<void> =>
                this.notices.failed({ kind: 'message', room: message.roomId, message: message.id }, { message, actor: message.sender }, error);
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

    /**
     * Does an item again that was given up: behind what waits in its room.
     * @throws when it fails again
     */
    public async again(item: OutItem): Promise<void> {
        const { portals, lanes, context } = this.parts;
        const portal = await portals.ofRcRoom(item.room);
        if (!portal) {
            throw refusal('outbound.notBridged', 'The room is not bridged any more.');
        }
        await lanes.run(`${LANE}${item.room}`, async () => {
            await this.journal.begin(item.room, context.clock.now());
            await this.redoing.perform(portal, item);
        });
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

    private async attempt(item: OutItem, concerned: Concerned, action: () => Promise<void>): Promise<void> {
        try {
            await action();
        } catch (error) {
            await this.notices.failed(item, concerned, error);
        }
    }
}
