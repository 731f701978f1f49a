import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import type { IUpload, NewUpload } from '../contract.mts';
import { MeteorError } from '../contract.mts';
import type { Server } from '../context.mts';
import { objectId, randomId } from '../lib/ids.mts';
import { withoutUndefined } from '../lib/objects.mts';
import { fileSize, translate } from '../lib/text.mts';
import { canAccessRoom } from '../permissions/access.mts';
import { filesOf } from './files.mts';
import { measureImage } from './images.mts';
import { determineFileType, isAcceptedType } from './types.mts';

type FileData = Omit<NewUpload, 'content'> & Partial<Pick<IUpload, 'typeGroup'>> & { originalFileId?: string };

/**
 * The rules of a new file (apps/meteor/app/file-upload/server/lib/FileUpload.ts `validateFileUpload`, apps/meteor/server/ufs/ufs-filter.ts):
 * access of the user (not asked of users of type `app`), the settings, size and type; then the apps are asked (IPreFileUpload).
 */
async function validate(server: Server, file: FileData & { size: number }, content: Buffer): Promise<void> {
    if (file.size <= 0) throw new MeteorError('file-too-small', `File size (size = ${file.size}) is too small (min = 1)`);
    const user = await server.collections.users.findOneAsync({ _id: file.userId });
    const room = await server.collections.rooms.findOneAsync({ _id: file.rid });
    const access = room && (user?.type === 'app' || (user && (await canAccessRoom(server, room, user))));
    if (!room || !access) throw new MeteorError('invalid-file', 'File does not match filter');
    if (!server.settings.get<boolean>('FileUpload_Enabled')) throw new MeteorError('error-file-upload-disabled', translate('FileUpload_Disabled'));
    if (room.t === 'd' && !server.settings.get<boolean>('FileUpload_Enabled_Direct')) {
        throw new MeteorError('error-direct-message-file-upload-not-allowed', translate('File_not_allowed_direct_messages'));
    }
    const most = server.settings.get<number>('FileUpload_MaxFileSize');
    if (most > -1 && file.size > most) {
        throw new MeteorError('error-file-too-large', translate('File_exceeds_allowed_size_of_bytes', { size: fileSize(most) }));
    }
    if (!isAcceptedType(server, file.type)) throw new MeteorError('error-invalid-file-type', translate('File_type_is_not_accepted'));
    await server.apps.triggerEvent('IPreFileUpload', { file, content }).catch((error: Error) => {
        throw error.name === 'AppsEngineException' ? new MeteorError('error-app-prevented', error.message) : error;
    });
}

/**
 * Stores a file that is checked. Fires IPreFileUpload.
 * @throws MeteorError `invalid-file`, `file-too-small`, `error-file-too-large`, `error-invalid-file-type`, `error-app-prevented`, …
 */
export async function storeFile(server: Server, { content, ...given }: FileData & { content: Buffer }): Promise<IUpload> {
    const details = { ...given, type: given.type || (await determineFileType(content, given.name)), size: content.length };
    await validate(server, details, content);
    const { content: stored, identify } = await measureImage(server, content, details.type);
    const _id = objectId();
    await filesOf(server.collections).write(_id, stored);
    const now = new Date();
    const path = `/ufs/GridFS:Uploads/${_id}/${encodeURIComponent(details.name)}`;
    return server.collections.uploads.insertAsync(
        withoutUndefined({
            _id,
            ...details,
            size: stored.length,
            identify,
            extension: extname(details.name).slice(1),
            store: 'GridFS:Uploads',
            complete: true,
            uploading: false,
            progress: 1,
            etag: createHash('md5').update(stored).digest('hex'),
            path,
            url: `${server.settings.get<string>('Site_Url').replace(/\/$/, '')}${path}`,
            token: randomId(10),
            uploadedAt: now,
            _updatedAt: now,
        }) as unknown as IUpload,
    );
}

/** @throws Error when the file is gone */
export async function fileContent(server: Server, id: string): Promise<Buffer> {
    const upload = await server.collections.uploads.findOneAsync({ _id: id });
    if (!upload) throw new MeteorError('error-invalid-file', 'Invalid file');
    return filesOf(server.collections).read(id);
}

/** Removes a file's bytes and its document. */
export async function deleteFile(server: Server, id: string): Promise<void> {
    await filesOf(server.collections).remove(id);
    await server.collections.uploads.removeAsync({ _id: id }, {});
}
