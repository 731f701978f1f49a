import type { HttpStatusCode, IHttp, IModify, IPersistence, IRead } from '@rocket.chat/apps-engine/definition/accessors';
import type { IApi, IApiEndpointInfo, IApiRequest, IApiResponse } from '@rocket.chat/apps-engine/definition/api';
import { ApiEndpoint } from '@rocket.chat/apps-engine/definition/api/ApiEndpoint';
import { ApiSecurity, ApiVisibility } from '@rocket.chat/apps-engine/definition/api/IApi';
import type { IApp } from '@rocket.chat/apps-engine/definition/IApp';
import type { HandlerAccessors } from '../rocketchat/Accessors';

/** What the endpoint needs of the app. */
export interface AvatarHost {
    enter(accessors: HandlerAccessors): Promise<void>;
    /** @returns undefined when the signature is wrong or there is no such picture */
    avatar(server: string, media: string, signature: string): Promise<{ content: Buffer; contentType: string } | undefined>;
}

/** A picture never changes under its address; browsers must take it for nothing but a picture. */
const HEADERS = { 'Cache-Control': 'public, max-age=604800, immutable', 'X-Content-Type-Options': 'nosniff', 'Content-Security-Policy': 'sandbox' };

type Rest = [endpoint: IApiEndpointInfo, read: IRead, modify: IModify, http: IHttp, persistence: IPersistence];

const failure = (status: number): IApiResponse => ({ status: status as HttpStatusCode, headers: { 'Content-Type': 'text/plain' }, content: '' });

/** `GET avatar/:server/:media/:signature`: the picture of a Matrix user, for Rocket.Chat's clients (see `bridge/people/Avatars.ts`). */
class AvatarEndpoint extends ApiEndpoint {
    public path = 'avatar/:server/:media/:signature';

    constructor(app: IApp, private readonly host: () => AvatarHost) {
        super(app);
    }

    public async get(request: IApiRequest, ...[, read, modify, http, persistence]: Rest): Promise<IApiResponse> {
        try {
            await this.host().enter({ read, modify, http, persistence });
            const { server = '', media = '', signature = '' } = request.params || {};
            const picture = await this.host().avatar(server, media, signature);
            if (!picture) {
                return failure(404);
            }
            return { status: 200 as HttpStatusCode, headers: { ...HEADERS, 'Content-Type': picture.contentType }, content: picture.content };
        } catch {
            return failure(502);
        }
    }
}

/** What the clients of Rocket.Chat load from the app: public, no login. */
export function publicApi(app: IApp, host: () => AvatarHost): IApi {
    return { visibility: ApiVisibility.PUBLIC, security: ApiSecurity.UNSECURE, endpoints: [new AvatarEndpoint(app, host)] };
}
