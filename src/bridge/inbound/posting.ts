import { eventIdOf, messageIdOf } from '../../ids/messages';
import type { MatrixEvent } from '../../matrix/Homeserver';
import type { PostMessage, RcMessage } from '../../rocketchat/RocketChat';
import type { Parts } from '../core/Parts';
import type { Puppet } from '../people/Puppets';
import type { Portal } from '../portals/Portal';

/** What all messages of a puppet in a room have in common. */
export async function frameOf({ avatars }: Parts, portal: Portal, puppet: Puppet): Promise<Omit<PostMessage, 'id' | 'text'>> {
    const avatarUrl = await avatars.urlOf(puppet.avatarUrl);
    return {
        roomId: portal.rcRoomId,
        senderId: puppet.rcUserId,
        ...(puppet.name !== puppet.createdName && { alias: puppet.name }),
        ...(avatarUrl && { avatarUrl }),
    };
}

/**
 * Posts a message of an event, also where the server makes its own ids: then one that an earlier try has posted counts, and a
 * record takes the place of the derived id. One is kept as well where the event cannot be read back from the id, as that of
 * the first room versions: what people do with the message must find it.
 * @param event whose message it is
 * @param part number of the message when one event becomes several
 */
export async function postOnce(
    { context, links, ids }: Parts,
    { event_id: event, sender, origin_server_ts: ts }: Pick<MatrixEvent, 'event_id' | 'sender' | 'origin_server_ts'>,
    message: PostMessage,
    part = 0,
): Promise<void> {
    const isRecorded = async (id: RcMessage['id']): Promise<boolean> => (await links.eventsOf(id)).length > 0;
    const earlier = (await ids.areRefused('messages')) ? await ids.earlier(message, ts, isRecorded) : undefined;
    const id = earlier || (await context.rocketchat.post(message)).id;
    if (!eventIdOf(id)) {
        links.remember({ kind: 'message', event, message: id, room: message.roomId, sender, ...(part && { part }) });
    }
    await (id !== message.id && ids.note('messages', false));
}

/**
 * Says in words what Rocket.Chat has no other form for. The note is the message of the event: posted once, and deleted with it.
 * @param more whether it quotes something (`parseUrls`), in which thread it stands, and its id when that is made of something else
 */
export async function postNote(parts: Parts, portal: Portal, event: MatrixEvent, puppet: Puppet, text: string, more: Partial<PostMessage> = {}): Promise<void> {
    const { links, puppets } = parts;
    await puppets.ensureMember(puppet, portal);
    if (!(await links.ofEvent(event.event_id))) {
        await postOnce(parts, event, { id: messageIdOf(event.event_id), ...(await frameOf(parts, portal, puppet)), ...more, text });
    }
}
