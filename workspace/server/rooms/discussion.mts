import type { IMessage, IRoom, IUser } from '../contract.mts';
import { MeteorError } from '../contract.mts';
import type { Server } from '../context.mts';
import { objectId, randomId } from '../lib/ids.mts';
import { siteLink, userAvatarUrl } from '../lib/links.mts';
import { saveSystemMessage } from '../messages/system.mts';
import { checkCanSend } from '../permissions/access.mts';
import { hasPermission } from '../permissions/permissions.mts';
import { createRoom } from './create.mts';
import { addUserToRoom } from './members.mts';

/**
 * Starts a discussion (apps/meteor/server/meteor-methods/messages/createDiscussion.ts): needs `start-discussion` or
 * `start-discussion-other-user`, which the role `bot` has not.
 * @throws MeteorError `error-action-not-allowed`, `error-nested-discussion`, `error-invalid-message`, `error-invalid-arguments`
 */
export async function createDiscussion(
    server: Server, parent: IRoom, name: string, user: IUser, members: string[], parentMessageId?: string, reply?: string,
): Promise<IRoom> {
    await checkMayStart(server, parent, user);
    const message = parentMessageId ? await server.collections.messages.findOneAsync({ _id: parentMessageId }) : null;
    if (parentMessageId && !message) throw new MeteorError('error-invalid-message', 'Invalid message');
    if (message && message.rid !== parent._id) {
        throw new MeteorError('error-invalid-arguments', 'Root message room ID does not match parent room ID ');
    }
    await checkCanSend(server, parent, user).catch((error: Error) => {
        throw new MeteorError(error.message);
    });
    if (parent.prid) throw new MeteorError('error-nested-discussion', 'Cannot create nested discussions');
    if (parent.encrypted && reply) throw new MeteorError('error-invalid-arguments', 'Encrypted discussions must not receive an initial reply.');
    const existing = message && (await server.collections.rooms.findOneAsync({ prid: parent._id, pmid: message._id } as never));
    if (existing) {
        await addUserToRoom(server, existing._id, user);
        return existing;
    }
    const invited = [...new Set([...(message ? [message.u.username] : []), ...members])];
    const discussion = await createRoom(server, parent.t === 'c' ? 'c' : 'p', randomId(), user, invited, {
        extraData: {
            fname: name,
            description: parent.encrypted ? '' : message?.msg,
            topic: parent.name,
            prid: parent._id,
            encrypted: Boolean(parent.encrypted),
        },
    });
    await announce(server, parent, discussion, user, message);
    if (reply) await server.messages.send(user._id, { rid: discussion._id, msg: reply });
    return (await server.collections.rooms.findOneAsync({ _id: discussion._id }))!;
}

async function checkMayStart(server: Server, parent: IRoom, user: IUser): Promise<void> {
    const enabled = server.settings.get<boolean>('Discussion_enabled');
    const may = (await hasPermission(server, user, 'start-discussion', parent._id))
        || (await hasPermission(server, user, 'start-discussion-other-user', parent._id));
    if (!enabled || !may) throw new MeteorError('error-action-not-allowed', 'You are not allowed to create a discussion');
}

async function announce(server: Server, parent: IRoom, discussion: IRoom, user: IUser, message: IMessage | null): Promise<void> {
    const embedded = message && { attachments: [embed(server, message, parent)] };
    if (embedded) {
        const now = new Date();
        const u = { _id: user._id, username: user.username!, name: user.name };
        await server.collections.messages.insertAsync({ _id: objectId(), rid: discussion._id, msg: '', u, ts: now, _updatedAt: now, ...embedded } as IMessage);
    }
    await saveSystemMessage(server, 'discussion-created', parent._id, discussion.fname!, user, { drid: discussion._id, ...embedded });
}

/** The message that the discussion is about, as an attachment (apps/meteor/server/lib/messages/attachMessage.ts). */
function embed(server: Server, message: IMessage, room: IRoom): any {
    return {
        text: message.msg,
        author_name: message.alias || message.u.username,
        author_icon: userAvatarUrl(message.u.username),
        message_link: siteLink(server, room, message._id),
        attachments: message.attachments ?? [],
        ts: message.ts,
    };
}
