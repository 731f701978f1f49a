import { MeteorError } from '../../server/contract.mts';
import { addAllUsers, addUsersToRoom, leaveRoom, removeUserFromRoom, setRoomRole } from '../../methods/rooms/members.mts';
import type { Api } from '../framework/Api.mts';
import { failure } from '../framework/results.mts';
import { changedRoom, type RoomFamily } from '../lib/rooms.mts';
import { userOf, usersOf } from '../lib/users.mts';
import { roomParams } from './familyReading.mts';

const roles = { Owner: 'owner', Moderator: 'moderator', Leader: 'leader' } as const;

/** Who is in a channel or a group, and with which role (`v1/channels.ts`, `v1/groups.ts`). */
export function memberRoutes(api: Api, family: RoomFamily): void {
    const { prefix } = family;
    const isChannel = family.type === 'c';

    api.post(`${prefix}.invite`, {}, async (call) => {
        const room = isChannel ? await family.find(call, roomParams(call.body)) : await groupToInviteTo(call.body);
        async function groupToInviteTo(body: { roomId?: string; roomName?: string }) {
            const name = body.roomId || body.roomName || '';
            if (!name.trim()) throw new MeteorError('error-room-param-not-provided', 'The parameter "roomId" or "roomName" is required');
            const group = await call.domain.rooms.findByIdOrName(name);
            if (group?.t !== 'p') throw new MeteorError('error-room-not-found', 'The required "roomId" or "roomName" param provided does not match any group');
            return group;
        }
        const users = await usersOf(call.domain, call.body);
        if (users.length === 0) {
            if (isChannel) return failure('invalid-user-invite-list', 'Cannot invite if no users are provided');
            throw new MeteorError('error-empty-invite-list', 'Cannot invite if no valid users are provided');
        }
        await addUsersToRoom(call.domain, call.user, room._id, users.map(({ username }) => username as string));
        return changedRoom(call, family, room._id);
    });
    api.post(`${prefix}.kick`, isChannel ? { validateParams: 'isChannelsKickProps' } : {}, async (call) => {
        const room = await family.find(call, roomParams(call.body));
        const user = await userOf(call.domain, call.body);
        if (!user.username) return failure('Invalid user');
        await removeUserFromRoom(call.domain, call.user, room._id, user.username);
        return isChannel ? changedRoom(call, family, room._id) : {};
    });
    api.post(`${prefix}.leave`, isChannel ? { validateParams: 'isChannelsLeaveProps' } : {}, async (call) => {
        const room = await family.find(call, roomParams(call.body));
        await leaveRoom(call.domain, call.user, room._id);
        return isChannel ? changedRoom(call, family, room._id) : {};
    });
    api.post(`${prefix}.addAll`, isChannel ? { validateParams: 'isChannelsAddAllProps' } : {}, async (call) => {
        const room = await family.find(call, roomParams(call.body));
        await addAllUsers(call.domain, call.user, room._id, call.body.activeUsersOnly === 'true' || call.body.activeUsersOnly === 1 || call.body.activeUsersOnly === true);
        return changedRoom(call, family, room._id);
    });
    for (const [noun, role] of Object.entries(roles)) {
        for (const on of [true, false]) {
            api.post(`${prefix}.${on ? 'add' : 'remove'}${noun}`, {}, async (call) => {
                const room = await family.find(call, roomParams(call.body));
                const user = await userOf(call.domain, call.body);
                await setRoomRole(call.domain, call.user, room._id, user._id, role, on);
            });
        }
    }
}
