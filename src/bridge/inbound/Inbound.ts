import { BridgeError } from '../../errors/BridgeError';
import type { MatrixEventId, MatrixRoomId, RcRoomId } from '../../ids/types';
import type { MatrixEvent } from '../../matrix/Homeserver';
import { reasonOf } from '../core/Context';
import { LruMap } from '../core/LruMap';
import type { Parts } from '../core/Parts';
import type { Waiting } from '../core/Waiting';
import type { DeadLetters } from '../deadletters/DeadLetters';
import { reasonFor } from '../deadletters/Retries';
import type { Portal } from '../portals/Portal';
import { isDeleted } from '../portals/Unbridging';
import type { Processes } from '../transactions/parked';
import { Parking } from '../transactions/Parking';
import { EventPatience } from './EventPatience';
import { InboundPolls } from './kinds/Polls';
import { UnknownKinds } from './kinds/Unknown';
import { isRedacted } from './lookups';
import { InboundMembers } from './members';
import { InboundMessages } from './messages';
import { InboundPins } from './changes/pins';
import { InboundReactions } from './changes/reactions';
import { InboundRedactions } from './changes/redactions';
import { InboundRoomState } from './roomState';
import { InboundTyping } from './typing';

const REMEMBERED = 20_000;
/** While not even a dead letter can be stored. */
const STORE_AGAIN_MS = 5_000;

/** Told of what concerns whole rooms. */
export interface Rooms {
    /** Somebody writes in a bridged room. */
    touched(portal: Portal): void;
    /** A bridged room was deleted in Rocket.Chat. */
    roomDeleted(roomId: RcRoomId): Promise<void>;
}

/**
 * Events from the homeserver. Each goes into the lane of its room and is handled once, whatever transaction it comes in, or
 * whether it is pushed or read: transaction ids prove nothing (Synapse counts from 1 again, Dendrite puts more events under
 * the same id).
 */
export class Inbound {
    /** Told of every event of our own users: they are the proof that pushing works. */
    public onOwnEvent?: (event: MatrixEvent) => void;
    /** Told of each room event that was handled, our own ones as well. */
    public onHandled?: (event: MatrixEvent) => void;
    public readonly parking: Parking;
    private readonly done = new LruMap<MatrixEventId, true>(REMEMBERED);
    private readonly running = new Map<MatrixEventId, { run: Promise<void>; room: MatrixRoomId; at: number }>();
    private readonly ofRoom = new Map<MatrixRoomId, number>();
    /** Events whose redactions came. */
    private readonly redacted = new LruMap<MatrixEventId, true>(REMEMBERED);
    private readonly handlers: Record<string, (event: MatrixEvent) => Promise<void>>;
    private readonly members: InboundMembers;
    private readonly typing: InboundTyping;
    private readonly patience: EventPatience;

    constructor(
        private readonly parts: Parts,
        private readonly rooms: Rooms,
        private readonly deadLetters: DeadLetters,
        processes: Processes,
    ) {
        const { context } = parts;
        this.patience = new EventPatience(context.clock);
        this.parking = new Parking(context, (event) => this.takeParked(event), (room) => this.inMemory(room), processes);
        const messages = new InboundMessages(parts, processes, (portal) => rooms.touched(portal));
        const reactions = new InboundReactions(parts);
        const redactions = new InboundRedactions(parts, messages.edits);
        const pins = new InboundPins(parts);
        const roomState = new InboundRoomState(parts);
        const polls = new InboundPolls(parts);
        this.members = new InboundMembers(parts);
        this.typing = new InboundTyping(parts);
        const message = (event: MatrixEvent): Promise<void> => messages.handle(event);
        this.handlers = {
            'm.room.message': message,
            'm.sticker': message,
            'm.room.encrypted': message,
            'm.room.encryption': message,
            'm.poll.start': message,
            'org.matrix.msc3381.poll.start': message,
            'm.poll.end': (event) => polls.ended(event),
            'org.matrix.msc3381.poll.end': (event) => polls.ended(event),
            'm.reaction': (event) => reactions.handle(event),
            'm.room.redaction': (event) => redactions.handle(event),
            'm.room.pinned_events': (event) => pins.handle(event),
            'm.room.member': (event) => this.members.handle(event),
            'm.room.name': (event) => roomState.handle(event),
            'm.room.topic': (event) => roomState.handle(event),
        };
    }

    /** Typing and the like: shown when it can be, never waited for. */
    public ephemeral(events: unknown[]): void {
        this.typing.handle(events);
    }

    public isDone(event: MatrixEventId): boolean {
        return this.done.has(event);
    }

    /** @returns whether it is handled, or taken over */
    public isKnown(event: MatrixEventId): boolean {
        return this.done.has(event) || this.running.has(event) || this.parking.holds(event);
    }

    /** @returns how many events are in lanes, of a room or of all */
    public inMemory(room?: MatrixRoomId): number {
        return room === undefined ? this.running.size : this.ofRoom.get(room) || 0;
    }

    /** @returns what waits, by room: in lanes, and parked */
    public waiting(): Waiting[] {
        const rooms = new Map<string, Waiting>(this.parking.waiting().map((waiting) => [waiting.room, waiting]));
        for (const { room, at } of this.running.values()) {
            const known = rooms.get(room) || { room, direction: 'in', count: 0, oldestAt: at };
            rooms.set(room, { ...known, count: known.count + 1, oldestAt: Math.min(known.oldestAt, at) });
        }
        return [...rooms.values()].filter(({ count }) => count > 0);
    }

    /** Handles an event once, whichever way it came. Ends when it is handled, or kept as a dead letter. */
    public take(event: MatrixEvent): Promise<void> {
        const { event_id: id, room_id: room } = event;
        if (this.done.has(id)) {
            return Promise.resolve();
        }
        const known = this.running.get(id);
        if (known) {
            return known.run;
        }
        this.count(room, 1);
        const run = this.parts.lanes.run(`in ${room}`, () => this.patiently(event)).finally(() => {
            this.running.delete(id);
            this.count(room, -1);
            this.parking.tide(room);
        });
        this.running.set(id, { run, room, at: this.parts.context.clock.now() });
        return run;
    }

    /** Takes an event that was read: behind what is parked of its room. */
    public async read(event: MatrixEvent): Promise<void> {
        await this.parking.ready();
        await (this.parking.isBehind(event.room_id) ? this.parking.park([event], () => false) : this.take(event));
    }

    /**
     * Another try of an event that was given up, in the lane of its room. What was redacted since stays out.
     * @throws when it fails again
     */
    public again(event: MatrixEvent): Promise<void> {
        return this.parts.lanes.run(`in ${event.room_id}`, async () => { await ((await this.isGone(event)) || this.dispatch(event)); });
    }

    private count(room: MatrixRoomId, change: number): void {
        const count = this.inMemory(room) + change;
        if (count > 0) {
            this.ofRoom.set(room, count);
        } else {
            this.ofRoom.delete(room);
        }
    }

    private takeParked(event: MatrixEvent): void {
        if (this.done.has(event.event_id)) {
            void this.parking.done(event.event_id, event.room_id);
        } else {
            void this.take(event);
        }
    }

    private async patiently(event: MatrixEvent): Promise<void> {
        while (!(await this.isSettled(event))) {
            await this.parts.context.clock.sleep(STORE_AGAIN_MS);
        }
        this.done.set(event.event_id, true);
        this.onHandled?.(event);
        await this.parking.done(event.event_id, event.room_id);
    }

    /** @returns whether it is handled, or kept as a dead letter: while not even that can be stored it is not given up */
    private async isSettled(event: MatrixEvent): Promise<boolean> {
        try {
            await this.patience.keepTrying(() => this.parts.puppets.despiteMemory(event.sender, () => this.dispatch(event)).catch(async (error) => {
                if (!(await this.isForNobody(event))) {
                    throw error;
                }
            }));
            return true;
        } catch (error) {
            this.parts.context.log.error(`The event ${event.event_id} (${event.type}) could not be brought to Rocket.Chat: ${reasonOf(error)}`);
            const { isStored } = await this.deadLetters.add({
                direction: 'in',
                room: event.room_id,
                identity: event.event_id,
                what: `the event ${event.event_id} (${event.type.slice(0, 80)})`,
                reason: reasonFor(error),
                certain: error instanceof BridgeError && error.certain,
                payload: JSON.stringify(event),
            });
            return isStored;
        }
    }

    /** Its room was deleted in Rocket.Chat, and nobody has heard of it. */
    private async isForNobody({ room_id: room }: MatrixEvent): Promise<boolean> {
        try {
            const portal = await this.parts.portals.ofMatrixRoom(room);
            if (!portal || !(await isDeleted(this.parts, portal))) {
                return false;
            }
            await this.rooms.roomDeleted(portal.rcRoomId);
            return true;
        } catch {
            return false;
        }
    }

    private async dispatch(event: MatrixEvent): Promise<void> {
        if (this.parts.context.namespace.isOurs(event.sender)) {
            this.onOwnEvent?.(event);
            return;
        }
        if (event.redacts) {
            this.redacted.set(event.redacts, true);
        } else if (this.redacted.has(event.event_id) && (await this.isGone(event))) {
            return;
        }
        const handler = Object.prototype.hasOwnProperty.call(this.handlers, event.type) ? this.handlers[event.type] : undefined;
        await (handler || (UnknownKinds.isShown(event) ? this.handlers['m.room.message'] : undefined))?.(event);
    }

    /** It can come with all that it said when it is redacted already: from Dendrite, which brings old events late, or from our own records. */
    private async isGone(event: MatrixEvent): Promise<boolean> {
        const { context, portals } = this.parts;
        const portal = Object.keys(event.content).length ? await portals.ofMatrixRoom(event.room_id) : undefined;
        const now = portal && (await context.homeserver.event(event.room_id, event.event_id, context.namespace.actingAs(portal.host)));
        return Boolean(now && isRedacted(now));
    }
}
