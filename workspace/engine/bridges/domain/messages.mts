import type { MessageBridge } from '@rocket.chat/apps-engine/server/bridges';
import type { Domain } from '../../../server/contract.mts';
import type { BridgeHost } from '../../load.mts';
import type { Converters } from './converters/index.mts';
import { letEchoPass } from './echo.mts';

const colons = /^:.*:$/s;

/** apps/meteor/server/lib/apps/bridges/messages.ts */
export function messageBridge(domain: Domain, host: BridgeHost, { messages, users }: Converters): MessageBridge {
    const { collections } = domain;

    async function react(messageId: string, userId: string, reaction: string, on: boolean): Promise<void> {
        if (!colons.test(reaction)) throw new Error('Invalid reaction');
        await domain.messages.setReaction(userId, messageId, reaction, on);
    }

    class WorkspaceMessageBridge extends host.engine.bridges.MessageBridge {
        /** An id that is taken and an app that prevents both end in the TypeError of the real bridge, which does not look. */
        protected async create(message: any, appId: string): Promise<string> {
            const converted = await messages.fromApp(message);
            const sent = await domain.messages.send(converted.u._id, converted);
            if (!sent) throw new TypeError('Cannot read properties of undefined (reading \'_id\')');
            await letEchoPass(host, 'IPostMessageSent', appId);
            return sent._id;
        }

        protected getById = (id: string) => messages.byId(id);

        protected async update(message: any): Promise<void> {
            const editor = message.editor && (await collections.users.findOneAsync({ _id: message.editor.id }));
            if (!editor) throw new Error('Invalid editor assigned to the message for the update.');
            await domain.messages.update(await messages.fromApp(message, true), editor);
        }

        protected async delete(message: any, user: any): Promise<void> {
            if (!message.id) throw new Error('Invalid message id');
            const converted = await messages.fromApp(message);
            await domain.messages.delete(converted, (await collections.users.findOneAsync({ _id: user.id })) ?? users.fromApp(user));
        }

        protected async notifyUser(user: any, message: any): Promise<void> {
            domain.notify('ephemeral', user.id, await messages.fromApp(message));
        }

        protected async notifyRoom(room: any, message: any): Promise<void> {
            if (!room?.id) return;
            const converted = await messages.fromApp(message);
            for (const { u } of await collections.subscriptions.findAsync({ rid: room.id })) domain.notify('ephemeral', u._id, converted);
        }

        /** Shown as given: nobody asks whether there is such a user or member. */
        protected async typing({ scope, id, username, isTyping }: any): Promise<void> {
            if (scope !== 'room') throw new Error('Unrecognized typing scope provided');
            if (!username) throw new Error('Invalid username');
            await domain.messages.typing(id, username, isTyping);
        }

        protected addReaction = (messageId: string, userId: string, reaction: string) => react(messageId, userId, reaction, true);
        protected removeReaction = (messageId: string, userId: string, reaction: string) => react(messageId, userId, reaction, false);
    }
    return new WorkspaceMessageBridge();
}
