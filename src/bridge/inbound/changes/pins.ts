import { pinChanges, pinNote } from '../../../convert/index';
import { isObject } from '../../../convert/values';
import type { MatrixEventId } from '../../../ids/types';
import type { Content, MatrixEvent } from '../../../matrix/Homeserver';
import { reasonOf } from '../../core/Context';
import type { Parts } from '../../core/Parts';
import { keepPins, knownPins } from '../../portals/pins';
import type { Portal } from '../../portals/Portal';
import { linkToMessage, messageOfEvent } from '../lookups';
import { postNote } from '../posting';

/** How many messages one note quotes. */
const MAX_QUOTES = 5;

/**
 * `m.room.pinned_events`. No accessor pins: with a workspace token its user does. What cannot be pinned so is told in a message
 * of the person on Matrix that quotes it.
 */
export class InboundPins {
    constructor(private readonly parts: Parts) {}

    public async handle(event: MatrixEvent): Promise<void> {
        const { portals, puppets, context } = this.parts;
        const portal = event.state_key === '' ? await portals.ofMatrixRoom(event.room_id) : undefined;
        if (!portal) {
            return;
        }
        const { store } = context.rocketchat;
        const previous = event.unsigned && event.unsigned.prev_content;
        const before = isObject(previous) ? (previous as Content) : await knownPins(store, event.room_id);
        const changes = pinChanges(before, event.content);
        const pinned = await this.untold(portal, changes.pinned, true);
        const unpinned = await this.untold(portal, changes.unpinned, false);
        if (pinned.length || unpinned.length) {
            const puppet = await puppets.of(event.sender);
            const text = pinNote(event.room_id, { pinned: await this.linked(portal, pinned), unpinned: await this.linked(portal, unpinned) });
            await postNote(this.parts, portal, event, puppet, text, { parseUrls: true });
        }
        await keepPins(store, event.room_id, event.content);
    }

    /** Pins what can be pinned. @returns the rest */
    private async untold(portal: Portal, events: MatrixEventId[], on: boolean): Promise<MatrixEventId[]> {
        const { log, rocketchat: { workspace } } = this.parts.context;
        if (!workspace.user) {
            return events;
        }
        const unknown: MatrixEventId[] = [];
        for (const [place, event] of events.entries()) {
            const message = await messageOfEvent(this.parts, portal, event);
            if (!message) {
                unknown.push(event);
                continue;
            }
            try {
                await workspace.pin(message.id, on);
            } catch (error) {
                log.warn(`A pin of ${portal.matrixRoomId} is told in a message, as the workspace token could not be used: ${reasonOf(error)}`);
                // The next one would be refused as well: a right is missing, or the server does not answer.
                return [...unknown, ...events.slice(place)];
            }
        }
        return unknown;
    }

    private linked(portal: Portal, events: MatrixEventId[]): Promise<{ event: MatrixEventId; link?: string }[]> {
        return Promise.all(events.slice(-MAX_QUOTES).map(async (event) => {
            const message = await messageOfEvent(this.parts, portal, event);
            return { event, ...(message && { link: await linkToMessage(this.parts, portal, message.id) }) };
        }));
    }
}
