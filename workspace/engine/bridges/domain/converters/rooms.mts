import type { Domain, IRoom } from '../../../../server/contract.mts';
import { mapDocument, take, type FieldMap } from './mapped.mts';
import type { UserConverter } from './users.mts';

/** Rooms for apps and back (apps/meteor/server/lib/apps/converters/codecs/rooms.ts). */
export interface RoomConverter {
    byId(id: string): Promise<any>;
    toApp(room: IRoom | null | undefined): Promise<any>;
    /** Without the lookups: the creator is `{ _id, username, name }`, the parent only an id. */
    toAppRaw(room: IRoom): Promise<any>;
    /** @param partial for updates: the unmapped properties do not come along */
    fromApp(room: any, partial?: boolean): Promise<any>;
}

const plainFields: FieldMap = {
    id: '_id', displayName: 'fname', slugifiedName: 'name', members: 'members', userIds: 'uids', messageCount: 'msgs', createdAt: 'ts',
    updatedAt: '_updatedAt', closedAt: 'closedAt', lastModifiedAt: 'lm', customFields: 'customFields', livechatData: 'livechatData',
    isWaitingResponse: 'waitingResponse', isOpen: 'open', description: 'description', source: 'source', closer: 'closer', teamId: 'teamId',
    isTeamMain: 'teamMain',
};

const systemMessages = (room: Record<string, any>) => (room.sysMes === undefined ? true : take(room, 'sysMes'));

export function roomConverter(domain: Domain, users: UserConverter): RoomConverter {
    const { rooms } = domain.collections;

    async function toApp(room: IRoom | null | undefined): Promise<any> {
        if (!room) return undefined;
        return mapDocument(room, {
            ...plainFields,
            _USERNAMES: '_USERNAMES',
            isDefault: (copy) => Boolean(take(copy, 'default')),
            isReadOnly: (copy) => Boolean(take(copy, 'ro')),
            displaySystemMessages: systemMessages,
            type: (copy) => take(copy, 't'),
            creator: (copy) => (copy.u ? users.byId(take(copy, 'u')._id) : undefined),
            parentRoom: (copy) => (copy.prid ? byId(take(copy, 'prid')) : undefined),
        });
    }

    const byId = async (id: string): Promise<any> => (id ? toApp(await rooms.findOneAsync({ _id: id })) : undefined);

    async function creatorOf(room: any): Promise<object | undefined> {
        const user = room.creator?.id && (await domain.collections.users.findOneAsync({ _id: room.creator.id }));
        return user ? { _id: user._id, username: user.username, name: user.name } : undefined;
    }

    return {
        byId,
        toApp,
        toAppRaw: (room) =>
            mapDocument(room, {
                ...plainFields,
                usernames: 'usernames',
                isDefault: 'default',
                isReadOnly: 'ro',
                parentRoomId: 'prid',
                displaySystemMessages: systemMessages,
                type: (copy) => take(copy, 't'),
                creator: (copy) => take(copy, 'u'),
            }),
        async fromApp(room, partial = false) {
            const u = await creatorOf(room);
            const given = (value: unknown) => value !== undefined && value !== null;
            return {
                ...(room.id && { _id: room.id }),
                ...(given(room.type) && { t: room.type }),
                ...(given(room.createdAt) && { ts: room.createdAt }),
                ...(given(room.messageCount) && { msgs: room.messageCount }),
                ...(given(room.updatedAt) && { _updatedAt: room.updatedAt }),
                ...(room.displayName && { fname: room.displayName }),
                ...(room.type !== 'd' && room.slugifiedName && { name: room.slugifiedName }),
                ...(room.members && { members: room.members }),
                ...(given(room.isDefault) && { default: room.isDefault }),
                ...(given(room.isReadOnly) && { ro: room.isReadOnly }),
                ...(given(room.displaySystemMessages) && { sysMes: room.displaySystemMessages }),
                ...(u && { u }),
                ...(room.userIds && { uids: room.userIds }),
                ...(room.lastModifiedAt && { lm: room.lastModifiedAt }),
                ...(room.customFields && { customFields: room.customFields }),
                ...(given(room.parentRoom) && { prid: room.parentRoom.id }),
                ...(room._USERNAMES && { _USERNAMES: room._USERNAMES }),
                ...(!partial && room._unmappedProperties_),
            };
        },
    };
}
