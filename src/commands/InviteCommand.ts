import type { RoomCommands } from '../bridge/portals/RoomCommands';
import type { Command, CommandCall } from './Command';

/** `/matrix invite @user:server`: invites somebody on Matrix into the current bridged room. */
export class InviteCommand implements Command {
    public readonly name = 'invite';
    public readonly params = '@user:server';
    public readonly description = 'Invite somebody on Matrix into this bridged room';
    public readonly adminOnly = false;

    /** @param rooms read at each call: there is none while the bridge is off */
    constructor(private readonly rooms: () => RoomCommands) {}

    public async run({ room, sender, args }: CommandCall): Promise<string> {
        if (args.length !== 1) {
            return 'Whom do you want to invite? Type `/matrix invite @user:server`.';
        }
        const user = await this.rooms().invite(room, sender, args[0]);
        return `${user} has been invited and will be here as soon as the invite is accepted.`;
    }
}
