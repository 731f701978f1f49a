import { createRoom } from '../../methods/rooms/create.mts';
import { joinRoom } from '../../methods/rooms/members.mts';
import { saveRoomSettings } from '../../methods/rooms/settings.mts';
import { messagePage } from '../../methods/messages/history.mts';
import { needRoom } from '../../methods/rooms/access.mts';
import type { Api } from '../framework/Api.mts';
import { failure, forbidden } from '../framework/results.mts';
import { changedRoom, channels, viewRoom } from '../lib/rooms.mts';
import { memberRoutes } from './familyMembers.mts';
import { joinedRooms, listRooms, readingRoutes, roomParams } from './familyReading.mts';
import { settingRoutes } from './familySettings.mts';

/** `apps/meteor/server/api/v1/channels.ts`. */
export function channelRoutes(api: Api): void {
    readingRoutes(api, channels);
    memberRoutes(api, channels);
    settingRoutes(api, channels);

    api.post('channels.create', {}, async (call) => {
        const { name, members, customFields, readOnly, extraData, excludeSelf } = call.body;
        if (!(await call.may('create-c'))) return forbidden();
        if (!name) return failure('Param "name" is required');
        if (members && !Array.isArray(members)) return failure('Param "members" must be an array if provided');
        if (customFields && typeof customFields !== 'object') return failure('Param "customFields" must be an object if provided');
        const created = await createRoom(call.domain, call.user, 'c', { name, members, customFields, readOnly, extraData, excludeSelf });
        return changedRoom(call, channels, created.rid);
    });
    api.get('channels.list', { validateParams: 'isChannelsListProps', anyPermission: ['view-c-room', 'view-joined-room'] }, async (call) => {
        const { _id } = call.query;
        const all = await call.may('view-c-room');
        const joined = all ? [] : await joinedRooms(call, 'c');
        return listRooms(call, 'channels', { t: 'c', ...(_id && { _id }), ...(!all && { _id: { $in: joined } }) });
    });
    api.get('channels.list.joined', {}, async (call) => listRooms(call, 'channels', { t: 'c', _id: { $in: await joinedRooms(call, 'c') } }));
    api.post('channels.join', { validateParams: 'isChannelsJoinProps' }, async (call) => {
        const room = await channels.find(call, roomParams(call.body));
        await joinRoom(call.domain, call.user, room, call.body.joinCode);
        return changedRoom(call, channels, room._id);
    });
    api.post('channels.setDefault', {}, async (call) => {
        if (call.body.default === undefined) return failure('The bodyParam "default" is required', 'error-channels-setdefault-is-same');
        const room = await channels.find(call, roomParams(call.body));
        if (room.default === call.body.default) {
            return failure('The channel default setting is the same as what it would be changed to.', 'error-channels-setdefault-missing-default-param');
        }
        await saveRoomSettings(call.domain, call.user, room._id, { default: ['true', '1'].includes(String(call.body.default).toLowerCase()) });
        return changedRoom(call, channels, room._id);
    });
    api.post('channels.setJoinCode', {}, async (call) => {
        if (!call.body.joinCode?.trim()) return failure('The bodyParam "joinCode" is required');
        const room = await channels.find(call, roomParams(call.body));
        await saveRoomSettings(call.domain, call.user, room._id, { joinCode: call.body.joinCode });
        return changedRoom(call, channels, room._id);
    });
    api.get('channels.getAllUserMentionsByChannel', { validateParams: 'isChannelsGetAllUserMentionsByChannelProps' }, async (call) => {
        const room = await needRoom(call.domain, call.user, call.query.roomId, 'getUserMentionsByChannel');
        const filter = { rid: room._id, _hidden: { $ne: true }, 'mentions._id': call.userId };
        const { messages, ...page } = await messagePage(call.domain, call.user, filter, { ...call.page(), sort: call.sort({ ts: 1 }) });
        return { mentions: messages, ...page };
    });
    api.get('channels.anonymousread', { auth: false }, async (call) => {
        if (!call.domain.settings.get('Accounts_AllowAnonymousRead')) return failure('Enable "Allow Anonymous Read" [error-not-allowed]', 'error-not-allowed');
        const room = await channels.find(call, roomParams(call.query), false);
        return messagePage(call.domain, call.user ?? { _id: '' }, { rid: (await viewRoom(call, room))._id }, { ...call.page(), sort: call.sort({ ts: -1 }) });
    });
}
