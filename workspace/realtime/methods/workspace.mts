import { MeteorError } from '../../server/contract.mts';
import { accessibleRoom } from '../../methods/rooms/access.mts';
import { spotlight } from '../../methods/rooms/spotlight.mts';
import type { MethodContext, Methods } from './types.mts';

const since = (value: unknown): Date | undefined => (value instanceof Date ? value : undefined);

async function list<T>(find: (filter: object) => PromiseLike<T[]>, updatedAfter?: unknown): Promise<T[] | { update: T[]; remove: [] }> {
    const from = since(updatedAfter);
    return from ? { update: await find({ _updatedAt: { $gt: from } }), remove: [] } : find({});
}

/** Activity in a room, told to its other members (`notifications.module.ts`, streamRoom.allowWrite). */
async function notifyRoom({ domain, user }: MethodContext, eventName: string, name: string, activities: unknown): Promise<void> {
    const separator = eventName.lastIndexOf('/');
    const [roomId, event] = [eventName.slice(0, separator), eventName.slice(separator + 1)];
    const refused = new MeteorError('not-allowed', 'Not allowed');
    if (!['user-activity', 'typing'].includes(event) || !(await accessibleRoom(domain, user, roomId))) throw refused;
    const ownName = domain.settings.get('UI_Use_Real_Name') ? user.name : user.username;
    if (name !== ownName) throw refused;
    const told = event === 'typing' ? (activities ? ['user-typing'] : []) : (activities as string[]);
    domain.notify('userActivity', roomId, name, Array.isArray(told) ? told : []);
}

/** Settings, permissions, commands and streams (`publications/settings`, `app/utils/server/slashCommand.ts`). */
export const workspaceMethods: Methods = {
    async 'public-settings/get'({ domain }, updatedAfter) {
        const settings = (await domain.settings.all()).filter((setting) => setting.public && !setting.hidden);
        const shown = settings.map(({ _id, value, enterprise, editor, _updatedAt }: any) => ({ _id, value, enterprise, editor, _updatedAt }));
        const from = since(updatedAfter);
        return from ? { update: shown.filter((setting) => setting._updatedAt > from), remove: [] } : shown;
    },
    'permissions/get': ({ domain }, updatedAfter) => list((filter) => domain.collections.permissions.findAsync(filter), updatedAfter),
    'listCustomEmoji': ({ domain }) => domain.collections.emojiCustom.findAsync({}),
    'spotlight': ({ domain, user }, text) => {
        if (!user && !domain.settings.get('Accounts_AllowAnonymousRead')) throw new MeteorError('error-not-allowed', 'Not allowed', { method: 'spotlight' });
        return spotlight(domain, user, text);
    },
    async 'slashCommand'({ domain, apps, user }, { cmd, params = '', msg, triggerId }) {
        const command = String(cmd ?? '').toLowerCase();
        if (!apps.slashCommands().some((known) => known.command === command)) throw new MeteorError('error-invalid-command', 'Invalid Command Provided', { method: 'executeSlashCommandPreview' });
        const room = await domain.rooms.findById(msg?.rid);
        if (!room) throw new MeteorError('error-invalid-room', 'Invalid room', { method: 'slashCommand' });
        return apps.runSlashCommand(command, params, room, user, { threadId: msg.tmid, triggerId });
    },
    async 'getSlashCommandPreviews'({ domain, apps, user }, { cmd, params = '', msg }) {
        const room = await accessibleRoom(domain, user, msg?.rid);
        if (!room) throw new MeteorError('error-not-allowed', 'Not allowed', { method: 'getSlashCommandPreview' });
        return apps.previewSlashCommand(cmd, params, room, user);
    },
    async 'executeSlashCommandPreview'({ domain, apps, user }, { cmd, params = '', msg, triggerId }, item) {
        const room = await accessibleRoom(domain, user, msg?.rid);
        if (!room) throw new MeteorError('error-not-allowed', 'Not allowed', { method: 'executeSlashCommandPreview' });
        await apps.executePreviewItem(cmd, params, room, user, item, { threadId: msg.tmid, triggerId });
    },
    'stream-notify-room': (context, eventName, name, activities) => notifyRoom(context, eventName, name, activities),
};
