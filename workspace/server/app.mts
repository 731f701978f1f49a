import express, { type Express } from 'express';
import type { Server } from 'node:http';
import type { EngineAppsHost } from '../engine/AppsHost.mts';
import { page } from '../page/index.mts';
import { attachRealtime } from '../realtime/index.mts';
import { fileRoutes, restApi } from '../rest/index.mts';
import type { Domain } from './contract.mts';

/**
 * The HTTP side of one instance: apps' endpoints, the REST API, files and avatars, the page; and the realtime API on the
 * same server. Every request runs on this instance (`runOnInstance`).
 * @returns ends the realtime connections
 */
export function serveInstance(server: Server, instance: number, domain: Domain, apps: EngineAppsHost): () => Promise<void> {
    const app: Express = express();
    app.disable('x-powered-by');
    // A parser's refusal (too large, malformed) is answered in one line, without a stack.
    app.set('env', 'production');
    app.use((_request, _response, next) => void domain.runOnInstance(instance, async () => next()));
    app.use(apps.apiRouter);
    app.use('/api', restApi(domain, apps));
    app.use(fileRoutes(domain));
    app.use(page());
    server.on('request', app);
    // Clients keep their connections; 5 s, Node's own, ends them under a client that is busy with something else.
    server.keepAliveTimeout = 65_000;
    return attachRealtime(server, domain, apps, instance);
}
