import { accessibleRoom } from '../../methods/rooms/access.mts';
import type { Api, Schema } from '../framework/Api.mts';
import type { Call } from '../framework/Call.mts';
import { failure, forbidden, type Result } from '../framework/results.mts';
import type { IRoom } from '../../server/contract.mts';

const nullable = { type: 'string', nullable: true };
const filled = { type: 'string', minLength: 1 };
const object = (properties: Record<string, unknown>, required: string[]): Schema => ({ type: 'object', properties, required, additionalProperties: false });
const run = { command: filled, params: nullable, roomId: filled, tmid: nullable, triggerId: nullable };
const previewItem = object({ id: { type: 'string' }, type: { type: 'string', enum: ['image', 'video', 'audio', 'text', 'other'] }, value: { type: 'string' } }, ['id', 'type', 'value']);

const view = ({ command, description, params, clientOnly, providesPreview }: ReturnType<Call['apps']['slashCommands']>[number]) => ({
    command, description, params, clientOnly, providesPreview,
});

/** The room and the name of a command that a call means, or why it cannot be run. */
async function target(call: Call, sent: Record<string, any>): Promise<{ command: string; room: IRoom } | Result> {
    const command = sent.command.toLowerCase();
    if (!call.apps.slashCommands().some((known) => known.command === command)) return failure('The command provided does not exist (or is disabled).');
    const room = await accessibleRoom(call.domain, call.user, sent.roomId);
    if (!room) return forbidden();
    if (sent.tmid && (await call.domain.messages.findById(sent.tmid))?.rid !== sent.roomId) return failure('Invalid thread.');
    return { command, room };
}

/** `apps/meteor/server/api/v1/commands.ts`: access to the room is checked, the command's own permission is not. */
export function commandRoutes(api: Api): void {
    api.get('commands.get', { query: object({ command: { type: 'string' } }, ['command']) }, (call) => {
        const found = call.apps.slashCommands().find(({ command }) => command === call.query.command.toLowerCase());
        return found ? { command: view(found) } : failure(`There is no command in the system by the name of: ${call.query.command}`);
    });
    api.get('commands.list', {}, (call) => {
        const { offset, count } = call.page();
        const all = call.apps.slashCommands();
        const commands = all.slice(offset, count === 0 ? undefined : offset + count);
        return { commands, appsLoaded: true, offset, count: commands.length, total: all.length };
    });
    api.post('commands.run', { body: object(run, ['command', 'roomId']) }, async (call) => {
        const found = await target(call, call.body);
        if (!('room' in found)) return found;
        const { tmid: threadId, triggerId, params } = call.body;
        const result = await call.apps.runSlashCommand(found.command, params ?? '', found.room, call.user, { threadId: threadId ?? undefined, triggerId: triggerId ?? undefined });
        return { result };
    });
    api.get('commands.preview', { query: object({ command: filled, params: nullable, roomId: filled }, ['command', 'roomId']) }, async (call) => {
        const found = await target(call, call.query);
        if (!('room' in found)) return found;
        return { preview: (await call.apps.previewSlashCommand(found.command, call.query.params ?? '', found.room, call.user)) ?? null };
    });
    api.post('commands.preview', { body: object({ ...run, previewItem }, ['command', 'roomId', 'previewItem']) }, async (call) => {
        const found = await target(call, call.body);
        if (!('room' in found)) return found;
        const { tmid: threadId, triggerId, params, previewItem: item } = call.body;
        return call.apps.executePreviewItem(found.command, params ?? '', found.room, call.user, item, { threadId: threadId ?? undefined, triggerId: triggerId ?? undefined });
    });
}
