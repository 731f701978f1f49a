import { createHash } from 'node:crypto';
import { copyFile, readFile, readdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Plugin } from 'esbuild';
import { madeOnce } from '../process/madeOnce.mts';

const SOURCES = resolve('workspace/page/client');
const BUILDS = resolve('.gitignored/page');
const STATIC = ['index.html', 'style.css', 'icon.svg'];

/** The page speaks unencrypted rooms only: matrix-js-sdk's crypto (5 MB of WebAssembly) and its calls stay outside. */
const withoutCrypto: Plugin = {
    name: 'without-crypto',
    setup(build) {
        build.onResolve({ filter: /matrix-sdk-crypto-wasm|rust-crypto\/index/ }, ({ path }) => ({ path, namespace: 'empty' }));
        build.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'module.exports = {};' }));
    },
};

async function filesBelow(folder: string): Promise<string[]> {
    const entries = await readdir(folder, { withFileTypes: true });
    const files = entries.map(async (entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)]));
    return (await Promise.all(files)).flat().sort();
}

async function sourceHash(): Promise<string> {
    const hash = createHash('sha256').update(await readFile('package-lock.json'));
    for (const path of await filesBelow(SOURCES)) {
        hash.update(relative(SOURCES, path)).update(await readFile(path));
    }
    return hash.digest('hex').slice(0, 16);
}

async function bundle(folder: string): Promise<void> {
    const { build } = await import('esbuild');
    await build({
        entryPoints: [join(SOURCES, 'main.mts')],
        outfile: join(folder, 'page.js'),
        bundle: true,
        format: 'esm',
        platform: 'browser',
        target: 'es2022',
        minify: true,
        sourcemap: true,
        define: { global: 'globalThis' },
        plugins: [withoutCrypto],
        logLevel: 'error',
        logOverride: { 'import-is-undefined': 'silent' },
    });
}

/**
 * Builds the page, unless it is built already for these sources and packages. Safe when several processes do it at once.
 * @returns the folder with index.html, style.css, icon.svg, page.js
 */
export async function buildPage(): Promise<string> {
    return madeOnce(join(BUILDS, await sourceHash()), async (draft) => {
        await bundle(draft);
        await Promise.all(STATIC.map((name) => copyFile(join(SOURCES, name), join(draft, name))));
    });
}
