import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Makes a folder that many processes need and whose content is the same for all: in a draft beside it, which takes its name
 * when it is complete. Safe when several do it at once.
 * @param folder named after what it is made of: what is there already counts as made
 * @param make fills the draft; what it throws is thrown, and no draft stays
 * @returns the folder
 */
export async function madeOnce(folder: string, make: (draft: string) => Promise<void>): Promise<string> {
    if (existsSync(folder)) {
        return folder;
    }
    await mkdir(dirname(folder), { recursive: true });
    const draft = await mkdtemp(join(dirname(folder), '.draft-'));
    try {
        await make(draft);
        await rename(draft, folder).catch((error: unknown) => {
            // Another process was quicker, with the same result.
            if (!existsSync(folder)) {
                throw error;
            }
        });
    } finally {
        await rm(draft, { recursive: true, force: true });
    }
    return folder;
}
