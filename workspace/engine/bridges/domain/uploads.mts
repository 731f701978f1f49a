import type { UploadBridge } from '@rocket.chat/apps-engine/server/bridges';
import type { Domain, IUser } from '../../../server/contract.mts';
import { determineFileType } from '../../../server/uploads/types.mts';
import type { BridgeHost } from '../../load.mts';
import type { Converters } from './converters/index.mts';
import { letEchoPass } from './echo.mts';

/** apps/meteor/server/lib/apps/bridges/uploads.ts: a new upload is posted at once, without a text; the result is the upload. */
export function uploadBridge(domain: Domain, host: BridgeHost, { uploads }: Converters): UploadBridge {
    class WorkspaceUploadBridge extends host.engine.bridges.UploadBridge {
        protected getById = (id: string) => uploads.byId(id);
        protected getBuffer = (upload: any): Promise<Buffer> => domain.uploads.content(uploads.fromApp(upload)._id);

        protected async createUpload(details: any, content: Buffer, appId: string): Promise<any> {
            if (!details.userId) throw new Error('Missing user to perform the upload operation');
            const { name, rid, userId } = details;
            const stored = await domain.uploads.store({ name, rid, userId, content, type: await determineFileType(content, name) });
            const user = (await domain.users.findById(userId)) as IUser;
            await domain.uploads.sendFileMessage(user, rid, [stored]);
            await letEchoPass(host, 'IPostMessageSent', appId);
            return uploads.toApp(stored);
        }
    }
    return new WorkspaceUploadBridge();
}
