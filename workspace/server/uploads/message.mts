import { extname } from 'node:path';
import type { FileMessage, IMessage, IUpload, IUser } from '../contract.mts';
import { MeteorError } from '../contract.mts';
import type { Server } from '../context.mts';
import { filePath } from '../lib/links.mts';
import { executeSendMessage } from '../messages/send.mts';
import { canAccessRoom } from '../permissions/access.mts';
import { hasPreview, imagePreview, imageThumbnail } from './images.mts';
import { fileContent, storeFile } from './store.mts';

type FileProp = NonNullable<IMessage['files']>[number];

const fileOf = (upload: IUpload): FileProp => ({
    _id: upload._id,
    name: upload.name ?? '',
    type: upload.type ?? 'file',
    size: upload.size ?? 0,
    format: upload.identify?.format ?? '',
    ...(upload.typeGroup && { typeGroup: upload.typeGroup }),
});

/** Files and attachment of one upload; for an image with the thumbnail's file after its own (`parseFileIntoMessageAttachments`). */
async function describeFile(server: Server, upload: IUpload, user: IUser, description?: string): Promise<{ files: FileProp[]; attachment: any }> {
    const url = filePath(upload._id, upload.name);
    const files = [fileOf(upload)];
    const attachment: any = {
        title: upload.name,
        type: 'file',
        ...(description !== undefined && { description }),
        title_link: url,
        title_link_download: true,
        fileId: upload._id,
    };
    const { type = '', size } = upload;
    if (hasPreview(type)) {
        Object.assign(attachment, { image_url: url, image_type: type, image_size: size });
        if (upload.identify?.size) attachment.image_dimensions = upload.identify.size;
        const thumbnail = await addPreview(server, upload, user, attachment).catch(() => undefined);
        if (thumbnail) files.push(fileOf(thumbnail));
    } else if (/^(audio|video)\//.test(type)) {
        const kind = type.split('/')[0];
        Object.assign(attachment, { [`${kind}_url`]: url, [`${kind}_type`]: type, [`${kind}_size`]: size });
    } else {
        Object.assign(attachment, { format: extname(upload.name ?? '').slice(1).toUpperCase(), size });
    }
    return { files, attachment };
}

/** Preview and thumbnail of an image; the thumbnail is a second file, stored (and asked about) like the first. */
async function addPreview(server: Server, upload: IUpload, user: IUser, attachment: any): Promise<IUpload | undefined> {
    const content = await fileContent(server, upload._id);
    attachment.image_preview = await imagePreview(content);
    const thumbnail = await imageThumbnail(server, upload, content);
    if (!thumbnail) return undefined;
    const stored = await storeFile(server, {
        name: `thumb-${upload.name}`,
        type: thumbnail.type,
        content: thumbnail.content,
        rid: upload.rid!,
        userId: user._id,
        originalFileId: upload._id,
        typeGroup: 'thumb',
    });
    attachment.image_url = filePath(stored._id, upload.name);
    attachment.image_type = stored.type;
    attachment.image_dimensions = { width: thumbnail.width, height: thumbnail.height };
    return stored;
}

/**
 * Posts stored files as one message (apps/meteor/server/meteor-methods/messages/sendFileMessage.ts).
 * @returns null, silently, when there is no such room or the user has no access (not asked of users of type `app`)
 * @throws MeteorError `error-invalid-file` for a file of another user or room
 */
export async function sendFileMessage(
    server: Server, user: IUser, roomId: string, uploads: IUpload[], { msg, description, ...more }: FileMessage = {},
): Promise<IMessage | null> {
    const room = await server.collections.rooms.findOneAsync({ _id: roomId });
    if (!room || (user.type !== 'app' && !(await canAccessRoom(server, room, user)))) return null;
    if (uploads.some(({ userId, rid }) => userId !== user._id || rid !== roomId)) throw new MeteorError('error-invalid-file', 'Invalid file');

    const inAttachment = server.quirks.captionInAttachment;
    const caption = inAttachment ? (description ?? (msg || undefined)) : description;
    const described = [];
    for (const upload of uploads) described.push(await describeFile(server, upload, user, caption));
    const files = described.flatMap((one) => one.files);
    return executeSendMessage(
        server,
        user._id,
        {
            rid: roomId,
            ...more,
            msg: inAttachment ? '' : (msg ?? ''),
            groupable: more.groupable ?? false,
            file: files[0],
            files,
            attachments: described.map((one) => one.attachment),
        },
        { ts: new Date() },
    );
}
