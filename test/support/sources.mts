import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** @returns the paths of all `.ts` files below a folder */
export const sourcesBelow = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
        const path = join(folder, entry.name);
        return entry.isDirectory() ? sourcesBelow(path) : path.endsWith('.ts') ? [path] : [];
    });
