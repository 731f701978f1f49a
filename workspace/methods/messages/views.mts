import type { Domain, IMessage } from '../../server/contract.mts';

/**
 * Messages as a user is shown them (`lib/utils/lib/normalizeMessagesForUser.ts`): only one's own star, and the real
 * names beside the usernames where the workspace uses real names.
 */
export async function viewMessages(domain: Domain, userId: string, messages: IMessage[]): Promise<IMessage[]> {
    const own = messages.map((message) => withOwnStar(message, userId));
    if (!domain.settings.get('UI_Use_Real_Name')) return own;
    const usernames = new Set<string>();
    for (const message of own) {
        if (message.u?.username) usernames.add(message.u.username);
        for (const mention of message.mentions ?? []) if (mention.username) usernames.add(mention.username);
        for (const reaction of Object.values(message.reactions ?? {})) reaction.usernames.forEach((username) => usernames.add(username));
    }
    const users = await domain.collections.users.findAsync({ username: { $in: [...usernames] } });
    const names = new Map(users.map((user) => [user.username, user.name]));
    const nameOf = (username: string | undefined, otherwise?: string) => names.get(username) ?? otherwise;
    const named = (reactions: NonNullable<IMessage['reactions']>) =>
        Object.entries(reactions).map(([key, reaction]) => [key, { ...reaction, names: reaction.usernames.map((username) => nameOf(username, username)) }]);
    return own.map((message) => ({
        ...message,
        u: { ...message.u, name: nameOf(message.u?.username, message.u?.name) },
        ...(message.mentions && { mentions: message.mentions.map((mention) => ({ ...mention, name: nameOf(mention.username, mention.name) })) }),
        ...(message.reactions && { reactions: Object.fromEntries(named(message.reactions)) }),
    })) as IMessage[];
}

function withOwnStar(message: IMessage, userId: string): IMessage {
    if (!Array.isArray(message.starred)) return message;
    return { ...message, starred: message.starred.filter(({ _id }) => _id === userId) };
}
