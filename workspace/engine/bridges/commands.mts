import type { ISlashCommand } from '@rocket.chat/apps-engine/definition/slashcommands';
import type { CommandBridge } from '@rocket.chat/apps-engine/server/bridges';
import { parseParameters } from '../commands/parseParameters.mts';
import type { Command, CommandCall, Commands } from '../commands/registry.mts';
import type { BridgeHost } from '../load.mts';
import type { DomainBridges } from './domain/contract.mts';

const invalid = 'Invalid Slash Command parameter provided, it must be a valid ISlashCommand object.';

function verify(command: ISlashCommand): void {
    const isText = (value: unknown): boolean => !value || typeof value === 'string';
    const valid = typeof command === 'object' && typeof command.command === 'string' && isText(command.i18nParamsExample)
        && isText(command.i18nDescription) && typeof command.providesPreview === 'boolean';
    if (!valid) throw new Error(invalid);
}

const named = (command: string): string => {
    if (typeof command !== 'string' || command.trim().length === 0) throw new Error('Invalid command parameter provided, must be a string.');
    return command.toLowerCase();
};

const i18nKey = (key: string, appId: string): string => (key ? `apps-${appId}-${key}` : '');

/**
 * Apps' slash commands in the instance's list. A disabled app's commands stay in it (the engine keeps them), so that
 * `doesCommandExist` is true for them. Server: `app/apps/server/bridges/commands.ts`.
 */
export function commandBridge({ engine, manager }: BridgeHost, commands: Commands, converters: DomainBridges['converters']): CommandBridge {
    const disabled: Commands = new Map();

    const contextOf = async ({ params, room, user, threadId, triggerId }: CommandCall) =>
        new engine.SlashCommandContext(
            Object.freeze(converters.user(user)),
            Object.freeze(await converters.room(room)),
            Object.freeze(parseParameters(params)) as string[],
            threadId,
            triggerId,
        );
    const handlers: Pick<Command, 'run' | 'preview' | 'runPreview'> = {
        run: async (call) => manager().getCommandManager().executeCommand(call.command, await contextOf(call)),
        preview: async (call) => manager().getCommandManager().getPreviews(call.command, await contextOf(call)),
        runPreview: async (call, item) => manager().getCommandManager().executePreview(call.command, item, await contextOf(call)),
    };

    return new (class extends engine.bridges.CommandBridge {
        async doesCommandExist(command: string): Promise<boolean> {
            return typeof command === 'string' && (commands.has(command.toLowerCase()) || disabled.has(command.toLowerCase()));
        }

        async enableCommand(command: string): Promise<void> {
            const name = named(command);
            const item = disabled.get(name);
            if (!item) throw new Error(`The command is not currently disabled: "${name}"`);
            commands.set(name, item);
            disabled.delete(name);
        }

        async disableCommand(command: string): Promise<void> {
            const name = named(command);
            if (disabled.has(name)) return;
            const item = commands.get(name);
            if (!item) throw new Error(`Command does not exist in the system currently: "${name}"`);
            disabled.set(name, item);
            commands.delete(name);
        }

        async modifyCommand(command: ISlashCommand): Promise<void> {
            verify(command);
            const name = command.command.toLowerCase();
            const item = commands.get(name);
            if (!item) throw new Error(`Command does not exist in the system currently (or it is disabled): "${name}"`);
            item.params = command.i18nParamsExample || item.params;
            item.description = command.i18nDescription || item.params;
            item.providesPreview = command.providesPreview;
            item.run = handlers.run;
            if (command.previewer) item.preview = handlers.preview;
            if (command.executePreviewItem) item.runPreview = handlers.runPreview;
        }

        async registerCommand(command: ISlashCommand, appId: string): Promise<void> {
            verify(command);
            const name = command.command.toLowerCase();
            commands.set(name, {
                appId,
                command: name,
                params: i18nKey(command.i18nParamsExample, appId),
                description: i18nKey(command.i18nDescription, appId),
                permission: command.permission,
                providesPreview: command.providesPreview,
                run: handlers.run,
                ...(command.providesPreview && { preview: handlers.preview, runPreview: handlers.runPreview }),
            });
        }

        async unregisterCommand(command: string): Promise<void> {
            const name = named(command);
            disabled.delete(name);
            commands.delete(name);
        }
    })();
}
