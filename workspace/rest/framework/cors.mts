import type { RequestHandler } from 'express';
import type { Domain } from '../../server/contract.mts';

const methods = 'GET, POST, PUT, DELETE, HEAD, PATCH';
const headers = 'Origin, X-Requested-With, Content-Type, Accept, X-User-Id, X-Auth-Token, x-visitor-token, Authorization, MCP-Protocol-Version';

/**
 * Calls from other origins (`api/v1/middlewares/cors.ts`): every answer allows any origin, but a browser's question
 * before the call is answered with yes only where `API_Enable_CORS` is on and `API_CORS_Origin` lists the origin.
 */
export const cors = (domain: Domain): RequestHandler => (request, response, next) => {
    if (request.method !== 'OPTIONS') {
        response.set({ 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': headers });
        next();
        return;
    }
    const { origin } = request.headers;
    if (!origin && !request.headers['access-control-request-method']) {
        response.end('OK');
        return;
    }
    if (!domain.settings.get('API_Enable_CORS')) {
        response.status(405).end('CORS not enabled. Go to "Admin > General > REST Api" to enable it.');
        return;
    }
    const allowed = String(domain.settings.get('API_CORS_Origin') ?? '').split(',').map((one) => one.trim().toLowerCase());
    if (!allowed.includes('*') && !(origin && allowed.includes(origin))) {
        response.status(403).end('Invalid origin');
        return;
    }
    response.set({
        ...(allowed.includes('*') ? { 'Access-Control-Allow-Origin': '*' } : { 'Vary': 'Origin', 'Access-Control-Allow-Origin': origin }),
        'Access-Control-Allow-Methods': methods,
        'Access-Control-Allow-Headers': headers,
    });
    response.end('OK');
};
