import type { IApp } from '@rocket.chat/apps-engine/definition/IApp';
import type { ISlashCommand } from '@rocket.chat/apps-engine/definition/slashcommands';
import type { Bridge } from '../bridge/Bridge';
import type { Setup } from '../bridge/setup/Setup';
import type { Finding, Health } from '../bridge/status/Health';
import { BridgeCommand } from './BridgeCommand';
import type { CommandHost } from './CommandTable';
import { CommandTable } from './CommandTable';
import { DirectCommand } from './DirectCommand';
import { FailedCommand } from './FailedCommand';
import { InviteCommand } from './InviteCommand';
import type { SlashCommandHost } from './MatrixCommand';
import { MatrixCommand } from './MatrixCommand';
import { QueueCommand } from './QueueCommand';
import { RotateTokensCommand } from './RotateTokensCommand';
import { StatusCommand } from './StatusCommand';

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

/** What the sub-commands work with. */
export interface SubCommandParts {
    host: CommandHost;
    bridge: Bridge;
    setup: Setup;
    health: Health;
    /** What is to be said of the ways in. */
    findings(): Finding[];
}

/** The sub-commands of `/matrix`. */
export function subCommands({ host, bridge, setup, health, findings }: SubCommandParts): CommandTable {
    const rooms = () => bridge.rooms;
    return new CommandTable(host, [
        new BridgeCommand(rooms),
        new InviteCommand(rooms),
        new DirectCommand(rooms),
        new StatusCommand(() => setup.refresh(), health, bridge, findings, host.log),
        new QueueCommand(() => bridge.queue),
        new FailedCommand({
            deadLetters: bridge.deadLetters,
            retries: bridge.retries,
            roomName: (direction, room) => bridge.queue.roomName(direction, room),
            whyOff: () => host.whyOff(),
        }),
        new RotateTokensCommand(setup),
    ]);
}
