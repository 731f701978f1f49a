import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Request, Response } from 'express';
import express from 'express';
import { buildPage } from './build.mts';

const TYPES = { 'page.js': 'text/javascript', 'page.js.map': 'application/json', 'style.css': 'text/css', 'icon.svg': 'image/svg+xml' };

/** Who may log in with one click and where the homeserver is, written by the start command (`PAGE_CONFIG` names the file). */
async function configuration(): Promise<unknown> {
    const file = process.env.PAGE_CONFIG;
    const text = file ? await readFile(file, 'utf8').catch(() => undefined) : undefined;
    return text ? JSON.parse(text) : {};
}

/**
 * The page at `/`: the workspace on the left, a Matrix client on the right. A development page, no part of Rocket.Chat's API:
 * everything but `/` lies under `/_page/`. It is built when it is visited.
 */
export function page(): express.Router {
    const router = express.Router();
    let built: Promise<string> | undefined;
    const send = (name: string, type: string) => async (_request: Request, response: Response) => {
        try {
            // Each visit looks whether the sources changed, so that one sees one's work by a reload.
            built = name === 'index.html' ? buildPage() : (built ?? buildPage());
            const folder = await built;
            response.type(type).set('Cache-Control', 'no-cache').send(await readFile(join(folder, name)));
        } catch (error) {
            built = undefined;
            console.error('The page could not be built:', error);
            response.status(500).type('text/plain').send('The page could not be built; the workspace log says why.');
        }
    };
    router.get('/', send('index.html', 'text/html'));
    for (const [name, type] of Object.entries(TYPES)) {
        router.get(`/_page/${name}`, send(name, type));
    }
    router.get('/_page/config.json', async (_request, response) => {
        response.set('Cache-Control', 'no-store').json(await configuration());
    });
    return router;
}
