import type { HttpStatusCode, IHttp, IModify, IPersistence, IRead } from '@rocket.chat/apps-engine/definition/accessors';
import type { IApiEndpointInfo, IApiRequest, IApiResponse } from '@rocket.chat/apps-engine/definition/api';
import { ApiEndpoint } from '@rocket.chat/apps-engine/definition/api/ApiEndpoint';
import type { IApp } from '@rocket.chat/apps-engine/definition/IApp';
import { BridgeError } from '../errors/BridgeError';
import type { EngineLog } from '../errors/EngineLog';
import type { HandlerAccessors } from '../rocketchat/Accessors';
import type { Intake } from './Intake';
import { checkToken } from './tokenCheck';

/** What the endpoints need of the app. */
export interface EndpointHost {
    readonly log: EngineLog;
    /** Keeps the accessors, and waits until the settings are known: a call can come before the app is enabled again. */
    enter(accessors: HandlerAccessors): Promise<void>;
    /** The homeserver token, empty while there is none. */
    hsToken(): string;
    /** Undefined while the bridge is switched off or its settings are wrong. */
    intake(): Intake | undefined;
}

export type Verb = 'get' | 'post' | 'put' | 'delete' | 'head' | 'options' | 'patch';

/** The parts of a request that count. Names of headers in small letters. */
export type ServedRequest = Pick<IApiRequest, 'headers' | 'query' | 'params' | 'content'>;

type Call = [request: IApiRequest, endpoint: IApiEndpointInfo, read: IRead, modify: IModify, http: IHttp, persistence: IPersistence];

/** What whoever asks without a token is told. */
export const NO_TOKEN = 'The homeserver token is missing.';

/** What an endpoint does with a request whose token is right. */
export type Answer = { status: number; content?: Record<string, unknown> };

export const done: Answer = { status: 200 };
export const refusal = (status: number, errcode: string, error: string): Answer => ({ status, content: { errcode, error } });

/**
 * One path of the application service API. Whatever happens, the homeserver gets a Matrix error object: a throw would give
 * it a bare 500 with the text of the error, and a method without a member a 500 instead of the spec's 405.
 */
export abstract class MatrixEndpoint extends ApiEndpoint {
    /** The only method that is answered. */
    protected abstract readonly verb: Verb;

    /** @param host as a function: endpoints are sent to the server when they are registered, with all that they hold but functions */
    constructor(app: IApp, private readonly host: () => EndpointHost, path: string) {
        super(app);
        this.path = path;
    }

    public get(...call: Call): Promise<IApiResponse> {
        return this.answer('get', call);
    }

    public post(...call: Call): Promise<IApiResponse> {
        return this.answer('post', call);
    }

    public put(...call: Call): Promise<IApiResponse> {
        return this.answer('put', call);
    }

    public delete(...call: Call): Promise<IApiResponse> {
        return this.answer('delete', call);
    }

    public head(...call: Call): Promise<IApiResponse> {
        return this.answer('head', call);
    }

    public options(...call: Call): Promise<IApiResponse> {
        return this.answer('options', call);
    }

    public patch(...call: Call): Promise<IApiResponse> {
        return this.answer('patch', call);
    }

    /**
     * Answers a request, whichever way it came in. Never throws.
     * @param accessors those that came with the call of the engine; none when the app's own port took the request
     */
    public async serve(verb: string, request: ServedRequest, accessors: HandlerAccessors): Promise<Answer> {
        try {
            if (verb !== this.verb) {
                return refusal(405, 'M_UNRECOGNIZED', `Only ${this.verb.toUpperCase()} is possible here.`);
            }
            await this.host().enter(accessors);
            const headers = request.headers || {};
            switch (checkToken(this.host().hsToken(), headers.authorization, (request.query || {}).access_token)) {
                case 'missing': return refusal(401, 'M_UNAUTHORIZED', NO_TOKEN);
                case 'wrong': return refusal(403, 'M_FORBIDDEN', 'The homeserver token is wrong.');
                default: return await this.respond(request, this.host().intake());
            }
        } catch (error) {
            this.host().log.error(`${verb.toUpperCase()} ${this.path} failed`, error);
            if (error instanceof BridgeError && error.retriable) {
                return refusal(503, 'M_UNKNOWN', error.userMessage);
            }
            return refusal(500, 'M_UNKNOWN', 'The bridge had an internal error.');
        }
    }

    /** @param intake undefined while the bridge is off */
    protected abstract respond(request: ServedRequest, intake: Intake | undefined): Promise<Answer>;

    private async answer(verb: Verb, [request, , read, modify, http, persistence]: Call): Promise<IApiResponse> {
        const { status, content } = await this.serve(verb, request, { read, modify, http, persistence });
        this.host().log.flush(this.app.getLogger());
        // Synapse takes only an answer with a JSON body for a success.
        return { status: status as HttpStatusCode, headers: { 'Content-Type': 'application/json' }, content: content || {} };
    }
}
