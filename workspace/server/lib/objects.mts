/** A copy without the fields that are `undefined`: the server's MongoDB driver runs with `ignoreUndefined`. */
export function withoutUndefined<T extends object>(object: T): T {
    return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

/** A copy without the fields that are `undefined` or `null` (server: `removeEmpty` of packages/tools). */
export function withoutEmpty<T extends object>(object: T): T {
    return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== null)) as T;
}

/** A deep copy that keeps dates and drops functions, for documents. */
export function clone<T>(value: T): T {
    if (value instanceof Date) return new Date(value.getTime()) as T;
    if (Buffer.isBuffer(value)) return value;
    if (Array.isArray(value)) return value.map(clone) as T;
    if (value !== null && typeof value === 'object') {
        const entries = Object.entries(value).filter(([, field]) => typeof field !== 'function');
        return Object.fromEntries(entries.map(([key, field]) => [key, clone(field)])) as T;
    }
    return value;
}
