/**
 * Makes `dist/matrix-bridge_<version>.zip` (`npm run package`): the app alone, built by the real `rc-apps package`.
 *
 * rc-apps compiles every `.ts` below the folder in which it runs and adds every other file it finds there, the lock file
 * and the tests too; and it builds the whole program anew for each file, which takes a minute for this app. So the app's own
 * files are laid out in a folder of their own, all of `src/` and `vendor/` bundled into one file, and rc-apps runs there.
 * `npx rc-apps package` and `npx rc-apps deploy` at the root work as well, on the same sources; they take longer, and their
 * zip is bigger. Types are not checked here: `npm run typecheck` does it, also with the options of rc-apps.
 *
 * Nothing is built when the files and tools are those of the last time. `--force` builds all the same.
 */
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, readdir, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const largest = 600_000;

/** What belongs to the app: single files, and folders with the extension of the files that count in them. */
const files = ['app.json', 'icon.png', 'MatrixBridgeApp.ts'];
const folders = { src: '.ts', vendor: '.ts', i18n: '.json' };

/** A failure that needs no stack trace. */
class PackageError extends Error {}

async function appFiles() {
    const found = [...files];
    for (const [folder, extension] of Object.entries(folders)) {
        const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
        for (const entry of entries) {
            if (entry.isFile() && entry.name.endsWith(extension)) found.push(relative(root, join(entry.parentPath ?? entry.path, entry.name)));
        }
    }
    return found.map((path) => path.split(sep).join('/')).sort();
}

/** rc-apps wants a package.json, and compares the engine's version in it with the one in app.json; the rest stays outside of the zip. */
async function manifests() {
    const info = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    const app = JSON.parse(await readFile(join(root, 'app.json'), 'utf8'));
    if (app.version !== info.version) throw new PackageError(`app.json says version ${app.version}, package.json ${info.version}: they must be the same.`);
    const engine = '@rocket.chat/apps-engine';
    const { name, version, license } = info;
    return { app, staged: JSON.stringify({ name, version, license, private: true, devDependencies: { [engine]: info.devDependencies[engine] } }, null, 4) };
}

/** Changes whenever the zip would. */
async function digest(paths, staged) {
    const hash = createHash('sha256').update(staged);
    for (const tool of ['@rocket.chat/apps-cli', '@rocket.chat/apps-compiler', '@rocket.chat/apps-engine', 'esbuild', 'typescript']) {
        hash.update(JSON.parse(await readFile(join(root, 'node_modules', tool, 'package.json'), 'utf8')).version);
    }
    for (const path of [...paths, 'tools/package.mjs']) hash.update(path).update('\0').update(await readFile(join(root, path))).update('\0');
    return hash.digest('hex');
}

/** Runs a Node script of a package. @returns its exit code and what it printed */
function run(cwd, script, ...args) {
    return new Promise((resolve, reject) => {
        const env = { ...process.env, NODE_NO_WARNINGS: '1', FORCE_COLOR: '0' };
        const child = spawn(process.execPath, [join(root, 'node_modules', script), ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'], env });
        let output = '';
        child.stdout.on('data', (data) => (output += data));
        child.stderr.on('data', (data) => (output += data));
        child.on('error', reject);
        child.on('close', (code) => resolve({ code, output: output.trim() }));
    });
}

/** @throws PackageError with what rc-apps printed */
async function rcApps(folder) {
    const { code, output } = await run(folder, '@rocket.chat/apps-cli/bin/run', 'package');
    if (code !== 0) throw new PackageError(`rc-apps package failed:\n${output}`);
}

/** All of the app's code behind the main class as one JavaScript file; the engine's own modules stay outside. */
async function bundle() {
    const entry = { entryPoints: [join(root, 'src', 'main.ts')], absWorkingDir: root, write: false, tsconfigRaw: {}, logLevel: 'silent' };
    try {
        const { outputFiles } = await build({
            ...entry,
            bundle: true,
            format: 'cjs',
            platform: 'node',
            // Below 2018 each object spread becomes calls of helpers that cost microseconds.
            target: 'es2018',
            charset: 'utf8',
            legalComments: 'inline',
            external: ['@rocket.chat/apps-engine/*'],
        });
        const { metafile } = await build({ ...entry, format: 'esm', metafile: true });
        return { code: outputFiles[0].text, names: Object.values(metafile.outputs)[0].exports };
    } catch (error) {
        if (!error.errors) throw error;
        const lines = error.errors.map(({ text, location }) => (location ? `${location.file}:${location.line}: ${text}` : text));
        throw new PackageError(`The app does not compile:\n${lines.join('\n')}`);
    }
}

/**
 * Stands in for `src/main.ts`: gives what the bundle exports. rc-apps puts the bundle into the zip as it is, and does not have
 * it when it evaluates the main class; so it is loaded at the first use.
 */
const standIn = (names) => `// @ts-nocheck
export let ${names.join(', ')};
for (const name of ${JSON.stringify(names)}) {
    Object.defineProperty(exports, name, { enumerable: true, get: () => require('./bundle')[name] });
}
`;

async function stage(folder, paths, staged) {
    const { code, names } = await bundle();
    await mkdir(join(folder, 'src'));
    await writeFile(join(folder, 'src', 'bundle.js'), code);
    await writeFile(join(folder, 'src', 'main.ts'), standIn(names));
    await writeFile(join(folder, 'MatrixBridgeApp.ts'), `// @ts-nocheck\n${await readFile(join(root, 'MatrixBridgeApp.ts'), 'utf8')}`);
    for (const path of paths.filter((path) => !path.endsWith('.ts'))) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await cp(join(root, path), join(folder, path));
    }
    await writeFile(join(folder, 'package.json'), staged);
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
}

/**
 * Builds the package if need be.
 * @returns the path of the zip, its size in bytes, and whether it had to be built
 */
export async function packageApp({ force = false } = {}) {
    const { app, staged } = await manifests();
    const paths = await appFiles();
    const name = `${app.nameSlug}_${app.version}.zip`;
    const zip = join(root, 'dist', name);
    const stamp = join(root, '.gitignored', 'package.json');
    const inputs = await digest(paths, staged);
    const sum = (content) => createHash('sha256').update(content).digest('hex');

    const last = await readFile(stamp, 'utf8').then(JSON.parse).catch(() => ({}));
    const present = await readFile(zip).catch(() => undefined);
    if (!force && present && last.inputs === inputs && last.zip === sum(present)) return { zip, size: present.length, built: false };

    const folder = await realpath(await mkdtemp(join(tmpdir(), 'matrix-bridge-')));
    try {
        await stage(folder, paths, staged);
        await rcApps(folder);
        const content = await readFile(join(folder, 'dist', name)).catch(() => {
            throw new PackageError(`rc-apps said it was done, but made no ${name}.`);
        });
        if (content.length > largest) throw new PackageError(`${name} has ${content.length} bytes; ${largest} are the limit.`);
        // rc-apps writes the interfaces that the main class implements into app.json.
        const manifest = await readFile(join(folder, 'app.json'), 'utf8');
        if (manifest !== await readFile(join(root, 'app.json'), 'utf8')) await writeFile(join(root, 'app.json'), manifest);
        await mkdir(dirname(zip), { recursive: true });
        await mkdir(dirname(stamp), { recursive: true });
        const part = `${zip}.${process.pid}.part`;
        await writeFile(part, content);
        await rename(part, zip);
        await writeFile(stamp, JSON.stringify({ inputs: await digest(paths, staged), zip: sum(content) }));
        return { zip, size: content.length, built: true };
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
    try {
        const { zip, size, built } = await packageApp({ force: process.argv.includes('--force') });
        console.log(`${relative(root, zip)}: ${Math.round(size / 1000)} kB${built ? '' : ' (nothing changed)'}`);
    } catch (error) {
        console.error(error instanceof PackageError ? error.message : error);
        process.exitCode = 1;
    }
}
