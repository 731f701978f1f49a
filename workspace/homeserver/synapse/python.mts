import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PlainError } from '../../process/PlainError.mts';

const run = promisify(execFile);

const PROBE = 'import sys; print("%d.%d" % sys.version_info[:2])';
const CANDIDATES = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];

async function versionOf(command: string): Promise<[number, number] | undefined> {
    try {
        const { stdout } = await run(command, ['-c', PROBE], { timeout: 15_000 });
        const [major, minor] = stdout.trim().split('.').map(Number);
        return [major, minor];
    } catch {
        return undefined;
    }
}

/**
 * Finds a Python that Synapse runs on. `PYTHON` in the environment names one; else the usual names on PATH are tried.
 * @returns the command
 * @throws PlainError when there is none of 3.10 or newer
 */
export async function findPython(env: NodeJS.ProcessEnv = process.env): Promise<string> {
    const wanted = env.PYTHON ? [env.PYTHON] : CANDIDATES;
    let tooOld: string | undefined;
    for (const command of wanted) {
        const version = await versionOf(command);
        if (version && (version[0] > 3 || (version[0] === 3 && version[1] >= 10))) {
            return command;
        }
        tooOld ??= version && `${command} is ${version.join('.')}`;
    }
    const found = tooOld ? `only an older one was found (${tooOld})` : env.PYTHON ? `PYTHON=${env.PYTHON} does not run` : 'none was found on PATH';
    throw new PlainError(`Synapse needs Python 3.10 or newer, and ${found}: install Python 3 with its venv module, or name it with PYTHON=/path/to/python3.`);
}
