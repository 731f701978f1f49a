import type { IRoomBuilder } from '@rocket.chat/apps-engine/definition/accessors';
import type { IRoom } from '@rocket.chat/apps-engine/definition/rooms';
import { RoomType } from '@rocket.chat/apps-engine/definition/rooms';
import type { IUser } from '@rocket.chat/apps-engine/definition/users';
import { rcRoomId, rcUserId } from '../../ids/rocketchat';
import type { Accessors } from '../Accessors';
import { call, checkedId } from '../failures';
import { userReference } from '../shapes/references';
import type { RcRoom, RocketChat } from '../RocketChat';
import { toRoom, toUser } from '../shapes/translate';

type RoomCalls = Pick<RocketChat, 'room' | 'roomByName' | 'members' | 'owners' | 'createRoom' | 'createDirectRoom' | 'renameRoom' | 'addMember' | 'removeMember'>;

/** Reading, making and changing of rooms. @param appId of this app */
export function roomCalls(accessors: Accessors, appId: string): RoomCalls {
    const rooms = () => accessors.read.getRoomReader();
    const translated = (room: IRoom | undefined | null): RcRoom | undefined => (room && room.id ? toRoom(room) : undefined);
    const whole = (users: IUser[] | undefined | null): IUser[] => (users || []).filter((user) => user && user.id);

    return {
        room: async (id) => translated(await call('room.getById', () => rooms().getById(id))),
        roomByName: async (name) => translated(await call('room.getByName', () => rooms().getByName(name))),
        members: async (id) => whole(await call('room.getMembers', () => rooms().getMembers(id))).map((user) => toUser(user, appId)),
        owners: async (id) => whole(await call('room.getOwners', () => rooms().getOwners(id))).map((user) => rcUserId(user.id)),

        /** Server: `AppRoomBridge.create` → `createRoom` as the creator; initial members come without join events or messages. */
        async createRoom({ kind, name, displayName, creatorId, members }) {
            const creator = accessors.modify.getCreator();
            const builder = creator.startRoom();
            builder
                .setType(kind === 'c' ? RoomType.CHANNEL : RoomType.PRIVATE_GROUP)
                .setSlugifiedName(name)
                .setDisplayName(displayName)
                .setCreator(userReference(creatorId))
                .setReadOnly(false)
                .setMembersToBeAddedByUsernames(members);
            return rcRoomId(checkedId('room.create', await call('room.create', () => creator.finish(builder))));
        },

        async createDirectRoom(creatorId, members) {
            const creator = accessors.modify.getCreator();
            const builder = creator.startRoom();
            builder.setType(RoomType.DIRECT_MESSAGE).setCreator(userReference(creatorId)).setMembersToBeAddedByUsernames(members);
            return rcRoomId(checkedId('room.createDirect', await call('room.createDirect', () => creator.finish(builder))));
        },

        /** Server: `AppRoomBridge.update` writes the changed fields as they are, with no event and no system message. */
        async renameRoom(roomId, displayName) {
            const updater = accessors.modify.getUpdater();
            await call('room.update', async () => {
                const builder = completed(await updater.room(roomId, userReference('')));
                builder.setDisplayName(displayName);
                await updater.finish(builder);
            });
        },

        /** Server: `addUserToRoom` without an inviter; for a member already nothing happens, direct rooms refuse silently. */
        async addMember(roomId, username) {
            const updater = accessors.modify.getUpdater();
            await call('room.addMember', async () => {
                const builder = completed(await updater.room(roomId, userReference('')));
                builder.addMemberToBeAddedByUsername(username);
                await updater.finish(builder);
            });
        },

        async removeMember(roomId, username) {
            await call('room.removeMember', () => accessors.modify.getDeleter().removeUsersFromRoom(roomId, [username]));
        },
    };
}

/**
 * The engine refuses to change a room that has no display name or no creator (`ModifyUpdater._finishRoom`), and servers have such
 * rooms: `#general` is made without a display name (server: `Rooms.createWithIdTypeAndName`), in older versions without a creator,
 * too, and a creator can be deleted. What is written onto the object that the builder hands out is no change: it is not sent.
 */
function completed(builder: IRoomBuilder): IRoomBuilder {
    const room: Partial<IRoom> = builder.getRoom();
    room.displayName = room.displayName || room.slugifiedName;
    room.creator = room.creator && room.creator.id ? room.creator : userReference('none');
    return builder;
}
