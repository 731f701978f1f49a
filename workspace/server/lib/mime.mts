import mime from 'mime';

/** @returns the media type for a file name or an extension (mime 3; the types in the tree are version 1's) */
export function typeOfName(name: string): string | null {
    return (mime as unknown as { getType(path: string): string | null }).getType(name);
}
