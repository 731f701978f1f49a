import { pinnedEvents } from '../../convert/index';
import type { MatrixRoomId } from '../../ids/types';
import type { Content } from '../../matrix/Homeserver';
import type { Store, StoreKey } from '../../rocketchat/RocketChat';

const keyOf = (room: MatrixRoomId): StoreKey => ({ model: 'misc', id: `pins:${room}` });

/** @returns the pins of a Matrix room as the bridge last knew them, in the form of `m.room.pinned_events` */
export const knownPins = (store: Store, room: MatrixRoomId): Promise<Content | undefined> => store.readOne<Content>(keyOf(room));

/** Keeps the pins of a room: not every homeserver tells with a change what was before (Dendrite has no `prev_content`). */
export const keepPins = (store: Store, room: MatrixRoomId, content: Content): Promise<void> => store.put({ pinned: pinnedEvents(content) }, keyOf(room));
