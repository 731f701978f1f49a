import { pinChanges, pinNote } from '../../../convert/index';
import { isObject } from '../../../convert/values';
import type { MatrixEventId } from '../../../ids/types';
import type { Content, MatrixEvent } from '../../../matrix/Homeserver';
import type { Parts } from '../../core/Parts';
import { keepPins, knownPins } from '../../portals/pins';
import type { Portal } from '../../portals/Portal';
import { linkToMessage, messageOfEvent } from '../lookups';
import { postNote } from '../posting';

/** So many messages one note quotes. */
const MAX_QUOTES = 5;

/**
 * `m.room.pinned_events`. An app can pin nothing (`rocketchat` has no accessor for it): who pinned what is said in a message
 * that quotes it.
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
        const { pinned, unpinned } = pinChanges(before, event.content);
        if (pinned.length || unpinned.length) {
            const puppet = await puppets.of(event.sender);
            const text = pinNote(event.room_id, { pinned: await this.linked(portal, pinned), unpinned: await this.linked(portal, unpinned) });
            await postNote(this.parts, portal, event, puppet, text, { parseUrls: true });
        }
        await keepPins(store, event.room_id, event.content);
    }

    private linked(portal: Portal, events: MatrixEventId[]): Promise<{ event: MatrixEventId; link?: string }[]> {
        return Promise.all(events.slice(-MAX_QUOTES).map(async (event) => {
            const message = await messageOfEvent(this.parts, portal, event);
            return { event, ...(message && { link: await linkToMessage(this.parts, portal, message.id) }) };
        }));
    }
}
