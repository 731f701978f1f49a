import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Collections } from '../../store/collections.mts';

/** Where the bytes of uploaded files lie: beside the collections, or in memory when they are. */
export interface Files {
    write(id: string, content: Buffer): Promise<void>;
    /** @throws Error when there is no such file */
    read(id: string): Promise<Buffer>;
    remove(id: string): Promise<void>;
}

const opened = new WeakMap<Collections, Files>();

export function filesOf(collections: Collections): Files {
    const known = opened.get(collections);
    if (known) return known;
    const { filename } = collections.uploads as unknown as { filename?: string | null };
    const files = filename ? onDisk(join(dirname(filename), 'files')) : inMemory();
    opened.set(collections, files);
    return files;
}

function onDisk(folder: string): Files {
    return {
        async write(id, content) {
            await mkdir(folder, { recursive: true });
            await writeFile(join(folder, id), content);
        },
        read: (id) => readFile(join(folder, id)),
        remove: (id) => rm(join(folder, id), { force: true }),
    };
}

function inMemory(): Files {
    const contents = new Map<string, Buffer>();
    return {
        write: async (id, content) => void contents.set(id, content),
        async read(id) {
            const content = contents.get(id);
            if (!content) throw new Error('ENOENT: no such file');
            return content;
        },
        remove: async (id) => void contents.delete(id),
    };
}
