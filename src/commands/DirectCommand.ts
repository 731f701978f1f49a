import type { RoomCommands } from '../bridge/portals/RoomCommands';
import type { Command, CommandCall } from './Command';

/** `/matrix dm @user:server …`: opens a direct room with people on Matrix. */
export class DirectCommand implements Command {
    public readonly name = 'dm';
    public readonly params = '@user:server …';
    public readonly description = 'Open a direct conversation with one or more people on Matrix';
    public readonly adminOnly = false;

    /** @param rooms read at each call: there is none while the bridge is off */
    constructor(private readonly rooms: () => RoomCommands) {}

    public async run({ sender, args }: CommandCall): Promise<string> {
        const { people, existed } = await this.rooms().direct(sender, args);
        const names = people.join(', ');
        return existed
            ? `You have a direct conversation with ${names} already: it is among your direct messages.`
            : `The direct conversation with ${names} is open: find it among your direct messages. They have been invited on Matrix.`;
    }
}
