import { MeteorError, type Domain, type IRoom, type IUser } from '../../server/contract.mts';

/** What the server's `createRoom` gives back to its callers. */
export type CreatedRoom = IRoom & { rid: string };

export interface RoomParams {
    name: string;
    members?: string[];
    readOnly?: boolean;
    customFields?: Record<string, unknown>;
    extraData?: Record<string, any>;
    /** The creator does not become a member. */
    excludeSelf?: boolean;
}

/**
 * `meteor-methods/rooms/createChannel.ts` and `createPrivateGroup.ts`.
 * @throws MeteorError `error-not-allowed` without `create-c` or `create-p`, and the name errors of `createRoom`
 */
export async function createRoom(domain: Domain, user: IUser, type: 'c' | 'p', params: RoomParams): Promise<CreatedRoom> {
    const method = type === 'c' ? 'createChannel' : 'createPrivateGroup';
    if (!(await domain.users.hasPermission(user, type === 'c' ? 'create-c' : 'create-p'))) throw new MeteorError('error-not-allowed', 'Not allowed', { method });
    const room = await domain.rooms.create(type, params.name, user, params.members ?? [], {
        readOnly: params.readOnly ?? false,
        creatorExcluded: params.excludeSelf === true,
        extraData: {
            ...(params.customFields && Object.keys(params.customFields).length > 0 && { customFields: params.customFields }),
            ...params.extraData,
        } as Partial<IRoom>,
    });
    return { ...room, rid: room._id };
}

/**
 * `meteor-methods/messages/createDirectMessage.ts`.
 * @param usernames the others; one's own name alone makes the room with oneself
 * @throws MeteorError `error-invalid-user`, `error-direct-message-max-user-exceeded`, `error-not-allowed`
 */
export async function createDirectMessage(domain: Domain, me: IUser, usernames: string[], excludeSelf = false): Promise<CreatedRoom> {
    const method = 'createDirectMessage';
    const targets = usernames.filter((username) => username.toLowerCase() !== me.username?.toLowerCase());
    if (targets.length === 0 && (excludeSelf || domain.settings.get('Message_AllowDirectMessagesToYourself') === false)) {
        throw new MeteorError('error-invalid-user', 'Invalid user', { method });
    }
    const max = domain.settings.get<number>('DirectMesssage_maxUsers') || 1;
    if ((excludeSelf ? targets.length : targets.length + 1) > max) {
        throw new MeteorError('error-direct-message-max-user-exceeded', `You cannot add more than ${max} users, including yourself to a direct message`, { method });
    }
    const others = await Promise.all(targets.map((username) => domain.users.findByUsername(username)));
    if (others.some((user) => !user)) throw new MeteorError('error-invalid-user', 'Invalid user', { method });
    const members = [...(excludeSelf ? [] : [me]), ...(others as IUser[])];
    if (!(await domain.users.hasPermission(me, 'create-d'))) {
        const existing = await existingDirectRoom(domain, members);
        if (existing && (await domain.users.hasPermission(me, 'view-d-room'))) return { ...existing, rid: existing._id };
        throw new MeteorError('error-not-allowed', 'Not allowed', { method });
    }
    const { room } = await domain.rooms.createDirect(members, me);
    return { ...room, rid: room._id };
}

async function existingDirectRoom(domain: Domain, members: IUser[]): Promise<IRoom | undefined> {
    const wanted = members.map(({ _id }) => _id).sort().join();
    const rooms = await domain.collections.rooms.findAsync({ t: 'd', uids: members[0]._id });
    return rooms.find((room) => [...(room.uids ?? [])].sort().join() === wanted);
}

/**
 * `meteor-methods/messages/createDiscussion.ts`.
 * @throws MeteorError `error-action-not-allowed`, `error-invalid-room`, `error-invalid-message`, `error-nested-discussion`
 */
export async function createDiscussion(
    domain: Domain,
    user: IUser,
    params: { prid: string; pmid?: string; t_name: string; reply?: string; users?: string[]; topic?: string },
): Promise<CreatedRoom> {
    const method = 'DiscussionCreation';
    if (domain.settings.get('Discussion_enabled') === false) throw new MeteorError('error-action-not-allowed', 'You are not allowed to create a discussion', { method });
    const allowed = (await domain.users.hasPermission(user, 'start-discussion', params.prid))
        || (await domain.users.hasPermission(user, 'start-discussion-other-user', params.prid));
    if (!allowed) throw new MeteorError('error-action-not-allowed', 'You are not allowed to create a discussion', { method });
    const message = params.pmid ? await domain.messages.findById(params.pmid) : null;
    if (params.pmid && !message) throw new MeteorError('error-invalid-message', 'Invalid message', { method });
    if (message && message.rid !== params.prid) throw new MeteorError('error-invalid-arguments', 'Root message room ID does not match parent room ID', { method });
    const parent = await domain.rooms.findById(params.prid);
    if (!parent) throw new MeteorError('error-invalid-room', 'Invalid room', { method });
    if (parent.prid) throw new MeteorError('error-nested-discussion', 'Cannot create nested discussions', { method });
    if (!(await domain.rooms.canAccess(parent, user))) throw new MeteorError('error-not-allowed', 'Not allowed', { method });
    if (!params.t_name) throw new MeteorError('error-invalid-arguments', 'Invalid arguments', { method });
    const room = await domain.rooms.createDiscussion(parent, params.t_name, user, params.users ?? [], params.pmid, params.reply);
    if (params.topic) await domain.rooms.saveTopic(room._id, params.topic, user);
    return { ...room, rid: room._id };
}
