import type { IHttp } from '@rocket.chat/apps-engine/definition/accessors';
import { failure } from '../../errors/catalogue';
import { serverOf } from '../../ids/matrix';
import type { MatrixUserId } from '../../ids/types';
import type { Acting } from '../Homeserver';
import type { SdkClient, SdkResponse } from '../sdk';
import { matrixBotSdk } from '../sdk';
import { sdkRequest } from './request';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
export type Json = Record<string, unknown>;

/** What a request carries. */
export interface CallOptions extends Acting {
    query?: Json;
    body?: Json;
    timeoutMs?: number;
}

/** Where the homeserver is and who we are there. */
export interface Access {
    homeserverUrl: string;
    asToken: string;
    /** Id of the application service, for the ping. */
    id: string;
    domain: string;
    bot: MatrixUserId;
}

/** Below the engine's own 30 s for a whole handler, so that a failure can still be told. */
export const TIMEOUT_MS = 15_000;
/** Media: larger bodies take longer. */
const MEDIA_TIMEOUT_MS = 25_000;

const CLIENT = '/_matrix/client/v3';

/** Joins path segments, each escaped: ids hold `/`, `#`, `?`, `%`. */
export function path(...segments: string[]): string {
    return segments.map(encodeURIComponent).join('/');
}

/** One request after the other to one homeserver, through one matrix-bot-sdk client, as the bot or as one of our users. */
export class Caller {
    private readonly client: SdkClient;

    constructor(public readonly access: Access, http: () => IHttp) {
        const { MatrixClient } = matrixBotSdk(sdkRequest(http));
        this.client = new MatrixClient(access.homeserverUrl, access.asToken);
    }

    /** @param endpoint below `/_matrix/client/v3/`, or a whole path that begins with `/` */
    public async json(method: Method, endpoint: string, { as, query, body, timeoutMs = TIMEOUT_MS }: CallOptions = {}): Promise<Json> {
        const answer = await this.client.doRequest(method, this.endpoint(endpoint), this.query(query, as), body === undefined ? null : body, timeoutMs, false, 'application/json', false);
        return answer as Json;
    }

    /** Gets bytes with their headers. */
    public async bytes(endpoint: string, query?: Json): Promise<{ content: Buffer; headers: Record<string, string> }> {
        const answer = await this.client.doRequest('GET', this.endpoint(endpoint), this.query(query), null, MEDIA_TIMEOUT_MS, true, 'application/json', true);
        const { body, headers } = answer as SdkResponse;
        return { content: body as Buffer, headers };
    }

    /** Posts bytes. */
    public async upload(endpoint: string, content: Buffer, contentType: string, { as, query }: CallOptions): Promise<Json> {
        const answer = await this.client.doRequest('POST', this.endpoint(endpoint), this.query(query, as), content, MEDIA_TIMEOUT_MS, false, contentType, false);
        return answer as Json;
    }

    private endpoint(endpoint: string): string {
        return endpoint.startsWith('/') ? endpoint : `${CLIENT}/${endpoint}`;
    }

    private query(query: Json | undefined, as?: MatrixUserId): Json | null {
        if (as === undefined || as === this.access.bot) {
            return query || null;
        }
        // Dendrite takes `user_id=rc_a` (no server) for a user of that name, and 401 for one of another server.
        if (as[0] !== '@' || serverOf(as) !== this.access.domain) {
            throw failure('matrix.refused', { detail: `not a user of this homeserver: ${as}` });
        }
        return { ...query, user_id: as };
    }
}

/** @returns the field as text. @throws matrix.badAnswer when the homeserver left it out */
export function textIn(answer: Json, field: string, request: string): string {
    const value = answer[field];
    if (typeof value !== 'string' || value === '') {
        throw failure('matrix.badAnswer', { detail: `${request}: no ${field} in the answer` });
    }
    return value;
}
