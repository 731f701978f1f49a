import { clone } from '../../../../server/lib/objects.mts';

/** Where a field of the result comes from: a field of the document, or a function that takes it out of a copy. */
export type FieldMap = Record<string, string | ((document: any) => unknown)>;

/**
 * Translates a document into the engine's shape (server: `transformMappedData`, now `codecs/mappedData.ts`). What no entry took lands in
 * `_unmappedProperties_`; a function must delete from its copy what it used, or it lands there, too. `undefined` is left out.
 */
export async function mapDocument(document: object, map: FieldMap): Promise<Record<string, any>> {
    const rest = clone(document) as Record<string, unknown>;
    const result: Record<string, unknown> = {};
    for (const [to, from] of Object.entries(map)) {
        const value = typeof from === 'function' ? await from(rest) : rest[from];
        if (typeof from === 'string') delete rest[from];
        if (value !== undefined) result[to] = value;
    }
    return { ...result, _unmappedProperties_: rest };
}

/** Reads a field out of the copy and removes it from there. */
export function take(document: Record<string, any>, field: string): any {
    const value = document[field];
    delete document[field];
    return value;
}
