type Document = Record<string, unknown> & { _id: string };
type Pair = { oldDoc: Document; newDoc: Document };

/** The value of a field in dot notation; through a list, the values of all of its items. */
const valueOf = (value: unknown, parts: string[]): unknown => {
    let current = value;
    for (let index = 0; index < parts.length; index++) {
        if (current === null || current === undefined) return undefined;
        if (Array.isArray(current)) {
            const rest = parts.slice(index);
            return current.flatMap((item) => valueOf(item, rest));
        }
        current = (current as Record<string, unknown>)[parts[index]];
    }
    return current;
};

/** What the map holds a value under: two dates of one time are equal. */
const keyOf = (value: unknown): unknown => (value instanceof Date ? `\0date ${value.getTime()}` : value);

/**
 * An index of the embedded store whose documents are found, added, changed and removed in the same time however many there are, also
 * however many have the same value. The store's own index takes a time that grows with the number of those: what MongoDB does at once took
 * milliseconds with a hundred thousand documents of one app. A changed document keeps its place among those of its value, as in MongoDB.
 * It has the methods that the store calls (`lib/indexes.js` of `@seald-io/nedb`).
 */
export class KeyIndex {
    /** One document, or several by their ids: most values are of one. */
    private entries = new Map<unknown, Document | Map<string, Document>>();
    private readonly paths: string[][];

    /** @param fieldName one field or, with commas, several together */
    constructor(readonly fieldName: string, readonly unique = false, readonly sparse = false) {
        this.paths = fieldName.split(',').map((field) => field.split('.'));
    }

    /** How many values there are: of a unique index, how many documents. */
    get size(): number {
        return this.entries.size;
    }

    reset(documents?: Document[]): void {
        this.entries = new Map();
        if (documents) this.insert(documents);
    }

    /** @throws Error `uniqueViolated`; nothing is changed then */
    insert(documents: Document | Document[]): void {
        const list = Array.isArray(documents) ? documents : [documents];
        for (const [done, document] of list.entries()) {
            try {
                this.add(document);
            } catch (error) {
                this.remove(list.slice(0, done));
                throw error;
            }
        }
    }

    remove(documents: Document | Document[]): void {
        for (const document of Array.isArray(documents) ? documents : [documents]) {
            for (const key of this.keysOf(document)) this.removeAt(key, document);
        }
    }

    /** @throws Error `uniqueViolated`; nothing is changed then */
    update(changed: Document | Pair[], newDoc?: Document): void {
        const pairs = Array.isArray(changed) ? changed : [{ oldDoc: changed, newDoc: newDoc as Document }];
        const moved = pairs.filter((pair) => !this.replace(pair));
        this.remove(moved.map((pair) => pair.oldDoc));
        try {
            this.insert(moved.map((pair) => pair.newDoc));
        } catch (error) {
            this.insert(moved.map((pair) => pair.oldDoc));
            for (const pair of pairs) if (!moved.includes(pair)) this.replace({ oldDoc: pair.newDoc, newDoc: pair.oldDoc });
            throw error;
        }
    }

    revertUpdate(changed: Document | Pair[], newDoc?: Document): void {
        const pairs = Array.isArray(changed) ? changed : [{ oldDoc: changed, newDoc: newDoc as Document }];
        this.update(pairs.map((pair) => ({ oldDoc: pair.newDoc, newDoc: pair.oldDoc })));
    }

    /** @returns the documents that have the value, or one of a list of values */
    getMatching(value: unknown): Document[] {
        if (!Array.isArray(value)) return this.at(keyOf(value));
        const found = new Map<string, Document>();
        for (const one of value) for (const document of this.at(keyOf(one))) found.set(document._id, document);
        return [...found.values()];
    }

    /** Candidates are compared with the query again: all that have a value are some. */
    getBetweenBounds(): Document[] {
        return this.getAll();
    }

    getAll(): Document[] {
        const all: Document[] = [];
        for (const entry of this.entries.values()) {
            if (entry instanceof Map) for (const document of entry.values()) all.push(document);
            else all.push(entry);
        }
        return all;
    }

    private at(key: unknown): Document[] {
        const entry = this.entries.get(key);
        if (entry === undefined) return [];
        return entry instanceof Map ? [...entry.values()] : [entry];
    }

    private keysOf(document: Document): unknown[] {
        const values = this.paths.map((path) => valueOf(document, path));
        if (this.sparse && values.every((value) => value === undefined)) return [];
        if (values.length > 1) return [values.map(String).join('\0')];
        const [value] = values;
        return Array.isArray(value) ? [...new Set(value.map(keyOf))] : [keyOf(value)];
    }

    private add(document: Document): void {
        const keys = this.keysOf(document);
        for (const key of this.unique ? keys : []) {
            if (!this.entries.has(key)) continue;
            throw Object.assign(new Error(`Can't insert key ${JSON.stringify(key)}, it violates the unique constraint`), { key, errorType: 'uniqueViolated' });
        }
        for (const key of keys) {
            const entry = this.entries.get(key);
            if (entry instanceof Map) entry.set(document._id, document);
            else this.entries.set(key, entry === undefined ? document : new Map([[entry._id, entry], [document._id, document]]));
        }
    }

    private removeAt(key: unknown, document: Document): void {
        const entry = this.entries.get(key);
        if (entry instanceof Map) {
            entry.delete(document._id);
            if (entry.size === 0) this.entries.delete(key);
        } else if (entry?._id === document._id) this.entries.delete(key);
    }

    /** @returns whether the document could stay where it is */
    private replace({ oldDoc, newDoc }: Pair): boolean {
        const keys = this.keysOf(oldDoc);
        const wanted = this.keysOf(newDoc);
        if (oldDoc._id !== newDoc._id || keys.length !== wanted.length || keys.some((key, index) => key !== wanted[index])) return false;
        for (const key of keys) {
            const entry = this.entries.get(key);
            if (entry instanceof Map) entry.set(newDoc._id, newDoc);
            else this.entries.set(key, newDoc);
        }
        return true;
    }
}
