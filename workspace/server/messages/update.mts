import type { IMessage, IUser } from '../contract.mts';
import { MeteorError } from '../contract.mts';
import type { Server } from '../context.mts';
import { objectId } from '../lib/ids.mts';
import { withoutUndefined } from '../lib/objects.mts';
import { checkCanSend } from '../permissions/access.mts';
import { hasPermission } from '../permissions/permissions.mts';
import { notifyRoom } from '../rooms/subscriptions.mts';
import { checkCustomFields } from './customFields.mts';
import { afterSave } from './hooks/afterSave.mts';
import { beforeSave } from './hooks/beforeSave.mts';
import { withoutQuotes } from './hooks/quotes.mts';

type Changes = Partial<IMessage> & { _id: string; parseUrls?: boolean };

/** Lets the apps see, refuse and change an edit (`IPreMessageUpdated*`). */
async function askApps(server: Server, message: IMessage): Promise<IMessage> {
    if (await server.apps.triggerEvent('IPreMessageUpdatedPrevent', message)) {
        throw new MeteorError('error-app-prevented-updating', 'A Rocket.Chat App prevented the message updating.');
    }
    const extended = await server.apps.triggerEvent('IPreMessageUpdatedExtend', message);
    const result = await server.apps.triggerEvent('IPreMessageUpdatedModify', extended ?? message);
    return result && typeof result === 'object' ? { ...message, ...result } : message;
}

/** A hidden copy of a message as it was (server: `cloneAndSaveAsHistoryById`). */
export async function keepHistory(server: Server, message: IMessage, user: IUser): Promise<void> {
    const editedBy = { _id: user._id, username: user.username };
    const copy = { ...message, _id: objectId(), _hidden: true, parent: message._id, editedAt: new Date(), editedBy };
    await server.collections.messages.insertAsync(copy as unknown as IMessage);
}

/**
 * Changes a message (apps/meteor/server/lib/messages/updateMessage.ts): no permission and no time limit, as the apps' bridge calls it.
 * Quotes are dropped and made anew from the text. Fires IPreMessageUpdated* and IPostMessageUpdated.
 */
export async function updateMessage(server: Server, { parseUrls, ...changes }: Changes, editor: IUser): Promise<IMessage> {
    const { messages, rooms } = server.collections;
    const original = await messages.findOneAsync({ _id: changes._id });
    if (!original) throw new Error('Invalid message ID.');
    if (original.t === 'rm') throw new MeteorError('error-action-not-allowed', 'Message editing not allowed', { action: 'Message_editing' });
    if (typeof changes.msg === 'string') changes.msg = changes.msg.replaceAll('\0', '');
    if (changes.msg !== undefined && !changes.msg.trim() && !original.attachments?.length && !original.blocks?.length) {
        throw new MeteorError('error-invalid-message', 'Message cannot be empty');
    }
    const asked = await askApps(server, { ...original, ...withoutUndefined(changes) } as IMessage);
    if (server.settings.get('Message_KeepHistory')) await keepHistory(server, original, editor);
    const room = await rooms.findOneAsync({ _id: asked.rid });
    if (!room) return original;
    const edited = {
        ...asked,
        attachments: withoutQuotes(asked.attachments),
        editedAt: new Date(),
        editedBy: { _id: editor._id, username: editor.username },
    };
    const saved = await beforeSave(server, { message: edited, room, user: editor, parseUrls });
    if (saved.customFields) checkCustomFields(server, saved.customFields);
    if (!saved.msg) delete saved.md;
    const message = withoutUndefined({ ...saved, _updatedAt: new Date() }) as IMessage;
    await messages.updateAsync({ _id: message._id }, message);
    const posted = server.post('IPostMessageUpdated', message);
    await afterSave(server, message, room, editor);
    server.notify('message', message);
    if (room.lastMessage?._id === message._id) await notifyRoom(server, room._id);
    await posted;
    return message;
}

/**
 * A user edits (apps/meteor/server/meteor-methods/messages/updateMessage.ts): his own with `Message_AllowEditing`, others' with
 * `edit-message`, within `Message_AllowEditing_BlockEditInMinutes`.
 * @throws MeteorError `error-action-not-allowed`, `error-message-editing-blocked`
 */
export async function updateMessageByUser(
    server: Server, userId: string, messageId: string, text: string, extra: { customFields?: unknown; previewUrls?: string[] } = {},
): Promise<IMessage> {
    const user = await server.collections.users.findOneAsync({ _id: userId });
    const original = await server.collections.messages.findOneAsync({ _id: messageId });
    if (!user) throw new MeteorError('error-invalid-user', 'Invalid user');
    if (!original) throw new MeteorError('error-invalid-message', 'Invalid message');
    const own = original.u._id === userId && server.settings.get<boolean>('Message_AllowEditing');
    if (!own && !(await hasPermission(server, user, 'edit-message', original.rid))) {
        throw new MeteorError('error-action-not-allowed', 'Message editing not allowed', { action: 'Message_editing' });
    }
    const minutes = server.settings.get<number>('Message_AllowEditing_BlockEditInMinutes');
    const late = minutes > 0 && Date.now() - original.ts.getTime() >= minutes * 60_000;
    if (late && !(await hasPermission(server, user, 'bypass-time-limit-edit-and-delete', original.rid))) {
        throw new MeteorError('error-message-editing-blocked', 'Message editing is blocked');
    }
    await checkCanSend(server, await server.collections.rooms.findOneAsync({ _id: original.rid }), user);
    const customFields = extra.customFields === undefined ? {} : { customFields: extra.customFields as IMessage['customFields'] };
    return updateMessage(server, { _id: messageId, rid: original.rid, msg: text, ...customFields }, user);
}
