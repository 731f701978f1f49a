import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { PlainError } from '../../process/PlainError.mts';
import { withLock } from '../../process/lock.mts';
import { tried } from '../../process/tried.mts';
import { findPython } from './python.mts';

const SYNAPSE_VERSION = '1.163.2';

const REQUIREMENTS = resolve('workspace/homeserver/synapse/requirements.txt');
const HOME = resolve('.gitignored/synapse', SYNAPSE_VERSION);
const PYTHON = join(HOME, 'bin', 'python');
/** Written last: its text is the hash of the requirements that are installed. */
const STAMP = join(HOME, 'installed');

const NO_NETWORK = /name resolution|Failed to establish a new connection|ConnectTimeout|NewConnectionError|Network is unreachable|Max retries exceeded|ReadTimeout|Connection(Reset|Refused)/i;

/** Runs a program line by line. @returns its exit code and the last part of its output */
function runLines(command: string, args: string[], onLine: (line: string) => void, signal?: AbortSignal): Promise<{ code: number; output: string }> {
    return new Promise((done, fail) => {
        const env = { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: '1' };
        const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env, signal });
        let output = '';
        for (const stream of [child.stdout, child.stderr]) {
            createInterface({ input: stream }).on('line', (line) => {
                output = `${output}${line}\n`.slice(-20_000);
                onLine(line);
            });
        }
        child.once('error', fail);
        child.once('close', (code) => done({ code: code ?? 1, output }));
    });
}

async function isInstalled(hash: string): Promise<boolean> {
    const stamp = await readFile(STAMP, 'utf8').catch(() => '');
    return stamp.trim() === hash && existsSync(PYTHON);
}

async function makeVenv(python: string, signal?: AbortSignal): Promise<void> {
    const { code, output } = await runLines(python, ['-m', 'venv', HOME], () => undefined, signal);
    if (code === 0) {
        return;
    }
    if (/ensurepip|No module named venv/i.test(output)) {
        throw new PlainError(`${python} cannot make virtual environments: install its venv module (on Debian and Ubuntu: apt install python3-venv).`);
    }
    throw new PlainError(`${python} -m venv failed: ${lastLine(output)}`);
}

async function pipInstall(requirements: string, progress: (text: string) => void, signal?: AbortSignal): Promise<void> {
    const total = requirements.split('\n').filter((line) => /^[^#\s]/.test(line) && !line.includes('python_version <')).length;
    let collected = 0;
    let told = 0;
    const args = ['-m', 'pip', 'install', '--only-binary', ':all:', '--retries', '2', '--progress-bar', 'off', '-r', REQUIREMENTS];
    const onLine = (line: string) => {
        if (line.startsWith('Collecting ')) {
            collected++;
            if (Date.now() - told > 2_000) {
                told = Date.now();
                progress(`Synapse ${SYNAPSE_VERSION}: Python package ${Math.min(collected, total)} of ${total}`);
            }
        } else if (line.startsWith('Installing collected')) {
            progress(`Synapse ${SYNAPSE_VERSION}: unpacking ${total} Python packages`);
        }
    };
    const run = (): ReturnType<typeof runLines> => {
        collected = 0;
        return runLines(PYTHON, args, onLine, signal);
    };
    const { code, output } = await tried(run, () => progress(`Synapse ${SYNAPSE_VERSION}: PyPI failed, trying again`), signal);
    if (code === 0) {
        return;
    }
    if (NO_NETWORK.test(output)) {
        throw new PlainError(`Synapse ${SYNAPSE_VERSION} could not be installed from PyPI: there is no connection to the package index. Connect, or set pip's index (PIP_INDEX_URL), and try again.`);
    }
    const reason = output.split('\n').filter((line) => line.startsWith('ERROR:')).pop() ?? lastLine(output);
    throw new PlainError(`Synapse ${SYNAPSE_VERSION} could not be installed from PyPI: ${reason.replace(/^ERROR:\s*/, '')}`);
}

function lastLine(output: string): string {
    return output.trim().split('\n').pop() ?? '';
}

/**
 * Installs the pinned Synapse into a virtual environment of this checkout, when it is not there yet.
 * Several processes may call it at once: one installs, the others wait for it.
 * @param progress told what happens, a few lines
 * @param signal ends the installation
 * @returns path of the environment's Python
 * @throws PlainError no Python, no network, a package without a wheel for this machine
 */
export async function installSynapse(progress: (text: string) => void = () => undefined, signal?: AbortSignal): Promise<string> {
    const requirements = await readFile(REQUIREMENTS, 'utf8');
    const hash = createHash('sha256').update(requirements).digest('hex');
    if (await isInstalled(hash)) {
        return PYTHON;
    }
    const python = await findPython();
    return withLock(
        `${HOME}.lock`,
        async () => {
            if (await isInstalled(hash)) {
                return PYTHON;
            }
            progress(`Synapse ${SYNAPSE_VERSION}: installing from PyPI (once, about half a minute)`);
            await rm(HOME, { recursive: true, force: true });
            await mkdir(HOME, { recursive: true });
            await makeVenv(python, signal);
            await pipInstall(requirements, progress, signal);
            await writeFile(STAMP, `${hash}\n`);
            return PYTHON;
        },
        () => progress(`Synapse ${SYNAPSE_VERSION}: waiting for another process that installs it`),
    );
}
