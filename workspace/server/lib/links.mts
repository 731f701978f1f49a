import type { IRoom } from '../contract.mts';
import type { Server } from '../context.mts';

/** Path of a user's picture (apps/meteor/app/utils/server/getUserAvatarURL.ts). */
export function userAvatarUrl(username: string): string {
    return `/avatar/${encodeURIComponent(username)}`;
}

/** Path of a stored file (server: `FileUpload.getPath`). */
export function filePath(id: string, name = ''): string {
    return `/file-upload/${id}/${encodeURI(name)}`;
}

/** Permanent link to a message in a client (`/channel/<name>?msg=`, `/group/…`, `/direct/<rid>…`). */
export function siteLink(server: Server, room: IRoom, messageId: string): string {
    const kind = { c: 'channel', p: 'group', d: 'direct' }[room.t as 'c' | 'p' | 'd'];
    const place = room.t === 'd' ? room._id : room.name!;
    return `${server.settings.get<string>('Site_Url').replace(/\/$/, '')}/${kind}/${place}?msg=${messageId}`;
}
