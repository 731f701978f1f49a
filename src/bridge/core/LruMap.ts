/** A cache that forgets what was used least recently. Memory is a cache only: everything in it can be read anew. */
export class LruMap<K, V> {
    private readonly entries = new Map<K, V>();

    constructor(private readonly capacity: number) {}

    public get(key: K): V | undefined {
        const value = this.entries.get(key);
        if (value !== undefined) {
            this.entries.delete(key);
            this.entries.set(key, value);
        }
        return value;
    }

    public has(key: K): boolean {
        return this.entries.has(key);
    }

    public set(key: K, value: V): void {
        this.entries.delete(key);
        this.entries.set(key, value);
        if (this.entries.size > this.capacity) {
            this.entries.delete(this.entries.keys().next().value as K);
        }
    }

    public delete(key: K): void {
        this.entries.delete(key);
    }

    public clear(): void {
        this.entries.clear();
    }

    public get size(): number {
        return this.entries.size;
    }
}
