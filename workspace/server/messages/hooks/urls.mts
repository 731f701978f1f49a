import type { IMessage } from '../../contract.mts';
import type { Server } from '../../context.mts';

const code = /```[\s\S]*?```|`[^`\n]*`/g;
/** scheme://host with an optional user, port, path, query and fragment; ends where brackets or quotes begin. */
const link = /[A-Za-z]{3,9}:\/\/(?:[-;:&=+$,\w]+@)?[-\w.]+(?::\d+)?(?:\/[-+=!:~%/.@,\w]*)?(?:\?[-+=&!:;%@/.,\w~[\]]*)?(?:#[^\s)[\]]*)?/g;

/** The links of a text, those in code left out (apps/meteor/server/lib/utils parseUrlsInMessage): one entry each, without metadata yet. */
export function findUrls(server: Server, message: { msg?: string }, previewUrls?: string[]): NonNullable<IMessage['urls']> {
    const urls = (message.msg ?? '').replace(code, ' ').match(link) ?? [];
    const site = server.settings.get<string>('Site_Url');
    return [...new Set(urls)].map((url) => ({
        url,
        meta: {},
        ...(previewUrls && !previewUrls.includes(url) && !url.includes(site) && { ignoreParse: true }),
    }));
}
