import type { Accessors } from '../Accessors';
import { call, checkedId } from '../failures';
import { roomReference, userReference } from '../shapes/references';
import type { RocketChat } from '../RocketChat';

type UploadCalls = Pick<RocketChat, 'fileContent' | 'uploadFile'>;

/** Reading and storing of files. */
export function uploadCalls(accessors: Accessors): UploadCalls {
    return {
        fileContent: (id) => call('upload.getBuffer', () => accessors.read.getUploadReader().getBufferById(id)),

        /** Server: `AppUploadBridge.createUpload`: stores the file and posts a message for it at once. */
        async uploadFile({ roomId, userId, name, content }) {
            const descriptor = { filename: name, room: roomReference(roomId), user: userReference(userId) };
            const upload = await call('upload.create', () => accessors.modify.getCreator().getUploadCreator().uploadBuffer(content, descriptor));
            return { uploadId: checkedId('upload.create', upload && upload.id) };
        },
    };
}
