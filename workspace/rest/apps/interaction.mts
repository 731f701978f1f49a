import express, { Router, type Request, type Response } from 'express';
import type { AppsHost, Domain } from '../../server/contract.mts';
import { header } from '../framework/Call.mts';

/** Types of interaction that the route takes; others are answered with 400. */
const types = ['blockAction', 'viewClosed', 'viewSubmit', 'actionButton'];

/**
 * `POST /api/apps/ui.interaction/:appId` (`apps/meteor/ee/server/apps/communication/uikit.ts`). Unlike the other routes
 * it answers what the app's handler gave back, and 500 with the error's text.
 */
export function interactionRoutes(domain: Domain, apps: AppsHost): Router {
    const router = Router();
    router.post('/ui.interaction/:appId', express.json(), (request: Request, response: Response) => {
        void answer(request, response);
    });

    async function answer(request: Request, response: Response): Promise<void> {
        const [userId, token] = [header(request, 'x-user-id'), header(request, 'x-auth-token')];
        const user = userId && token ? await domain.users.findByToken(userId, token) : null;
        if (!user) {
            response.status(401).send({ status: 'error', message: 'You must be logged in to do this.' });
            return;
        }
        if (!types.includes(request.body?.type)) {
            response.status(400).send({ error: 'Unknown action' });
            return;
        }
        try {
            response.send((await apps.uiInteraction(request.params.appId, request.body, user)) ?? {});
        } catch (error) {
            response.status(500).send({ error: error instanceof Error ? error.message : error });
        }
    }
    return router;
}
