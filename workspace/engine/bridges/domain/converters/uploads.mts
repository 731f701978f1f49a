import type { Domain, IUpload } from '../../../../server/contract.mts';
import { filePath } from '../../../../server/lib/links.mts';
import { mapDocument, take } from './mapped.mts';
import type { RoomConverter } from './rooms.mts';
import type { UserConverter } from './users.mts';

/** Uploads for apps and back (apps/meteor/app/apps/server/converters/uploads.js). */
export interface UploadConverter {
    byId(id: string): Promise<any>;
    toApp(upload: IUpload | null): Promise<any>;
    fromApp(upload: any): any;
}

export function uploadConverter(domain: Domain, rooms: RoomConverter, users: UserConverter): UploadConverter {
    async function toApp(upload: IUpload | null): Promise<any> {
        if (!upload) return undefined;
        const path = filePath(upload._id, upload.name);
        const site = domain.settings.get<string>('Site_Url').replace(/\/$/, '');
        return mapDocument(upload, {
            url: (copy) => (delete copy.url, `${site}${path}`),
            path: (copy) => (delete copy.path, path),
            id: '_id', name: 'name', size: 'size', type: 'type', store: 'store', description: 'description', complete: 'complete',
            uploading: 'uploading', extension: 'extension', progress: 'progress', etag: 'etag', token: 'token', updatedAt: '_updatedAt',
            uploadedAt: 'uploadedAt',
            room: (copy) => rooms.byId(take(copy, 'rid')),
            user: (copy) => (copy.userId ? users.byId(take(copy, 'userId')) : undefined),
        });
    }
    return {
        byId: async (id) => toApp(await domain.uploads.findById(id)),
        toApp,
        fromApp: (upload) => ({
            _id: upload.id,
            name: upload.name,
            size: upload.size,
            type: upload.type,
            store: upload.store,
            rid: upload.room.id,
            userId: upload.user?.id,
            ...upload._unmappedProperties_,
        }),
    };
}
