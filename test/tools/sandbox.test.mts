/**
 * What the sandbox does to an app's source. Imitates apps-engine `deno-runtime/lib/sanitizeDeprecatedUsage.ts`: one of these
 * texts anywhere, and the whole source is rewritten so that the functions around them become asynchronous, and those that
 * call them: values become promises without a word.
 */
import { readFileSync } from 'node:fs';
import { sourcesBelow } from '../support/sources.mts';

const rewritten = ['.usernames', '.isOnline(', '.createToken('];

test.each(['MatrixBridgeApp.ts', ...sourcesBelow('src'), ...sourcesBelow('vendor')])('%s has nothing that the sandbox would rewrite', (file) => {
    const source = readFileSync(file, 'utf8');
    expect(rewritten.filter((text) => source.includes(text))).toEqual([]);
});

/** rc-apps resolves only these of Node's modules (apps-compiler `misc/Utilities.js`), and calls any other a missing main class. */
const resolvedByRcApps = ['path', 'url', 'crypto', 'buffer', 'fs', 'events', 'stream', 'net'];

test.each(['MatrixBridgeApp.ts', ...sourcesBelow('src')])('%s imports only what rc-apps finds', (file) => {
    const imported = [...readFileSync(file, 'utf8').matchAll(/^(?:import|export) [^;]*?from '([^']+)';/gms)].map(([, name]) => name);
    expect(imported.filter((name) => !name.startsWith('.') && !name.startsWith('@rocket.chat/apps-engine/') && !resolvedByRcApps.includes(name))).toEqual([]);
});
