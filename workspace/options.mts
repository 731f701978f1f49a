import { PlainError } from './process/PlainError.mts';
import { newestQuirks, type Quirks } from './server/contract.mts';

/** What the workspace process is told by its command line; the environment stands in for what is absent. */
export interface WorkspaceOptions {
    /** 0: any free port. Further instances take free ports. */
    port: number;
    host: string;
    /** Absent: everything stays in memory. */
    dataDir?: string;
    instances: number;
    /** `Site_Url`; the first instance's address when absent. */
    rootUrl?: string;
    admin: { username: string; password: string };
    quirks: Quirks;
}

const flags = ['port', 'host', 'data-dir', 'instances', 'root-url', 'admin-username', 'admin-password', 'quirk'] as const;

/** @throws PlainError that says what is wrong with the command line */
export function parseOptions(args: string[], env: NodeJS.ProcessEnv): WorkspaceOptions {
    const given = parse(args);
    const one = (name: (typeof flags)[number]): string | undefined => given.get(name)?.at(-1);
    return {
        port: wholeNumber('--port', one('port') ?? env.PORT ?? '3000', 0, 65_535),
        host: one('host') ?? env.BIND_IP ?? '127.0.0.1',
        dataDir: one('data-dir') ?? env.DATA_DIR,
        instances: wholeNumber('--instances', one('instances') ?? env.INSTANCES ?? '1', 1, 8),
        rootUrl: (one('root-url') ?? env.ROOT_URL)?.replace(/\/$/, ''),
        admin: { username: one('admin-username') ?? env.ADMIN_USERNAME ?? 'admin', password: one('admin-password') ?? env.ADMIN_PASS ?? 'admin' },
        quirks: quirks(given.get('quirk') ?? []),
    };
}

/** `--name value` and `--name=value`, each as often as it is given. */
function parse(args: string[]): Map<string, string[]> {
    const given = new Map<string, string[]>();
    for (let index = 0; index < args.length; index++) {
        const match = /^--([a-z-]+)(?:=(.*))?$/s.exec(args[index]);
        if (!match || !(flags as readonly string[]).includes(match[1])) {
            throw new PlainError(`The workspace does not know "${args[index]}"; it knows --${flags.join(', --')}.`);
        }
        const value = match[2] ?? args[++index];
        if (value === undefined) throw new PlainError(`--${match[1]} needs a value.`);
        given.set(match[1], [...(given.get(match[1]) ?? []), value]);
    }
    return given;
}

function wholeNumber(name: string, text: string, low: number, high: number): number {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < low || value > high) throw new PlainError(`${name} must be a whole number from ${low} to ${high}, not "${text}".`);
    return value;
}

function quirks(settings: string[]): Quirks {
    const chosen: Record<string, string | boolean> = { ...newestQuirks };
    for (const setting of settings) {
        const [name, value = 'true'] = setting.split('=');
        const known = chosen[name];
        if (known === undefined) throw new PlainError(`There is no quirk "${name}"; there are: ${Object.keys(newestQuirks).join(', ')}.`);
        if (typeof known === 'boolean') chosen[name] = value === 'true';
        else chosen[name] = value;
    }
    return chosen as unknown as Quirks;
}
