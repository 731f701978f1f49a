import { BridgeError } from '../../errors/BridgeError';
import type { RcMessage, RcUser } from '../../rocketchat/RocketChat';
import type { RcRoomId } from '../../ids/types';
import { reasonOf } from '../core/Context';
import { despiteDatabase, isServersTrouble } from '../core/databaseTrouble';
import type { Parts } from '../core/Parts';
import { OUTWARD } from '../core/Patience';
import { refusal } from '../core/refusals';
import type { DeadLetters } from '../deadletters/DeadLetters';
import { EncryptedHere } from '../portals/EncryptedHere';
import { OpenedDirects } from '../portals/OpenedDirects';
import type { Portal } from '../portals/Portal';
import { Journal } from '../recovery/Journal';
import { Presence } from '../recovery/Presence';
import { RoomWork } from '../recovery/RoomWork';
import { Sweep } from '../recovery/Sweep';
import { TakeOver } from '../recovery/TakeOver';
import type { OutItem } from './items';
import { OutboundMembers } from './members';
import { OutboundMessages } from './messages';
import { Notices } from './Notices';
import { OutboundPins } from './pins';
import { OutboundReactions } from './reactions';
import { OutboundRoomState } from './roomState';
import { Sender } from './Sender';

/** Users through whom Matrix acts: what they do came from there and never goes back. */
const isOurs = (user: RcUser): boolean => user.isPuppet || user.isAppUser;

/** The homeserver surely did nothing, so another try does not make a second room. */
const isAway = (error: unknown): boolean => error instanceof BridgeError && error.retriable && error.certain;

/**
 * What happens in Rocket.Chat, on its way to Matrix. Each method is called by an event of the engine, decides by who
 * acted, and puts the work into the room's lane: nobody waits for the homeserver. Failures are told to who acted.
 */
export class Outbound {
    public readonly members: OutboundMembers;
    public readonly messages: OutboundMessages;
    public readonly roomState: OutboundRoomState;
    public readonly reactions: OutboundReactions;
    public readonly pins: OutboundPins;
    /** This process among others. */
    public readonly presence: Presence;
    private readonly notices: Notices;
    private readonly journal: Journal;
    private readonly work: RoomWork;
    private readonly sweep: Sweep;
    private readonly takeOver: TakeOver;
    private readonly directs: OpenedDirects;
    private readonly encrypted: EncryptedHere;

    constructor(private readonly parts: Parts, deadLetters: DeadLetters) {
        const sender = new Sender(parts);
        this.messages = new OutboundMessages(parts, sender);
        this.members = new OutboundMembers(parts, sender);
        this.roomState = new OutboundRoomState(parts, sender, this.members);
        const ensure = (portal: Portal, id: RcMessage['id']): Promise<void> => this.messages.ensure(portal, id);
        this.reactions = new OutboundReactions(parts, sender, ensure);
        this.pins = new OutboundPins(parts, sender, ensure);
        this.notices = new Notices(parts.context, deadLetters);
        this.presence = new Presence(parts.context);
        this.journal = new Journal(parts.context, this.presence);
        this.work = new RoomWork(parts, this, sender, this.notices, this.journal, this.presence);
        this.sweep = new Sweep(parts, this.presence, this.journal, this.work);
        this.takeOver = new TakeOver(parts, this.presence, this.journal, this.work, this);
        this.directs = new OpenedDirects(parts);
        this.encrypted = new EncryptedHere(parts);
    }

    public async messagePosted(message: RcMessage): Promise<void> {
        if (message.systemType || isOurs(message.sender)) {
            return;
        }
        const item = { kind: 'message' as const, room: message.roomId, message: message.id };
        const concerned = { message, actor: message.sender };
        let intent: ReturnType<Journal['intend']> | undefined;
        const open = () => this.directs.open(message.roomId, message.sender, message.ts, async () => {
            intent = intent || this.journal.intend(item);
            await intent.stored;
        });
        const add = () => this.work.add({ item, concerned, order: message.ts, intent, action: (portal) => this.messages.post(portal, message) });
        try {
            await despiteDatabase(this.parts.context, `The look at room ${message.roomId}`, open, isServersTrouble);
        } catch (error) {
            const opened = this.openLater(open, error).catch((failed) => this.notices.failed(item, concerned, failed)).then(add);
            await (isAway(error) ? undefined : opened);
            return;
        }
        await add();
    }

    public async messageEdited(message: RcMessage): Promise<void> {
        const editor = message.editor || message.sender;
        if (message.systemType || isOurs(editor)) {
            return;
        }
        if (isOurs(message.sender)) {
            await this.notices.notTheirs(message, editor);
            return;
        }
        const item = { kind: 'edit' as const, room: message.roomId, message: message.id };
        await this.work.add({ item, concerned: { message, actor: editor }, action: (portal) => this.messages.edit(portal, message) });
    }

    public async messageDeleted(message: RcMessage, by: RcUser): Promise<void> {
        if (message.systemType || isOurs(by)) {
            return;
        }
        const item = { kind: 'delete' as const, room: message.roomId, message: message.id, author: message.sender.id, by: by.id };
        const action = (portal: Portal): Promise<void> => this.messages.delete(portal, message, by, Boolean(message.editedAt));
        await Promise.all([this.parts.deletedHere.note(message), this.work.add({ item, concerned: { message, actor: by }, action })]);
    }

    /** @param emoji `:name:`; @param on false when it was taken back */
    public async reacted(message: RcMessage, user: RcUser, emoji: string, on: boolean): Promise<void> {
        if (isOurs(user)) {
            return;
        }
        const at = this.parts.context.clock.now();
        const item = { kind: 'reaction' as const, room: message.roomId, message: message.id, user: user.id, emoji, on, at };
        const action = (portal: Portal): Promise<void> => this.reactions.changed(portal, user, { message, emoji, on, at });
        await this.work.add({ item, concerned: { message, actor: user }, action });
    }

    /** @param on false when it was unpinned */
    public async pinned(message: RcMessage, user: RcUser, on: boolean): Promise<void> {
        if (message.systemType || isOurs(user) || this.parts.context.rocketchat.workspace.isEcho(message.id, user.id, on)) {
            return;
        }
        const item = { kind: 'pin' as const, room: message.roomId, message: message.id, user: user.id, on };
        await this.work.add({ item, concerned: { message, actor: user }, action: (portal) => this.pins.changed(portal, user, message.id, on) });
    }

    /** A system message: renames, topics, bans; and what is encrypted. */
    public async systemMessage(message: RcMessage): Promise<void> {
        if (EncryptedHere.knows(message) && !isOurs(message.sender)) {
            await this.encrypted.noticed(message);
            return;
        }
        if (isOurs(message.sender) || !OutboundRoomState.knows(message)) {
            return;
        }
        const item = { kind: 'state' as const, room: message.roomId, message: message.id };
        const concerned = { message, actor: message.sender };
        await this.work.add({ item, concerned, order: message.ts, action: (portal) => this.roomState.changed(portal, message) });
    }

    public async memberJoined(roomId: RcRoomId, user: RcUser, inviter?: RcUser): Promise<void> {
        if (isOurs(user) && !(user.isPuppet && inviter)) {
            return;
        }
        const item = { kind: 'join' as const, room: roomId, user: user.id, ...(inviter && { by: inviter.id }) };
        await this.work.add({ item, concerned: { actor: inviter || user }, action: (portal) => this.members.joined(portal, user, inviter) });
    }

    public async memberLeft(roomId: RcRoomId, user: RcUser, removedBy?: RcUser): Promise<void> {
        if ((isOurs(user) && !(user.isPuppet && removedBy)) || (removedBy && isOurs(removedBy))) {
            return;
        }
        const item = { kind: 'leave' as const, room: roomId, user: user.id, ...(removedBy && { by: removedBy.id }) };
        await this.work.add({ item, concerned: { actor: removedBy || user }, action: (portal) => this.members.left(portal, user, removedBy) });
    }

    /** A new name: stored first, for its owner may never write again. */
    public async userChanged(user: RcUser): Promise<void> {
        const { ghosts, lanes, patience, context } = this.parts;
        if (isOurs(user) || !(await ghosts.isRenamed(user))) {
            return;
        }
        const intent = this.journal.intendName(user.id);
        void lanes.run(`name ${user.id}`, async () => {
            await intent.stored;
            await patience.keepTrying(() => ghosts.nameChanged(user), OUTWARD)
                .catch((error) => context.log.error(`The name of user ${user.id} could not be brought to Matrix: ${reasonOf(error)}`));
            await this.journal.done(intent.id);
        });
        await intent.stored;
    }

    /** The room is no more: that is found by the comparison, which survives a crash. */
    public async roomDeleted(roomId: RcRoomId): Promise<void> {
        const portal = await this.parts.portals.ofRcRoom(roomId);
        void (portal && this.work.check(portal, true));
    }

    /** Something happened in a bridged room: what was written there while the app was away is brought over, once. */
    public touched(portal: Portal): void {
        this.work.touched(portal);
    }

    /** Finishes what a process that has ended had begun. Touches only rooms that had something under way. */
    public async resume(): Promise<void> {
        await this.takeOver.look();
    }

    /** Looks for what nobody heard while the app was off. @returns when all rooms are gone through: that may take hours */
    public async catchUp(): Promise<void> {
        await this.sweep.look();
    }

    /** The app was off, or events may have been missed: every room is compared again when something happens in it. */
    public doubtAll(): void {
        this.work.doubtAll();
    }

    /** The bridge is switched off; what waits in the lanes goes on waiting. */
    public async rest(): Promise<void> {
        this.sweep.stop();
        await this.presence.end(this.journal.isIdle);
    }

    /** Whether more waits in a room than is held in memory. */
    public isBehind(roomId: RcRoomId): boolean {
        return this.work.queues.isBehind(roomId);
    }

    /** The direct room is made when the homeserver is back; that may be hours. @throws when it cannot be made */
    private async openLater(open: () => Promise<void>, error: unknown): Promise<void> {
        if (!isAway(error)) {
            throw error;
        }
        const once = () => open().catch((failed: unknown) => {
            throw failed instanceof BridgeError && !isAway(failed) ? new BridgeError({ ...failed, retriable: false }) : failed;
        });
        await this.parts.patience.keepTrying(once, OUTWARD);
    }

    /**
     * Does an item again that was given up: behind what waits in its room.
     * @throws when it fails again
     */
    public async again(item: OutItem): Promise<void> {
        const { portals, context } = this.parts;
        const written = item.kind === 'message' ? await context.rocketchat.message(item.message) : undefined;
        const writer = written && (await context.rocketchat.user(written.sender.id));
        if (written && writer) {
            await this.directs.open(item.room, writer, written.ts, async () => undefined);
        }
        const portal = await portals.ofRcRoom(item.room);
        if (!portal) {
            throw refusal('outbound.notBridged', 'The room is not bridged any more.');
        }
        await this.work.queues.run(item.room, async () => {
            await this.journal.begin(item.room, context.clock.now());
            const isDone = await this.work.leftovers.redoing.perform(portal, item);
            await (isDone && written && this.notices.arrived(written));
        });
    }
}
