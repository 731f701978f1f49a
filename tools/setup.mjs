/**
 * The first step of `npm start` and `npm test`: everything that must be there before a dependency can be used. Plain Node, no dependencies.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const NO_NETWORK = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|network/;

/** How often npm is tried, and the pause before the second try, milliseconds. */
const TRIES = 3;
const PAUSE_MS = 3_000;

/** A failure that one sentence explains. */
export class SetupError extends Error {}

export function checkNode(version = process.versions.node) {
    if (Number(version.split('.')[0]) < 20) {
        throw new SetupError(`Node 20 or newer is needed, this is Node ${version}.`);
    }
}

const modules = join(root, 'node_modules');
const stamp = join(modules, '.installed');

/** What the installed packages depend on: the lock file, and the machine that the binaries inside packages are for. */
async function wanted() {
    const lock = await readFile(join(root, 'package-lock.json'));
    return createHash('sha256').update(lock).update(`${process.platform} ${process.arch}`).digest('hex');
}

/** By our stamp; without one (somebody ran npm) by npm's own list, which it writes last. */
async function isInstalled(hash) {
    const ours = await readFile(stamp, 'utf8').catch(() => undefined);
    if (ours !== undefined) {
        return ours === hash;
    }
    const time = (path) => stat(path).then(({ mtimeMs }) => mtimeMs, () => 0);
    return (await time(join(modules, '.package-lock.json'))) >= (await time(join(root, 'package-lock.json')));
}

/** @returns how many packages are unpacked by now (npm makes all their folders first) */
async function countInstalled() {
    const folders = await readdir(modules).catch(() => []);
    const names = await Promise.all(folders.map(async (name) => (name.startsWith('@') ? (await readdir(join(modules, name))).map((part) => `${name}/${part}`) : name)));
    return names.flat().filter((name) => existsSync(join(modules, name, 'package.json'))).length;
}

/** Tells about the packages every few seconds, when there is something new to tell. @returns the function that ends it */
function tellProgress(total) {
    const begin = Date.now();
    let last = -1;
    const ticker = setInterval(async () => {
        const count = await countInstalled().catch(() => last);
        if (count !== last) {
            last = count;
            const state = count === 0 ? 'downloading' : `${Math.min(count, total)} of ${total}`;
            console.log(`npm packages: ${state} (${Math.round((Date.now() - begin) / 1000)} s)`);
        }
    }, 5_000);
    return () => clearInterval(ticker);
}

/** Runs npm. @returns its exit code, or the reason why it could not be run, and what it said */
async function npm(args) {
    const child = spawn(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (data) => (errors = `${errors}${data}`.slice(-20_000)));
    const interrupted = (signal) => {
        child.kill(signal);
        process.exit(1);
    };
    process.once('SIGTERM', interrupted).once('SIGINT', interrupted);
    const code = await new Promise((resolve) => {
        child.once('error', (error) => resolve(error.code));
        child.once('close', resolve);
    });
    process.off('SIGTERM', interrupted).off('SIGINT', interrupted);
    return { code, errors };
}

/**
 * `npm ci` where nothing is installed; else only what differs from the lock file, since others may be at work with the rest.
 * npm itself is silent when its output is not a terminal, so the packages are counted.
 */
async function npmInstall() {
    const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
    const forHere = ({ os, cpu }) => (!os || os.includes(process.platform)) && (!cpu || cpu.includes(process.arch));
    const total = Object.entries(lock.packages).filter(([path, info]) => /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) && forHere(info)).length;
    const whole = !existsSync(join(modules, '.package-lock.json'));
    console.log(whole ? `npm packages: installing ${total} (once, about a minute)` : 'npm packages: bringing them up to date');
    const args = [...(whole ? ['ci'] : ['install', '--no-save']), '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', '--fetch-retry-mintimeout=2000', '--fetch-retry-maxtimeout=8000'];
    const endProgress = tellProgress(total);
    let { code, errors } = await npm(args);
    // A registry can fail for a moment, in more ways than npm's words tell.
    for (let tries = 1; code !== 0 && code !== 'ENOENT' && tries < TRIES; tries += 1) {
        console.log('npm packages: npm failed, trying again');
        await sleep(PAUSE_MS * tries);
        ({ code, errors } = await npm(args));
    }
    endProgress();
    if (code === 0) {
        return;
    }
    if (code === 'ENOENT') {
        throw new SetupError('npm was not found on PATH: it comes with Node, install it and try again.');
    }
    if (NO_NETWORK.test(errors)) {
        throw new SetupError('The npm packages could not be installed: there is no connection to the npm registry. Connect (or set npm\'s registry) and try again.');
    }
    const reason = errors.split('\n').filter((line) => line.startsWith('npm error') && !line.includes('A complete log')).map((line) => line.slice(10)).slice(0, 3).join(' ');
    throw new SetupError(`The npm packages could not be installed: ${reason || `npm ended with ${code}`}`);
}

async function holderLives(folder) {
    const pid = Number(await readFile(join(folder, 'pid'), 'utf8').catch(() => ''));
    if (!pid) {
        return (await stat(folder).then(({ mtimeMs }) => mtimeMs, () => 0)) > Date.now() - 5_000;
    }
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        return error.code === 'EPERM';
    }
}

/** Runs `action` while no other process does; a lock whose holder died is taken over. */
async function alone(folder, action) {
    await mkdir(dirname(folder), { recursive: true });
    for (;;) {
        try {
            await mkdir(folder);
            break;
        } catch (error) {
            if (error.code !== 'EEXIST') {
                throw error;
            }
        }
        if (!(await holderLives(folder))) {
            await rm(folder, { recursive: true, force: true });
        }
        await sleep(200);
    }
    try {
        await writeFile(join(folder, 'pid'), String(process.pid));
        return await action();
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}

/**
 * Installs the npm packages that package-lock.json names, when they are missing or older than it.
 * @throws SetupError no npm, no network
 */
export async function installPackages() {
    const hash = await wanted();
    if (await isInstalled(hash)) {
        return;
    }
    await alone(join(root, '.gitignored', 'npm.lock'), async () => {
        if (!(await isInstalled(hash))) {
            await npmInstall();
            await writeFile(stamp, hash);
        }
    });
}

/** Loads a TypeScript module of this repository, by its path from the root. Only after `installPackages`. */
export async function load(path) {
    const { register } = await import('tsx/esm/api');
    register();
    return import(pathToFileURL(join(root, path)).href);
}

/** Runs the body of a tool: a sentence for what a person can mend, a stack for a bug, and exit code 1 for both. */
export async function main(body) {
    try {
        process.chdir(root);
        checkNode();
        await body();
    } catch (error) {
        console.error(error instanceof SetupError || error?.name === 'PlainError' ? error.message : error);
        process.exitCode = 1;
    }
}
