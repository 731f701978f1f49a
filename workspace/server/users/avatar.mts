import sharp from 'sharp';
import { MeteorError } from '../contract.mts';
import type { Server } from '../context.mts';
import { randomId } from '../lib/ids.mts';
import { findByUsername } from './availability.mts';

interface Picture {
    content: Buffer;
    contentType: string;
    etag: string;
}

/** Square, at most `Accounts_AvatarSize` pixels, GIF and SVG as PNG (apps/meteor/app/file-upload/server/lib/FileUpload.ts). */
async function resize(server: Server, content: Buffer): Promise<{ content: Buffer; contentType: string }> {
    const size = server.settings.get<number>('Accounts_AvatarSize');
    const image = sharp(content).rotate();
    const { hasAlpha, format } = await image.metadata();
    const resized = image.resize({
        width: size,
        height: size,
        fit: hasAlpha ? 'contain' : 'cover',
        background: { r: 255, g: 255, b: 255, alpha: hasAlpha ? 0 : 1 },
    });
    const asPng = format !== 'jpeg' && format !== 'webp';
    return { content: await (asPng ? resized.png() : resized).toBuffer(), contentType: asPng ? 'image/png' : `image/${format}` };
}

/**
 * Stores a picture under a key: a user's id, or `room-<rid>`.
 * @returns its etag
 * @throws MeteorError `error-invalid-file-type`
 */
export async function storePicture(server: Server, key: string, content: Buffer, contentType: string): Promise<string> {
    if (!contentType.startsWith('image/')) throw new MeteorError('error-invalid-file-type', 'File type is not accepted.');
    const picture = await resize(server, content).catch(() => {
        throw new MeteorError('error-invalid-file-type', 'File type is not accepted.');
    });
    const etag = randomId();
    const document = { _id: key, contentType: picture.contentType, etag, content: picture.content.toString('base64') };
    await server.collections.avatars.updateAsync({ _id: key }, document, { upsert: true });
    return etag;
}

async function readPicture(server: Server, key: string): Promise<Picture | null> {
    const stored = await server.collections.avatars.findOneAsync({ _id: key });
    return stored && { content: Buffer.from(stored.content, 'base64'), contentType: stored.contentType, etag: stored.etag };
}

/** apps/meteor/server/lib/users/setUserAvatar.ts: no event reaches the apps. */
export async function setAvatar(server: Server, userId: string, content: Buffer, contentType: string): Promise<void> {
    const user = await server.collections.users.findOneAsync({ _id: userId });
    if (!user) throw new MeteorError('error-invalid-user', 'Invalid user');
    const avatarETag = await storePicture(server, userId, content, contentType);
    await server.collections.users.updateAsync({ _id: userId }, { $set: { avatarOrigin: 'rest', avatarETag, _updatedAt: new Date() } });
    server.notify('user', { ...user, avatarETag });
}

/** Back to the drawn initials. */
export async function resetAvatar(server: Server, userId: string): Promise<void> {
    await server.collections.avatars.removeAsync({ _id: userId }, {});
    await server.collections.users.updateAsync({ _id: userId }, { $unset: { avatarOrigin: true, avatarETag: true } });
    const user = await server.collections.users.findOneAsync({ _id: userId });
    if (user) server.notify('user', user);
}

export async function getAvatar(server: Server, username: string): Promise<Picture | null> {
    const user = await findByUsername(server, username);
    return user && readPicture(server, user._id);
}
