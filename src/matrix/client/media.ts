import { failure, isFailure } from '../../errors/catalogue';
import { mxcUri } from '../../ids/matrix';
import type { MxcUri } from '../../ids/types';
import type { Homeserver } from '../Homeserver';
import type { Caller, Json } from './Caller';
import { path } from './Caller';

type MediaCalls = Pick<Homeserver, 'uploadLimit' | 'upload' | 'download' | 'thumbnail'>;

/** Paths with authentication (Matrix 1.11) first; new media is not served by the old ones on Synapse. */
const AUTHENTICATED = '/_matrix/client/v1/media';
const LEGACY = '/_matrix/media/v3';

function parts(mxc: MxcUri): string {
    const match = mxcUri(mxc) && /^mxc:\/\/([^/]+)\/([^/]+)$/.exec(mxc);
    if (!match) {
        throw failure('media.badUri', { detail: 'not an mxc URI' });
    }
    return path(match[1], match[2]);
}

/** Files of the homeserver. */
export function mediaCalls(caller: Caller): MediaCalls {
    /** Tries the new path, and the old one where the homeserver does not know the new. */
    async function either<T>(ask: (base: string) => Promise<T>): Promise<T> {
        try {
            return await ask(AUTHENTICATED);
        } catch (error) {
            if (isFailure(error, 'matrix.unsupported', 'homeserver.notMatrix') && error.status !== undefined && error.status >= 400) {
                return ask(LEGACY);
            }
            throw error;
        }
    }

    const get = async (kind: 'download' | 'thumbnail', mxc: MxcUri, query?: Json): Promise<{ content: Buffer; contentType: string }> => {
        const place = parts(mxc);
        const { content, headers } = await either((base) => caller.bytes(`${base}/${kind}/${place}`, query));
        return { content, contentType: (headers['content-type'] || 'application/octet-stream').slice(0, 255) };
    };

    return {
        async uploadLimit() {
            const limit = (await either((base) => caller.json('GET', `${base}/config`)))['m.upload.size'];
            return typeof limit === 'number' && limit > 0 ? limit : undefined;
        },

        async upload(content, { as, filename, contentType }) {
            const answer = await caller.upload(`${LEGACY}/upload`, content, contentType, { as, query: filename ? { filename } : {} });
            const uri = mxcUri(answer.content_uri);
            if (!uri) {
                throw failure('matrix.badAnswer', { detail: 'POST upload: no content_uri in the answer' });
            }
            return uri;
        },

        async download(mxc, { maxBytes }) {
            const media = await get('download', mxc);
            if (media.content.length > maxBytes) {
                throw failure('media.tooLarge', { detail: `${media.content.length} bytes, ${maxBytes} allowed` });
            }
            return media;
        },

        thumbnail: (mxc, { width, height }) => get('thumbnail', mxc, { width, height, method: 'scale' }),
    };
}
