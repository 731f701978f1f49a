import { MeteorError, type IRoom, type ISubscription } from '../../server/contract.mts';
import { updateSubscription } from '../../methods/documents.mts';
import { messagePage } from '../../methods/messages/history.mts';
import { accessibleRoom, findRoomToUse } from '../../methods/rooms/access.mts';
import { createDirectMessage } from '../../methods/rooms/create.mts';
import { leaveRoom } from '../../methods/rooms/members.mts';
import { eraseRoom, saveRoomSettings } from '../../methods/rooms/settings.mts';
import type { Api, Schema } from '../framework/Api.mts';
import { hiddenRoomFields, type Call } from '../framework/Call.mts';
import { failure, forbidden } from '../framework/results.mts';
import { counters } from '../lib/rooms.mts';
import { history, joinedRooms, listFiles, listMembers, listMessages, listRooms } from './familyReading.mts';

const object = (properties: Record<string, unknown>, required: string[]): Schema => ({ type: 'object', properties, required, additionalProperties: false });
const text = { type: 'string' };
const byRoom = object({ roomId: text }, ['roomId']);
const byRoomOrUser: Schema = { oneOf: [byRoom, object({ username: text }, ['username'])] };

/** `v1/im.ts`, findDirectMessageRoom. @throws MeteorError `error-room-param-not-provided`, `error-room-not-found`, `invalid-channel` */
async function directRoom(call: Call, keys: { roomId?: string; username?: string }): Promise<{ room: IRoom; subscription: ISubscription | null }> {
    const nameOrId = keys.roomId ?? keys.username;
    if (typeof nameOrId !== 'string') throw new MeteorError('error-room-param-not-provided', 'Query param "roomId" or "username" is required');
    const room = await findRoomToUse(call.domain, call.user, nameOrId, { type: 'd' });
    if (!room || room.t !== 'd') throw new MeteorError('error-room-not-found', 'The required "roomId" param provided does not match any direct message');
    return { room, subscription: await call.domain.rooms.subscriptionOf(room._id, call.userId) };
}

/** `apps/meteor/server/api/v1/im.ts`: every route exists as `im.` and as `dm.`. */
export function directRoutes(api: Api): void {
    for (const prefix of ['im', 'dm']) {
        roomRoutes(api, prefix);
        listRoutes(api, prefix);
    }
}

function roomRoutes(api: Api, prefix: string): void {
    api.post(`${prefix}.create`, { body: 'isDmCreateProps' }, async (call) => {
        const usernames: string[] = 'username' in call.body ? [call.body.username] : call.body.usernames.split(',').map((name: string) => name.trim());
        const created = await createDirectMessage(call.domain, call.user, usernames, call.body.excludeSelf);
        return { room: Object.fromEntries(Object.entries(created).filter(([field]) => !hiddenRoomFields.includes(field))) };
    });
    api.post(`${prefix}.open`, { body: byRoom }, async (call) => {
        if (!(await accessibleRoom(call.domain, call.user, call.body.roomId))) return forbidden();
        const { room, subscription } = await directRoom(call, call.body);
        return subscription?.open ? {} : call.domain.rooms.open(room._id, call.userId, true);
    });
    api.post(`${prefix}.close`, { body: byRoom }, async (call) => {
        const { roomId } = call.body;
        const exists = await call.domain.rooms.findById(roomId);
        if (exists && !(await call.domain.rooms.canAccess(exists, call.user))) return forbidden();
        const subscription = exists ? (await directRoom(call, { roomId })).subscription : await call.domain.rooms.subscriptionOf(roomId, call.userId);
        if (!subscription) return failure('The user is not subscribed to the room');
        if (!subscription.open) return failure('The direct message room, is already closed to the sender');
        return call.domain.rooms.open(roomId, call.userId, false);
    });
    api.post(`${prefix}.delete`, { body: byRoomOrUser }, async (call) => {
        const { room } = await directRoom(call, call.body);
        await eraseRoom(call.domain, call.user, room._id);
    });
    api.post(`${prefix}.leave`, { body: 'isDmLeaveProps' }, async (call) => {
        const { room } = await directRoom(call, 'roomId' in call.body ? { roomId: call.body.roomId } : { username: call.body.roomName });
        await leaveRoom(call.domain, call.user, room._id);
    });
    api.post(`${prefix}.setTopic`, { body: object({ roomId: text, topic: { type: 'string', nullable: true } }, ['roomId']) }, async (call) => {
        if (!(await accessibleRoom(call.domain, call.user, call.body.roomId))) return forbidden();
        const { room } = await directRoom(call, { roomId: call.body.roomId });
        await saveRoomSettings(call.domain, call.user, room._id, { roomTopic: call.body.topic ?? '' });
        return { topic: call.body.topic };
    });
    api.post(`${prefix}.blockUser`, { body: 'isDmBlockUserProps' }, async (call) => {
        const { room } = await directRoom(call, { roomId: call.body.roomId });
        const blocked = room.uids?.find((userId) => userId !== call.userId);
        if (!blocked) throw new MeteorError('error-invalid-room', 'Invalid room', { method: 'im.blockUser' });
        const on = call.body.block ? true : undefined;
        await updateSubscription(call.domain, room._id, blocked, { blocked: on });
        await updateSubscription(call.domain, room._id, call.userId, { blocker: on });
    });
}

function listRoutes(api: Api, prefix: string): void {
    const accessible = async (call: Call, keys: { roomId?: string; username?: string }) => {
        const { room } = await directRoom(call, keys);
        return (await call.domain.rooms.canAccess(room, call.user)) ? room : null;
    };
    const named = (call: Call) => (call.query.roomId ? { roomId: call.query.roomId } : { username: call.query.username });

    api.get(`${prefix}.counters`, { query: object({ roomId: text, userId: { type: 'string', nullable: true } }, ['roomId']) }, async (call) => {
        const admin = await call.may('view-room-administration');
        const { roomId, userId } = call.query;
        if (userId && !admin) return forbidden();
        const user = userId ? await call.domain.users.findById(userId) : call.user;
        const room = user && (await accessibleRoom(call.domain, user, roomId));
        return room && room.t === 'd' ? counters(call, room, user._id, admin) : forbidden();
    });
    api.get(`${prefix}.files`, { query: 'isDmFileProps' }, async (call) => {
        const room = await accessible(call, named(call));
        return room ? listFiles(call, room._id) : forbidden();
    });
    api.get(`${prefix}.members`, { query: 'isDmMemberProps' }, async (call) => {
        const room = await accessible(call, named(call));
        if (!room) return forbidden();
        const page = await listMembers(call, room._id);
        const members = await Promise.all(
            page.members.map(async (member) => {
                const subscription = await call.domain.rooms.subscriptionOf(room._id, member._id as string);
                return { ...member, subscription: { _id: subscription?._id, ts: subscription?.ts, ...(subscription?.roles && { roles: subscription.roles }) } };
            }),
        );
        return { ...page, members };
    });
    api.get(`${prefix}.messages`, { query: 'isDmMessagesProps' }, async (call) => {
        const room = await accessible(call, named(call));
        return room ? listMessages(call, room._id) : forbidden();
    });
    api.get(`${prefix}.history`, { query: 'isDmHistoryProps' }, async (call) => {
        const { room } = await directRoom(call, { roomId: call.query.roomId });
        return history(call, room._id, call.page(), String(call.query.showThreadMessages) === 'true');
    });
    api.get(`${prefix}.messages.others`, { permissions: ['view-room-administration'] }, async (call) => {
        if (call.domain.settings.get('API_Enable_Direct_Message_History_EndPoint') !== true) {
            throw new MeteorError('error-endpoint-disabled', 'This endpoint is disabled', { route: '/api/v1/im.messages.others' });
        }
        if (!call.query.roomId) throw new MeteorError('error-roomid-param-not-provided', 'The parameter "roomId" is required');
        const room = await call.domain.rooms.findById(call.query.roomId);
        if (room?.t !== 'd') throw new MeteorError('error-room-not-found', `No direct message room found by the id of: ${call.query.roomId}`);
        return messagePage(call.domain, call.user, { rid: room._id }, { ...call.page(), sort: call.sort({ ts: -1 }) });
    });
    api.get(`${prefix}.list`, {}, async (call) => listRooms(call, 'ims', { t: 'd', _id: { $in: await joinedRooms(call, 'd') } }));
    api.get(`${prefix}.list.everyone`, { permissions: ['view-room-administration'] }, (call) => listRooms(call, 'ims', { t: 'd' }));
}
