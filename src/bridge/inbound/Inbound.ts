import { BridgeError } from '../../errors/BridgeError';
import type { MatrixEventId } from '../../ids/types';
import { checkEvent } from '../../matrix/events/envelope';
import type { MatrixEvent } from '../../matrix/Homeserver';
import { reasonOf } from '../core/Context';
import { LruMap } from '../core/LruMap';
import type { Parts } from '../core/Parts';
import { Patience } from '../core/Patience';
import type { DeadLetters } from '../deadletters/DeadLetters';
import type { Portal } from '../portals/Portal';
import { InboundPins } from './changes/pins';
import { InboundReactions } from './changes/reactions';
import { InboundRedactions } from './changes/redactions';
import { InboundMembers } from './members';
import { InboundMessages } from './messages';
import { InboundRoomState } from './roomState';
import { InboundTyping } from './typing';

/** The engine gives an endpoint call up after 30 s, and so does Dendrite. */
const DEADLINE_MS = 20_000;
/** One event is tried so long before the transaction is left to the homeserver's next try. */
const EVENT_PATIENCE = { firstMs: 500, capMs: 4_000, maxTries: 4, giveUpAfterMs: 15_000 };
/** Tries of a whole transaction before an event that always fails is left behind. */
const MAX_TRANSACTION_TRIES = 5;
const REMEMBERED = 20_000;

/**
 * What the homeserver pushes. Events go into a lane per room, each is handled once, whatever transaction it comes in:
 * transaction ids prove nothing (Synapse counts from 1 again, Dendrite puts more events under the same id).
 */
export class Inbound {
    /** Told of every event of our own users: they are the proof that pushing works. */
    public onOwnEvent?: (event: MatrixEvent) => void;
    /** Told of each room event that was handled, our own ones as well. */
    public onHandled?: (event: MatrixEvent) => void;
    private readonly done = new LruMap<MatrixEventId, true>(REMEMBERED);
    private readonly running = new Map<MatrixEventId, Promise<void>>();
    private readonly failures = new LruMap<MatrixEventId, number>(1_000);
    private readonly handlers: Record<string, (event: MatrixEvent) => Promise<void>>;
    private readonly members: InboundMembers;
    private readonly typing: InboundTyping;
    /** Of its own: that Rocket.Chat fails says nothing of the homeserver. */
    private readonly patience: Patience;

    /** @param touched told of each bridged room in which somebody writes */
    constructor(
        private readonly parts: Parts,
        touched: (portal: Portal) => void,
        private readonly deadLetters: DeadLetters,
    ) {
        this.patience = new Patience(parts.context.clock);
        const messages = new InboundMessages(parts, touched);
        const reactions = new InboundReactions(parts);
        const redactions = new InboundRedactions(parts);
        const pins = new InboundPins(parts);
        const roomState = new InboundRoomState(parts);
        this.members = new InboundMembers(parts);
        this.typing = new InboundTyping(parts);
        const message = (event: MatrixEvent): Promise<void> => messages.handle(event);
        this.handlers = {
            'm.room.message': message,
            'm.sticker': message,
            'm.room.encrypted': message,
            'm.poll.start': message,
            'org.matrix.msc3381.poll.start': message,
            'm.reaction': (event) => reactions.handle(event),
            'm.room.redaction': (event) => redactions.handle(event),
            'm.room.pinned_events': (event) => pins.handle(event),
            'm.room.member': (event) => this.members.handle(event),
            'm.room.name': (event) => roomState.handle(event),
            'm.room.topic': (event) => roomState.handle(event),
        };
    }

    /**
     * @param events as they came: malformed ones are logged and left out, the others count
     * @throws BridgeError when not all are handled when the deadline nears, or some failed for a reason that may pass: the
     * homeserver comes again, and what is running then is joined, not raced
     */
    public async handleTransaction(txnId: string, events: unknown[], ephemeral: unknown[]): Promise<void> {
        const { context } = this.parts;
        const runs: Promise<void>[] = [];
        const problems: string[] = [];
        for (const value of events) {
            const checked = checkEvent(value);
            if ('event' in checked) {
                runs.push(this.take(checked.event));
            } else {
                problems.push(checked.problem);
            }
        }
        if (problems.length) {
            context.log.warn(`Transaction ${txnId.slice(0, 40)}: ${problems.length} of ${events.length} events are malformed and left out (${problems[0]}).`);
        }
        this.typing.handle(ephemeral);
        const all = Promise.all(runs.map((run) => run.then(() => undefined, (error: unknown) => error)));
        let timer: ReturnType<typeof setTimeout> | undefined;
        const deadline = new Promise<'late'>((resolve) => {
            timer = setTimeout(() => resolve('late'), DEADLINE_MS);
        });
        const outcome = await Promise.race([all, deadline]);
        clearTimeout(timer);
        const failed = outcome === 'late' ? 'not all events are handled yet' : outcome.filter(Boolean).map(reasonOf)[0];
        if (failed) {
            throw new BridgeError({ code: 'inbound.unfinished', userMessage: 'The bridge is busy.', retriable: true, certain: true, detail: failed });
        }
    }

    public isDone(event: MatrixEventId): boolean {
        return this.done.has(event);
    }

    /**
     * Handles an event once, whichever way it came: pushed or read.
     * @throws when it failed for a reason that may pass
     */
    public take(event: MatrixEvent): Promise<void> {
        const id = event.event_id;
        if (this.done.has(id)) {
            return Promise.resolve();
        }
        let run = this.running.get(id);
        if (!run) {
            run = this.parts.lanes.run(`in ${event.room_id}`, () => this.patiently(event)).finally(() => this.running.delete(id));
            this.running.set(id, run);
        }
        return run;
    }

    /** @throws when it failed for a reason that may pass and the homeserver should come again */
    private async patiently(event: MatrixEvent): Promise<void> {
        const { context } = this.parts;
        try {
            await this.patience.keepTrying(() => this.dispatch(event), EVENT_PATIENCE);
        } catch (error) {
            const tries = (this.failures.get(event.event_id) || 0) + 1;
            this.failures.set(event.event_id, tries);
            if (error instanceof BridgeError && error.retriable && tries < MAX_TRANSACTION_TRIES) {
                throw error;
            }
            await this.deadLetters.add({
                direction: 'in',
                room: event.room_id,
                identity: event.event_id,
                what: `the event ${event.event_id} (${event.type.slice(0, 80)})`,
                reason: error instanceof BridgeError ? error.userMessage : 'An error in the bridge.',
                certain: error instanceof BridgeError && error.certain,
                payload: JSON.stringify(event),
            });
            context.log.error(`The event ${event.event_id} (${event.type}) could not be brought to Rocket.Chat: ${reasonOf(error)}`);
        }
        this.done.set(event.event_id, true);
        this.onHandled?.(event);
        this.failures.delete(event.event_id);
    }

    private async dispatch(event: MatrixEvent): Promise<void> {
        if (this.parts.context.namespace.isOurs(event.sender)) {
            this.onOwnEvent?.(event);
            return;
        }
        const handler = Object.prototype.hasOwnProperty.call(this.handlers, event.type) ? this.handlers[event.type] : undefined;
        await handler?.(event);
    }
}
