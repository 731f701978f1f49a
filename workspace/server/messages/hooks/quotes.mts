import type { IMessage, IUser } from '../../contract.mts';
import type { Server } from '../../context.mts';
import { userAvatarUrl } from '../../lib/links.mts';
import { canAccessRoom } from '../../permissions/access.mts';

const isQuote = (attachment: any) => attachment?.message_link != null;

/** Cuts quotes inside quotes below the depth that `Message_QuoteChainLimit` allows. */
function prune(attachments: any[] | undefined, limit: number, depth = 1): any[] | undefined {
    if (!(limit >= 2)) return undefined;
    return attachments?.map((attachment) => {
        if (!isQuote(attachment)) return attachment;
        const { attachments: inner, ...rest } = attachment;
        return depth < limit - 1 ? { ...rest, attachments: prune(inner, limit, depth + 1) } : rest;
    });
}

/**
 * Turns links to messages of this workspace (`<Site_Url>/…?msg=<id>`) into quote attachments
 * (apps/meteor/server/services/messages/hooks/BeforeSaveJumpToMessage.ts): only when links are parsed and the sender can see the room.
 */
export async function attachQuotes(server: Server, message: any, user: IUser): Promise<void> {
    const site = server.settings.get<string>('Site_Url');
    for (const item of message.urls ?? []) {
        if (!item.url.includes(site) || !URL.canParse(item.url)) continue;
        const id = new URL(item.url).searchParams.get('msg');
        const quoted = id && (await server.collections.messages.findOneAsync({ _id: id }));
        const room = quoted && (await server.collections.rooms.findOneAsync({ _id: quoted.rid }));
        if (!quoted || !room || !(await canAccessRoom(server, room, user))) continue;
        const others = (message.attachments ?? []).filter((attachment: any) => attachment.message_link !== item.url);
        message.attachments = [...others, quoteOf(server, quoted, item.url)];
        item.ignoreParse = true;
    }
}

function quoteOf(server: Server, message: IMessage, link: string): any {
    const realName = server.settings.get<boolean>('UI_Use_Real_Name');
    return {
        text: message.msg,
        ...(message.md && { md: message.md }),
        message_link: link,
        author_name: message.alias || (realName && message.u.name) || message.u.username,
        author_icon: userAvatarUrl(message.u.username),
        attachments: prune(message.attachments as any[] | undefined, server.settings.get<number>('Message_QuoteChainLimit')) ?? [],
        ts: message.ts,
    };
}

/** The attachments that are no quotes: an edit drops the old quotes, and the new text makes its own. */
export function withoutQuotes(attachments: any[] | undefined): any[] | undefined {
    return attachments?.filter((attachment) => !isQuote(attachment));
}
