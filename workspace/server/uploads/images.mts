import { typeOfName } from '../lib/mime.mts';
import sharp from 'sharp';
import type { IUpload } from '../contract.mts';
import type { Server } from '../context.mts';

/** Types whose size the server measures when the file is stored. */
const measured = /^image\/((x-windows-)?bmp|p?jpeg|png|gif|webp)$/;
/** Types that get a preview and a thumbnail (apps/meteor/server/lib/media/file-upload/isImagePreviewSupported.ts). */
const previewed = /^image\/(bmp|gif|jpeg|png|svg\+xml|webp|avif|heic|heif)$/;

export const hasPreview = (type: string | undefined): boolean => previewed.test(type ?? '');

interface Measured {
    content: Buffer;
    identify?: IUpload['identify'];
}

/** Turns the image as its orientation says and measures it (apps/meteor/app/file-upload/server/lib/FileUpload.ts `uploadsOnValidate`). */
export async function measureImage(server: Server, content: Buffer, type: string | undefined): Promise<Measured> {
    if (!measured.test(type ?? '')) return { content };
    try {
        const image = sharp(content);
        const { format, width, height, orientation } = await image.metadata();
        const turned = orientation !== undefined && orientation !== 1;
        const sideways = turned && orientation >= 5;
        const rotate = turned && server.settings.get<boolean>('FileUpload_RotateImages');
        return {
            content: rotate ? await image.rotate().toBuffer() : content,
            identify: { format, size: { width: sideways ? height : width, height: sideways ? width : height } },
        };
    } catch {
        return { content };
    }
}

/** A blurred JPEG of 32 pixels, base64: what clients show while the image loads. */
export async function imagePreview(content: Buffer): Promise<string> {
    return (await sharp(content).resize({ width: 32, height: 32, fit: 'inside' }).jpeg().blur().toBuffer()).toString('base64');
}

export interface Thumbnail {
    content: Buffer;
    type: string;
    width: number;
    height: number;
}

/** A smaller copy; none for an image that is small already, or when the setting is off (`createImageThumbnail`). */
export async function imageThumbnail(server: Server, upload: IUpload, content: Buffer): Promise<Thumbnail | undefined> {
    if (!server.settings.get<boolean>('Message_Attachments_Thumbnails_Enabled')) return undefined;
    const width = server.settings.get<number>('Message_Attachments_Thumbnails_Width');
    const height = server.settings.get<number>('Message_Attachments_Thumbnails_Height');
    const size = upload.identify?.size;
    if (size && size.width < width && size.height < height) return undefined;
    const resized = sharp(content).resize({ width, height, fit: 'inside' }).rotate();
    const { data, info } = await (upload.type === 'image/svg+xml' ? resized.png() : resized).toBuffer({ resolveWithObject: true });
    return { content: data, type: typeOfName(info.format) ?? `image/${info.format}`, width: info.width, height: info.height };
}
