/**
 * What the sandbox does to an app's source. Imitates apps-engine `deno-runtime/lib/sanitizeDeprecatedUsage.ts`: one of these
 * texts anywhere, and the whole source is rewritten so that the functions around them become asynchronous, and those that
 * call them: values become promises without a word.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
const rewritten = ['.usernames', '.isOnline(', '.createToken('];

const sources = ['src', 'vendor'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((file) => join(folder, String(file))).filter((file) => file.endsWith('.ts')));

test.each(['MatrixBridgeApp.ts', ...sources])('%s has nothing that the sandbox would rewrite', (file) => {
    const source = readFileSync(join(root, file), 'utf8');
    expect(rewritten.filter((text) => source.includes(text))).toEqual([]);
});
