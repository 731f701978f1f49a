import { BridgeError } from '../../errors/BridgeError';
import type { MatrixRoomId } from '../../ids/types';
import { checkEvent } from '../../matrix/events/envelope';
import type { MatrixEvent } from '../../matrix/Homeserver';
import type { BridgeContext } from '../core/Context';
import { reasonOf } from '../core/Context';
import { within } from '../core/within';
import type { Inbound } from '../inbound/Inbound';

/** One transaction is in flight at a time, so the homeserver's batches grow with the time of our answer. */
const QUICK_MS = 2_500;
/** Most for all of it, whatever hangs: the engine gives a call up after 30 s, and so does Dendrite. */
const HOLD_MS = 20_000;
/** While much waits the homeserver is held back for so long. */
const HELD_BACK_MS = 18_000;

/** Events in lanes: with more than these the homeserver is held back, and a room's further events are parked unseen. */
const MANY = 2_000;
const MANY_OF_A_ROOM = 500;
const LOOK_MS = 100;
/** How many events of a quiet room are waited for. All others get only a blink: whoever floods a room does not hold up the rest. */
const WAITED_OF_A_ROOM = 10;
const BLINK_MS = 10;

/**
 * Answers the homeserver's transactions: each event is handled, or durably parked. One that is handled at once pays nothing
 * for that; what is not done after a moment is stored, all of the transaction in one document.
 */
export class Transactions {
    /** Other processes work as well, each with its own memory: what they have parked comes first. Costs one read per transaction. */
    public isShared = false;

    constructor(
        private readonly context: BridgeContext,
        private readonly inbound: Inbound,
    ) {}

    /**
     * @param events as they came: malformed ones are logged and left out, the others count
     * @param before what comes before newer events of these rooms
     * @throws BridgeError when not even parking was possible: the homeserver comes again, and what is running then is joined
     */
    public async handle(txnId: string, events: unknown[], before: () => Promise<void> = async () => undefined): Promise<void> {
        const checked = this.check(txnId, events);
        if (!checked.length) {
            return;
        }
        const until = this.context.clock.now() + HELD_BACK_MS;
        let isOver = false;
        const work = before().then(() => this.work(checked, until)).then(() => { isOver = true; });
        try {
            await within(this.context.clock, work, HOLD_MS);
        } catch (error) {
            throw unfinished(reasonOf(error));
        }
        if (!isOver) {
            throw unfinished('Rocket.Chat\'s server does not answer');
        }
    }

    /** @param until when what has come is parked in any case, milliseconds since the epoch */
    private async work(checked: MatrixEvent[], until: number): Promise<void> {
        const { inbound } = this;
        await inbound.parking.ready();
        await (this.isShared && inbound.parking.lookFor(new Set(checked.map(({ room_id: room }) => room))));
        const inLane = new Set<MatrixEvent>();
        const runs: Promise<void>[] = [];
        const more: Promise<void>[] = [];
        const before = new Map(checked.map(({ room_id: room }) => [room, inbound.inMemory(room)]));
        for (const event of checked) {
            if (!inbound.isDone(event.event_id) && !inbound.parking.holds(event.event_id) && !this.isTooMuch(event.room_id)) {
                inLane.add(event);
                const run = inbound.take(event);
                const isWaitedFor = !before.get(event.room_id) && inbound.inMemory(event.room_id) <= WAITED_OF_A_ROOM;
                (isWaitedFor ? runs : more).push(run);
            }
        }
        await Promise.all([this.patience(runs, until), within(this.context.clock, Promise.all(more), BLINK_MS)]);
        const open = checked.filter((event) => !inbound.isDone(event.event_id));
        if (open.length) {
            await inbound.parking.park(open, (event) => inLane.has(event));
        }
    }

    private check(txnId: string, events: unknown[]): MatrixEvent[] {
        const checked: MatrixEvent[] = [];
        const problems: string[] = [];
        for (const value of events) {
            const one = checkEvent(value);
            if ('event' in one) {
                checked.push(one.event);
            } else {
                problems.push(one.problem);
            }
        }
        if (problems.length) {
            this.context.log.warn(`Transaction ${txnId.slice(0, 40)}: ${problems.length} of ${events.length} events are malformed and left out (${problems[0]}).`);
        }
        return checked;
    }

    private isTooMuch(room: MatrixRoomId): boolean {
        const ofRoom = this.inbound.inMemory(room);
        return this.inbound.parking.isBehind(room) || ofRoom >= MANY_OF_A_ROOM || (ofRoom > 0 && this.inbound.inMemory() >= MANY);
    }

    /** Until all are done, or it is time to park. */
    private async patience(runs: Promise<void>[], until: number): Promise<void> {
        const { clock } = this.context;
        await within(clock, Promise.all(runs), QUICK_MS);
        while (this.inbound.inMemory() >= MANY && clock.now() < until) {
            await clock.sleep(LOOK_MS);
        }
    }
}

const unfinished = (detail: string): BridgeError =>
    new BridgeError({ code: 'inbound.unfinished', userMessage: 'The bridge is busy.', retriable: true, certain: true, detail });
