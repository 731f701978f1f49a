import { createRoom } from '../../methods/rooms/create.mts';
import { saveRoomSettings } from '../../methods/rooms/settings.mts';
import type { Api } from '../framework/Api.mts';
import { failure } from '../framework/results.mts';
import { changedRoom, groups } from '../lib/rooms.mts';
import { memberRoutes } from './familyMembers.mts';
import { joinedRooms, listRooms, readingRoutes, roomParams } from './familyReading.mts';
import { settingRoutes } from './familySettings.mts';

/** `apps/meteor/server/api/v1/groups.ts`. */
export function groupRoutes(api: Api): void {
    readingRoutes(api, groups);
    memberRoutes(api, groups);
    settingRoutes(api, groups);

    api.post('groups.create', {}, async (call) => {
        const { name, members, customFields, readOnly, extraData, excludeSelf } = call.body;
        if (!name) return failure('Body param "name" is required');
        if (members && !Array.isArray(members)) return failure('Body param "members" must be an array if provided');
        if (customFields && typeof customFields !== 'object') return failure('Body param "customFields" must be an object if provided');
        if (extraData && typeof extraData !== 'object') return failure('Body param "extraData" must be an object if provided');
        const created = await createRoom(call.domain, call.user, 'p', { name, members, customFields, readOnly, extraData, excludeSelf });
        return changedRoom(call, groups, created.rid);
    });
    api.get('groups.list', {}, async (call) => listRooms(call, 'groups', { t: 'p', _id: { $in: await joinedRooms(call, 'p') } }));
    api.get('groups.listAll', { permissions: ['view-room-administration'] }, (call) => listRooms(call, 'groups', { t: 'p' }));
    api.post('groups.setEncrypted', { validateParams: 'isGroupsSetEncryptedProps' }, async (call) => {
        const { encrypted } = call.body;
        const room = await groups.find(call, roomParams(call.body));
        if (encrypted === undefined) return failure('The bodyParam "encrypted" is required');
        await saveRoomSettings(call.domain, call.user, room._id, { encrypted });
        return changedRoom(call, groups, room._id);
    });
}
