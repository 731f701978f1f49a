import { Router, type Request, type Response } from 'express';
import type { ValidateFunction } from 'ajv';
import { MeteorError, type AppsHost, type Domain } from '../../server/contract.mts';
import { Call, header } from './Call.mts';
import { parseBody } from './input.mts';
import { RateLimiter, type RateLimit } from './RateLimiter.mts';
import { errorResult, failure, forbidden, notLoggedIn, Result } from './results.mts';
import { restTypings, type ValidatorName } from './typings.mts';

/** A JSON schema, for the routes whose schema stands in the server's route file and not in its package. */
export type Schema = Record<string, unknown>;
export type Validation = ValidatorName | Schema;

export interface RouteOptions {
    /** Login needed (default). `false`: the caller may be anybody. */
    auth?: boolean;
    /** Validates the query string: 400 `error-invalid-params`. */
    query?: Validation;
    /** Validates the body: 400 `invalid-params`. */
    body?: Validation;
    /** Older routes: validates the query of a GET, the body of anything else: error text with ` [invalid-params]`. */
    validateParams?: Validation;
    /** Permissions that the caller needs: all of them, or any of them. Otherwise 403. */
    permissions?: string[];
    anyPermission?: string[];
    /** Calls allowed in a time, `false` for no limit; the settings' default without it. */
    limit?: RateLimit | false;
}

type Answer = object | void;
export type Action = (call: Call) => Answer | Promise<Answer>;
type Method = 'get' | 'post' | 'put' | 'delete';

const compiled = new WeakMap<Schema, ValidateFunction>();

function validatorOf(validation: Validation, ofQuery: boolean): ValidateFunction {
    const typings = restTypings();
    if (typeof validation === 'string') return typings[validation] as unknown as ValidateFunction;
    const known = compiled.get(validation);
    if (known) return known;
    const validator = (ofQuery ? typings.ajvQuery : typings.ajv).compile(validation) as unknown as ValidateFunction;
    compiled.set(validation, validator);
    return validator;
}

const messages = (validator: ValidateFunction) => (validator.errors ?? []).map((error) => error.message).join('\n ');

/**
 * A set of REST routes that behaves as the server's API class (`apps/meteor/server/api/ApiClass.ts` and
 * `packages/http-router/src/Router.ts`): login, permissions, validation, the action, and the form of the answer.
 */
export class Api {
    readonly router: Router;
    private readonly limiter: RateLimiter;

    constructor(
        private readonly domain: Domain,
        private readonly apps: AppsHost,
    ) {
        this.router = Router({ caseSensitive: true, strict: false });
        this.limiter = new RateLimiter(domain);
    }

    get = (path: string, options: RouteOptions, action: Action) => this.add('get', path, options, action);
    post = (path: string, options: RouteOptions, action: Action) => this.add('post', path, options, action);
    put = (path: string, options: RouteOptions, action: Action) => this.add('put', path, options, action);
    delete = (path: string, options: RouteOptions, action: Action) => this.add('delete', path, options, action);

    private add(method: Method, path: string, options: RouteOptions, action: Action): this {
        this.router[method](`/${path}`, (request, response) => {
            void this.answer(request, path, options, action).then((result) => send(response, result));
        });
        return this;
    }

    private async answer(request: Request, path: string, options: RouteOptions, action: Action): Promise<Result> {
        try {
            const call = new Call(this.domain, this.apps, request);
            call.user = (await this.authenticate(request)) as Call['user'];
            if (!call.user && options.auth !== false) return notLoggedIn();
            const refusal = await this.checkPermissions(call, options);
            if (refusal) return refusal;
            call.query = { ...request.query };
            if (options.query) {
                const validate = validatorOf(options.query, true);
                if (!validate(call.query)) return failure({ errorType: 'error-invalid-params', error: messages(validate) });
            }
            call.body = await parseBody(request);
            if (options.body) {
                const validate = validatorOf(options.body, false);
                if (!validate(call.body)) return failure({ errorType: 'invalid-params', error: messages(validate) });
            }
            await this.limiter.check(call, path, options.limit);
            if (options.validateParams) {
                const validate = validatorOf(options.validateParams, request.method === 'GET');
                if (!validate(request.method === 'GET' ? call.query : call.body)) throw new MeteorError('invalid-params', messages(validate));
            }
            const answer = await action(call);
            return answer instanceof Result ? answer : new Result(200, { ...answer, success: true });
        } catch (error) {
            return errorResult(error);
        }
    }

    /** By the pair of headers `X-User-Id` and `X-Auth-Token` (`ApiClass.ts`, authenticatedRoute). */
    private async authenticate(request: Request) {
        const userId = header(request, 'x-user-id');
        const token = header(request, 'x-auth-token');
        return userId && token ? this.domain.users.findByToken(userId, token) : null;
    }

    private async checkPermissions(call: Call, { permissions, anyPermission }: RouteOptions): Promise<Result | undefined> {
        if (!permissions && !anyPermission) return undefined;
        const refused = forbidden('User does not have the permissions required for this action [error-unauthorized]');
        if (!call.user) return refused;
        for (const permission of permissions ?? []) if (!(await call.may(permission))) return refused;
        if (!anyPermission) return undefined;
        for (const permission of anyPermission) if (await call.may(permission)) return undefined;
        return refused;
    }
}

function send(response: Response, { status, body, headers }: Result): void {
    response.status(status);
    // Not by express, which would add a charset that the real server does not name.
    const all = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', 'Pragma': 'no-cache', ...headers };
    for (const [name, value] of Object.entries(all)) response.setHeader(name, value);
    const isJson = /json/.test(String(response.getHeader('Content-Type')));
    response.end(isJson ? JSON.stringify(body) : (body as Buffer | string));
}
