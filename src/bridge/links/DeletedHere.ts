import type { MatrixEventId, RcRoomId } from '../../ids/types';
import type { MatrixEvent } from '../../matrix/Homeserver';
import type { RcMessage, StoreKey } from '../../rocketchat/RocketChat';
import type { BridgeContext } from '../core/Context';
import { reasonOf } from '../core/Context';
import type { Links } from './Links';

/** The last ones of a room: what is older than these is hardly read again. */
const MOST = 200;

const byRoom = (room: RcRoomId): StoreKey => ({ model: 'misc', id: `deleted-here:${room}` });

/**
 * Messages from Matrix that people have deleted in Rocket.Chat. Nothing is left of them there, and on Matrix they stay where ours
 * lacks the power to redact: whatever brings the event once more would post it as if it were new.
 */
export class DeletedHere {
    private noting: Promise<void> = Promise.resolve();

    constructor(
        private readonly context: Pick<BridgeContext, 'rocketchat' | 'log'>,
        private readonly links: Links,
    ) {}

    /** A message was deleted; of those that do not come from Matrix nothing is kept. Never throws. */
    public note({ id, sender, roomId }: RcMessage): Promise<void> {
        if (sender.isPuppet) {
            this.noting = this.noting.then(async () => this.add(roomId, await this.links.eventsOf(id)))
                .catch((error) => this.context.log.warn(`The deletion of message ${id} could not be noted: ${reasonOf(error)}`));
        }
        return this.noting;
    }

    /** @returns whether the message of an event was deleted; one read */
    public async has(room: RcRoomId, event: MatrixEventId): Promise<boolean> {
        return (await this.of(room)).includes(event);
    }

    /** @returns those events whose messages were not deleted; one read for all of them */
    public async without(room: RcRoomId, events: MatrixEvent[]): Promise<MatrixEvent[]> {
        const deleted = events.length ? await this.of(room) : [];
        return events.filter(({ event_id: id }) => !deleted.includes(id));
    }

    private async of(room: RcRoomId): Promise<MatrixEventId[]> {
        const stored = await this.context.rocketchat.store.readOne<{ events: MatrixEventId[] }>(byRoom(room));
        return stored ? stored.events : [];
    }

    private async add(room: RcRoomId, events: MatrixEventId[]): Promise<void> {
        const before = await this.of(room);
        await this.context.rocketchat.store.put({ events: [...before, ...events].slice(-MOST) }, byRoom(room));
    }
}
