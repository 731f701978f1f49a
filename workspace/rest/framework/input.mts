import type { Request } from 'express';
import busboy from 'busboy';
import { MeteorError } from '../../server/contract.mts';

/** Reads the whole body of a request. The server sets no limit of its own for REST calls. */
async function readAll(request: Request): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
}

/**
 * Body of a call as the server's router reads it (`http-router/src/Router.ts`, parseBodyParams): JSON or form data
 * become an object, multipart stays unread for the route, anything that cannot be parsed is `{}`.
 */
export async function parseBody(request: Request): Promise<any> {
    if (request.method === 'GET' || request.method === 'HEAD') return {};
    const type = request.headers['content-type'] ?? '';
    if (type.includes('multipart/form-data')) return {};
    const text = (await readAll(request)).toString('utf8');
    try {
        if (type.includes('application/json')) {
            const parsed = JSON.parse(text);
            return Array.isArray(parsed) ? parsed : { ...parsed };
        }
        if (type.includes('application/x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(text));
    } catch {
        return {};
    }
    return text === '' ? {} : { ...(text as unknown as object) };
}

export interface UploadedForm {
    fields: Record<string, string>;
    file?: { name: string; mimeType: string; content: Buffer };
}

/**
 * Reads a multipart body with one file (`getUploadFormData.ts`, `MultipartUploadHandler.ts`).
 * @param field name of the file's field; without one any file field is taken
 * @param sizeLimit bytes, −1 for none
 * @throws MeteorError `invalid-field` for a file in another field, `error-file-too-large`
 */
export function parseForm(request: Request, field: string | undefined, sizeLimit: number): Promise<UploadedForm> {
    return new Promise((resolve, reject) => {
        const form: UploadedForm = { fields: {} };
        let failed: Error | undefined;
        let parser: busboy.Busboy;
        try {
            parser = busboy({ headers: request.headers, defParamCharset: 'utf8', limits: sizeLimit >= 0 ? { fileSize: sizeLimit } : {} });
        } catch (error) {
            reject(error);
            return;
        }
        parser.on('field', (name, value) => {
            form.fields[name] = value;
        });
        parser.on('file', (name, stream, info) => {
            if (field && name !== field) {
                failed = new MeteorError('invalid-field');
                stream.resume();
                return;
            }
            const chunks: Buffer[] = [];
            stream.on('data', (chunk: Buffer) => chunks.push(chunk));
            stream.on('limit', () => {
                failed = new MeteorError('error-file-too-large');
            });
            stream.on('end', () => {
                form.file = { name: info.filename ?? '', mimeType: info.mimeType, content: Buffer.concat(chunks) };
            });
        });
        parser.on('close', () => (failed ? reject(failed) : resolve(form)));
        parser.on('error', reject);
        request.pipe(parser);
    });
}
