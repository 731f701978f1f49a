import { MeteorError, type IUser } from '../../server/contract.mts';
import type { Api, Schema } from '../framework/Api.mts';
import { failure, forbidden, Result } from '../framework/results.mts';
import { isSelf, userOf } from '../lib/users.mts';

const text = { type: 'string' };
const user: Schema = { type: 'object', properties: { userId: text, username: text, user: text }, additionalProperties: false };

/** Loads an image for an avatar (`lib/users/setUserAvatar.ts`, service `url`). @throws MeteorError `error-avatar-invalid-url` */
async function loadImage(url: string): Promise<{ content: Buffer; contentType: string }> {
    const inline = /^data:([^;,]+);base64,(.*)$/s.exec(url);
    if (inline) return { contentType: inline[1], content: Buffer.from(inline[2], 'base64') };
    const invalid = new MeteorError('error-avatar-invalid-url', `Invalid avatar URL: ${encodeURI(url)}`, { function: 'setUserAvatar', url });
    const response = await fetch(url).catch(() => {
        throw invalid;
    });
    const contentType = response.headers.get('content-type') ?? '';
    if (!response.ok || !contentType.startsWith('image/')) throw invalid;
    return { contentType, content: Buffer.from(await response.arrayBuffer()) };
}

/** Avatars of users (`apps/meteor/server/api/v1/users.ts`). */
export function avatarRoutes(api: Api): void {
    api.get('users.getAvatar', {}, async (call) => {
        const { username } = await userOf(call.domain, call.query);
        const url = `${String(call.domain.settings.get('Site_Url') ?? '').replace(/\/$/, '')}/avatar/${username}`;
        return new Result(307, url, { Location: url });
    });
    api.get('users.getAvatarSuggestion', {}, () => ({ suggestions: {} }));
    api.post('users.setAvatar', { body: 'isUsersSetAvatarProps' }, async (call) => {
        const mayOthers = await call.may('edit-other-user-avatar');
        if (call.domain.settings.get('Accounts_AllowUserAvatarChange') === false && !mayOthers) {
            throw new MeteorError('error-not-allowed', 'Change avatar is not allowed', { method: 'users.setAvatar' });
        }
        let target: IUser | null = isSelf(call.body, call.user) ? call.user : null;
        if (!target && mayOthers) target = await userOf(call.domain, call.body);
        if (!target) return forbidden();
        if (call.body.avatarUrl) {
            const { content, contentType } = await loadImage(call.body.avatarUrl);
            return call.domain.users.setAvatar(target._id, content, contentType);
        }
        if (!call.request.headers['content-type']?.includes('multipart/form-data')) return failure("The 'image' param is required");
        const { file, fields } = await call.form('image');
        if (!file) return failure("The 'image' param is required");
        if (fields.userId || fields.username) {
            target = fields.userId ? await call.domain.users.findById(fields.userId) : await call.domain.users.findByUsername(fields.username);
            if (!target) throw new MeteorError('error-invalid-user', 'The optional "userId" or "username" param provided does not match any users');
            if (target._id !== call.userId && !mayOthers) throw new MeteorError('error-not-allowed', 'Not allowed');
        }
        return call.domain.users.setAvatar(target._id, file.content, file.mimeType);
    });
    api.post('users.resetAvatar', { body: user }, async (call) => {
        const target = await userOf(call.domain, call.body);
        const own = target._id === call.userId && call.domain.settings.get('Accounts_AllowUserAvatarChange') !== false;
        if (!own && !(await call.may('edit-other-user-avatar')) && !(await call.may('manage-moderation-actions'))) {
            throw new MeteorError('error-not-allowed', 'Reset avatar is not allowed', { method: 'users.resetAvatar' });
        }
        return call.domain.users.resetAvatar(target._id);
    });
}
