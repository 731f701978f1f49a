/**
 * A headless Chromium for the tests of the page: the one that `CHROMIUM_PATH` names, else an installed one, else the one that the
 * npm package `@sparticuz/chromium` brings along.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';
import { madeOnce } from '../../../workspace/process/madeOnce.mts';

const run = promisify(execFile);

const INSTALLED = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const FLAGS = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
];

interface Program {
    executablePath: string;
    env: NodeJS.ProcessEnv;
}

function installed(): string | undefined {
    const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
    return INSTALLED.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

/**
 * Unpacks the browser of the npm package, once, next to everything else that is made here. The package unpacks into the temporary
 * folder, and its own libraries only where it believes to be on Lambda: so it does that in a process that is told so.
 */
async function fromPackage(): Promise<string> {
    const { version } = JSON.parse(await readFile('node_modules/@sparticuz/chromium/package.json', 'utf8')) as { version: string };
    const folder = resolve('.gitignored/chromium', version);
    return madeOnce(folder, async (draft) => {
        const script = 'import("@sparticuz/chromium").then(({ default: chromium }) => chromium.executablePath())';
        await run(process.execPath, ['-e', script], { env: { ...process.env, TMPDIR: draft, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' } });
        // Its own fonts.conf looks into folders of Lambda.
        const fonts = `<fontconfig><dir>${join(folder, 'fonts', 'fonts')}</dir><cachedir>${join(folder, 'fonts-cache')}</cachedir></fontconfig>\n`;
        await writeFile(join(draft, 'fonts', 'fonts.conf'), `<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n${fonts}`);
    });
}

const starts = (path: string, env: NodeJS.ProcessEnv): Promise<boolean> => run(path, ['--version'], { env }).then(() => true, () => false);

async function program(): Promise<Program> {
    const path = process.env.CHROMIUM_PATH ?? installed();
    if (path) {
        return { executablePath: path, env: process.env };
    }
    const folder = await fromPackage();
    const executablePath = join(folder, 'chromium');
    const fonts = existsSync('/etc/fonts') ? {} : { FONTCONFIG_FILE: join(folder, 'fonts', 'fonts.conf') };
    const env = { ...process.env, ...fonts };
    if (await starts(executablePath, env)) {
        return { executablePath, env };
    }
    // The system has no NSS libraries: the package's own.
    const libraries = [join(folder, 'al2023', 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter);
    return { executablePath, env: { ...env, LD_LIBRARY_PATH: libraries } };
}

/** Starts the browser. @throws when there is none that runs, with its last words */
export async function launchChromium(): Promise<Browser> {
    const { executablePath, env } = await program();
    return chromium.launch({ executablePath, args: FLAGS, env: env as Record<string, string> });
}
