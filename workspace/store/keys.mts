/**
 * MongoDB takes any text as the name of a field; the embedded store refuses a dot in it and a dollar at its start.
 * Documents with names that strangers choose (an app's data, its texts and logs) are stored with those two replaced.
 */
const escapeName = (name: string): string => name.replace(/\./g, '\uff0e').replace(/^\$/, '\uff04');
const unescapeName = (name: string): string => name.replace(/\uff0e/g, '.').replace(/^\uff04/, '$');

/** @returns a copy of `value` that the store takes; `undefined` fields are dropped, as MongoDB's driver does on the server */
export const escapeKeys = <T,>(value: T): T => renameKeys(value, escapeName) as T;

/** Undoes `escapeKeys`. */
export const unescapeKeys = <T,>(value: T): T => renameKeys(value, unescapeName) as T;

function renameKeys(value: unknown, rename: (name: string) => string): unknown {
    if (Array.isArray(value)) return value.map((item) => renameKeys(item, rename));
    if (value === null || typeof value !== 'object' || value instanceof Date) return value;
    if (Buffer.isBuffer(value)) return value.toString('base64');
    const copy: Record<string, unknown> = {};
    for (const [name, item] of Object.entries(value)) if (item !== undefined) copy[rename(name)] = renameKeys(item, rename);
    return copy;
}
