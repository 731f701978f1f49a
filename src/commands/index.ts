import type { IApp } from '@rocket.chat/apps-engine/definition/IApp';
import type { ISlashCommand } from '@rocket.chat/apps-engine/definition/slashcommands';
import type { SlashCommandHost } from './MatrixCommand';
import { MatrixCommand } from './MatrixCommand';

/**
 * `/matrix`, and the spellings of the old built-in bridge. The old names may be taken by another app or by the server itself
 * (`/federation`); registering one of those fails, and the others work.
 */
export function slashCommands(app: IApp, getHost: () => SlashCommandHost): ISlashCommand[] {
    return [
        new MatrixCommand(app, getHost, 'matrix', 'Command_matrix_params', 'Command_matrix'),
        new MatrixCommand(app, getHost, 'bridge', 'Command_bridge_params', 'Command_bridge'),
        new MatrixCommand(app, getHost, 'federation', 'Command_federation_params', 'Command_federation'),
    ];
}
