/** Reading of strangers' data: what is not of the wanted form counts as not there. */

export const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @returns the object, an empty one for anything else */
export const objectOf = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {});

/** @param limit longer texts are cut, in UTF-16 units */
export const text = (value: unknown, limit = Number.MAX_SAFE_INTEGER): string | undefined =>
    typeof value === 'string' ? cut(value, limit) : undefined;

/** A whole number from 0 on that JSON and both servers can hold. */
export const count = (value: unknown): number | undefined =>
    typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? Math.round(value) : undefined;

/** Size of a value as JSON in UTF-8, in bytes. */
export function jsonSize(value: unknown): number {
    return Buffer.byteLength(JSON.stringify(value) ?? '', 'utf8');
}

/** The beginning of a text, never cut inside a pair of surrogates. */
export const cut = (value: string, length: number): string => (value.length <= length ? value : value.slice(0, length).replace(/[\ud800-\udbff]$/, ''));
