import type { Store, StoreKey } from '../../../src/rocketchat/RocketChat';

interface Stored {
    keys: StoreKey[];
    document: string;
}

const same = (a: StoreKey, b: StoreKey): boolean => a.model === b.model && a.id === b.id;

/** The app's persistence in memory, with the server's semantics: superset reads, exact-array updates, nothing unique. */
export class FakeStore implements Store {
    public documents: Stored[] = [];
    public calls: string[] = [];

    public async read<T extends object>(...keys: StoreKey[]): Promise<T[]> {
        this.calls.push(`read ${keys.map(({ id }) => id).join(' ')}`);
        const found = this.documents.filter((stored) => keys.every((key) => stored.keys.some((own) => same(own, key))));
        return found.map(({ document }) => JSON.parse(document) as T);
    }

    public async readOne<T extends object>(...keys: StoreKey[]): Promise<T | undefined> {
        return (await this.read<T>(...keys))[0];
    }

    public async put(document: object, ...keys: StoreKey[]): Promise<void> {
        this.calls.push('put');
        const stored = this.documents.find((one) => one.keys.length === keys.length && one.keys.every((key, at) => same(key, keys[at])));
        if (stored) {
            stored.document = JSON.stringify(document);
        } else {
            this.documents.push({ keys, document: JSON.stringify(document) });
        }
    }

    public async add(document: object, ...keys: StoreKey[]): Promise<void> {
        this.calls.push('add');
        this.documents.push({ keys, document: JSON.stringify(document) });
    }

    public async remove(...keys: StoreKey[]): Promise<void> {
        this.calls.push('remove');
        this.documents = this.documents.filter((stored) => !keys.every((key) => stored.keys.some((own) => same(own, key))));
    }
}
