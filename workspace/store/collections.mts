import type Datastore from '@seald-io/nedb';
import { join } from 'node:path';
import type { IMessage, IPermission, IRole, IRoom, ISetting, ISubscription, IUpload, IUser } from '@rocket.chat/core-typings';
import { openStore, type IndexOptions } from './open.mts';

/** Documents of an app's persistence, as in `rocketchat_apps_persistence`. */
export interface AppPersistenceDocument {
    _id: string;
    appId: string;
    associations?: { model: string; id: string }[];
    data: object;
}

/** The collections of a workspace under the names of the server's models, held by an embedded Mongo-like store. */
export interface Collections {
    users: Datastore<IUser>;
    rooms: Datastore<IRoom>;
    subscriptions: Datastore<ISubscription>;
    messages: Datastore<IMessage>;
    uploads: Datastore<IUpload>;
    settings: Datastore<ISetting>;
    permissions: Datastore<IPermission>;
    roles: Datastore<IRole>;
    emojiCustom: Datastore<{ _id: string; name: string; aliases: string[]; extension: string }>;
    avatars: Datastore<{ _id: string; contentType: string; etag: string; content: string }>;
    apps: Datastore<Record<string, any>>;
    /** The packages of the apps (the server keeps them in GridFS). */
    appsSources: Datastore<{ _id: string; content: string }>;
    /** The workspace's key pair, as in the server's `FederationKeys`. */
    federationKeys: Datastore<{ _id: string; type: 'public' | 'private'; key: string }>;
    appsPersistence: Datastore<AppPersistenceDocument>;
    appsLogs: Datastore<Record<string, any>>;
    appsScheduler: Datastore<Record<string, any>>;
    /** Messages that were deleted, as the server's trash keeps them for clients that were away. */
    trash: Datastore<{ _id: string; rid: string; tmid?: string; _deletedAt: Date }>;
}

const indexes: { [K in keyof Collections]?: IndexOptions[] } = {
    users: [
        { fieldName: 'username', unique: true, sparse: true },
        { fieldName: 'emails.address', unique: true, sparse: true },
        { fieldName: 'appId', sparse: true },
        { fieldName: 'services.resume.loginTokens.hashedToken' },
    ],
    rooms: [{ fieldName: 'name', unique: true, sparse: true }, { fieldName: 'fname', sparse: true }, { fieldName: 'uids', sparse: true }, { fieldName: 'default', sparse: true }],
    subscriptions: [{ fieldName: 'rid' }, { fieldName: 'u._id' }, { fieldName: ['rid', 'u._id'], unique: true }],
    messages: [{ fieldName: 'rid' }, { fieldName: 'tmid', sparse: true }, { fieldName: 'drid', sparse: true }],
    uploads: [{ fieldName: 'rid' }],
    trash: [{ fieldName: 'rid' }],
    appsPersistence: [{ fieldName: 'associations.id' }],
    appsLogs: [{ fieldName: 'appId' }],
    appsScheduler: [{ fieldName: 'name' }],
};

const names: (keyof Collections)[] = [
    'users', 'rooms', 'subscriptions', 'messages', 'uploads', 'settings', 'permissions', 'roles', 'emojiCustom', 'avatars',
    'apps', 'appsSources', 'federationKeys', 'appsPersistence', 'appsLogs', 'appsScheduler', 'trash',
];

/**
 * Opens the collections.
 * @param folder where the files lie; without one everything stays in memory
 */
export async function openCollections(folder?: string): Promise<Collections> {
    const opened = await Promise.all(
        names.map(async (name) => [name, await openStore(folder && join(folder, `${name}.db`), indexes[name] ?? [])] as const),
    );
    return Object.fromEntries(opened) as unknown as Collections;
}
