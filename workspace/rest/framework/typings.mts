import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import type * as RestTypings from '@rocket.chat/rest-typings';

/** Everything that `@rocket.chat/rest-typings` exports: among it the server's own validators of bodies and queries. */
export type Typings = typeof RestTypings;

/** Name of a validator that the server's own package exports: `isChatPostMessageProps`, … */
export type ValidatorName = { [K in keyof Typings]: K extends `is${string}` ? K : never }[keyof Typings];

const require = createRequire(import.meta.url);
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
let loaded: Typings | undefined;

/**
 * Compiles a schema when its validator is first called: all 388 of them at load time would take seconds, and a process
 * needs a few dozen. What a validator says does not change.
 */
const lazyCompilation = (ajv: string) => `
import Ajv from ${JSON.stringify(ajv)};
const Class = Ajv.default ?? Ajv;
const compile = Class.prototype.compile;
Class.prototype.compile = function (schema, meta) {
    let compiled;
    const validate = (data) => {
        compiled ??= compile.call(this, schema, meta);
        const valid = compiled(data);
        validate.errors = compiled.errors;
        return valid;
    };
    return Object.assign(validate, { schema });
};
`;

/**
 * Bundles `@rocket.chat/rest-typings` into one CommonJS file (it is an ES module with directory imports, which Node
 * cannot load). Done once per version of the package; a second process that does the same at once is harmless.
 * @returns path of the bundle
 */
function prepareRestTypings(): string {
    const source = join(root, 'node_modules/@rocket.chat/rest-typings');
    const lazy = lazyCompilation(createRequire(join(source, 'package.json')).resolve('ajv/dist/2020'));
    const key = createHash('sha256').update(readFileSync(join(source, 'package.json'))).update(lazy).digest('hex').slice(0, 12);
    const folder = join(root, '.gitignored/rest-typings');
    const target = join(folder, `${key}.cjs`);
    if (existsSync(target)) return target;
    mkdirSync(folder, { recursive: true });
    const [draft, first, entry] = ['cjs', 'first.mjs', 'entry.mjs'].map((name) => join(folder, `${key}.${process.pid}.${name}`));
    writeFileSync(first, lazy);
    writeFileSync(entry, `import ${JSON.stringify(first)};\nexport * from ${JSON.stringify(join(source, 'dist/index.js'))};\n`);
    buildSync({ entryPoints: [entry], bundle: true, platform: 'node', format: 'cjs', outfile: draft, logLevel: 'error', absWorkingDir: root });
    renameSync(draft, target);
    rmSync(first);
    rmSync(entry);
    return target;
}

/** The package, bundled at first use. */
export function restTypings(): Typings {
    loaded ??= require(prepareRestTypings()) as Typings;
    return loaded;
}
