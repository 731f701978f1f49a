import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tryLock } from '../process/lock.mts';
import { PlainError } from '../process/PlainError.mts';

export interface LocalLogin {
    username: string;
    password: string;
}

export interface MatrixLogin {
    userId: string;
    password: string;
}

/** The demo, once it is made: people and the federated room. */
export interface Demo {
    rocketchat: { users: LocalLogin[]; room: { id: string; name: string } };
    homeserver: { users: MatrixLogin[]; room: { id: string; alias: string } };
}

/** What a data folder remembers between two starts. */
export interface State {
    adminPassword: string;
    /** Hash of the zip that is installed. */
    zip?: string;
    demo?: Demo;
}

/** `<data-dir>/running.json`: tells scripts where all is, from "everything is ready" to the end. */
export interface Running {
    rocketchat: { url: string; admin: LocalLogin; users: LocalLogin[]; room: { id: string; name: string } | null };
    homeserver: { kind: string; url: string; serverName: string; users: MatrixLogin[]; room: { id: string; alias: string } | null };
    app: { id: string; zip: string };
    pids: { workspace: number; homeserver: number };
}

/** A password that can be typed: ten letters and digits that cannot be mistaken for each other. */
export function password(): string {
    const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
    return Array.from(randomBytes(10), (byte) => letters[byte % letters.length]).join('');
}

async function writeJson(file: string, content: unknown): Promise<void> {
    await writeFile(`${file}.new`, `${JSON.stringify(content, undefined, 4)}\n`, { mode: 0o600 });
    await rename(`${file}.new`, file);
}

/** The data folder of one start; held by one process at a time. */
export class DataFolder {
    public readonly runningFile: string;

    private constructor(
        public readonly path: string,
        public readonly state: State,
        private readonly release: () => Promise<void>,
    ) {
        this.runningFile = join(path, 'running.json');
    }

    /** @throws PlainError when another start uses it, or it cannot be written */
    public static async open(path: string): Promise<DataFolder> {
        await mkdir(path, { recursive: true, mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
            throw new PlainError(`The data folder ${path} cannot be made (${error.code}): choose another one with --data-dir.`);
        });
        const lock = await tryLock(join(path, 'lock'));
        if ('heldBy' in lock) {
            throw new PlainError(`The data folder ${path} is in use by process ${lock.heldBy}: stop that one, or choose another folder with --data-dir.`);
        }
        try {
            await rm(join(path, 'running.json'), { force: true });
            const kept = await readFile(join(path, 'state.json'), 'utf8').catch(() => undefined);
            const folder = new DataFolder(path, kept ? (JSON.parse(kept) as State) : { adminPassword: password() }, lock.release);
            await folder.save();
            return folder;
        } catch (error) {
            await lock.release();
            throw error;
        }
    }

    public file(name: string): string {
        return join(this.path, name);
    }

    public save(): Promise<void> {
        return writeJson(this.file('state.json'), this.state);
    }

    public writeRunning(running: Running): Promise<void> {
        return writeJson(this.runningFile, running);
    }

    /** What the page may know (see workspace/page): everything in it is shown to whoever opens the page. */
    public writePageConfig(config: unknown): Promise<void> {
        return writeJson(this.file('page.json'), config);
    }

    public async close(): Promise<void> {
        await rm(this.runningFile, { force: true });
        await this.release();
    }
}
