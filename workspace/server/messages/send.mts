import type { IMessage, IRoom, IUser, NewMessage } from '../contract.mts';
import { MeteorError } from '../contract.mts';
import type { Server } from '../context.mts';
import { randomId } from '../lib/ids.mts';
import { withoutUndefined } from '../lib/objects.mts';
import { translate } from '../lib/text.mts';
import { checkCanSend } from '../permissions/access.mts';
import { notifyRoom } from '../rooms/subscriptions.mts';
import { afterSave } from './hooks/afterSave.mts';
import { beforeSave } from './hooks/beforeSave.mts';
import { validateMessage } from './validate.mts';

interface SendOptions {
    parseUrls?: boolean;
    previewUrls?: string[];
    /** A time that the server itself chose: not checked against the clock. */
    ts?: Date;
}

/** A client's clock may differ by 10 s; up to a minute the server's time is taken; more is refused. */
function checkTime(message: NewMessage, options: SendOptions): void {
    const now = new Date();
    const fromClient = !options.ts && message.ts;
    message.ts = new Date(options.ts ?? message.ts ?? now);
    if (!fromClient) return;
    const difference = Math.abs(message.ts.getTime() - now.getTime());
    if (!(difference <= 60_000)) {
        throw new MeteorError('error-message-ts-out-of-sync', 'Message timestamp is out of sync', { message_ts: message.ts, server_ts: now.getTime() });
    }
    if (difference > 10_000) message.ts = now;
}

function checkText(server: Server, message: NewMessage): void {
    if (typeof message.msg === 'string') message.msg = message.msg.replaceAll('\0', '');
    const hasText = typeof message.msg === 'string' && message.msg.trim() !== '';
    if (!hasText && !message.attachments?.length && !message.blocks?.length) throw new MeteorError('error-invalid-message', 'Message cannot be empty');
    if (message.msg && message.msg.length > (server.settings.get<number>('Message_MaxAllowedSize') ?? 0)) {
        throw new MeteorError('error-message-size-exceeded', 'Message size exceeds Message_MaxAllowedSize');
    }
}

/**
 * Sends as a user (apps/meteor/server/meteor-methods/messages/sendMessage.ts `executeSendMessage`): time, text and thread rules, then the
 * sender's rights, then `sendMessage`. What fails after the first checks also reaches the sender as an ephemeral message.
 * @returns null when the id is taken or an app prevented it
 * @throws MeteorError, Error
 */
export async function executeSendMessage(server: Server, userId: string, input: NewMessage, options: SendOptions = {}): Promise<IMessage | null> {
    const message = { ...input };
    if (message.tshow && !message.tmid) throw new MeteorError('invalid-params', 'tshow provided but missing tmid');
    if (message.tmid && !server.settings.get('Threads_enabled')) throw new MeteorError('error-not-allowed', 'not-allowed');
    checkTime(message, options);
    checkText(server, message);
    const user = await server.collections.users.findOneAsync({ _id: userId });
    if (!user?.username) throw new MeteorError('error-invalid-user', 'Invalid user');

    let { rid } = message;
    if (message.tmid) {
        const parent = await server.collections.messages.findOneAsync({ _id: message.tmid });
        message.tmid = parent?.tmid || message.tmid;
        rid = parent?.rid ?? rid;
    }
    if (!rid) throw new Error('The \'rid\' property on the message object is missing.');
    try {
        const room = await checkCanSend(server, await server.collections.rooms.findOneAsync({ _id: rid }), user);
        const plainIntoEncrypted = room.encrypted && message.t !== 'e2e'
            && server.settings.get<boolean>('E2E_Enable') && !server.settings.get<boolean>('E2E_Allow_Unencrypted_Messages');
        if (plainIntoEncrypted) throw new MeteorError('error-not-allowed', 'Not allowed to send un-encrypted messages in an encrypted room');
        return await sendMessage(server, user, message, room, options);
    } catch (error: any) {
        const text = translate(error.error ?? error.message, error.details ?? {});
        server.notify('ephemeral', user._id, { rid: message.rid, msg: text });
        throw error;
    }
}

/** Asks the apps: `null` when one prevented it, else the message as they made it. */
async function askApps(server: Server, message: NewMessage, room: IRoom, user: IUser): Promise<NewMessage | null> {
    if (await server.apps.triggerEvent('IPreMessageSentPrevent', message)) return null;
    const extended = await server.apps.triggerEvent('IPreMessageSentExtend', message);
    const result = await server.apps.triggerEvent('IPreMessageSentModify', extended ?? message);
    if (!result || typeof result !== 'object') return message;
    const changed = { ...message, ...result };
    await validateMessage(server, changed, room, user);
    return changed;
}

/**
 * Stores a message (apps/meteor/server/lib/messages/sendMessage.ts). Fires IPreMessageSent*, then IPostMessageSent (with `t` set
 * IPostSystemMessageSent) **before** the after-save work that the caller waits for.
 * @returns null when the id is taken or an app prevented it
 */
export async function sendMessage(server: Server, user: IUser, input: NewMessage, room: IRoom, options: SendOptions = {}): Promise<IMessage | null> {
    await validateMessage(server, input, room, user);
    const prepared: NewMessage = {
        ...input,
        ts: input.ts ?? new Date(),
        u: withoutUndefined({ _id: user._id, username: user.username, name: user.name }),
        rid: room._id,
        msg: typeof input.msg === 'string' ? input.msg : '',
    };
    if (prepared.tshow !== true) delete prepared.tshow;
    if (server.settings.get('Message_Read_Receipt_Enabled')) prepared.unread = true;

    const asked = await askApps(server, prepared, room, user);
    if (!asked) return null;
    const parseUrls = options.parseUrls ?? asked.parseUrls;
    const saved = await beforeSave(server, { message: asked, room, user, parseUrls, previewUrls: options.previewUrls });
    if (saved._id && (await server.collections.messages.findOneAsync({ _id: saved._id }))) return null;
    const document = withoutUndefined({ ...saved, _id: saved._id ?? randomId(), _updatedAt: new Date() }) as unknown as IMessage;
    const message = await server.collections.messages.insertAsync(document);

    const posted = server.post(message.t ? 'IPostSystemMessageSent' : 'IPostMessageSent', message);
    await afterSave(server, message, room, user);
    server.notify('message', message);
    await notifyRoom(server, room._id);
    await posted;
    return message;
}
