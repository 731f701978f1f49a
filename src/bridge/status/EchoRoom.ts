import type { MatrixEventId, MatrixRoomId } from '../../ids/types';
import { isFailure } from '../../errors/catalogue';
import type { MatrixEvent } from '../../matrix/Homeserver';
import type { StoreKey } from '../../rocketchat/RocketChat';
import type { BridgeContext } from '../core/Context';
import { reasonOf } from '../core/Context';

const KEY: StoreKey = { model: 'misc', id: 'echo-room' };
/** Type of the events that the bot sends to itself. */
export const ECHO = 'chat.rocket.matrix_bridge.echo';
/** The last one that came in: with several instances the push goes to any of them. */
const HEARD: StoreKey = { model: 'misc', id: 'echo-heard' };
const REMEMBERED = 100;
/** Milliseconds. */
const NUDGE_MS = 1_000;

interface Stored {
    roomId: MatrixRoomId;
    /** The bot that made it: another domain or localpart needs another room. */
    bot: string;
}

/**
 * A room of the bot's own. An event that the bot sends there must come back as a transaction: where the homeserver has no
 * ping (Dendrite) that proves that transactions arrive, and on Synapse it wakes a backlog that sleeps after a restart.
 */
export class EchoRoom {
    private readonly seen = new Set<MatrixEventId>();
    private waiting = new Map<MatrixEventId, () => void>();

    constructor(private readonly context: BridgeContext) {}

    /** To be told of every event of our own users that was pushed. */
    public heard(event: MatrixEvent): void {
        if (event.type !== ECHO) {
            return;
        }
        // The push can overtake the answer of the request.
        this.seen.add(event.event_id);
        if (this.seen.size > REMEMBERED) {
            this.seen.delete(this.seen.values().next().value as MatrixEventId);
        }
        const waiting = this.waiting.get(event.event_id);
        if (waiting) {
            waiting();
        } else {
            this.context.rocketchat.store.put({ event: event.event_id }, HEARD).catch((error) => this.context.log.warn(`An echo could not be noted: ${reasonOf(error)}`));
        }
    }

    /**
     * Sends an event and waits for it.
     * @returns milliseconds until it came back; undefined when it did not come in time
     * @throws BridgeError when it could not be sent
     */
    public async roundTrip(patienceMs: number): Promise<number | undefined> {
        const startedAt = this.context.clock.now();
        const eventId = await this.send();
        const came = await this.cameBack(eventId, patienceMs);
        return came ? this.context.clock.now() - startedAt : undefined;
    }

    /**
     * Sends an event of interest: Synapse pushes what is left of before its restart together with the next one.
     * @param mayMake whether the room can be made and stored now, if there is none yet
     */
    public async wake(mayMake: boolean): Promise<void> {
        if (mayMake || (await this.stored())) {
            await this.send();
        }
    }

    /** Types in the room: where the homeserver pushes what passes, a transaction follows at once, and nothing is stored. */
    public async nudge(): Promise<void> {
        const room = (await this.stored()) || (await this.make());
        await this.context.homeserver.typing(room, this.context.namespace.bot, NUDGE_MS).catch((error) => {
            if (!isFailure(error, 'matrix.forbidden', 'matrix.notFound', 'matrix.refused', 'matrix.unsupported')) {
                throw error;
            }
        });
    }

    private async send(): Promise<MatrixEventId> {
        const content = { at: this.context.clock.now() };
        const known = await this.stored();
        try {
            return await this.context.homeserver.sendState(known || (await this.make()), ECHO, '', content);
        } catch (error) {
            if (known && isFailure(error, 'matrix.forbidden', 'matrix.notFound', 'matrix.refused')) {
                return this.context.homeserver.sendState(await this.make(), ECHO, '', content);
            }
            throw error;
        }
    }

    private cameBack(eventId: MatrixEventId, patienceMs: number): Promise<boolean> {
        if (this.seen.has(eventId)) {
            return Promise.resolve(true);
        }
        const came = new Promise<boolean>((resolve) => {
            this.waiting.set(eventId, () => resolve(true));
        });
        const late = this.context.clock.sleep(patienceMs).then(async () => {
            const heard = await this.context.rocketchat.store.readOne<{ event: MatrixEventId }>(HEARD);
            return Boolean(heard && heard.event === eventId);
        });
        return Promise.race([came, late]).finally(() => this.waiting.delete(eventId));
    }

    private async stored(): Promise<MatrixRoomId | undefined> {
        const stored = await this.context.rocketchat.store.readOne<Stored>(KEY);
        return stored && stored.bot === this.context.namespace.bot ? stored.roomId : undefined;
    }

    private async make(): Promise<MatrixRoomId> {
        const { homeserver, namespace, rocketchat } = this.context;
        const roomId = await homeserver.createRoom({ name: 'Rocket.Chat bridge', preset: 'private_chat', visibility: 'private' });
        await rocketchat.store.put({ roomId, bot: namespace.bot }, KEY);
        return roomId;
    }
}
