import { loadMimeTypes } from '../../vendor/mimeTypes';

interface MimeTypes {
    getExtension(type: string): string | null;
    getType(path: string): string | null;
}

const library = (): MimeTypes => (loadMimeTypes() as { default: MimeTypes }).default;

/** @returns the usual extension of a MIME type, without dot */
export const extensionOf = (mimetype?: string): string | undefined => (mimetype ? library().getExtension(mimetype) ?? undefined : undefined);

/** @returns the MIME type that the extension of a file's name tells */
export const mimeTypeOf = (filename: string): string | undefined => library().getType(filename) ?? undefined;
