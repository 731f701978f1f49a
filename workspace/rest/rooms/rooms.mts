import { MeteorError, type IRoom } from '../../server/contract.mts';
import { updateSubscription } from '../../methods/documents.mts';
import { accessibleRoom } from '../../methods/rooms/access.mts';
import { createDiscussion } from '../../methods/rooms/create.mts';
import { cleanHistory } from '../../methods/messages/clean.mts';
import { joinRoom, leaveRoom, roomRoles, setBanned, setMuted } from '../../methods/rooms/members.mts';
import { eraseRoom, saveNotifications, saveRoomSettings, setArchived, setFavorite } from '../../methods/rooms/settings.mts';
import type { Api, Schema } from '../framework/Api.mts';
import { failure, forbidden, notFound, unauthorized } from '../framework/results.mts';
import { findRoom, viewRoom, viewRooms } from '../lib/rooms.mts';
import { userOf } from '../lib/users.mts';
import { listMembers, listRooms, roomParams } from './familyReading.mts';

const text = { type: 'string' };
const object = (properties: Record<string, unknown>, required: string[]): Schema => ({ type: 'object', properties, required, additionalProperties: false });
const byIdOrName = (extra: Record<string, unknown> = {}): Schema => ({
    anyOf: [object({ roomName: text, ...extra }, ['roomName', ...Object.keys(extra)]), object({ roomId: text, ...extra }, ['roomId', ...Object.keys(extra)])],
});

/** `apps/meteor/server/api/v1/rooms.ts`: what is common to rooms of every type. */
export function roomRoutes(api: Api): void {
    reading(api);
    membership(api);
    changing(api);
}

function reading(api: Api): void {
    api.get('rooms.nameExists', { query: 'isGETRoomsNameExists' }, async (call) => ({ exists: (await call.domain.rooms.findByName(call.query.roomName)) !== null }));
    api.get('rooms.get', {}, async (call) => {
        const { updatedSince } = call.query;
        if (updatedSince && Number.isNaN(Date.parse(updatedSince))) {
            throw new MeteorError('error-updatedSince-param-invalid', 'The "updatedSince" query parameter must be a valid date.');
        }
        const rids = (await call.domain.collections.subscriptions.findAsync({ 'u._id': call.userId })).map(({ rid }) => rid);
        const since = updatedSince ? { _updatedAt: { $gt: new Date(updatedSince) } } : {};
        const rooms = await call.domain.collections.rooms.findAsync({ _id: { $in: rids }, ...since });
        return { update: await viewRooms(call, rooms), remove: [] };
    });
    api.get('rooms.info', {}, async (call) => {
        const room = await findRoom(call, roomParams(call.query), false);
        if (!(await call.domain.rooms.canAccess(room, call.user))) return failure('not-allowed', 'Not Allowed');
        const parent = room.prid ? await call.domain.rooms.findById(room.prid) : null;
        const { name, fname, t, prid, u } = parent ?? ({} as IRoom);
        return { room: await viewRoom(call, room), ...(parent && { parent: { _id: parent._id, name, fname, t, prid, u } }) };
    });
    api.get('rooms.getDiscussions', {}, async (call) => {
        const room = await findRoom(call, roomParams(call.query));
        if (!(await call.domain.rooms.canAccess(room, call.user))) return failure('not-allowed', 'Not Allowed');
        return listRooms(call, 'discussions', { prid: room._id });
    });
    api.get('rooms.isMember', { query: 'isRoomsIsMemberProps' }, async (call) => {
        const room = await findRoom(call, roomParams(call.query));
        const { userId, username } = call.query;
        const user = userId ? await call.domain.users.findById(userId) : await call.domain.users.findByUsername(username);
        if (!user) return failure('error-user-not-found');
        if (!(await call.domain.rooms.canAccess(room, call.user))) return forbidden();
        return { isMember: (await call.domain.rooms.subscriptionOf(room._id, user._id)) !== null };
    });
    api.get('rooms.membersOrderedByRole', { query: 'isRoomsMembersOrderedByRoleProps' }, async (call) => {
        const room = await findRoom(call, roomParams(call.query), false);
        if (!(await call.domain.rooms.canAccess(room, call.user))) return notFound('The required "roomId" or "roomName" param provided does not match any room');
        if (!['c', 'p'].includes(room.t)) return failure('error-room-type-not-supported');
        const subscriptions = await call.domain.collections.subscriptions.findAsync({ rid: room._id });
        const roles = new Map(subscriptions.map((subscription) => [subscription.u._id, subscription.roles ?? []]));
        const order = ['owner', 'leader', 'moderator'];
        const page = await listMembers(call, room._id, ({ _id }) => {
            const rank = order.findIndex((role) => roles.get(_id)?.includes(role));
            return rank === -1 ? order.length : rank;
        });
        return { ...page, members: page.members.map((member) => ({ ...member, roles: roles.get(member._id as string) ?? [] })) };
    });
    api.get('rooms.roles', { query: object({ rid: text }, ['rid']) }, async (call) => ({ roles: await roomRoles(call.domain, call.user, call.query.rid) }));
    api.get('rooms.bannedUsers', { query: 'isRoomsBannedUsersProps' }, async (call) => {
        if (!(await accessibleRoom(call.domain, call.user, call.query.roomId))) return unauthorized();
        const { offset, count } = call.page();
        const filter: any = { rid: call.query.roomId, status: 'BANNED' };
        const subscriptions = await call.domain.collections.subscriptions.findAsync(filter).skip(offset).limit(count);
        const users = await call.domain.collections.users.findAsync({ _id: { $in: subscriptions.map(({ u }) => u._id) } });
        const bannedUsers = users.map(({ _id, username, name }) => ({ _id, username, name }));
        return { bannedUsers, count: bannedUsers.length, offset, total: await call.domain.collections.subscriptions.countAsync(filter) };
    });
}

function membership(api: Api): void {
    api.post('rooms.join', { body: 'isRoomsJoinProps' }, async (call) => {
        const room = await findRoom(call, roomParams(call.body));
        await joinRoom(call.domain, call.user, room, call.body.joinCode);
        return { room: await viewRoom(call, await findRoom(call, roomParams(call.body))) };
    });
    api.post('rooms.leave', { body: byIdOrName() }, async (call) => leaveRoom(call.domain, call.user, (await findRoom(call, roomParams(call.body)))._id));
    for (const on of [true, false]) {
        api.post(on ? 'rooms.muteUser' : 'rooms.unmuteUser', { body: 'isRoomsMuteUnmuteUserProps' }, async (call) => {
            const user = await userOf(call.domain, call.body);
            await setMuted(call.domain, call.user, call.body.roomId, user.username as string, on);
        });
        api.post(on ? 'rooms.banUser' : 'rooms.unbanUser', { body: on ? 'isRoomsBanUserProps' : 'isRoomsUnbanUserProps' }, async (call) => {
            const user = await userOf(call.domain, call.body);
            await setBanned(call.domain, call.user, call.body.roomId, user.username as string, on);
        });
    }
}

function changing(api: Api): void {
    api.post('rooms.saveRoomSettings', { body: 'isRoomsSaveRoomSettingsProps' }, async (call) => {
        const { rid, ...settings } = call.body;
        return { rid: (await saveRoomSettings(call.domain, call.user, rid, settings)).rid };
    });
    api.post('rooms.saveNotification', { body: object({ roomId: text, notifications: { type: 'object', minProperties: 1, additionalProperties: text } }, ['roomId', 'notifications']) }, (call) =>
        saveNotifications(call.domain, call.user, call.body.roomId, call.body.notifications),
    );
    api.post('rooms.saveDraft', { body: object({ rid: { type: 'string', minLength: 1 }, draft: text }, ['rid', 'draft']) }, async (call) => {
        const { rid, draft } = call.body;
        if (draft.length > call.domain.settings.get<number>('Message_MaxAllowedSize')) return failure('error-message-size-exceeded');
        const updated = await updateSubscription(call.domain, rid, call.userId, { draft: draft || undefined });
        if (!updated) throw new MeteorError('error-invalid-subscription', 'Invalid subscription');
        return {};
    });
    api.post('rooms.favorite', { body: byIdOrName({ favorite: { type: 'boolean' } }) }, async (call) => {
        const room = await findRoom(call, roomParams(call.body));
        await setFavorite(call.domain, call.user, room._id, call.body.favorite);
    });
    api.post('rooms.createDiscussion', { body: 'isRoomsCreateDiscussionProps' }, async (call) => {
        const { prid, pmid, reply, t_name, users, topic } = call.body;
        return { discussion: await createDiscussion(call.domain, call.user, { prid, pmid, reply, t_name, topic, users: users?.filter(Boolean) }) };
    });
    api.post('rooms.changeArchivationState', { body: 'isRoomsChangeArchivationStateProps' }, (call) =>
        setArchived(call.domain, call.user, call.body.rid, call.body.action === 'archive'),
    );
    api.post('rooms.delete', { body: object({ roomId: text }, ['roomId']) }, (call) => eraseRoom(call.domain, call.user, call.body.roomId));
    api.post('rooms.cleanHistory', { body: 'isRoomsCleanHistoryProps' }, async (call) => {
        const room = await findRoom(call, roomParams(call.body));
        if (!(await call.domain.rooms.canAccess(room, call.user))) return failure('User does not have access to the room [error-not-allowed]', 'error-not-allowed');
        return { _id: room._id, count: await cleanHistory(call.domain, call.user, room, call.body) };
    });
    api.post('rooms.open', { body: 'isRoomsOpenProps' }, (call) => call.domain.rooms.open(call.body.roomId, call.userId, true));
    api.post('rooms.hide', { body: 'isRoomsHideProps' }, async (call) => {
        if (!(await accessibleRoom(call.domain, call.user, call.body.roomId))) return unauthorized();
        const subscription = await call.domain.rooms.subscriptionOf(call.body.roomId, call.userId);
        if (!subscription?.open) return failure('error-room-already-hidden');
        return call.domain.rooms.open(call.body.roomId, call.userId, false);
    });
}
