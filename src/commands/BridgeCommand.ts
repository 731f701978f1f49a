import type { RoomCommands } from '../bridge/portals/RoomCommands';
import type { Command, CommandCall } from './Command';

/** `/matrix bridge`: makes the current channel or group a Matrix room. */
export class BridgeCommand implements Command {
    public readonly name = 'bridge';
    public readonly params = '';
    public readonly description = 'Bridge this channel or group to a new Matrix room (owners and administrators)';
    public readonly adminOnly = false;

    /** @param rooms read at each call: there is none while the bridge is off */
    constructor(private readonly rooms: () => RoomCommands) {}

    public async run({ room, sender }: CommandCall): Promise<string> {
        const portal = await this.rooms().bridge(room, sender);
        const address = portal.alias || portal.matrixRoomId;
        return `This room is bridged to Matrix now. People there find it as \`${address}\`. Invite somebody with \`/matrix invite @user:server\`.`;
    }
}
