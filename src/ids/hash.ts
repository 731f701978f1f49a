import { createHash } from 'crypto';

/** @returns SHA-256 of the text as 64 lower-case hexadecimal digits. For ids that must be the same wherever they are derived. */
export function digest(text: string): string {
    return createHash('sha256').update(text, 'utf8').digest('hex');
}
