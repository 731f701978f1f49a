import type { MatrixRoomAlias, MatrixRoomId, MatrixUserId, RcRoomId } from '../../ids/types';
import type { RcRoomKind } from '../../rocketchat/RocketChat';

/** A bridged room: one of Rocket.Chat and one of Matrix that are the same to the people in them. Stored as it is. */
export interface Portal {
    rcRoomId: RcRoomId;
    kind: RcRoomKind;
    /** Slug of the Rocket.Chat room, for links; none for direct messages. */
    name?: string;
    /** Milliseconds since the epoch: older messages were never sent. */
    bridgedAt: number;
    /** The Matrix room that messages go to. */
    matrixRoomId: MatrixRoomId;
    /** Older Matrix rooms of the same people (direct messages begun twice): they are still listened to. */
    formerRooms: MatrixRoomId[];
    /** Who made the room; of rooms from Matrix the bot is no member. */
    origin: 'rocketchat' | 'matrix';
    /** One of ours who is in the Matrix room and may invite: the bot, or the ghost that was invited first. */
    host: MatrixUserId;
    alias?: MatrixRoomAlias;
}
