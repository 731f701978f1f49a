import type { Accessors } from '../Accessors';
import { call, rocketChatError } from '../failures';

const TIMEOUT_MS = 10_000;
/** Pictures of Rocket.Chat are 200 pixels wide by default (`Accounts_AvatarSize`). */
const MAX_BYTES = 2 * 1024 * 1024;
/** Users without a picture get their initial as SVG (server: `server/routes/avatar/user.js`): that is none. */
const PICTURES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

/**
 * A user's picture, from where every client loads it: no accessor gives it. With `Accounts_AvatarBlockUnauthenticatedAccess`
 * the server shows none.
 * @returns undefined for users without a picture
 * @throws BridgeError when it cannot be told
 */
export async function avatarOf(accessors: Accessors, siteUrl: string, username: string): Promise<{ content: Buffer; contentType: string } | undefined> {
    const url = `${siteUrl}/avatar/${encodeURIComponent(username)}`;
    const answer = await call('avatar', () => accessors.http.get(url, { timeout: TIMEOUT_MS, encoding: null }));
    if (!answer || answer.statusCode !== 200) {
        throw rocketChatError('avatar', new Error(answer ? `status ${answer.statusCode}` : 'the permission "networking" is missing'));
    }
    const contentType = ((answer.headers || {})['content-type'] || '').split(';')[0].trim().toLowerCase();
    const content = Buffer.from((answer.content || '') as string);
    return PICTURES.includes(contentType) && content.length > 0 && content.length <= MAX_BYTES ? { content, contentType } : undefined;
}
