import type { UserBridge } from '@rocket.chat/apps-engine/server/bridges';
import type { Domain, IUser } from '../../../server/contract.mts';
import { randomId } from '../../../server/lib/ids.mts';
import { duplicateKeyError } from '../../../server/lib/duplicates.mts';
import type { BridgeHost } from '../../load.mts';
import type { Converters } from './converters/index.mts';

/** apps/meteor/server/lib/apps/bridges/users.ts */
export function userBridge(domain: Domain, host: BridgeHost, { users }: Converters): UserBridge {
    const { collections } = domain;
    /** Ids of the users that were the first of their app when last looked for: they stay it while they exist. */
    const firstUsers = new Map<string, string>();

    class WorkspaceUserBridge extends host.engine.bridges.UserBridge {
        protected getById = (id: string) => users.byId(id);
        protected getByUsername = (username: string) => users.byUsername(username);

        /** The first user of this app: the oldest, which is the one made at its installation as long as that one is there. */
        protected async getAppUser(appId?: string): Promise<any> {
            if (!appId) return undefined;
            const known = await collections.users.findOneAsync({ _id: firstUsers.get(appId) ?? '' });
            if (known) return users.toApp(known);
            const [oldest] = await collections.users.findAsync({ appId } as never).sort({ createdAt: 1 }).limit(1);
            if (oldest) firstUsers.set(appId, oldest._id);
            return users.toApp(oldest);
        }

        protected async create(data: any, _appId: string, options?: { avatarUrl?: string }): Promise<string> {
            const user = users.fromApp(data);
            if (!user._id || !domain.quirks.chosenUserIds) user._id = randomId();
            user.createdAt ??= new Date();
            if (user.type !== 'bot' && user.type !== 'app') throw new Error('Creating normal users is currently not supported');
            if (!(await domain.users.isUsernameAvailable(user.username))) {
                throw new Error(`The username "${user.username}" is already being used. Rename or remove the user using it to install this App`);
            }
            await insertUser(domain, user);
            if (options?.avatarUrl) await setAvatarFromDataUri(domain, user._id, options.avatarUrl);
            domain.notify('user', user);
            return user._id;
        }

        protected async remove(user: any): Promise<boolean> {
            if (!user) return true;
            await domain.users.remove(user.id, undefined, false).catch((error: unknown) => {
                throw new Error(`Errors occurred while deleting an app user: ${error}`);
            });
            return true;
        }

        /** Status and its text by their own ways, all other fields as a raw `$set`: no event. */
        protected async update(user: any, { status, statusText, ...fields }: any): Promise<boolean> {
            if (!user) throw new Error('User not provided');
            if (status || typeof statusText === 'string') await domain.users.setStatus(user.id, status || undefined, statusText ?? undefined);
            if (!Object.keys(fields).length) return true;
            await collections.users.updateAsync({ _id: user.id }, { $set: fields });
            const changed = await collections.users.findOneAsync({ _id: user.id });
            if (changed) domain.notify('user', changed);
            return true;
        }

        protected async deleteUsersCreatedByApp(appId: string, type: string): Promise<boolean> {
            const created = await collections.users.findAsync({ appId, type } as never);
            await Promise.all(created.map(({ _id }) => domain.users.remove(_id, undefined, false)));
            return created.length > 0;
        }

        protected async deactivate(userId: string, confirmRelinquish: boolean): Promise<boolean> {
            if (!userId) throw new Error('Invalid user id');
            const { id } = await users.byId(userId);
            await domain.users.setActive(id, false, confirmRelinquish);
            return true;
        }

        /** Guests, bots, apps and federated users are no seats. */
        protected getActiveUserCount = () => collections.users.countAsync({ active: true, type: { $nin: ['bot', 'app'] }, roles: { $ne: 'guest' } } as never);

        protected async getUserUnreadMessageCount(userId: string): Promise<number> {
            const subscriptions = await collections.subscriptions.findAsync({ 'u._id': userId, 'open': true });
            return subscriptions.reduce((sum, { unread, archived }) => sum + (archived ? 0 : unread), 0);
        }

        protected async getUserRoomIds(userId: string): Promise<string[]> {
            return (await collections.subscriptions.findAsync({ 'u._id': userId })).map(({ rid }) => rid);
        }
    }
    return new WorkspaceUserBridge();
}

/** A second user with the same id, username or address meets the database's unique index. */
async function insertUser(domain: Domain, user: IUser): Promise<void> {
    await domain.collections.users.insertAsync({ ...user, _updatedAt: user._updatedAt ?? new Date() }).catch((error: unknown) => {
        throw duplicateKeyError(error, 'users', user, { 'username': user.username, 'emails.address': user.emails?.[0]?.address });
    });
}

async function setAvatarFromDataUri(domain: Domain, userId: string, uri: string): Promise<void> {
    const [, contentType, data] = /^data:([^;,]+);base64,(.*)$/s.exec(uri) ?? [];
    if (data) await domain.users.setAvatar(userId, Buffer.from(data, 'base64'), contentType);
}
