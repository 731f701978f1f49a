import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { madeOnce } from '../process/madeOnce.mts';
import { root } from './paths.mts';

const require = createRequire(import.meta.url);

/** The packages that the sandbox imports by name, and what they are to export beside a default. */
const sandboxPackages = ['@msgpack/msgpack', '@rocket.chat/ui-kit', 'acorn', 'acorn-walk', 'astring', 'jsonrpc-lite', 'stack-trace', 'uuid'];

/** The three modules of Deno's own registry that the sandbox imports: the functions it uses, in `sandbox/`. */
const shims = { '@std/cli/parse-args': 'std-parse-args.mjs', '@std/io': 'std-io.mjs', '@std/streams': 'std-streams.mjs' };

/** What the npm package holds and we use; the rest (`client`, sources for other tools) stays out. */
const parts = ['definition', 'deno-runtime', 'lib', 'server', 'package.json'];

/**
 * Makes our own copy of the Apps-Engine, with a Deno configuration that downloads nothing, and leaves `node_modules` as
 * `npm ci` made it. The copy lies as deep in a `node_modules` folder as the original, because the engine computes Deno's
 * `--allow-read` from its own place. Done once for each version of the engine; safe when several processes do it at once.
 * @returns the folder of the copied package
 */
export async function prepareEngine(): Promise<string> {
    const source = dirname(require.resolve('@rocket.chat/apps-engine/package.json'));
    const inner = join('node_modules', '@rocket.chat', 'apps-engine');
    const place = await madeOnce(join(root, '.gitignored', 'engine', await nameOf(source)), (draft) => copyEngine(source, join(draft, inner)));
    return join(place, inner);
}

async function nameOf(source: string): Promise<string> {
    const hash = createHash('sha256');
    const folder = join(root, 'workspace', 'engine');
    for (const file of ['prepare.mts', ...Object.values(shims).map((name) => `sandbox/${name}`)]) hash.update(await readFile(join(folder, file)));
    for (const name of sandboxPackages) hash.update(await readFile(join(root, 'node_modules', name, 'package.json')));
    const { version } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8'));
    return `${version}-${hash.digest('hex').slice(0, 10)}`;
}

async function copyEngine(source: string, target: string): Promise<void> {
    await mkdir(target, { recursive: true });
    await Promise.all(parts.map((part) => cp(join(source, part), join(target, part), { recursive: true })));
    await copyOwnDependencies(join(source, 'node_modules'), join(target, 'node_modules'));
    const runtime = join(target, 'deno-runtime');
    await rm(join(runtime, 'deno.lock'), { force: true });
    // A sandbox whose host died ends, whatever timers its app left: its input has ended. (Not when decoding failed: that is a crash.)
    const main = join(runtime, 'main.ts');
    await writeFile(main, (await readFile(main, 'utf8')).replace(/\nmain\(\);\s*$/, '\nmain().then(() => Deno.exit(0));\n'));
    const packages = await bundlePackages(join(runtime, 'packages'));
    for (const file of Object.values(shims)) await cp(join(root, 'workspace', 'engine', 'sandbox', file), join(runtime, 'packages', file));
    await writeFile(join(runtime, 'deno.jsonc'), JSON.stringify(denoConfig(packages), null, 4));
}

/** The dependencies that npm did not hoist: the sandbox may read copies only (`uuid`); esbuild is large and the host's alone. */
async function copyOwnDependencies(source: string, target: string): Promise<void> {
    await mkdir(target);
    for (const name of await readdir(source).catch(() => [])) {
        if (name.includes('esbuild')) await symlink(join(source, name), join(target, name), 'dir');
        else await cp(join(source, name), join(target, name), { recursive: true });
    }
}

/** Bundles the packages into ES modules. @returns file names by package */
async function bundlePackages(folder: string): Promise<Record<string, string>> {
    await mkdir(folder, { recursive: true });
    const files: Record<string, string> = {};
    for (const name of sandboxPackages) {
        files[name] = `${name.replace('@', '').replace('/', '-')}.mjs`;
        const names = Object.keys(require(name)).filter((key) => key !== 'default' && /^[A-Za-z_$][\w$]*$/.test(key));
        // CommonJS packages give esbuild no names to export: they are listed one by one.
        const contents = `import * as all from '${name}';\nconst it = all.default ?? all;\nexport default it;\n`
            + names.map((key) => `const $${key} = all['${key}'] ?? it['${key}'];\nexport { $${key} as ${key} };\n`).join('');
        await build({
            stdin: { contents, resolveDir: root, loader: 'js' },
            outfile: join(folder, files[name]),
            bundle: true,
            format: 'esm',
            platform: 'node',
            mainFields: ['module', 'main'],
            alias: { crypto: 'node:crypto' },
            banner: { js: "import { createRequire as $createRequire } from 'node:module';\nconst require = $createRequire(import.meta.url);" },
            logLevel: 'error',
        });
    }
    return files;
}

/**
 * The sandbox's `require` of `@rocket.chat/apps-engine/…` takes `src/` out of what this map says (`deno-runtime/lib/require.ts`),
 * so the entry must stay as it is; the one TypeScript module that is imported as a value is not in the npm package, its
 * JavaScript is.
 */
function denoConfig(packages: Record<string, string>): object {
    const imports: Record<string, string> = {
        '@rocket.chat/apps-engine/': './../src/',
        '@rocket.chat/apps-engine/definition/exceptions/AppsEngineException.ts': './../definition/exceptions/AppsEngineException.js',
    };
    for (const [name, file] of Object.entries({ ...packages, ...shims })) imports[name] = `./packages/${file}`;
    return { imports, unstable: ['detect-cjs'] };
}

/** @returns the folder that holds the real `deno` program (npm's `deno` command is a wrapper, whose child outlives it when killed) */
export async function denoFolder(): Promise<string> {
    const platforms = join(root, 'node_modules', '@deno');
    const folders = await readdir(platforms).catch(() => []);
    const found = folders.map((name) => join(platforms, name)).find((folder) => existsSync(join(folder, 'deno')) || existsSync(join(folder, 'deno.exe')));
    if (!found) throw new Error('The Deno program is missing: `npm ci` installs it (package "deno", optional dependencies included).');
    return found;
}
