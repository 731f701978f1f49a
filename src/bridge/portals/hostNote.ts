import { transactionId } from '../../ids/transactions';
import type { MatrixEventId, MatrixRoomId, RcMessageId } from '../../ids/types';
import { reasonOf } from '../core/Context';
import type { Parts } from '../core/Parts';
import { withMark } from '../links/mark';
import type { Portal } from './Portal';

/**
 * Says something to the people on Matrix, as our host in the room, as `m.notice`: no bot answers it. Never throws: what is
 * to be said is said once, and nothing waits for it.
 * @param room the portal's room, or a former one of it
 * @param id what it is about: the same id is said once
 * @param about the event that it answers
 */
export async function sayAsHost({ context }: Parts, portal: Portal, room: MatrixRoomId, text: string, id: RcMessageId, about?: MatrixEventId): Promise<void> {
    const { homeserver, namespace, log } = context;
    const mark = { id, kind: 'notice', part: 0, revision: '' };
    const answer = about ? { 'm.relates_to': { 'm.in_reply_to': { event_id: about } } } : {};
    try {
        await homeserver.send({
            roomId: room,
            type: 'm.room.message',
            content: withMark({ msgtype: 'm.notice', body: text, 'm.mentions': {}, ...answer }, mark),
            txnId: transactionId({ ...mark, ghost: portal.host }),
            ...namespace.actingAs(portal.host),
        });
    } catch (error) {
        log.warn(`The people in ${room} could not be told something: ${reasonOf(error)}`);
    }
}
