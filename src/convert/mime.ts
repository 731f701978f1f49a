import { loadMimeTypes } from '../../vendor/mimeTypes';

interface MimeTypes {
    getExtension(type: string): string | null;
}

const library = (): MimeTypes => (loadMimeTypes() as { default: MimeTypes }).default;

/** Where the list names another extension first than the one that people know. */
const usual: Record<string, string> = { 'image/jpeg': 'jpg', 'audio/mpeg': 'mp3', 'audio/ogg': 'ogg', 'audio/mp4': 'm4a', 'video/quicktime': 'mov' };

/** @returns the usual extension of a MIME type, without dot */
export function extensionOf(mimetype?: string): string | undefined {
    if (!mimetype) return undefined;
    return Object.prototype.hasOwnProperty.call(usual, mimetype) ? usual[mimetype] : library().getExtension(mimetype) ?? undefined;
}
