import type { Uploads } from '../contract.mts';
import type { Server } from '../context.mts';
import { sendFileMessage } from './message.mts';
import { deleteFile, fileContent, storeFile } from './store.mts';

/** `app/file-upload/server/*` of the real server. */
export function uploadsService(server: Server): Uploads {
    return {
        findById: (id) => server.collections.uploads.findOneAsync({ _id: id }),
        store: (upload) => storeFile(server, upload),
        content: (id) => fileContent(server, id),
        remove: (id) => deleteFile(server, id),
        sendFileMessage: (user, roomId, uploads, message) => sendFileMessage(server, user, roomId, uploads, message),
    };
}
