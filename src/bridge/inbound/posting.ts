import { messageIdOf } from '../../ids/messages';
import type { MatrixEvent } from '../../matrix/Homeserver';
import type { PostMessage } from '../../rocketchat/RocketChat';
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
 * Says in words what Rocket.Chat has no other form for. The note is the message of the event: posted once, and deleted with it.
 * @param more whether it quotes something (`parseUrls`), and in which thread it stands
 */
export async function postNote(parts: Parts, portal: Portal, event: MatrixEvent, puppet: Puppet, text: string, more: Partial<PostMessage> = {}): Promise<void> {
    const { links, puppets, context } = parts;
    await puppets.ensureMember(puppet, portal);
    if (await links.ofEvent(event.event_id)) {
        return;
    }
    const wanted = messageIdOf(event.event_id);
    const { id } = await context.rocketchat.post({ ...(await frameOf(parts, portal, puppet)), ...more, id: wanted, text });
    if (id !== wanted) {
        // This server chooses ids itself.
        links.remember({ kind: 'message', event: event.event_id, message: id, room: portal.rcRoomId, sender: event.sender });
    }
}
