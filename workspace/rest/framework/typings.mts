import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
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
 * Bundles `@rocket.chat/rest-typings` into one CommonJS file (it is an ES module with directory imports, which Node
 * cannot load). Done once per version of the package; a second process that does the same at once is harmless.
 * @returns path of the bundle
 */
export function prepareRestTypings(): string {
    const manifest = readFileSync(join(root, 'node_modules/@rocket.chat/rest-typings/package.json'));
    const key = createHash('sha256').update(manifest).digest('hex').slice(0, 12);
    const folder = join(root, '.gitignored/rest-typings');
    const target = join(folder, `${key}.cjs`);
    if (existsSync(target)) return target;
    mkdirSync(folder, { recursive: true });
    const draft = join(folder, `${key}.${process.pid}.tmp`);
    buildSync({
        entryPoints: [join(root, 'node_modules/@rocket.chat/rest-typings/dist/index.js')],
        bundle: true,
        platform: 'node',
        format: 'cjs',
        outfile: draft,
        logLevel: 'error',
        absWorkingDir: root,
    });
    renameSync(draft, target);
    return target;
}

/** The package, bundled at first use. */
export function restTypings(): Typings {
    loaded ??= require(prepareRestTypings()) as Typings;
    return loaded;
}
