/** Work that is being done, by key. Whoever asks for the same meanwhile joins it, so nothing is done twice at once. */
export class UnderWay<K, T> {
    private readonly runs = new Map<K, Promise<T>>();

    /**
     * @param begin starts the work; not called while it is under way
     * @returns what the work gives; throws what it throws, to everybody who has joined
     */
    public join(key: K, begin: () => Promise<T>): Promise<T> {
        const known = this.runs.get(key);
        if (known) {
            return known;
        }
        const run = begin().finally(() => this.runs.delete(key));
        this.runs.set(key, run);
        return run;
    }
}
