import { MeteorError } from '../../server/contract.mts';
import { containing } from '../../methods/documents.mts';
import type { Api } from '../framework/Api.mts';
import type { Call } from '../framework/Call.mts';
import { failure } from '../framework/results.mts';
import { viewRoom } from '../lib/rooms.mts';
import { listRooms } from './familyReading.mts';

const parse = (selector: string): { name?: string } => {
    try {
        return JSON.parse(selector) as { name?: string };
    } catch {
        throw new MeteorError('error-invalid-params', 'Invalid selector');
    }
};

async function needAdministration(call: Call): Promise<void> {
    if (!(await call.may('view-room-administration'))) throw new MeteorError('error-not-authorized');
}

/** Rooms for administrators and for the completion of names (`api/lib/rooms.ts`). */
export function roomAdminRoutes(api: Api): void {
    api.get('rooms.adminRooms', { query: 'isRoomsAdminRoomsProps' }, async (call) => {
        await needAdministration(call);
        const { filter, types = [] } = call.query;
        const named = filter ? { $or: [{ name: containing(filter) }, { fname: containing(filter) }, { usernames: containing(filter) }] } : {};
        const wanted = types.filter((type: string) => ['c', 'p', 'd', 'l'].includes(type));
        const discussions = types.includes('discussions') ? { prid: { $exists: true } } : {};
        return listRooms(call, 'rooms', { ...named, ...discussions, ...(wanted.length > 0 && { t: { $in: wanted } }) });
    });
    api.get('rooms.adminRooms.getRoom', { query: 'isRoomsAdminRoomsGetRoomProps' }, async (call) => {
        await needAdministration(call);
        const room = await call.domain.rooms.findById(call.query.rid || '');
        return room ? viewRoom(call, room) : failure('not-allowed', 'Not Allowed');
    });
    api.get('rooms.autocomplete.adminRooms', { query: 'isRoomsAutocompleteAdminRoomsPayload' }, async (call) => {
        if (!(await call.may('view-room-administration')) && !(await call.may('can-audit'))) throw new MeteorError('error-not-authorized');
        const { name = '' } = parse(call.query.selector);
        const found = await call.domain.collections.rooms.findAsync({ t: { $in: ['c', 'p', 'd'] }, $or: [{ name: containing(name) }, { fname: containing(name) }] }).limit(10);
        return { items: found.map(({ _id, name, fname, t, avatarETag }) => ({ _id, name, fname, t, avatarETag })) };
    });
    for (const route of ['rooms.autocomplete.channelAndPrivate', 'rooms.autocomplete.channelAndPrivate.withPagination'] as const) {
        const paged = route.endsWith('withPagination');
        api.get(route, { query: paged ? 'isRoomsAutocompleteChannelAndPrivateWithPaginationProps' : 'isRoomsAutoCompleteChannelAndPrivateProps' }, async (call) => {
            const { name = '' } = parse(call.query.selector);
            const mine = (await call.domain.collections.subscriptions.findAsync({ 'u._id': call.userId, t: { $in: ['c', 'p'] } })).map(({ rid }) => rid);
            const filter = { _id: { $in: mine }, $or: [{ name: containing(name) }, { fname: containing(name) }] };
            const { offset, count } = paged ? call.page() : { offset: 0, count: 10 };
            const { rooms } = call.domain.collections;
            const found = await rooms.findAsync(filter).sort(call.sort({ name: 1 })).skip(offset).limit(count);
            const items = found.map(({ _id, fname, name, t, avatarETag, encrypted }) => ({ _id, fname, name, t, avatarETag, encrypted }));
            return { items, ...(paged && { total: await rooms.countAsync(filter) }) };
        });
    }
}
