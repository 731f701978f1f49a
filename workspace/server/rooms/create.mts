import type { IRoom, IUser, Rooms } from '../contract.mts';
import { MeteorError } from '../contract.mts';
import type { Server } from '../context.mts';
import { duplicateKeyError } from '../lib/duplicates.mts';
import { objectId } from '../lib/ids.mts';
import { withoutUndefined } from '../lib/objects.mts';
import { validRoomName } from './names.mts';
import { createSubscription } from './subscriptions.mts';

type CreateOptions = NonNullable<Parameters<Rooms['create']>[4]>;

/** Lets the apps see, refuse and change a room to be (`IPreRoomCreate*`). */
export async function askAppsAboutRoom(server: Server, room: Partial<IRoom>, usernames: string[]): Promise<Partial<IRoom>> {
    const draft = { ...room, _USERNAMES: usernames };
    const prevented = await server.apps.triggerEvent('IPreRoomCreatePrevent', draft).catch((error: Error) => {
        throw error.name === 'AppsEngineException' ? new MeteorError('error-app-prevented', error.message) : error;
    });
    if (prevented) throw new MeteorError('error-app-prevented', 'A Rocket.Chat App prevented the room creation.');
    const extended = await server.apps.triggerEvent('IPreRoomCreateExtend', draft);
    const modified = await server.apps.triggerEvent('IPreRoomCreateModify', extended ?? draft);
    if (!modified || typeof modified !== 'object') return room;
    const changed = { ...room, ...modified };
    delete changed._USERNAMES;
    return changed;
}

const isMatrixLike = (username: string) => username.includes(':') && username.includes('@');

/**
 * Makes a channel or a private group (apps/meteor/server/lib/rooms/createRoom.ts; its callers, the methods, ask for the
 * creator's permission). The creator becomes owner; unknown usernames are skipped; the first members cause neither join events nor
 * system messages. Fires IPreRoomCreate* and IPostRoomCreate.
 * @throws MeteorError `error-invalid-room-name`, `error-duplicate-channel-name`,
 *   `error-federated-users-in-non-federated-rooms` for a username with both `@` and `:`
 */
export async function createRoom(
    server: Server, type: 'c' | 'p', name: string, owner: IUser, members: string[], options: CreateOptions = {},
): Promise<IRoom> {
    const isDiscussion = Boolean(options.extraData?.prid);
    if (members.some(isMatrixLike)) {
        throw new MeteorError('error-federated-users-in-non-federated-rooms', 'Cannot add federated users to non-federated rooms');
    }
    if (typeof name !== 'string' || !name.trim()) throw new MeteorError('error-invalid-name', 'Invalid name');

    const usernames = [...members];
    if (!options.creatorExcluded && !usernames.includes(owner.username!)) usernames.push(owner.username!);
    const now = new Date();
    const draft = {
        fname: name,
        ...options.extraData,
        _updatedAt: now,
        name: isDiscussion ? name : await validRoomName(server, name.trim()),
        t: type,
        msgs: 0,
        usersCount: 0,
        u: { _id: owner._id, username: owner.username!, name: owner.name },
        ts: now,
        ro: options.readOnly === true || Boolean(options.extraData?.broadcast),
    };
    const asked = await askAppsAboutRoom(server, draft, usernames);
    const document = { _id: objectId(), ...withoutUndefined(asked) } as IRoom;
    const room = await server.collections.rooms.insertAsync(document).catch((error: unknown) => {
        throw duplicateKeyError(error, 'rocketchat_room', document, { name: document.name });
    });
    server.notify('room', 'inserted', room);

    let count = 0;
    for (const username of new Set(usernames)) {
        const member = await server.collections.users.findOneAsync({ username });
        if (!member) continue;
        const own = member._id === owner._id ? { ls: now, roles: ['owner'] } : {};
        await createSubscription(server, room, member, { open: true, ...own });
        count++;
    }
    await server.collections.rooms.updateAsync({ _id: room._id }, { $inc: { usersCount: count } });
    const created = (await server.collections.rooms.findOneAsync({ _id: room._id }))!;
    void server.post('IPostRoomCreate', room);
    return created;
}
