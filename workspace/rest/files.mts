import { Router, type Request, type Response } from 'express';
import type { Domain, IRoom, IUpload } from '../server/contract.mts';
import { credentialsOf } from './users/login.mts';

/** Types that a browser may show in place; everything else is sent as an attachment (`file-upload/server/lib/ranges.ts`). */
const inline = /^(image\/(?!svg)|video\/|audio\/|text\/plain|application\/pdf)/;

/**
 * Files and avatars as they are asked for outside of the API: `/file-upload/:id/:name` and `/avatar/…`
 * (`apps/meteor/app/file-upload/server/lib/{requests,FileUpload}.ts`, `server/routes/avatar/*`). To be mounted at `/`.
 */
export function fileRoutes(domain: Domain): Router {
    const router = Router();
    const route = (path: string, handler: (request: Request, response: Response) => Promise<void>) => {
        router.get(path, (request, response, next) => {
            handler(request, response).catch(next);
        });
    };
    route('/file-upload/:id/:name', (request, response) => sendFile(domain, request, response));
    route('/ufs/:store/:id/:name', (request, response) => sendFile(domain, request, response));
    route('/file-upload/:id', (request, response) => sendFile(domain, request, response));
    route('/avatar/room/:roomId', (request, response) => roomAvatar(domain, request, response));
    route('/avatar/:username', (request, response) => userAvatar(domain, request, response));
    return router;
}

/** Who may have a file: with `FileUpload_ProtectFiles` whoever is logged in, and may see its room where that is asked for. */
async function mayHave(domain: Domain, request: Request, upload: IUpload): Promise<boolean> {
    if (!domain.settings.get('FileUpload_ProtectFiles')) return true;
    const { userId, token } = credentialsOf(request);
    const user = userId && token ? await domain.users.findByToken(userId, token) : null;
    if (!user) return false;
    if (!upload.rid || !domain.settings.get('FileUpload_Restrict_to_room_members')) return true;
    const room = await domain.rooms.findById(upload.rid);
    return room !== null && domain.rooms.canAccess(room, user);
}

async function sendFile(domain: Domain, request: Request, response: Response): Promise<void> {
    const upload = await domain.uploads.findById(request.params.id);
    if (!upload) {
        response.status(404).end();
        return;
    }
    if (!(await mayHave(domain, request, upload))) {
        response.status(403).end();
        return;
    }
    const content = await domain.uploads.content(upload._id);
    const type = upload.type || 'application/octet-stream';
    const disposition = 'download' in request.query || !inline.test(type) ? 'attachment' : 'inline';
    response.set({
        'Content-Type': type,
        'Content-Security-Policy': "default-src 'none'",
        'Cache-Control': 'max-age=31536000',
        'Content-Disposition': `${disposition}; filename*=UTF-8''${encodeURIComponent(upload.name ?? upload._id)}`,
        'Last-Modified': new Date(upload.uploadedAt ?? Date.now()).toUTCString(),
        'Accept-Ranges': 'bytes',
    });
    const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '');
    if (!range) {
        response.end(content);
        return;
    }
    const start = range[1] ? Number(range[1]) : Math.max(0, content.length - Number(range[2]));
    const stop = Math.min(content.length - 1, range[1] && range[2] ? Number(range[2]) : content.length - 1);
    if (start > stop) {
        response.status(416).set('Content-Range', `bytes */${content.length}`).end();
        return;
    }
    response.status(206).set('Content-Range', `bytes ${start}-${stop}/${content.length}`).end(content.subarray(start, stop + 1));
}

const colours = ['#F44336', '#E91E63', '#9C27B0', '#673AB7', '#3F51B5', '#2196F3', '#009688', '#4CAF50', '#FF9800', '#795548', '#607D8B'];

/** The picture for who has none: the initial on a colour (`server/routes/avatar/utils.ts`, renderSVGLetters). */
function letters(name: string, size: number): string {
    const words = name.replace(/[^\p{L}\p{N}]+/gu, ' ').trim() || '?';
    const initial = [...words][0].toUpperCase();
    const colour = colours[[...name].length % colours.length];
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}"><rect width="100%" height="100%" fill="${colour}"/>`
        + `<text x="50%" y="50%" dy="0.36em" text-anchor="middle" fill="#ffffff" font-family="sans-serif" font-size="${size / 2}">${initial}</text></svg>`;
}

function sendLetters(request: Request, response: Response, name: string): void {
    const size = Math.min(Math.max(Number.parseInt(String(request.query.size ?? '200'), 10) || 200, 16), 1024);
    response.set({ 'Content-Type': 'image/svg+xml', 'Cache-Control': 'public, max-age=0' }).end(letters(name, size));
}

async function userAvatar(domain: Domain, request: Request, response: Response): Promise<void> {
    const username = request.params.username.replace(/\.(?:jpe?g|png|svg)$/, '');
    const avatar = await domain.users.getAvatar(username.replace(/^@/, ''));
    if (!avatar) {
        sendLetters(request, response, username.replace(/^@/, ''));
        return;
    }
    response.set({ 'Content-Type': avatar.contentType, 'ETag': avatar.etag, 'Cache-Control': 'public, max-age=0', 'Content-Security-Policy': "default-src 'none'" }).end(avatar.content);
}

async function roomAvatar(domain: Domain, request: Request, response: Response): Promise<void> {
    const room: IRoom | null = await domain.rooms.findById(request.params.roomId);
    if (!room) {
        response.status(404).end();
        return;
    }
    const avatar = await domain.collections.avatars.findOneAsync({ _id: `room-${room._id}` });
    if (!avatar) {
        sendLetters(request, response, room.fname ?? room.name ?? room.usernames?.join(' ') ?? '');
        return;
    }
    response.set({ 'Content-Type': avatar.contentType, 'ETag': avatar.etag, 'Content-Security-Policy': "default-src 'none'" }).end(Buffer.from(avatar.content, 'base64'));
}
