import { createHash } from 'node:crypto';
import { MeteorError, type Domain, type IRoom, type IUser } from '../../server/contract.mts';
import { containing } from '../../methods/documents.mts';
import { spotlight } from '../../methods/rooms/spotlight.mts';
import type { Api } from '../framework/Api.mts';
import type { Call } from '../framework/Call.mts';
import { failure } from '../framework/results.mts';

/** The server version whose behaviour the workspace has: that of the typings and validators it uses. */
const serverVersion = '8.8.1';

/** Oldest clients that the server talks to (`app/utils/rocketchat.info`, minimumClientVersions). */
const minimumClientVersions = { desktop: '3.9.6', mobile: '4.39.0' };

/** `GET /api/info` (`api/lib/getServerInfo.ts`): the patch number only for who may see statistics. */
export async function serverInfo(domain: Domain, user?: IUser): Promise<Record<string, unknown>> {
    const url = String(domain.settings.get('Site_Url') ?? '');
    const full = user && (await domain.users.hasPermission(user, 'view-statistics'));
    return {
        workspaceUrl: url,
        hashedWorkspaceUrl: createHash('sha256').update(url).digest('hex'),
        version: full ? serverVersion : serverVersion.replace(/^(\d+\.\d+)\..*/, '$1'),
        ...(full && { info: { version: serverVersion, build: {}, commit: {}, marketplaceApiVersion: '1.62.0' } }),
        minimumClientVersions,
    };
}

/** What a client asks of the workspace as a whole (`v1/misc.ts`, `v1/stats.ts`). */
export function infoRoutes(api: Api): void {
    api.get('info', { auth: false }, async (call) => ({ info: await serverInfo(call.domain, call.user) }));
    api.get('statistics', { permissions: ['view-statistics'] }, (call) => statistics(call.domain));
    api.get('spotlight', { auth: false, query: 'isSpotlightProps' }, (call) => {
        if (!call.user && !call.domain.settings.get('Accounts_AllowAnonymousRead')) throw new MeteorError('error-not-allowed', 'Not allowed');
        return spotlight(call.domain, call.user, call.query.query);
    });
    api.get('directory', { query: 'isDirectoryProps' }, (call) => directory(call));
    api.get('pw.getPolicy', { auth: false }, () => ({ enabled: false, policy: [] }));
    api.get('smtp.check', {}, () => ({ isSMTPConfigured: false }));
    api.get('service.configurations', { auth: false }, () => ({ configurations: [] }));
}

/** Counts (`app/statistics`): those that the data answers. */
async function statistics({ collections }: Domain): Promise<Record<string, unknown>> {
    const count = (store: { countAsync(filter: object): PromiseLike<number> }, filter: object = {}) => store.countAsync(filter);
    return {
        version: serverVersion,
        totalUsers: await count(collections.users),
        activeUsers: await count(collections.users, { active: true }),
        onlineUsers: await count(collections.users, { status: 'online' }),
        awayUsers: await count(collections.users, { status: 'away' }),
        busyUsers: await count(collections.users, { status: 'busy' }),
        totalRooms: await count(collections.rooms),
        totalChannels: await count(collections.rooms, { t: 'c' }),
        totalPrivateGroups: await count(collections.rooms, { t: 'p' }),
        totalDirect: await count(collections.rooms, { t: 'd' }),
        totalDiscussions: await count(collections.rooms, { prid: { $exists: true } }),
        totalMessages: await count(collections.messages),
        totalThreads: await count(collections.messages, { tcount: { $exists: true } }),
        uploadsTotal: await count(collections.uploads),
        createdAt: new Date(),
    };
}

const channelFields = ['_id', 'name', 'fname', 't', 'ts', 'topic', 'description', 'usersCount', 'lm', 'lastMessage', 'archived', 'featured', 'default'];
const userFields = ['_id', 'createdAt', 'username', 'name', 'nickname', 'bio', 'federation', 'avatarETag'];
const only = (document: object, fields: string[]) => Object.fromEntries(Object.entries(document).filter(([field]) => fields.includes(field)));

/** `meteor-methods/rooms/browseChannels.ts`: channels or people, found by words. */
async function directory(call: Call): Promise<object> {
    const { text = '', type = 'channels' } = call.query;
    const sort = call.sort(type === 'channels' ? { usersCount: -1 } : { name: 1 });
    if (Object.keys(sort).length > 1) return failure('This method support only one "sort" parameter');
    const { offset, count } = call.page();
    const page = async <T,>(store: any, filter: object, view: (document: T) => object) => {
        const found: T[] = await store.findAsync(filter).sort(sort).skip(offset).limit(count);
        return { result: found.map(view), count: found.length, offset, total: await store.countAsync(filter) };
    };
    const match = text ? containing(String(text).trim()) : undefined;
    if (type === 'channels') {
        if (!(await call.may('view-c-room'))) return failure('Please verify the parameters');
        const filter = { t: 'c', ...(match && { $or: [{ name: match }, { fname: match }, { topic: match }] }) };
        return page<IRoom>(call.domain.collections.rooms, filter, (room) => only(room, channelFields));
    }
    if (type !== 'users' || !(await call.may('view-outside-room')) || !(await call.may('view-d-room'))) return failure('Please verify the parameters');
    const full = await call.may('view-full-other-user-info');
    const named = match ? { $or: [{ username: match }, { name: match }, { nickname: match }] } : {};
    const filter = { active: true, type: { $nin: ['app'] }, username: { $exists: true }, ...named };
    return page<IUser>(call.domain.collections.users, filter, (user) => only(user, full ? [...userFields, 'emails'] : userFields));
}
