/**
 * Makes `vendor/*.ts`: the libraries that the app uses at run time, each bundled into one file by esbuild.
 *
 * Why bundles: the sandbox lets an app require only its own files and a few Node modules; rc-apps adds no npm package to
 * the zip, and cannot follow the types of a library that reaches other Node modules. Why functions: rc-apps evaluates the
 * main class in a bare context in which a `require` of a Node module gives nothing, so a library may only be evaluated
 * when it is first used.
 *
 * `node tools/vendor.mjs` writes the files, `--check` fails when one of them is not what it would write.
 */
import { build } from 'esbuild';
import { readFile, writeFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { emojiTable } from './emoji.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(join(root, 'package.json'));

/** Node modules that the sandbox allows (`deno-runtime/lib/require.ts` of the Apps-Engine). */
const sandboxModules = ['path', 'url', 'crypto', 'buffer', 'stream', 'net', 'http', 'https', 'zlib', 'util', 'punycode', 'os', 'querystring', 'fs'];

/**
 * One entry per file of `vendor/`.
 * - `file`: name of the file without extension
 * - `load`: name of the function that it exports
 * - `contents`: what is bundled, as the source of an ES module
 * - `packages`: packages whose data went into `contents`
 * - `stubs`: packages replaced by an empty module, because they need what the sandbox forbids and the app does not use them
 */
export const libraries = [
    {
        file: 'matrixBotSdk',
        load: 'loadMatrixBotSdk',
        contents: "export { LogLevel, LogService, MatrixClient, MatrixError, setRequestFn } from 'matrix-bot-sdk';",
        stubs: [
            '@matrix-org/matrix-sdk-crypto-nodejs', 'request', 'request-promise', 'express', 'morgan', 'lowdb', 'lowdb/adapters/FileSync', 'lowdb/adapters/Memory',
            'postgres', 'chalk', 'mkdirp', 'html-to-text', 'sanitize-html',
        ],
        // Node's own `events` is forbidden in the sandbox; the package of this name is the same thing.
        alias: { events: require.resolve('events/') },
    },
    {
        file: 'jsYaml',
        load: 'loadJsYaml',
        contents: "export { dump } from 'js-yaml';",
    },
    { file: 'messageParser', load: 'loadMessageParser', contents: "export { parse } from '@rocket.chat/message-parser';" },
    { file: 'parse5', load: 'loadParse5', contents: "export { Parser } from 'parse5';" },
    { file: 'mimeTypes', load: 'loadMimeTypes', contents: "export { default } from 'mime/lite';" },
    { file: 'emojiTable', load: 'loadEmojiTable', contents: `export const table = ${JSON.stringify(emojiTable())};`, packages: ['emojibase-data'] },
];

/** Replaces packages by an empty module. */
const stubPlugin = (names) => ({
    name: 'stubs',
    setup({ onResolve, onLoad }) {
        const stubbed = new Set(names);
        onResolve({ filter: /.*/ }, ({ path }) => (stubbed.has(path) ? { path, namespace: 'stub' } : undefined));
        onLoad({ filter: /.*/, namespace: 'stub' }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
    },
});

/** Names, versions and licences of the packages that went into a bundle, from esbuild's list of its inputs. */
async function credits(inputs) {
    const folders = new Set();
    for (const input of inputs) {
        const parts = input.split('node_modules/');
        if (parts.length < 2) continue;
        const last = parts.pop().split('/');
        const name = last[0].startsWith('@') ? `${last[0]}/${last[1]}` : last[0];
        folders.add([...parts, name].join('node_modules/'));
    }
    const lines = await Promise.all([...folders].map(async (folder) => {
        const info = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'));
        return `${info.name} ${info.version} (${info.license ?? 'no licence named'})`;
    }));
    return [...new Set(lines)].sort();
}

/** @returns the text of one file of `vendor/` */
export async function render(library) {
    const { outputFiles, metafile } = await build({
        stdin: { contents: library.contents, resolveDir: root, loader: 'js' },
        absWorkingDir: root,
        bundle: true,
        write: false,
        metafile: true,
        minify: true,
        format: 'cjs',
        platform: 'node',
        mainFields: ['module', 'main'],
        target: 'es2017',
        charset: 'utf8',
        legalComments: 'none',
        external: sandboxModules,
        alias: library.alias ?? {},
        plugins: [stubPlugin(library.stubs ?? [])],
        // `globalThis` is undefined in the sandbox, and reading the environment throws there.
        define: { globalThis: 'sandboxGlobal', global: 'sandboxGlobal', 'process.env': '{}' },
        logLevel: 'error',
    });
    const forbidden = Object.values(metafile.inputs)
        .flatMap((input) => input.imports)
        .filter(({ external, path }) => external && !path.startsWith('<') && !sandboxModules.includes(path.replace(/^node:/, '')));
    if (forbidden.length > 0) throw new Error(`${library.file} needs what the sandbox forbids: ${[...new Set(forbidden.map(({ path }) => path))].join(', ')}`);

    return `// @ts-nocheck
// Generated by tools/vendor.mjs (npm run vendor): do not edit.
${(await credits([...Object.keys(metafile.inputs), ...(library.packages ?? []).map((name) => `node_modules/${name}/`)])).map((line) => `// ${line}`).join('\n')}
let loaded: unknown;

/** Evaluates the library at the first call. */
export function ${library.load}(): unknown {
    if (loaded === undefined) loaded = evaluate();
    return loaded;
}

function evaluate(): unknown {
    const sandboxGlobal = typeof self === 'undefined' ? {} : self;
    const module = { exports: {} };
    let exports = module.exports;
    // eslint-disable-next-line
    ${outputFiles[0].text.trim()}
    return module.exports;
}
`;
}

async function main(check) {
    await mkdir(join(root, 'vendor'), { recursive: true });
    const stale = [];
    for (const library of libraries) {
        const path = join(root, 'vendor', `${library.file}.ts`);
        const wanted = await render(library);
        const present = await readFile(path, 'utf8').catch(() => '');
        if (present === wanted) continue;
        if (check) stale.push(`vendor/${library.file}.ts`);
        else await writeFile(path, wanted);
    }
    if (stale.length > 0) {
        console.error(`Out of date: ${stale.join(', ')}. Run \`npm run vendor\` and commit the result.`);
        process.exitCode = 1;
    }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main(process.argv.includes('--check'));
