/** Reading of strangers' data: each function gives undefined for what is not of the form it wants. */

export const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param limit longer texts are cut, in UTF-16 units */
export const text = (value: unknown, limit = Number.MAX_SAFE_INTEGER): string | undefined =>
    typeof value === 'string' ? value.slice(0, limit) : undefined;

/** A whole number from 0 on that JSON and both servers can hold. */
export const count = (value: unknown): number | undefined =>
    typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? Math.round(value) : undefined;
