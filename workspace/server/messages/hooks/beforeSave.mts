import type { IMessage, IRoom, IUser } from '../../contract.mts';
import type { Server } from '../../context.mts';
import { parseMarkdown } from './markdown.mts';
import { findMentions, refuseGroupMentions } from './mentions.mts';
import { attachQuotes } from './quotes.mts';
import { findUrls } from './urls.mts';

interface Saving {
    message: any;
    room: IRoom;
    user: IUser;
    /** false: links are left alone, so there is neither a preview nor a quote. */
    parseUrls?: boolean;
    /** The links that may have a preview; absent: all. */
    previewUrls?: string[];
}

/**
 * What the server makes of a message before it stores it (apps/meteor/server/services/messages/service.ts `beforeSave`), in its order:
 * mentions, Markdown, links, quotes; new messages then pass the check of `@all` and `@here`.
 * @throws MeteorError `error-action-not-allowed`
 */
export async function beforeSave(server: Server, { message, user, parseUrls = true, previewUrls }: Saving): Promise<IMessage> {
    const { mentions, channels } = await findMentions(server, message);
    message.mentions = mentions;
    message.channels = channels;
    parseMarkdown(server, message);
    if (parseUrls) message.urls = findUrls(server, message, previewUrls);
    await attachQuotes(server, message, user);
    const isNew = !message.editedAt && Math.abs(Date.now() - new Date(message.ts).getTime()) <= 60_000;
    if (isNew) await refuseGroupMentions(server, message, user);
    return message;
}
