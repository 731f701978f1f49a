import fileType from 'file-type';
import { typeOfName } from '../lib/mime.mts';
import type { Server } from '../context.mts';

/** The media type by the name, else by the content (apps/meteor/ee/lib/misc/determineFileType.ts). */
export async function determineFileType(content: Buffer, name: string): Promise<string> {
    return typeOfName(name) ?? (await fileType.fromBuffer(content))?.mime ?? 'application/octet-stream';
}

const matches = (type: string, patterns: string[]) =>
    patterns.some((pattern) => pattern === type || (pattern.endsWith('/*') && type.startsWith(pattern.slice(0, -1))));

/** Whether the allow and deny lists let this type in (apps/meteor/app/utils/server/restrictions.ts). */
export function isAcceptedType(server: Server, type: string | undefined): boolean {
    const list = (id: string) => String(server.settings.get(id) ?? '').split(',').map((one) => one.trim()).filter(Boolean);
    const denied = list('FileUpload_MediaTypeBlackList');
    const allowed = list('FileUpload_MediaTypeWhiteList');
    if (denied.length && (!type || matches(type, denied))) return false;
    if (allowed.length && (!type || !matches(type, allowed))) return false;
    return true;
}
