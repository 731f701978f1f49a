import type { IApi } from '@rocket.chat/apps-engine/definition/api';
import { ApiSecurity, ApiVisibility } from '@rocket.chat/apps-engine/definition/api/IApi';
import type { IApp } from '@rocket.chat/apps-engine/definition/IApp';
import type { EndpointHost, MatrixEndpoint } from './MatrixEndpoint';
import { PingEndpoint } from './PingEndpoint';
import { RoomsEndpoint } from './RoomsEndpoint';
import { TransactionsEndpoint } from './TransactionsEndpoint';
import { UsersEndpoint } from './UsersEndpoint';

const CURRENT = '_matrix/app/v1';

/** Path of an endpoint by which the base of the private API is found. */
export const pingPath = `${CURRENT}/ping`;

/**
 * The application service API (Matrix spec) under the homeserver's own paths, and under the ones before Matrix 1.0, which old
 * homeservers use. Private: the address holds a hash; the token is checked by the endpoints themselves.
 */
export function applicationServiceApi(app: IApp, getHost: () => EndpointHost): IApi {
    return { visibility: ApiVisibility.PRIVATE, security: ApiSecurity.UNSECURE, endpoints: matrixEndpoints(app, getHost) };
}

/** The same paths for whoever brings in requests: the engine, or the app's own port (`intake/`). */
export function matrixEndpoints(app: IApp, getHost: () => EndpointHost): MatrixEndpoint[] {
    const both = [`${CURRENT}/`, ''];
    return [
        ...both.map((base) => new TransactionsEndpoint(app, getHost, `${base}transactions/:txnId`)),
        new PingEndpoint(app, getHost, pingPath),
        ...both.map((base) => new UsersEndpoint(app, getHost, `${base}users/:userId`)),
        ...both.map((base) => new RoomsEndpoint(app, getHost, `${base}rooms/:roomAlias`)),
    ];
}
