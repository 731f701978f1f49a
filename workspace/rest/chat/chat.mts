import { MeteorError, type IMessage } from '../../server/contract.mts';
import { needMessage } from '../../methods/messages/history.mts';
import { readThread, reportMessage, setFollowed, setIgnored, setPinned, setStarred } from '../../methods/messages/marks.mts';
import { postMessage } from '../../methods/messages/post.mts';
import { viewMessages } from '../../methods/messages/views.mts';
import type { Api, Schema } from '../framework/Api.mts';
import type { Call } from '../framework/Call.mts';
import { failure } from '../framework/results.mts';

const required = (field: string): Schema => ({ type: 'object', properties: { [field]: { type: 'string', minLength: 1 } }, required: [field], additionalProperties: false });

/** The answer `{ message }`, as the caller is shown it. */
const shown = async (call: Call, message: IMessage) => ({ message: (await viewMessages(call.domain, call.userId, [message]))[0] });

/** What is done with messages (`apps/meteor/server/api/v1/chat.ts`). */
export function chatRoutes(api: Api): void {
    sending(api);
    marking(api);
}

function sending(api: Api): void {
    api.post('chat.postMessage', { body: 'isChatPostMessageProps' }, async (call) => {
        const limit = call.domain.settings.get<number>('Message_MaxAllowedSize');
        const { text, attachments } = call.body;
        const tooLong = (words: unknown) => typeof words === 'string' && words.length > limit;
        if (tooLong(text) || attachments?.some((attachment: { text?: string }) => tooLong(attachment.text))) return failure('error-message-size-exceeded');
        const { channel, message } = await postMessage(call.domain, call.user, call.body);
        if (!message) return failure('unknown-error');
        return { ts: Date.now(), channel, ...(await shown(call, message)) };
    });
    api.post('chat.sendMessage', { body: 'isChatSendMessageProps', limit: { calls: 5, interval: 1000, bypass: ['send-many-messages'] } }, async (call) => {
        const { message, previewUrls } = call.body;
        if (message.t && message.t !== 'e2e') throw new Error("Cannot send system messages using 'chat.sendMessage'");
        const sent = await call.domain.messages.send(call.userId, message, previewUrls?.length === 0 ? { parseUrls: false } : {});
        // A taken id: the server's sendMessage gives nothing back, and normalizing nothing fails.
        if (!sent) throw new TypeError("Cannot read properties of undefined (reading 'starred')");
        return shown(call, sent);
    });
    api.post('chat.update', { body: 'isChatUpdateProps' }, async (call) => {
        const { msgId, roomId, text, customFields, content } = call.body;
        const message = await call.domain.messages.findById(msgId);
        if (!message) return failure(`No message found with the id of "${msgId}".`);
        if (roomId !== message.rid) return failure('The room id provided does not match where the message is from.');
        if (content && message.t !== 'e2e') return failure('Only encrypted messages can have content updated.');
        await call.domain.messages.updateByUser(call.userId, msgId, text, { ...(customFields && { customFields }) });
        return shown(call, (await call.domain.messages.findById(msgId)) as IMessage);
    });
    api.post('chat.delete', { body: 'isChatDeleteProps' }, async (call) => {
        const { fileId, msgId, roomId, asUser } = call.body;
        const message = fileId ? await call.domain.collections.messages.findOneAsync({ 'file._id': fileId }) : await call.domain.messages.findById(msgId);
        if (!message) return failure(fileId ? `No message found with the file id: "${fileId}".` : `No message found with the id of "${msgId}".`);
        if (roomId !== undefined && roomId !== message.rid) return failure('The room id provided does not match where the message is from.');
        if (asUser && message.u._id !== call.userId && !(await call.may('force-delete-message', message.rid))) {
            return failure('Unauthorized. You must have the permission "force-delete-message" to delete other\'s message as them.');
        }
        await call.domain.messages.deleteByUser(asUser ? message.u._id : call.userId, message._id);
        return { _id: message._id, ts: Date.now().toString(), message: { _id: message._id, rid: message.rid, u: message.u } };
    });
    api.post('chat.react', { body: 'isChatReactProps' }, async (call) => {
        const message = await needMessage(call.domain, call.body.messageId);
        const emoji = call.body.emoji ?? call.body.reaction;
        if (!emoji) throw new MeteorError('error-emoji-param-not-provided', 'The required "emoji" param is missing.');
        await call.domain.messages.setReaction(call.userId, message._id, emoji, call.body.shouldReact);
    });
}

function marking(api: Api): void {
    api.post('chat.pinMessage', { body: required('messageId') }, async (call) =>
        shown(call, await setPinned(call.domain, call.user, await needMessage(call.domain, call.body.messageId), true)),
    );
    api.post('chat.unPinMessage', { body: required('messageId') }, async (call) => {
        await setPinned(call.domain, call.user, await needMessage(call.domain, call.body.messageId), false);
    });
    for (const on of [true, false]) {
        api.post(on ? 'chat.starMessage' : 'chat.unStarMessage', { body: required('messageId') }, async (call) =>
            setStarred(call.domain, call.user, await needMessage(call.domain, call.body.messageId), on),
        );
        api.post(on ? 'chat.followMessage' : 'chat.unfollowMessage', { body: required('mid') }, (call) => setFollowed(call.domain, call.user, call.body.mid, on));
    }
    api.post('chat.readThread', { body: required('tmid') }, (call) => readThread(call.domain, call.user, call.body.tmid));
    api.post('chat.reportMessage', { body: 'isChatReportMessageProps' }, (call) => reportMessage(call.domain, call.user, call.body.messageId, call.body.description));
    api.get('chat.ignoreUser', { query: 'isChatIgnoreUserProps' }, async (call) => {
        const { rid, userId, ignore = true } = call.query;
        if (!rid?.trim()) throw new MeteorError('error-room-id-param-not-provided', 'The required "rid" param is missing.');
        if (!userId?.trim()) throw new MeteorError('error-user-id-param-not-provided', 'The required "userId" param is missing.');
        await setIgnored(call.domain, call.user, rid, userId, typeof ignore === 'string' ? /true|1/.test(ignore) : ignore);
    });
}
