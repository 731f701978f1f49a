import { BridgeError } from '../errors/BridgeError';
import type { EngineLog } from '../errors/EngineLog';
import type { Command, CommandCall } from './Command';
import { HelpCommand } from './HelpCommand';

/** What the frame needs of the app. */
export interface CommandHost {
    readonly log: EngineLog;
    /** Why the bridge cannot be used at the moment, as a sentence; undefined when it can. */
    whyOff(): string | undefined;
    /** Told of each administrator who uses an administrator's command. */
    adminSeen(call: CommandCall): Promise<void>;
}

/** Finds the sub-command, checks who may use it, and turns whatever happens into words. */
export class CommandTable {
    private readonly commands: Command[];

    constructor(private readonly host: CommandHost, commands: Command[]) {
        this.commands = [...commands, new HelpCommand(() => this.commands)];
    }

    /**
     * @param call its first argument is the name of the sub-command
     * @returns the answer; never throws
     */
    public async run(call: CommandCall): Promise<string> {
        const [name = 'help', ...args] = call.args;
        const command = this.commands.find((one) => one.name === name.toLowerCase());
        if (!command) {
            return `There is no command \`/matrix ${name.slice(0, 40).replace(/`/g, '')}\`.\n${await this.help(call)}`;
        }
        const off = command.worksWhenOff ? undefined : this.host.whyOff();
        if (command.adminOnly && !call.sender.roles.includes('admin')) {
            return 'Only administrators of this workspace can do this.';
        }
        if (off) {
            return off;
        }
        try {
            if (command.adminOnly) {
                await this.host.adminSeen(call);
            }
            return await command.run({ ...call, args });
        } catch (error) {
            this.host.log.error(`/matrix ${command.name} failed`, error);
            return error instanceof BridgeError ? error.userMessage : 'This did not work because of an error in the bridge. Its log, for administrators, says more.';
        }
    }

    private help({ sender }: CommandCall): Promise<string> {
        return new HelpCommand(() => this.commands).run({ sender });
    }
}
