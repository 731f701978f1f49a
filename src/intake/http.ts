/** A request, as far as the listener looks at it. */
export interface HttpRequest {
    method?: string;
    url?: string;
    headers: Record<string, string | string[] | undefined>;
    on(event: 'data', listener: (chunk: Buffer) => void): unknown;
    on(event: 'end', listener: () => void): unknown;
    on(event: 'error', listener: (error: Error) => void): unknown;
}

/** The answer to a request, as far as the listener writes it. */
export interface HttpResponse {
    writeHead(status: number, headers: Record<string, string | number>): unknown;
    end(body: Buffer): unknown;
}

/** Node's HTTP server, as far as the listener uses it. */
export interface HttpServer {
    on(event: 'error', listener: (error: Error) => void): unknown;
    listen(port: number, host: string, listening: () => void): unknown;
    close(): unknown;
    closeAllConnections?(): void;
}

interface Http {
    createServer(listener: (request: HttpRequest, response: HttpResponse) => void): HttpServer;
}

declare const require: (name: string) => unknown;

/**
 * Node's `http`, with an interface of our own: the sandbox has it, but rc-apps refuses every import that is not on its shorter
 * list (path, url, crypto, buffer, fs, events, stream, net), types included, and calls that a missing main class.
 */
export function createServer(listener: (request: HttpRequest, response: HttpResponse) => void): HttpServer {
    return (require('http') as Http).createServer(listener);
}
