/** The table of commands in docs/commands.md, from the commands themselves; the words around it are kept. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

interface Described {
    name: string;
    params: string;
    description: string;
    adminOnly: boolean;
}

const folder = 'src/commands';
/** The frame around the sub-commands. */
const frame = ['Command.ts', 'MatrixCommand.ts'];

/** Every file `<Name>Command.ts` is a sub-command; what it says of itself needs nothing of the app. */
const commands = async (): Promise<Described[]> => {
    const files = readdirSync(folder).filter((file) => file.endsWith('Command.ts') && !frame.includes(file)).sort();
    return Promise.all(
        files.map(async (file) => {
            const module = await import(join(process.cwd(), folder, file));
            const Command = module[file.replace('.ts', '')] ?? module.default[file.replace('.ts', '')];
            return new Command() as Described;
        }),
    );
};

const begin = '<!-- commands:begin (made by `npm run docs` from src/commands) -->';
const end = '<!-- commands:end -->';

/** @throws Error when the page has lost its marks */
export const commandsPage = async (now: string): Promise<string> => {
    const [before, rest] = now.split(begin);
    const after = rest?.split(end)[1];
    if (after === undefined) {
        throw new Error(`docs/commands.md has not the marks ${begin} and ${end}`);
    }
    const rows = (await commands()).map(({ name, params, description, adminOnly }) => {
        const typed = ['/matrix', name, params].filter(Boolean).join(' ');
        return `| \`${typed}\` | ${adminOnly ? 'admins' : 'everybody'} | ${description} |`;
    });
    const table = ['| command | for | what it does |', '|---|---|---|', ...rows].join('\n');
    return `${before}${begin}\n${table}\n${end}${after}`;
};
