import { MeteorError, type Domain, type IMessage, type IRoom, type IUser } from '../../server/contract.mts';
import { containing } from '../documents.mts';
import { accessibleRoom } from '../rooms/access.mts';
import { viewMessages } from './views.mts';

/** Messages that stand in a room's history: not hidden copies, and thread answers only when asked for or shown in the room. */
const visible = (roomId: string, withThreads: boolean) => ({
    rid: roomId,
    _hidden: { $ne: true },
    ...(!withThreads && { $or: [{ tmid: { $exists: false } }, { tshow: true }] }),
});

/** Types of system messages that this room or the workspace hides (`lib/utils/lib/getHiddenSystemMessages.ts`). */
function hiddenTypes(domain: Domain, room: IRoom): string[] {
    const own = (room as { sysMes?: string[] | boolean }).sysMes;
    const types = Array.isArray(own) ? own : (domain.settings.get<string[]>('Hide_System_Messages') ?? []);
    return types.flatMap((type) => (type === 'mute_unmute' ? ['user-muted', 'user-unmuted'] : [type]));
}

export interface HistoryQuery {
    latest?: Date;
    oldest?: Date;
    inclusive?: boolean;
    offset?: number;
    count?: number;
    unreads?: boolean;
    showThreadMessages?: boolean;
}

export interface History {
    messages: IMessage[];
    firstUnread?: IMessage;
    unreadNotLoaded?: number;
}

/**
 * `meteor-methods/messages/getChannelHistory.ts`: newest first.
 * @returns false for a room that does not exist or that the user cannot read
 */
export async function channelHistory(domain: Domain, user: IUser, roomId: string, query: HistoryQuery): Promise<History | false> {
    const room = await accessibleRoom(domain, user, roomId);
    if (!room) return false;
    const { latest = new Date(), oldest, inclusive, offset = 0, count = 20, unreads, showThreadMessages = true } = query;
    const filter = { ...visible(roomId, showThreadMessages), t: { $nin: hiddenTypes(domain, room) } };
    const before = inclusive ? { $lte: latest } : { $lt: latest };
    const after = oldest ? (inclusive ? { $gte: oldest } : { $gt: oldest }) : {};
    const found = await domain.collections.messages
        .findAsync({ ...filter, ts: { ...before, ...after } })
        .sort({ ts: -1 })
        .skip(offset)
        .limit(count);
    const messages = await viewMessages(domain, user._id, found);
    if (!unreads) return { messages };
    const first = messages.at(-1);
    if (!oldest || !first || first.ts <= oldest) return { messages, unreadNotLoaded: 0 };
    const missed = { ...filter, ts: { $gt: oldest, $lt: first.ts } };
    const [firstUnread] = await domain.collections.messages.findAsync(missed).sort({ ts: 1 }).limit(1);
    return { messages, firstUnread, unreadNotLoaded: await domain.collections.messages.countAsync(missed) };
}

/**
 * The method `loadHistory` (`meteor-methods/messages/loadHistory.ts`): newest first.
 * @param end messages before this time
 * @param lastSeen counts what was not loaded since then
 * @returns false for a room that does not exist or that the user cannot read
 */
export async function loadHistory(
    domain: Domain,
    user: IUser,
    roomId: string,
    end: Date | undefined,
    limit: number,
    lastSeen?: Date,
    showThreadMessages = true,
): Promise<History | false> {
    const history = await channelHistory(domain, user, roomId, { latest: end ?? new Date(Date.now() + 1000), count: limit, showThreadMessages });
    if (!history) return false;
    const oldestLoaded = history.messages.at(-1);
    if (!lastSeen || !oldestLoaded || oldestLoaded.ts <= lastSeen) return { ...history, unreadNotLoaded: 0 };
    const missed = { ...visible(roomId, showThreadMessages), ts: { $gt: lastSeen, $lt: oldestLoaded.ts } };
    const [firstUnread] = await domain.collections.messages.findAsync(missed).sort({ ts: 1 }).limit(1);
    return { ...history, firstUnread, unreadNotLoaded: await domain.collections.messages.countAsync(missed) };
}

export interface Page {
    offset: number;
    count: number;
    sort?: Record<string, 1 | -1>;
}

export interface MessagePage {
    messages: IMessage[];
    count: number;
    offset: number;
    total: number;
}

/** One page of messages that match, as the user is shown them. */
export async function messagePage(domain: Domain, user: IUser, filter: Record<string, unknown>, page: Page): Promise<MessagePage> {
    const { offset, count, sort = { ts: -1 } } = page;
    const { messages } = domain.collections;
    const found = await messages.findAsync(filter).sort(sort).skip(offset).limit(count);
    return { messages: await viewMessages(domain, user._id, found), count: found.length, offset, total: await messages.countAsync(filter) };
}

/**
 * `meteor-methods/messages/messageSearch.ts` with the default provider: `from:user`, `from:me`, `has:star`, `is:pinned`,
 * `has:url`, a `/regular expression/`, or words.
 */
export async function searchMessages(domain: Domain, user: IUser, text: string, roomId: string, page: Page): Promise<IMessage[]> {
    if (!(await accessibleRoom(domain, user, roomId))) return [];
    const filter: Record<string, unknown> = { rid: roomId, _hidden: { $ne: true }, t: { $ne: 'rm' } };
    let rest = text;
    const take = (pattern: RegExp, apply: (match: string) => void) => {
        rest = rest.replace(pattern, (_all, match: string) => {
            apply(match);
            return '';
        });
    };
    take(/from:(\S+)/i, (name) => (filter['u.username'] = name === 'me' ? user.username : name.replace(/^@/, '')));
    take(/(has:star|is:starred)/i, () => (filter['starred._id'] = user._id));
    take(/(has:pin|is:pinned)/i, () => (filter.pinned = true));
    take(/has:(?:url|link)()/i, () => (filter['urls.0'] = { $exists: true }));
    const words = rest.trim();
    const asRegExp = /^\/(.+)\/([imxs]*)$/.exec(words);
    if (asRegExp) filter.msg = { $regex: new RegExp(asRegExp[1], asRegExp[2].replace('x', '')) };
    else if (words) filter.msg = { $regex: containing(words) };
    return (await messagePage(domain, user, filter, page)).messages;
}

/** `meteor-methods/messages/getSingleMessage.ts`. @returns undefined for a message that is not there or not to be seen */
export async function singleMessage(domain: Domain, user: IUser, messageId: string): Promise<IMessage | undefined> {
    const message = await domain.messages.findById(messageId);
    if (!message?.rid || !(await accessibleRoom(domain, user, message.rid))) return undefined;
    return (await viewMessages(domain, user._id, [message]))[0];
}

/** @throws MeteorError `error-message-not-found` */
export async function needMessage(domain: Domain, messageId: string): Promise<IMessage> {
    const message = await domain.messages.findById(messageId);
    if (!message) throw new MeteorError('error-message-not-found', 'The provided "messageId" does not match any existing message.');
    return message;
}
