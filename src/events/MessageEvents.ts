import type { IMessage, IMessagePinContext, IMessageReactionContext } from '@rocket.chat/apps-engine/definition/messages';
import type { IUser } from '@rocket.chat/apps-engine/definition/users';
import type { Outbound } from '../bridge/outbound/Outbound';
import { toMessage, toUser } from '../rocketchat/shapes/translate';

/**
 * Events of messages (apps-engine `IPostMessageSent`, `IPostMessageUpdated`, `IPostMessageDeleted`, `IPostMessageReacted`, `IPostMessagePinned`,
 * `IPostSystemMessageSent`). The server calls them concurrently, in no order, and also for what the app itself did.
 */
export class MessageEvents {
    /** @param appId of this app: tells its users from others */
    constructor(
        private readonly outbound: Outbound,
        private readonly appId: string,
    ) {}

    public async sent(message: IMessage): Promise<void> {
        const translated = toMessage(message, this.appId);
        if (translated) {
            await this.outbound.messagePosted(translated);
        }
    }

    public async updated(message: IMessage): Promise<void> {
        const translated = toMessage(message, this.appId);
        if (translated) {
            await this.outbound.messageEdited(translated);
        }
    }

    /** @param user who deleted it; older servers do not say: then it counts as the author */
    public async deleted(message: IMessage, user?: IUser): Promise<void> {
        const translated = toMessage(message, this.appId);
        if (translated) {
            await this.outbound.messageDeleted(translated, user && user.id ? toUser(user, this.appId) : translated.sender);
        }
    }

    public async reacted({ message, user, reaction, isReacted }: IMessageReactionContext): Promise<void> {
        const translated = toMessage(message, this.appId);
        if (translated && user && user.id && typeof reaction === 'string') {
            await this.outbound.reacted(translated, toUser(user, this.appId), `:${reaction.replace(/^:|:$/g, '')}:`, isReacted);
        }
    }

    public async pinned({ message, user, isPinned }: IMessagePinContext): Promise<void> {
        const translated = toMessage(message, this.appId);
        if (translated && user && user.id) {
            await this.outbound.pinned(translated, toUser(user, this.appId), isPinned);
        }
    }

    public async system(message: IMessage): Promise<void> {
        const translated = toMessage(message, this.appId);
        if (translated) {
            await this.outbound.systemMessage(translated);
        }
    }
}
