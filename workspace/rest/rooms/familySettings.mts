import { eraseRoom, saveRoomSettings, setArchived } from '../../methods/rooms/settings.mts';
import type { Api, RouteOptions } from '../framework/Api.mts';
import type { Call } from '../framework/Call.mts';
import { failure } from '../framework/results.mts';
import { changedRoom, type RoomFamily } from '../lib/rooms.mts';
import { roomParams } from './familyReading.mts';

/** Texts of a room that are set by a call of their own: route, body field, setting. */
const texts = [
    { route: 'setTopic', field: 'topic', setting: 'roomTopic', current: 'topic', words: 'topic' },
    { route: 'setDescription', field: 'description', setting: 'roomDescription', current: 'description', words: 'description' },
    { route: 'setPurpose', field: 'purpose', setting: 'roomDescription', current: 'description', words: 'purpose (description)' },
    { route: 'setAnnouncement', field: 'announcement', setting: 'roomAnnouncement', current: undefined, words: 'announcement' },
] as const;

/** What can be changed of a channel or a group (`v1/channels.ts`, `v1/groups.ts`). */
export function settingRoutes(api: Api, family: RoomFamily): void {
    const { prefix, noun } = family;
    const isChannel = family.type === 'c';
    const find = (call: Call, checkedArchived = true) => family.find(call, roomParams(call.body), checkedArchived);
    const save = (call: Call, roomId: string, setting: string, value: unknown) => saveRoomSettings(call.domain, call.user, roomId, { [setting]: value });
    const onlyChannels = (validateParams: RouteOptions['validateParams']): RouteOptions => (isChannel ? { validateParams } : {});

    for (const { route, field, setting, current, words } of texts) {
        api.post(`${prefix}.${route}`, route === 'setAnnouncement' ? onlyChannels('isChannelsSetAnnouncementProps') : {}, async (call) => {
            if (!Object.hasOwn(call.body, field)) return failure(`The bodyParam "${field}" is required`);
            const room = await find(call);
            const value = call.body[field] || '';
            if (isChannel && current && room[current] === call.body[field]) return failure(`The channel ${words} is the same as what it would be changed to.`);
            await save(call, room._id, setting, value);
            return { [field]: value };
        });
    }
    api.post(`${prefix}.rename`, {}, async (call) => {
        if (!call.body.name?.trim()) return failure('The bodyParam "name" is required');
        const room = await find(call);
        if (isChannel && room.name === call.body.name) return failure('The channel name is the same as what it would be renamed to.');
        await save(call, room._id, 'roomName', call.body.name);
        return changedRoom(call, family, room._id);
    });
    api.post(`${prefix}.setCustomFields`, {}, async (call) => {
        const { customFields } = call.body;
        if (!customFields || typeof customFields !== 'object') return failure('The bodyParam "customFields" is required with a type like object.');
        const room = await find(call);
        await save(call, room._id, 'roomCustomFields', customFields);
        return changedRoom(call, family, room._id);
    });
    api.post(`${prefix}.setReadOnly`, onlyChannels('isChannelsSetReadOnlyProps'), async (call) => {
        if (call.body.readOnly === undefined) return failure('The bodyParam "readOnly" is required');
        const room = await find(call);
        if (Boolean(room.ro) === call.body.readOnly) return failure(`The ${noun} read only setting is the same as what it would be changed to.`);
        await save(call, room._id, 'readOnly', call.body.readOnly);
        return changedRoom(call, family, room._id);
    });
    api.post(`${prefix}.setType`, {}, async (call) => {
        if (!call.body.type?.trim()) return failure('The bodyParam "type" is required');
        const room = await find(call);
        if (room.t === call.body.type) return failure(`The ${noun} type is the same as what it would be changed to.`);
        await save(call, room._id, 'roomType', call.body.type);
        return changedRoom(call, family, room._id);
    });
    api.post(`${prefix}.archive`, onlyChannels('isChannelsArchiveProps'), async (call) => {
        await setArchived(call.domain, call.user, (await find(call))._id, true);
    });
    api.post(`${prefix}.unarchive`, onlyChannels('isChannelsUnarchiveProps'), async (call) => {
        const room = await find(call, false);
        if (isChannel && !room.archived) return failure(`The channel, ${room.name}, is not archived`);
        return setArchived(call.domain, call.user, room._id, false);
    });
    api.post(`${prefix}.delete`, onlyChannels('isChannelsDeleteProps'), async (call) => {
        await eraseRoom(call.domain, call.user, (await find(call, false))._id);
    });
    api.post(`${prefix}.open`, onlyChannels('isChannelsOpenProps'), async (call) => {
        const room = await find(call, false);
        const subscription = await call.domain.rooms.subscriptionOf(room._id, call.userId);
        if (isChannel && !subscription) return failure(`The user/callee is not in the channel "${room.name}".`);
        if (subscription?.open) return failure(`The ${noun}, ${room.name}, is already open ${isChannel ? 'to' : 'for'} the sender`);
        return call.domain.rooms.open(room._id, call.userId, true);
    });
    api.post(`${prefix}.close`, {}, async (call) => {
        const room = await find(call, false);
        const subscription = await call.domain.rooms.subscriptionOf(room._id, call.userId);
        if (isChannel && !subscription) return failure(`The user/callee is not in the channel "${room.name}.`);
        if (!subscription?.open) return failure(`The ${noun}, ${room.name}, is already closed to the sender`);
        return call.domain.rooms.open(room._id, call.userId, false);
    });
}
