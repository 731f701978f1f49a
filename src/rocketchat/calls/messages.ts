import type { IMessage, IMessageAttachment, IMessageRaw, Reaction } from '@rocket.chat/apps-engine/definition/messages';
import { RoomType } from '@rocket.chat/apps-engine/definition/rooms';
import { BridgeError } from '../../errors/BridgeError';
import { rcMessageId } from '../../ids/rocketchat';
import type { RcMessageId } from '../../ids/types';
import type { Accessors } from '../Accessors';
import { toEngineAttachment } from '../shapes/attachments';
import { call, checkedId, rocketChatError } from '../failures';
import { roomReference, userReference } from '../shapes/references';
import type { PostMessage, RcMessage, RocketChat } from '../RocketChat';
import { toMessage } from '../shapes/translate';

type MessageCalls = Pick<RocketChat, 'message' | 'recentMessages' | 'post' | 'edit' | 'delete' | 'react' | 'typing' | 'whisper' | 'tell'>;

/** The server answers an insert of an id that exists with this (`sendMessage` gives nothing, the bridge reads `_id` of it). */
const ID_TAKEN = /Cannot read propert(?:y|ies) (?:'_id' )?of undefined|duplicate key|E11000/i;
/** An administrator has taken `message-impersonate` from the bots (server: `validateMessage`): then they speak as who they are. */
const IMPERSONATION_REFUSED = /^Not enough permission/i;
const PAGE = 100;
type Unmapped = { _unmappedProperties_?: Record<string, unknown> };

/**
 * Reading, posting and changing of messages.
 * @param appId of this app
 * @param appUserId gives the id of the app's own user
 */
export function messageCalls(accessors: Accessors, appId: string, appUserId: () => Promise<string>): MessageCalls {
    const read = (id: RcMessageId): Promise<IMessage | undefined> => call('message.getById', () => accessors.read.getMessageReader().getById(id));

    return {
        async message(id) {
            const message = await read(id);
            return message ? toMessage(message, appId) : undefined;
        },

        async recentMessages(roomId, { limit, skip = 0 }) {
            const found: RcMessage[] = [];
            const size = Math.min(PAGE, limit);
            while (found.length < limit) {
                const page: IMessageRaw[] = await call('room.getMessages', () =>
                    accessors.read.getRoomReader().getMessages(roomId, { limit: size, skip: skip + found.length, sort: { createdAt: 'desc' } }),
                );
                const messages = (page || []).map((message) => toMessage({ ...message, roomId }, appId));
                found.push(...messages.filter((message): message is RcMessage => Boolean(message)));
                if (!page || page.length < size) {
                    break;
                }
            }
            return found.slice(0, limit);
        },

        /**
         * Server: `AppMessageBridge.create`. The engine strips the id, but `_unmappedProperties_` is merged last into the
         * document, so an `_id` there becomes the message's id (`AppMessagesConverter.convertAppMessage`).
         */
        async post(message) {
            const create = async (what: PostMessage): Promise<RcMessageId> => {
                const creator = accessors.modify.getCreator();
                return rcMessageId(checkedId('message.create', await creator.finish(creator.startMessage(document(what)))));
            };
            try {
                return { id: await create(message), created: true };
            } catch (error) {
                // Whatever the server says: it can have stored the message and failed afterwards, and it can name a taken id in other words.
                if (await read(message.id).catch(() => undefined)) {
                    return { id: message.id, created: false };
                }
                const { alias, avatarUrl, ...plain } = message;
                if ((alias || avatarUrl) && error instanceof Error && IMPERSONATION_REFUSED.test(error.message)) {
                    return { id: await call('message.create', () => create(plain)), created: true };
                }
                throw error instanceof Error && ID_TAKEN.test(error.message) ? prevented(error) : rocketChatError('message.create', error);
            }
        },

        async edit(id, editorId, { text, attachments, parseUrls }) {
            const updater = accessors.modify.getUpdater();
            await call('message.update', async () => {
                const builder = await updater.message(id, userReference(editorId));
                if (text !== undefined) {
                    builder.setText(text);
                }
                builder.setParseUrls(parseUrls === true);
                if (attachments) {
                    builder.setAttachments(attachments.map(toEngineAttachment) as IMessageAttachment[]);
                }
                await updater.finish(builder);
            });
        },

        async delete(id, byId) {
            const message = await read(id);
            if (message) {
                // The server deletes the files that it finds in what it is given, and the engine gives it none (`deleteMessage`, `convertAppMessage`).
                const unmapped = { ...(message as Unmapped)._unmappedProperties_, ...(message.files && { files: message.files }) };
                const whole = { ...message, _unmappedProperties_: unmapped };
                await call('message.delete', () => accessors.modify.getDeleter().deleteMessage(whole, userReference(byId)));
            }
        },

        async react(id, userId, shortName, on) {
            const updater = accessors.modify.getUpdater().getMessageUpdater();
            const reaction = `:${shortName.replace(/^:|:$/g, '')}:` as Reaction;
            await call('message.react', () => (on ? updater.addReaction(id, userId, reaction) : updater.removeReaction(id, userId, reaction)));
        },

        async typing(roomId, name, on) {
            const stop = await call('typing', () => accessors.modify.getNotifier().typing({ id: roomId, username: name }));
            if (!on) {
                await call('typing', stop);
            }
        },

        async whisper(userId, roomId, text, { threadId } = {}) {
            const message = { room: roomReference(roomId), sender: userReference(await appUserId()), text, groupable: false, createdAt: new Date() };
            await call('notifyUser', () => accessors.modify.getNotifier().notifyUser(userReference(userId), { ...message, ...(threadId && { threadId }) }));
        },

        async tell(userId, text) {
            const creator = accessors.modify.getCreator();
            const own = await appUserId();
            const users = accessors.read.getUserReader();
            const [user, appUser] = await call('user.getById', () => Promise.all([users.getById(userId), users.getById(own)]));
            const room = creator.startRoom();
            room.setType(RoomType.DIRECT_MESSAGE).setCreator(userReference(own)).setMembersToBeAddedByUsernames([appUser.username, user.username]);
            const roomId = checkedId('room.createDirect', await call('room.createDirect', () => creator.finish(room)));
            const message = creator.startMessage({ room: roomReference(roomId), sender: userReference(own), text } as IMessage);
            checkedId('message.create', await call('message.create', () => creator.finish(message)));
        },
    };
}

/** Another app's `IPreMessageSentPrevent` ends in the same error as an id that is taken: trying again changes nothing. */
function prevented(error: Error): BridgeError {
    return new BridgeError({
        code: 'rocketchat.prevented',
        userMessage: 'Another app of this workspace does not let this message through.',
        retriable: false,
        certain: true,
        detail: `message.create: ${error.message.slice(0, 300)}`,
    });
}

function document(message: PostMessage): IMessage {
    const { id, roomId, senderId, text, alias, avatarUrl, threadId, threadShown, attachments, files, parseUrls } = message;
    const stored = files && files.map(({ isThumbnail, id: fileId, ...file }) => ({ _id: fileId, ...file, ...(isThumbnail && { typeGroup: 'thumb' }) }));
    return {
        room: { id: roomId },
        sender: { id: senderId },
        text,
        groupable: true,
        parseUrls: parseUrls === true,
        ...(alias && { alias }),
        ...(avatarUrl && { avatarUrl }),
        ...(threadId && { threadId }),
        ...(attachments && { attachments: attachments.map(toEngineAttachment) }),
        _unmappedProperties_: { _id: id, ...(threadShown && { tshow: true }), ...(stored && { file: stored[0], files: stored }) },
    } as unknown as IMessage;
}
