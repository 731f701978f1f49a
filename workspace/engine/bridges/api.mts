import express, { type NextFunction, type Request, type RequestHandler, type Response, type Router } from 'express';
import type { IApiEndpoint, IApiRequest } from '@rocket.chat/apps-engine/definition/api';
import type { ApiBridge } from '@rocket.chat/apps-engine/server/bridges';
import type { AppApi } from '@rocket.chat/apps-engine/server/managers/AppApi';
import type { Domain, IUser } from '../../server/contract.mts';
import type { BridgeHost } from '../load.mts';
import type { DomainBridges } from './domain/contract.mts';

interface AppRequest extends Request {
    privateHash?: string;
    rocketchatUser?: IUser;
}

/**
 * Apps' HTTP endpoints, and the router that serves them (for mounting at the root). Bodies are parsed with express's
 * defaults: JSON up to 100 kB, forms, nothing else. Server: `app/apps/server/bridges/{api,router}.ts`.
 */
export function apiBridge(domain: Domain, { engine, manager }: BridgeHost, converters: DomainBridges['converters']): { bridge: ApiBridge; router: Router } {
    const routers = new Map<string, Router>();

    const execute = (endpoint: IApiEndpoint, appId: string): RequestHandler => (request: AppRequest, response) => {
        const call: IApiRequest = {
            method: request.method.toLowerCase() as IApiRequest['method'],
            headers: request.headers as Record<string, string>,
            query: (request.query as Record<string, string>) || {},
            params: request.params || {},
            content: request.body,
            privateHash: request.privateHash,
            user: request.rocketchatUser && converters.user(request.rocketchatUser),
        };
        manager().getApiManager().executeApi(appId, endpoint.path, call).then(({ status, headers = {}, content }) => {
            response.set(headers ?? {});
            response.status(status);
            response.send(content);
        }).catch((reason: Error) => {
            response.status(500).send(reason.message);
        });
    };

    const bridge = new (class extends engine.bridges.ApiBridge {
        async registerApi({ endpoint }: AppApi, appId: string): Promise<void> {
            const router = routers.get(appId) ?? express.Router();
            routers.set(appId, router);
            const path = endpoint.path.trim();
            router.all(path.startsWith('/') ? path : `/${path}`, authenticate(domain, Boolean(endpoint.authRequired)), execute(endpoint, appId));
        }

        async unregisterApis(appId: string): Promise<void> {
            routers.delete(appId);
        }
    })();

    const dispatch: RequestHandler = (request: AppRequest, response, next) => {
        const notFound = (): unknown => response.sendStatus(404);
        const router = routers.get(request.params.appId);
        request.privateHash = request.params.hash;
        if (!router) return void notFound();
        return router(request, response, (error?: unknown) => (error ? next(error) : notFound()));
    };

    const router = express.Router();
    router.use(['/api/apps/private/:appId/:hash', '/api/apps/public/:appId'], express.urlencoded({ extended: false }), express.json(), unparsedBody(domain), dispatch);
    return { bridge, router };
}

/** Express 5 leaves `body` undefined where nothing was parsed, express 4 makes it an empty object. */
const unparsedBody = (domain: Domain): RequestHandler => (request: Request & { _body?: boolean }, _response, next) => {
    if (domain.quirks.unparsedBody === 'undefined' && !request._body) request.body = undefined;
    next();
};

/**
 * Looks a login token up, else takes `Authorization` or `access_token` for an OAuth token (of which this workspace has
 * none): in both cases `access_token` disappears from the query. Server: `app/api/server/middlewares/authentication.ts`.
 */
const authenticate = (domain: Domain, required: boolean) => async (request: AppRequest, response: Response, next: NextFunction): Promise<void> => {
    const { 'x-user-id': userId, 'x-auth-token': token } = request.headers;
    if (userId && token) request.rocketchatUser = (await domain.users.findByToken(String(userId), String(token))) ?? undefined;
    else delete request.query.access_token;
    if (required && !request.rocketchatUser) {
        response.status(401).send('Unauthorized');
        return;
    }
    next();
};
