import type { GetMessagesOptions, GetRoomsFilters, GetRoomsOptions } from '@rocket.chat/apps-engine/server/bridges/RoomBridge';
import type { RoomBridge } from '@rocket.chat/apps-engine/server/bridges';
import { createDirectMessage, createRoom } from '../../../methods/rooms/create.mts';
import { MeteorError, type Domain, type IRoom, type IUser } from '../../../server/contract.mts';
import { duplicateKeyError } from '../../../server/lib/duplicates.mts';
import type { BridgeHost } from '../../load.mts';
import type { Converters } from './converters/index.mts';
import { roomMessages, unreadMessages } from './roomMessages.mts';

/** apps/meteor/server/lib/apps/bridges/rooms.ts */
export function roomBridge(domain: Domain, host: BridgeHost, converters: Converters): RoomBridge {
    const { collections } = domain;
    const { rooms, users } = converters;
    const findByName = (name: string) => collections.rooms.findOneAsync({ name });
    const creatorOf = async (room: IRoom | null) => (room?.u?._id ? users.byId(room.u._id) : undefined);

    async function withRole(roomId: string, role: string): Promise<any[]> {
        const subscriptions = await collections.subscriptions.findAsync({ rid: roomId, roles: role });
        const found = await collections.users.findAsync({ _id: { $in: subscriptions.map(({ u }) => u._id) } });
        return found.map((user) => users.toApp(user));
    }

    class WorkspaceRoomBridge extends host.engine.bridges.RoomBridge {
        protected async create(room: any, members: string[]): Promise<string> {
            if (!['c', 'p', 'd'].includes(room.type)) throw new Error('Only channels, private groups and direct messages can be created.');
            const creator = await collections.users.findOneAsync({ _id: room.creator.id });
            if (!creator?.username) throw new MeteorError('error-invalid-user', 'Invalid user');
            if (room.type === 'd') return (await createDirectMessage(domain, creator, members)).rid;
            const { name, ro, customFields, ...extraData } = await rooms.fromApp(room);
            delete extraData.t;
            return (await createRoom(domain, creator, room.type, { name: name ?? '', members, readOnly: ro, customFields, extraData })).rid;
        }

        protected getById = (id: string) => rooms.byId(id);
        protected getByName = async (name: string) => rooms.toApp(await findByName(name));
        protected getCreatorById = async (id: string) => creatorOf(await domain.rooms.findById(id));
        protected getCreatorByName = async (name: string) => creatorOf(await findByName(name));

        protected async getDirectByUsernames(usernames: string[]): Promise<any> {
            const candidates = await collections.rooms.findAsync({ t: 'd', usernames: usernames[0], usersCount: usernames.length });
            return rooms.toApp(candidates.find((room) => usernames.every((name) => room.usernames?.includes(name))));
        }

        /** Every member is looked up on its own. */
        protected async getMembers(roomId: string): Promise<any[]> {
            const subscriptions = await collections.subscriptions.findAsync({ rid: roomId });
            return Promise.all(subscriptions.map(({ u }) => users.byId(u._id)));
        }

        protected async getAllRooms(filters: GetRoomsFilters = {}, options: GetRoomsOptions = {}): Promise<any[]> {
            const { types, discussions, teams } = filters;
            const query = {
                ...(types?.length && { t: { $in: types } }),
                ...(discussions !== undefined && { prid: { $exists: discussions } }),
                ...(teams !== undefined && { teamMain: { $exists: teams } }),
            };
            const limit = Math.min(options.limit ?? 100, 100);
            const found = await collections.rooms.findAsync(query as never).sort({ ts: -1 }).skip(options.skip ?? 0).limit(limit);
            return Promise.all(found.map(({ lastMessage: _last, ...room }) => rooms.toAppRaw(room as IRoom)));
        }

        /** A raw `$set`: no check of the name but the unique index, no event, no system message, no change of the members' subscriptions. */
        protected async update(room: any, members: string[] = []): Promise<void> {
            const changes = await rooms.fromApp(room, true);
            const { numAffected } = await collections.rooms.updateAsync({ _id: room.id }, { $set: changes }).catch((error: unknown) => {
                throw duplicateKeyError(error, 'rocketchat_room', { _id: room.id }, { name: changes.name });
            });
            if (!numAffected) throw new Error('Room id not found');
            for (const username of members) {
                const member = await collections.users.findOneAsync({ username });
                if (member) await domain.rooms.addUser(room.id, member);
            }
        }

        protected async createDiscussion(room: any, parentMessage: any, reply = '', members: string[] = []): Promise<string> {
            const { prid, fname } = await rooms.fromApp(room);
            const message = parentMessage ? await converters.messages.fromApp(parentMessage) : undefined;
            const parent = prid && (await domain.rooms.findById(prid));
            if (!parent) throw new Error('There must be a parent room to create a discussion.');
            const creator = (await collections.users.findOneAsync({ _id: room.creator.id })) as IUser;
            return (await domain.rooms.createDiscussion(parent, fname, creator, members, message?._id, reply?.trim() ? reply : undefined))._id;
        }

        protected delete = (roomId: string) => domain.rooms.remove(roomId);
        protected getModerators = (roomId: string) => withRole(roomId, 'moderator');
        protected getOwners = (roomId: string) => withRole(roomId, 'owner');
        protected getLeaders = (roomId: string) => withRole(roomId, 'leader');

        protected async getMessages(roomId: string, options: GetMessagesOptions): Promise<any[]> {
            return Promise.all((await roomMessages(domain, roomId, options)).map((message) => converters.messages.toAppRaw(message)));
        }

        protected async getUnreadByUser(roomId: string, userId: string, options: GetMessagesOptions): Promise<any[]> {
            return Promise.all((await unreadMessages(domain, roomId, userId, options)).map((message) => converters.messages.toAppRaw(message)));
        }

        protected async getUserUnreadMessageCount(roomId: string, userId: string): Promise<number> {
            return (await unreadMessages(domain, roomId, userId, { showThreadMessages: true } as GetMessagesOptions)).length;
        }

        /** At most 50, at once; nobody asks whether one is the last owner. */
        protected async removeUsers(roomId: string, usernames: string[]): Promise<void> {
            if (!roomId) throw new Error('roomId was not provided.');
            const members = await collections.users.findAsync({ username: { $in: usernames } }).limit(50);
            await Promise.all(members.map((member) => domain.rooms.removeUser(roomId, member)));
        }
    }
    return new WorkspaceRoomBridge();
}
