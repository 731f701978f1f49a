import type { Command, CommandCall } from './Command';

/** `/matrix help`: what there is, for the person who asks. */
export class HelpCommand implements Command {
    public readonly name = 'help';
    public readonly params = '';
    public readonly description = 'Show this list';
    public readonly adminOnly = false;
    public readonly worksWhenOff = true;

    /** @param all every command, read at each call */
    constructor(private readonly all: () => readonly Command[]) {}

    public async run({ sender }: Pick<CommandCall, 'sender'>): Promise<string> {
        const usable = this.all().filter(({ adminOnly }) => !adminOnly || sender.roles.includes('admin'));
        const lines = usable.map(({ name, params, description }) => `- \`/matrix ${[name, params].filter(Boolean).join(' ')}\`: ${description}`);
        return ['**Commands of the Matrix bridge**', ...lines].join('\n');
    }
}
