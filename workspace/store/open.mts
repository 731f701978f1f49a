import Datastore from '@seald-io/nedb';
import { createReadStream, existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { KeyIndex } from './KeyIndex.mts';

export interface IndexOptions {
    /** Several: all of them together. */
    fieldName: string | string[];
    unique?: boolean;
    /** Documents without the field are not in it. */
    sparse?: boolean;
}

type Document = Record<string, unknown> & { _id: string };

/** What is used of the store's insides (`lib/datastore.js`, `lib/persistence.js` of `@seald-io/nedb`). */
interface Insides {
    indexes: Record<string, KeyIndex>;
    persistence: { loadDatabaseAsync(): Promise<void>; persistCachedDatabaseAsync(): Promise<void>; persistNewStateAsync(documents: unknown[]): Promise<void> };
    executor: { processBuffer(): void };
    _resetIndexes(documents?: Document[]): void;
}

/** A file is written anew at each start and end as long as it has fewer documents; a larger one when half of it is of the past. */
const LARGE = 10_000;
/** Part of the lines that may be unreadable, as the last one after a crash: more of them are a file of something else. */
const UNREADABLE_PART = 0.1;

/** Undoes the store's way of writing dates. */
const revive = (value: unknown): unknown => {
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map(revive);
    const fields = value as Record<string, unknown>;
    if (typeof fields.$$date === 'number') return new Date(fields.$$date);
    for (const name of Object.keys(fields)) if (typeof fields[name] === 'object') fields[name] = revive(fields[name]);
    return fields;
};

const parse = (line: string): Document => (line.includes('"$$date"') ? revive(JSON.parse(line)) : JSON.parse(line)) as Document;

/** Whole lines of a text file, many at once. */
async function* linesOf(file: string): AsyncGenerator<string[]> {
    let rest = '';
    for await (const chunk of createReadStream(file, { encoding: 'utf8', highWaterMark: 2 ** 20 })) {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() as string;
        yield lines;
    }
    if (rest) yield [rest];
}

/** @returns the documents of a file that the store has appended to, and how many lines it has */
async function read(file: string): Promise<{ documents: Document[]; lines: number }> {
    const byId = new Map<string, Document>();
    let lines = 0;
    let unreadable = 0;
    for await (const some of linesOf(file)) {
        for (const line of some) {
            if (!line) continue;
            lines++;
            try {
                const document = parse(line);
                if (document._id && document.$$deleted === true) byId.delete(document._id);
                else if (document._id) byId.set(document._id, document);
            } catch {
                unreadable++;
            }
        }
    }
    if (unreadable > lines * UNREADABLE_PART) throw new Error(`${unreadable} of the ${lines} lines of ${file} cannot be read: it is left as it is.`);
    return { documents: [...byId.values()], lines };
}

/**
 * Opens a collection of the embedded store, whose own way is for small ones: it takes minutes for what this one reads in seconds, and writes
 * each file anew at every start and end.
 * @param filename where it lies; without one everything stays in memory
 * @throws Error when the file is none of the store's
 */
export async function openStore(filename: string | undefined, indexes: IndexOptions[]): Promise<Datastore<any>> {
    const store = new Datastore<any>(filename ? { filename } : { inMemoryOnly: true });
    const insides = store as unknown as Insides;
    const all = [{ fieldName: '_id', unique: true }, ...indexes].map(({ fieldName, unique, sparse }: IndexOptions) => new KeyIndex([fieldName].flat().join(), unique, sparse));
    insides.indexes = Object.fromEntries(all.map((index) => [index.fieldName, index]));
    if (!filename) return store;

    let lines = 0;
    const { persistence } = insides;
    const compact = persistence.persistCachedDatabaseAsync.bind(persistence);
    const append = persistence.persistNewStateAsync.bind(persistence);
    persistence.persistNewStateAsync = async (documents) => {
        lines += documents.length;
        await append(documents);
    };
    persistence.persistCachedDatabaseAsync = async () => {
        const count = insides.indexes._id.size;
        if (count > LARGE && lines < count * 2) return;
        await compact();
        lines = count;
    };
    persistence.loadDatabaseAsync = async () => {
        // A crash between the two steps of writing it anew leaves it under its other name.
        if (!existsSync(filename) && existsSync(`${filename}~`)) await rename(`${filename}~`, filename);
        const stored = existsSync(filename) ? await read(filename) : { documents: [], lines: 0 };
        insides._resetIndexes(stored.documents);
        lines = stored.lines;
        await persistence.persistCachedDatabaseAsync();
        insides.executor.processBuffer();
    };
    await store.loadDatabaseAsync();
    return store;
}
