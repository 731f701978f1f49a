import type { IMessage, IUser } from '../contract.mts';
import { MeteorError } from '../contract.mts';
import type { Server } from '../context.mts';
import { isKnownEmoji } from '../lib/emoji.mts';
import { translate } from '../lib/text.mts';
import { canAccessRoom } from '../permissions/access.mts';
import { hasPermission } from '../permissions/permissions.mts';

/**
 * Whether there is anything to do. The newest server compares two booleans; older ones compared `undefined` with `false` on a message
 * without reactions, so that a removal added (quirk `removeReactionAdds`).
 */
function wantsChange(server: Server, message: IMessage, already: boolean, shouldReact: boolean | undefined): boolean {
    if (shouldReact === undefined) return true;
    if (server.quirks.removeReactionAdds && !message.reactions) return true;
    return already !== shouldReact;
}

/**
 * Adds or removes a reaction (apps/meteor/server/lib/messaging/reactions/setReaction.ts); without `shouldReact` it toggles. Doing what is
 * done already does nothing. Fires IPostMessageReacted.
 * @param reaction short name, with or without colons
 * @throws MeteorError `error-not-allowed` for an unknown name (`Invalid emoji provided.`), `not-authorized` without access to the room
 */
export async function setReaction(server: Server, userId: string, messageId: string, reaction: string, shouldReact?: boolean): Promise<void> {
    const name = reaction.replaceAll(':', '');
    const key = `:${name}:`;
    if (!(await isKnownEmoji(server, name))) throw new MeteorError('error-not-allowed', 'Invalid emoji provided.');
    const user = await server.collections.users.findOneAsync({ _id: userId });
    if (!user) throw new MeteorError('error-invalid-user', 'Invalid user');
    const message = await server.collections.messages.findOneAsync({ _id: messageId });
    if (!message) throw new MeteorError('error-not-allowed', 'Not allowed');
    const already = Boolean(message.reactions?.[key]?.usernames.includes(user.username!));
    if (!wantsChange(server, message, already, shouldReact)) return;
    await checkMayReact(server, message, user);

    const usernames = message.reactions?.[key]?.usernames ?? [];
    const next = already ? usernames.filter((one) => one !== user.username) : [...usernames, user.username!];
    const reactions = { ...message.reactions, [key]: { ...message.reactions?.[key], usernames: next } };
    if (!next.length) delete reactions[key];
    await store(server, message, Object.keys(reactions).length ? reactions : undefined);
    const changed = (await server.collections.messages.findOneAsync({ _id: messageId }))!;
    server.notify('message', changed);
    void server.post('IPostMessageReacted', changed, user, key, !already);
}

async function checkMayReact(server: Server, message: IMessage, user: IUser): Promise<void> {
    const room = await server.collections.rooms.findOneAsync({ _id: message.rid });
    if (!room) throw new MeteorError('error-not-allowed', 'Not allowed');
    if (!(await canAccessRoom(server, room, user))) throw new MeteorError('not-authorized', 'Not Authorized');
    if (room.muted?.includes(user.username!)) throw new MeteorError('error-not-allowed', translate('You_have_been_muted'));
    if (room.ro === true && !room.reactWhenReadOnly && !(await hasPermission(server, user, 'post-readonly', room._id))) {
        if (!room.unmuted?.includes(user.username!)) throw new Error('You can\'t send messages because the room is readonly.');
    }
}

async function store(server: Server, message: IMessage, reactions: IMessage['reactions'] | undefined): Promise<void> {
    const { messages, rooms } = server.collections;
    const now = { _updatedAt: new Date() };
    const change = (field: string) => (reactions ? { $set: { ...now, [field]: reactions } } : { $set: now, $unset: { [field]: true } });
    await messages.updateAsync({ _id: message._id }, change('reactions') as never);
    const room = await rooms.findOneAsync({ _id: message.rid });
    if (room?.lastMessage?._id === message._id) await rooms.updateAsync({ _id: room._id }, change('lastMessage.reactions') as never);
}
