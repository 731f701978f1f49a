/**
 * `npm run docs`: writes the pages of docs/, or the parts of them, that are made from the code. `--check` writes nothing and fails when one is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { commandsPage } from './docs/commandsPage.mts';
import { settingsPage } from './docs/settingsPage.mts';

/** Pages by path, each with the function that makes its text from the text that is there. */
const pages: Record<string, (now: string) => string | Promise<string>> = {
    'docs/settings.md': settingsPage,
    'docs/commands.md': commandsPage,
};

const read = (path: string): string => {
    try {
        return readFileSync(path, 'utf8');
    } catch {
        return '';
    }
};

/** @returns the pages that are not what the code says, with the text that they should have */
export const stale = async (): Promise<Map<string, string>> => {
    const found = new Map<string, string>();
    for (const [path, make] of Object.entries(pages)) {
        const now = read(path);
        const wanted = await make(now);
        if (now !== wanted) {
            found.set(path, wanted);
        }
    }
    return found;
};

const main = async (): Promise<void> => {
    const pagesToWrite = await stale();
    if (!process.argv.includes('--check')) {
        pagesToWrite.forEach((text, path) => writeFileSync(path, text));
    } else if (pagesToWrite.size) {
        console.error(`Stale: ${[...pagesToWrite.keys()].join(', ')}. Run: npm run docs`);
        process.exitCode = 1;
    }
};

if (process.argv[1]?.endsWith('docs.mts')) {
    void main();
}
