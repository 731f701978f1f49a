import type { RcMessageId, RcRoomId, RcUserId } from '../../ids/types';
import type { RcMessage, RcUser } from '../../rocketchat/RocketChat';
import type { Parts } from '../core/Parts';
import { refusal } from '../core/refusals';
import type { Portal } from '../portals/Portal';
import type { OutboundMembers } from './members';
import type { OutboundMessages } from './messages';
import type { Concerned } from './Notices';
import type { OutboundPins } from './pins';
import type { OutboundReactions } from './reactions';
import { OutboundRoomState } from './roomState';

/**
 * One thing that is to be brought to Matrix, by its ids: it can be stored, and done later by another process. The rest is
 * read anew from the server.
 */
export type OutItem = { room: RcRoomId } & (
    | { kind: 'message' | 'edit'; message: RcMessageId }
    | { kind: 'delete'; message: RcMessageId; author: RcUserId; by: RcUserId }
    | { kind: 'reaction'; message: RcMessageId; user: RcUserId; emoji: string; on: boolean; at: number }
    | { kind: 'pin'; message: RcMessageId; user: RcUserId; on: boolean }
    | { kind: 'join' | 'leave'; user: RcUserId; by?: RcUserId }
    /** Name, topic or a ban: the system message that tells of it. */
    | { kind: 'state'; message: RcMessageId }
);

/** @returns the same for items of which the later one takes the place of the earlier one */
export function identityOf(item: OutItem): string {
    switch (item.kind) {
        case 'reaction': return `reaction ${item.message} ${item.user} ${item.emoji}`;
        case 'join':
        case 'leave': return `member ${item.room} ${item.user}`;
        default: return `${item.kind} ${item.message}`;
    }
}

/** @returns what it is, in words for administrators, without what was written */
export function inWords(item: OutItem): string {
    switch (item.kind) {
        case 'message': return `the message ${item.message}`;
        case 'edit': return `the edit of message ${item.message}`;
        case 'delete': return `the deletion of message ${item.message}`;
        case 'reaction': return `${item.on ? 'the' : 'the removal of the'} reaction ${item.emoji} to message ${item.message}`;
        case 'pin': return `${item.on ? 'the' : 'the removal of the'} pin of message ${item.message}`;
        case 'join': return `the join of user ${item.user}`;
        case 'leave': return `the leave of user ${item.user}`;
        case 'state': return `the change of the room told by message ${item.message}`;
    }
}

/** An item that is to be done in its room's lane. */
export interface Work {
    item: OutItem;
    concerned: Concerned;
    /** Place among what waits: time of a message in milliseconds since the epoch. */
    order?: number;
    /** Where it is stored already. */
    intent?: { id: string; stored: Promise<void> };
    /** @throws when it cannot be brought to Matrix */
    action: (portal: Portal) => Promise<void>;
}

/** What the items are done by. */
export interface Doers {
    messages: OutboundMessages;
    reactions: OutboundReactions;
    pins: OutboundPins;
    members: OutboundMembers;
    roomState: OutboundRoomState;
}

/**
 * Does items by their ids: those of a process that has ended, and those that administrators let be tried again. Each looks
 * at how things are now, so doing one twice, or too late, changes nothing. To be called in the room's lane.
 */
export class Redoing {
    constructor(
        private readonly parts: Parts,
        private readonly doers: Doers,
    ) {}

    /**
     * @returns false when there was nothing left to do: the message is gone, the reaction was taken back, …
     * @throws when it cannot be done
     */
    public async perform(portal: Portal, item: OutItem): Promise<boolean> {
        switch (item.kind) {
            case 'message':
            case 'edit':
            case 'state': return this.ofMessage(portal, item);
            case 'delete': return this.deletion(portal, item);
            case 'reaction': return this.reaction(portal, item);
            case 'pin': return this.pin(portal, item);
            default: return this.membership(portal, item);
        }
    }

    private async ofMessage(portal: Portal, { kind, room: roomId, message: id }: OutItem & { kind: 'message' | 'edit' | 'state' }): Promise<boolean> {
        const message = await this.parts.context.rocketchat.message(id);
        const sender = message && (await this.user(message.sender.id));
        if (!message || !sender || (kind !== 'state') === Boolean(message.systemType)) {
            return false;
        }
        const whole: RcMessage = { ...message, sender };
        if (kind === 'state') {
            const room = await this.parts.context.rocketchat.room(roomId);
            if (!room || !OutboundRoomState.holds(message, room)) {
                return false;
            }
            await this.doers.roomState.changed(portal, whole);
        } else {
            await this.doers.messages[kind === 'edit' ? 'edit' : 'post'](portal, whole, true);
        }
        return true;
    }

    private async deletion(portal: Portal, item: OutItem & { kind: 'delete' }): Promise<boolean> {
        const author = await this.user(item.author);
        const by = (await this.user(item.by)) || author;
        const there = await this.parts.context.rocketchat.message(item.message);
        if (there && !there.systemType) {
            return false;
        }
        if (!author || !by) {
            throw refusal('outbound.userGone', 'Its writer is not in Rocket.Chat any more: it can be deleted by hand on Matrix.');
        }
        await this.doers.messages.delete(portal, { id: item.message, sender: author }, by);
        return true;
    }

    private async reaction(portal: Portal, item: OutItem & { kind: 'reaction' }): Promise<boolean> {
        const user = await this.user(item.user);
        const message = await this.parts.context.rocketchat.message(item.message);
        const isOn = Boolean(user && message && (message.reactions[item.emoji] || []).includes(user.username));
        if (!user || isOn !== item.on) {
            return false;
        }
        await this.doers.reactions.changed(portal, user, { ...item, message: { id: item.message, roomId: item.room } }, true);
        return true;
    }

    private async pin(portal: Portal, item: OutItem & { kind: 'pin' }): Promise<boolean> {
        const user = await this.user(item.user);
        const message = await this.parts.context.rocketchat.message(item.message);
        if (!user || !message || Boolean(message.pinned) !== item.on) {
            return false;
        }
        await this.doers.pins.changed(portal, user, item.message, item.on);
        return true;
    }

    private async membership(portal: Portal, item: OutItem & { kind: 'join' | 'leave' }): Promise<boolean> {
        const [user, by, members] = await Promise.all([this.user(item.user), item.by && this.user(item.by), this.parts.context.rocketchat.members(item.room)]);
        if (!user || members.some(({ id }) => id === item.user) !== (item.kind === 'join')) {
            return false;
        }
        await (item.kind === 'join' ? this.doers.members.joined(portal, user, by || undefined) : this.doers.members.left(portal, user, by || undefined));
        return true;
    }

    private user(id: RcUserId): Promise<RcUser | undefined> {
        return this.parts.context.rocketchat.user(id);
    }
}
