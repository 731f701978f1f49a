import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { withLock } from '../../process/lock.mts';
import { tried } from '../../process/tried.mts';
import { PlainError } from '../../process/PlainError.mts';

const DENDRITE_VERSION = '0.15.2';

const MODULE = resolve('workspace/homeserver/dendrite');
const HOME = resolve('.gitignored/dendrite', DENDRITE_VERSION);
/** Written last: its text is the hash of the sources that are built. */
const STAMP = join(HOME, 'built');

export interface Programs {
    dendrite: string;
    /** Starts it so that it ends with us, see `launch/main.go`. */
    launch: string;
}

const programs: Programs = { dendrite: join(HOME, 'dendrite'), launch: join(HOME, 'launch') };

async function sourcesHash(): Promise<string> {
    const hash = createHash('sha256');
    for (const file of ['go.mod', 'go.sum', 'launch/main.go']) {
        hash.update(await readFile(join(MODULE, file)));
    }
    return hash.digest('hex');
}

async function isBuilt(hash: string): Promise<boolean> {
    const stamp = await readFile(STAMP, 'utf8').catch(() => '');
    return stamp.trim() === hash && existsSync(programs.dendrite) && existsSync(programs.launch);
}

function go(args: string[], onLine: (line: string) => void, signal?: AbortSignal): Promise<{ code: number; output: string }> {
    return new Promise((done, fail) => {
        const child = spawn('go', args, { cwd: MODULE, stdio: ['ignore', 'pipe', 'pipe'], signal });
        let output = '';
        for (const stream of [child.stdout, child.stderr]) {
            createInterface({ input: stream }).on('line', (line) => {
                output = `${output}${line}\n`.slice(-20_000);
                onLine(line);
            });
        }
        child.once('error', (error: NodeJS.ErrnoException) => {
            const missing = `Dendrite ${DENDRITE_VERSION} is built from source, and there is no Go on PATH: install Go 1.25 or newer.`;
            fail(error.code === 'ENOENT' ? new PlainError(missing) : error);
        });
        child.once('close', (code) => done({ code: code ?? 1, output }));
    });
}

async function build(progress: (text: string) => void, signal?: AbortSignal): Promise<void> {
    let modules = 0;
    let told = Date.now();
    const onLine = (line: string) => {
        modules += line.startsWith('go: downloading') ? 1 : 0;
        if (modules && Date.now() - told > 2_000) {
            told = Date.now();
            progress(`Dendrite ${DENDRITE_VERSION}: Go module ${modules}`);
        }
    };
    const packages = ['github.com/element-hq/dendrite/cmd/dendrite', './launch'];
    const run = (): ReturnType<typeof go> => go(['build', '-mod=readonly', '-o', `${HOME}/`, ...packages], onLine, signal);
    const { code, output } = await tried(run, () => progress(`Dendrite ${DENDRITE_VERSION}: the build failed, trying again`), signal);
    if (code !== 0) {
        const reason = output.split('\n').filter((line) => line && !line.startsWith('go: downloading')).pop() ?? `exit code ${code}`;
        const network = /dial tcp|no such host|i\/o timeout|connection refused|TLS handshake/.test(output);
        throw new PlainError(`Dendrite ${DENDRITE_VERSION} could not be built: ${network ? 'the Go module proxy cannot be reached' : reason}`);
    }
}

/**
 * Builds the pinned Dendrite, when that has not been done yet. Several processes may call it at once: one builds, the others
 * wait for it.
 * @param progress told what happens, a few lines
 * @param signal ends the build
 * @throws PlainError no Go, no network, or the compiler's words
 */
export async function installDendrite(progress: (text: string) => void = () => undefined, signal?: AbortSignal): Promise<Programs> {
    const hash = await sourcesHash();
    if (await isBuilt(hash)) {
        return programs;
    }
    return withLock(
        `${HOME}.lock`,
        async () => {
            if (await isBuilt(hash)) {
                return programs;
            }
            progress(`Dendrite ${DENDRITE_VERSION}: building from source (once, about two minutes)`);
            await rm(HOME, { recursive: true, force: true });
            await mkdir(HOME, { recursive: true });
            await build(progress, signal);
            await writeFile(STAMP, `${hash}\n`);
            return programs;
        },
        () => progress(`Dendrite ${DENDRITE_VERSION}: waiting for another process that builds it`),
    );
}
