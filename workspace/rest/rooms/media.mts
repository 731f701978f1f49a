import { MeteorError, type IUpload } from '../../server/contract.mts';
import { accessibleRoom } from '../../methods/rooms/access.mts';
import { viewMessages } from '../../methods/messages/views.mts';
import type { Api } from '../framework/Api.mts';
import type { Call } from '../framework/Call.mts';
import type { UploadedForm } from '../framework/input.mts';
import { forbidden } from '../framework/results.mts';

/** Path of a stored file, as `FileUpload.getPath` makes it. */
const pathOf = ({ _id, name }: IUpload) => `/file-upload/${_id}/${encodeURI(name ?? '')}`;

/** An unconfirmed file lives a day (`v1/rooms.ts`, rooms.media). */
const lifetime = 24 * 60 * 60 * 1000;

const store = (call: Call, { name, mimeType, content }: NonNullable<UploadedForm['file']>): Promise<IUpload> =>
    call.domain.uploads.store({ name, type: mimeType, rid: call.params.rid, userId: call.userId, content });

/** Upload in two steps, and the older upload in one (`apps/meteor/server/api/v1/rooms.ts`). */
export function mediaRoutes(api: Api): void {
    api.post('rooms.media/:rid', {}, async (call) => {
        if (!(await accessibleRoom(call.domain, call.user, call.params.rid))) return forbidden();
        const { file } = await call.form('file');
        if (!file) throw new MeteorError('error-no-file-uploaded', 'No file was uploaded');
        const upload = await store(call, file);
        const unconfirmed = { path: pathOf(upload), expiresAt: new Date(Date.now() + lifetime) };
        await call.domain.collections.uploads.updateAsync({ _id: upload._id }, { $set: unconfirmed });
        return { file: { _id: upload._id, url: pathOf(upload) } };
    });
    api.post('rooms.mediaConfirm/:rid/:fileId', {}, async (call) => {
        const { rid, fileId } = call.params;
        if (!(await accessibleRoom(call.domain, call.user, rid))) return forbidden();
        const stored = await call.domain.uploads.findById(fileId);
        if (!stored || stored.userId !== call.userId || stored.rid !== rid) throw new MeteorError('invalid-file');
        const { description, fileName, fileContent, ...message } = call.body;
        if ((description?.length ?? 0) > call.domain.settings.get<number>('Message_MaxAllowedSize')) throw new MeteorError('error-message-size-exceeded');
        const upload = { ...stored, expiresAt: undefined, name: fileName || stored.name, description, ...(fileContent && { content: fileContent }) };
        const sent = await call.domain.uploads.sendFileMessage(call.user, rid, [upload], { ...message, description });
        await call.domain.collections.uploads.updateAsync({ _id: fileId }, { $unset: { expiresAt: true } });
        return { message: sent && (await viewMessages(call.domain, call.userId, [sent]))[0] };
    });
    api.post('rooms.upload/:rid', {}, async (call) => {
        if (!(await accessibleRoom(call.domain, call.user, call.params.rid))) return forbidden();
        const { file, fields } = await call.form('file');
        if (!file) throw new MeteorError('invalid-field');
        const upload = await store(call, file);
        const { msg, tmid, description } = fields;
        const sent = await call.domain.uploads.sendFileMessage(call.user, call.params.rid, [upload], { msg, tmid, description, groupable: false });
        return { message: sent && (await viewMessages(call.domain, call.userId, [sent]))[0] };
    });
}
