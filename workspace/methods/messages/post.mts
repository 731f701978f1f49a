import { MeteorError, type Domain, type IMessage, type IRoom, type IUser } from '../../server/contract.mts';
import { findRoomToUse } from '../rooms/access.mts';

/** Body of `chat.postMessage` and of webhooks (`lib/messages/processWebhookMessage.ts`, Payload). */
export interface PostPayload {
    channel?: string | string[];
    roomId?: string | string[];
    text?: string;
    msg?: string;
    username?: string;
    alias?: string;
    icon_emoji?: string;
    emoji?: string;
    icon_url?: string;
    avatar?: string;
    attachments?: any[];
    parseUrls?: boolean;
    bot?: unknown;
    groupable?: boolean;
    tmid?: string;
    customFields?: Record<string, unknown>;
}

/** The room for `#name`, `@user`, an id or a name. @throws MeteorError `invalid-channel` */
async function roomOf(domain: Domain, user: IUser, channel: string): Promise<IRoom> {
    const named = channel.slice(1);
    let room: IRoom | null;
    if (channel.startsWith('#')) room = await findRoomToUse(domain, user, named, { join: true });
    else if (channel.startsWith('@')) room = await findRoomToUse(domain, user, named, { type: 'd' });
    else {
        room =
            (await findRoomToUse(domain, user, channel, { join: true, errorOnEmpty: false })) ??
            (await findRoomToUse(domain, user, channel, { type: 'd', byUserIdOnly: true, errorOnEmpty: false }));
    }
    if (!room) throw new MeteorError('invalid-channel');
    return room;
}

function build(payload: PostPayload) {
    const picture = payload.icon_url || payload.avatar ? { avatar: payload.icon_url || payload.avatar } : { emoji: payload.icon_emoji || payload.emoji };
    const message: Record<string, unknown> = {
        alias: payload.username || payload.alias,
        msg: (payload.text || payload.msg || '').trim(),
        attachments: payload.attachments?.map(({ msg, ...attachment }) => (msg ? { ...attachment, text: String(msg).trim() } : attachment)),
        parseUrls: payload.parseUrls ?? !payload.attachments,
        bot: payload.bot,
        groupable: payload.groupable ?? false,
        tmid: payload.tmid,
        customFields: payload.customFields,
        ...picture,
    };
    return Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined && value !== ''));
}

/**
 * Posts to one or more channels as a user: `chat.postMessage`.
 * @returns what was sent to the first channel
 * @throws MeteorError `invalid-channel`, and those of sending
 */
export async function postMessage(domain: Domain, user: IUser, payload: PostPayload): Promise<{ channel: string; message: IMessage | null }> {
    const channels = [...new Set([payload.channel ?? payload.roomId ?? ''].flat())];
    const rooms: { channel: string; room: IRoom }[] = [];
    for (const channel of channels) rooms.push({ channel, room: await roomOf(domain, user, channel) });
    const sent: { channel: string; message: IMessage | null }[] = [];
    for (const { channel, room } of rooms) {
        const message = await domain.messages.send(user._id, { ...structuredClone(build(payload)), rid: room._id });
        sent.push({ channel, message });
    }
    return sent[0];
}
