import { loadMatrixBotSdk } from '../../vendor/matrixBotSdk';

/** What matrix-bot-sdk hands to its request function (the form of the old `request` package). */
export interface SdkRequest {
    uri: string;
    method: string;
    qs?: Record<string, unknown> | null;
    /** null when the caller wants bytes. */
    encoding?: null;
    timeout?: number;
    headers: Record<string, string>;
    body?: string | Buffer;
}

/** What the request function answers with. */
export interface SdkResponse {
    statusCode: number;
    headers: Record<string, string>;
    body: unknown;
}

export type SdkCallback = (error: unknown, response?: SdkResponse, body?: unknown) => void;

/** The part of the SDK's `MatrixClient` that the bridge uses. */
export interface SdkClient {
    doRequest(
        method: 'GET' | 'POST' | 'PUT' | 'DELETE',
        endpoint: string,
        qs: Record<string, unknown> | null,
        body: unknown,
        timeout: number,
        raw: boolean,
        contentType: string,
        noEncoding: boolean,
    ): Promise<unknown>;
}

interface Sdk {
    MatrixClient: new (homeserverUrl: string, accessToken: string) => SdkClient;
    LogService: { setLogger(logger: Record<string, () => void>): void };
    setRequestFn(request: (params: SdkRequest, callback: SdkCallback) => void): void;
}

let sdk: Sdk | undefined;

/**
 * matrix-bot-sdk with an interface of our own: rc-apps cannot follow the SDK's types, and the library may only be evaluated
 * when it is first used (see tools/vendor.mjs). The SDK's logger is silenced: it writes bodies of failed requests.
 * @param request does every request of every client: the SDK knows only one for the whole process
 */
export function matrixBotSdk(request: (params: SdkRequest, callback: SdkCallback) => void): Sdk {
    if (!sdk) {
        sdk = loadMatrixBotSdk() as Sdk;
        const nothing = (): void => undefined;
        sdk.LogService.setLogger({ trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing });
    }
    sdk.setRequestFn(request);
    return sdk;
}
