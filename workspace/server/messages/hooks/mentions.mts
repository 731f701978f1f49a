import type { IMessage, IRoom, IUser } from '../../contract.mts';
import { MeteorError } from '../../contract.mts';
import type { Server } from '../../context.mts';
import { translate } from '../../lib/text.mts';
import { hasPermission } from '../../permissions/permissions.mts';

/**
 * Mentions in the raw text, also inside code (apps/meteor/app/mentions/{lib/MentionsParser,server/Mentions}.ts): after the start of a line,
 * white space or `>`. A username with a `:` is looked up together with its `@`, so it is never found.
 */
function namesAfter(sign: '@' | '#', text: string, server: Server): string[] {
    const pattern = server.settings.get<string>('UTF8_User_Names_Validation');
    const server_ = sign === '@' ? '(:([0-9a-zA-Z-_.]+))?' : '';
    const expression = new RegExp(`(^|\\s|>)${sign}(${pattern}(@(${pattern}))?${server_})`, 'gm');
    return (text.match(expression) ?? []).map((match) => match.trim());
}

export async function findMentions(server: Server, message: any): Promise<Pick<IMessage, 'mentions' | 'channels'>> {
    const texts = [message.msg ?? '', ...(message.attachments ?? []).map((attachment: any) => attachment.description ?? '')].filter(Boolean);
    const found = texts.flatMap((text: string) => namesAfter('@', text, server)).map((name) => (name.includes(':') ? name : name.slice(1)));
    const groups: { _id: string; username: string }[] = [];
    for (const name of found.filter((one) => one === 'all' || one === 'here')) {
        const most = server.settings.get<number>('Message_MaxAll');
        if (most > 0 && (await server.collections.subscriptions.countAsync({ rid: message.rid })) > most) continue;
        groups.push({ _id: name, username: name });
    }
    const usernames = [...new Set(found.filter((one) => one !== 'all' && one !== 'here'))];
    const users = usernames.length ? await server.collections.users.findAsync({ username: { $in: usernames } }) : [];
    const channelNames = namesAfter('#', message.msg ?? '', server).map((name) => name.slice(1));
    const channels = channelNames.length ? await roomsCalled(server, channelNames) : [];
    return {
        mentions: [...groups, ...users.map(({ _id, username, name }) => ({ _id, username, name, type: 'user' as const }))],
        channels: channels.map(({ _id, name, fname }) => ({ _id, name, fname })),
    };
}

/** Channels and groups by name or display name: two queries, since the store has an index for each and none for an `$or`. */
async function roomsCalled(server: Server, names: string[]): Promise<IRoom[]> {
    const { rooms } = server.collections;
    const found = [...(await rooms.findAsync({ name: { $in: names } })), ...(await rooms.findAsync({ fname: { $in: names } }))];
    return [...new Map(found.map((room) => [room._id, room])).values()].filter(({ t }) => t === 'c' || t === 'p');
}

/**
 * `@all` and `@here` need `mention-all` and `mention-here` (apps/meteor/server/services/messages/hooks/BeforeSavePreventMention.ts): the
 * role `bot` has neither. The sender is told.
 */
export async function refuseGroupMentions(server: Server, message: IMessage, user: IUser): Promise<void> {
    for (const [mention, action] of [['all', 'Notify_all_in_this_room'], ['here', 'Notify_active_in_this_room']]) {
        if (!message.mentions?.some(({ _id }) => _id === mention)) continue;
        if (await hasPermission(server, user, `mention-${mention}`, message.rid)) continue;
        server.notify('ephemeral', user._id, { rid: message.rid, msg: translate('error-action-not-allowed', { action: translate(action) }) });
        throw new MeteorError('error-action-not-allowed', 'Notify all in this room not allowed', { action });
    }
}
