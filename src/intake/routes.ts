import { checkToken } from '../endpoints/tokenCheck';
import type { Answer, EndpointHost, MatrixEndpoint, ServedRequest } from '../endpoints/MatrixEndpoint';
import { refusal } from '../endpoints/MatrixEndpoint';
import { parseJson } from '../matrix/client/json';
import type { Serve } from './Listener';
import { TooLarge } from './Listener';

interface Route {
    endpoint: MatrixEndpoint;
    pattern: RegExp;
    /** Names of the parameters, in the order of the pattern's groups. */
    names: string[];
}

const unknown = refusal(404, 'M_UNRECOGNIZED', 'There is nothing here.');

/** `a/:b/c` as Express matches it. Paths are our own: no text of a stranger goes into the expression. */
function routeOf(endpoint: MatrixEndpoint): Route {
    const names: string[] = [];
    const source = endpoint.path.split('/').map((part) => (part.startsWith(':') ? (names.push(part.slice(1)), '([^/]+)') : part)).join('/');
    return { endpoint, names, pattern: new RegExp(`^/${source}$`) };
}

function decoded(groups: string[]): string[] | undefined {
    try {
        return groups.map(decodeURIComponent);
    } catch {
        return undefined;
    }
}

/** `access_token`: what homeservers before Matrix 1.4 send. */
function queryOf(text: string): Record<string, string> {
    const token = /(?:^|&)access_token=([^&]*)/.exec(text);
    const value = token && decoded([token[1]]);
    return value ? { access_token: value[0] } : {};
}

/**
 * The same endpoints as under Rocket.Chat's private API, for requests of the app's own port. The token is checked before
 * the body is read, and the body loses what the engine could not carry (see `parseJson`).
 * @param basePath what stands before `/_matrix/app/…` in "Bridge URL"
 * @param enter waits until requests can be served
 */
export function routes(endpoints: MatrixEndpoint[], host: () => EndpointHost, basePath: () => string, enter: () => Promise<void>): Serve {
    const table = endpoints.map(routeOf);
    return async (method, target, headers, body) => {
        const [fullPath, search = ''] = target.split('?', 2);
        const base = basePath();
        const path = (fullPath.startsWith(`${base}/`) ? fullPath.slice(base.length) : fullPath).replace(/\/{2,}/g, '/');
        for (const { endpoint, pattern, names } of table) {
            const match = pattern.exec(path);
            const values = match && decoded(match.slice(1));
            if (values) {
                const request = { headers, query: queryOf(search), params: Object.fromEntries(names.map((name, index) => [name, values[index]])), content: {} };
                await enter();
                return answerOf(endpoint, method.toLowerCase(), request, body, host());
            }
        }
        return unknown;
    };
}

async function answerOf(endpoint: MatrixEndpoint, verb: string, request: ServedRequest, body: () => Promise<string>, host: EndpointHost): Promise<Answer> {
    if (checkToken(host.hsToken(), request.headers.authorization, request.query.access_token) !== 'right' || verb === 'get') {
        return endpoint.serve(verb, request, {});
    }
    try {
        const text = await body();
        return await endpoint.serve(verb, { ...request, content: text === '' ? undefined : parseJson(text) as ServedRequest['content'] }, {});
    } catch (error) {
        if (error instanceof TooLarge) {
            // The homeserver sends it again for ever, and nothing else.
            host.log.error('A transaction on the own port is larger than the limit in the settings of the app ("Largest transaction"): nothing arrives until that is raised.');
            return refusal(413, 'M_TOO_LARGE', 'The transaction is larger than the bridge takes. The limit is a setting of the app.');
        }
        if (error instanceof SyntaxError) {
            return refusal(400, 'M_NOT_JSON', 'The body must be JSON.');
        }
        throw error;
    }
}
